from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import bootstrap

if TYPE_CHECKING:
    from pathlib import Path


def test_a_shell_set_up_for_other_work_does_not_lead_pip_or_python_astray(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requests.py").write_text("raise SystemExit('another project')\n")
    for name, value in {
        "PIP_TARGET": str(tmp_path), "PIP_PREFIX": str(tmp_path), "PIP_NO_DEPS": "1", "PIP_NO_BINARY": ":all:",
        "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PYTHONPATH": str(tmp_path), "PYTHONOPTIMIZE": "2",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
    found = bootstrap.environment()
    assert {name: value for name, value in found.items() if name.startswith(("PIP_", "PYTHON"))}.items() >= {
        ("PIP_INDEX_URL", "https://packages.example.org/simple"), ("PIP_USER", "0"), ("PIP_REQUIRE_VIRTUALENV", "0"),
    }  # fmt: skip
    assert (
        not {"PIP_TARGET", "PIP_PREFIX", "PIP_NO_DEPS", "PIP_NO_BINARY", "PYTHONPATH", "PYTHONOPTIMIZE"} & found.keys()
    )
    command = [sys.executable, "-c", "import requests; assert requests.get"]
    assert subprocess.run(command, env=found, check=False).returncode == 0


QUICK = ["ruff format --check .", "ruff check .", "mypy", "lint-imports"]
STUB = '#!/bin/sh\ncalled="${0##*/}${*:+ $*}"\necho "$called" >> typed.txt\ntest "$called" != "$FAILING"\n'


class Project:
    """A folder with ``bootstrap.py`` in which all is installed, and every tool only writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(bootstrap.__file__, folder)
        files = [folder / name for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml")]
        (folder / ".venv" / "bin").mkdir(parents=True)
        for file in files:
            file.write_text(file.name)
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        (folder / ".venv" / "installed.sha256").write_text("\n".join(hashes))
        for tool in ("python", "ruff", "mypy", "lint-imports"):
            path = folder / ".venv" / "bin" / tool
            path.write_text(STUB)
            path.chmod(0o755)

    def run(self, *words: str, failing: str = "") -> tuple[int, list[str], str]:
        """Return exit status, what was called, and what was said on standard error."""
        (self.folder / "typed.txt").unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "bootstrap.py", *words], cwd=self.folder, env={**os.environ, "FAILING": failing},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        typed = (self.folder / "typed.txt").read_text().splitlines()
        return done.returncode, typed, done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    if sys.platform == "win32":
        pytest.skip("the tools are shell scripts here")
    return Project(tmp_path)


@pytest.mark.parametrize("target", ["test", "test-all"])
def test_the_tests_come_after_the_quick_checks(project: Project, target: str) -> None:
    status, typed, told = project.run(target, "-x")
    assert (status, typed[:4], told) == (0, QUICK, "")
    assert typed[4].startswith("python -m pytest -m ")
    assert typed[4].endswith(" -x")


@pytest.mark.parametrize("failing", QUICK)
def test_a_check_that_fails_fails_the_tests_and_is_named_first_and_last(project: Project, failing: str) -> None:
    status, typed, told = project.run("test", failing=failing)
    assert (status, len(typed)) == (1, 5)
    assert told == f"failed: {failing}\n" * 2


def test_words_that_name_tests_run_nothing_else(project: Project) -> None:
    status, typed, _ = project.run("test", "tests/rules", "-x")
    assert (status, len(typed)) == (0, 1)
    assert typed[0].endswith(" tests/rules -x")


def test_tests_that_need_what_is_not_installed_are_left_out_and_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for found in (True, False):
        tools = tmp_path / f"tools {found}"
        tools.mkdir()
        for name in ("sh", "env"):
            (tools / name).symlink_to(str(shutil.which(name)))
        if found:
            (tools / "chromium").symlink_to("/bin/sh")
        monkeypatch.setenv("PATH", str(tools))
        status, typed, _ = project.run("test", "tests/infra")
        assert status == 0
        assert ("not browser" in typed[0]) is not found
        assert "not window" in typed[0]


def test_what_the_tests_in_a_browser_need_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")
    assert bootstrap._without_browser() == " and not browser"
    assert "Chromium (Debian's package chromium)" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
@pytest.mark.parametrize("works", [True, False])
def test_a_chromium_is_installed_by_the_package_manager(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, works: bool
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/typed.txt\n')
    if works:
        apt.write_text(f"{apt.read_text()}: > {tmp_path}/chromium\n/bin/chmod +x {tmp_path}/chromium\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap._installs_chromium() is works
    typed = (tmp_path / "typed.txt").read_text().splitlines()
    assert typed == ["--quiet update", "--quiet install --yes --no-install-recommends chromium"]
