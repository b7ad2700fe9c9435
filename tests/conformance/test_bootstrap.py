from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import bootstrap

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
