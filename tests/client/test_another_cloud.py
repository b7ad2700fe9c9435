"""Playing in another machine's cloud, and opening one's own: what is given wrongly is told before all else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from client.cli import app
from client.net.remote import KEY_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

runner = CliRunner()
ADDRESS = "http://192.0.2.1:4566"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["play", "--cloud", "192.168.1.5"], "--cloud '192.168.1.5': give the address that cloud up --lan showed"),
        (["--profile", "x", "play", "--cloud", ADDRESS], "give the address that cloud up --lan showed"),
        (["play", "--key", "k" * 19], "--key is the key to another machine's cloud: give its address, too"),
        (
            ["play", "--cloud", ADDRESS, "--key", "abc"],
            "--key is no key (3 characters): type the 19 that cloud up --lan showed",
        ),
        (
            ["play", "--cloud", ADDRESS, "--key", ""],
            "--key is no key (0 characters): type the 19 that cloud up --lan showed",
        ),
        (
            ["play", "--cloud", ADDRESS, "--key", "k" * 18 + "\n"],
            "--key is no key (19 characters): type the 19 that cloud up --lan showed",
        ),
        (["cloud", "up", "--allow-origin", "*"], "--allow-origin '*' is no origin of a page; give scheme and name"),
        (["--aws", "cloud", "up", "--lan"], "--lan and --allow-origin are of the local cloud; docs/aws.md says"),
    ],
)
def test_what_is_given_wrongly_is_told_in_a_sentence_and_nothing_is_changed(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    result = runner.invoke(app, words)
    assert result.exit_code != 0
    assert told in str(result.exception)
    assert "\n" not in str(result.exception)
    assert not (tmp_path / "home" / "cloud").exists()
    assert KEY_VARIABLE not in os.environ
