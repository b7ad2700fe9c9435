"""The built wheel, installed somewhere else, as somebody who has no repository runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import PathDistribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import default_environment
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
OURS = ("games", "ai_functions", "training", "client", "infra")
TIMEOUT_S = 500
KEPT = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT")
NOBODY = 65534


def build(folder: Path) -> Path:
    """Build sdist and wheel, the wheel from the sdist, and return the wheel."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    assert len(list(folder.glob("*.tar.gz"))) == 1
    return wheel


@dataclass(frozen=True)
class Installed:
    """A virtual environment that has the wheel, a home of its own, and who runs it."""

    folder: Path
    user: int | None = None
    """Who runs the program; None for whoever runs the tests."""
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def python(self) -> Path:
        return self.folder / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("venv/[Ll]ib/**/site-packages")
        return found

    def run(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run ``lambda-arcade`` far from the repository."""
        done = self._run(str(self.python.with_name("lambda-arcade")), *words)
        assert done.returncode == status, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def run_python(self, code: str, *words: str) -> str:
        """Run ``code`` with the installed packages and return what it prints."""
        done = self._run(str(self.python), "-c", code, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keep_without_model(self, name: str) -> Path:
        """Give the user a copy of an opponent that has no model yet, and return its folder."""
        copy = (
            "import shutil, sys; shutil.copytree(*sys.argv[1:], ignore=shutil.ignore_patterns('model*', '__pycache__'))"
        )
        kept = self.home / "opponents" / name
        self.run_python(copy, str(self.packages / "ai_functions" / name), str(kept))
        return kept

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {key: os.environ[key] for key in KEPT if key in os.environ}
        environment |= {
            "HOME": str(self.home),
            "LAMBDA_ARCADE_HOME": str(self.home),
            "LAMBDA_ARCADE_PORT": "0",
            "SDL_VIDEODRIVER": "offscreen",
            **self.variables,
        }
        who: dict[str, Any] = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.run(
            command,
            cwd=self.home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            **who,
        )

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def files(self) -> set[tuple[str, int]]:
        """Return what lies in the wheel's own folders, and since when: nothing may be written there."""
        return {
            (str(path), path.stat().st_mtime_ns)
            for name in OURS
            for path in (self.packages / name).rglob("*")
            if path.is_file()
        }


def environment(folder: Path, python: str = sys.executable, user: int | None = None) -> Installed:
    """Make an empty virtual environment of ``python`` in ``folder``, and a home of ``user`` for the program."""
    made = Installed(folder, user)
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    made.home.mkdir()
    if user is not None:
        folder.chmod(0o755)
        os.chown(made.home, user, user)
    return made


def ordinary_user() -> tuple[str, int | None]:
    """Return a Python and who is to run it: where root runs the tests, a user who may write to the home alone.

    That needs a Python that others may run too; where there is none, the tests' own user has to do.
    """
    if os.name != "posix" or os.getuid() != 0:
        return sys.executable, None
    found = [shutil.which(f"python3.{minor}", path="/usr/local/bin:/usr/bin") for minor in (11, 12, 13)]
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    open_to_all = all(folder.stat().st_mode & 0o001 for folder in base.parents)
    usable = [str(base)] * open_to_all + [python for python in found if python]
    return (usable[0], NOBODY) if usable else (sys.executable, None)


def pip(python: Path, *words: str) -> None:
    """Install into another environment with this one's pip."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S * 3)
    assert done.returncode == 0, done.stdout + done.stderr


def link_dependencies(into: Installed) -> set[str]:
    """Put what the installed wheel declares, and what that needs in turn, where pip would put it; return the names.

    The files are links to those of the tests' own environment, so nothing is fetched, and whatever is not declared is
    not there.
    """
    (ours,) = into.packages.glob("lambda_arcade-*.dist-info")
    names: set[str] = set()
    waiting = list(_needs(PathDistribution(ours), set()))
    while waiting:
        name, extras = waiting.pop()
        if name in names:
            continue
        names.add(name)
        waiting += _needs(distribution(name), extras)
    for name in names:
        for top in {file.parts[0] for file in distribution(name).files or () if file.parts[0] != ".."}:
            link, source = into.packages / top, Path(str(distribution(name).locate_file(top)))
            if not link.exists() and top != "__pycache__":
                link.symlink_to(source, target_is_directory=source.is_dir())
    return names


def _needs(package: Any, extras: Iterable[str]) -> Iterator[tuple[str, set[str]]]:
    for text in package.requires or ():
        wanted = Requirement(text)
        choices = [{**default_environment(), "extra": extra} for extra in (*extras, "")]
        if wanted.marker is None or any(wanted.marker.evaluate(choice) for choice in choices):
            yield wanted.name, wanted.extras
