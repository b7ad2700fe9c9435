"""Set up and run everything, on any operating system: ``python bootstrap.py play`` (or test, setup, check, docs …).

The Makefile calls this file and does nothing else, since Windows has no make.  Standard library only: it runs before
anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = SCRIPTS / ("python.exe" if sys.platform == "win32" else "python")
LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
OLDEST = (3, 11)
HASHES = r"model_card\.json$|openapi\.json$|\.lock$|\.jsonl$|\.svg$|\.png$"
"""Files that are full of checksums, which look like secrets and are none."""
QUICK_CHECKS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports",))
"""What takes seconds: format, lint, types, import rules."""
X_TOOLS = ("Xvfb", "openbox", "xdotool")
"""Of the Debian packages xvfb, openbox, xdotool."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
"""What a Chromium is called, that of the Debian package chromium first."""
PARALLEL = ("-n", str(min(6, (os.cpu_count() or 1) + 2)), "--dist", "loadfile", "--no-loadscope-reorder")
"""A file's tests stay together and share what they start.  Two more than there are cores, since many tests wait."""
EXIT_USAGE = 2
PIP_KEPT = frozenset(
    {"CACHE_DIR", "CERT", "CLIENT_CERT", "CONFIG_FILE", "DEFAULT_TIMEOUT", "EXTRA_INDEX_URL", "FIND_LINKS", "INDEX_URL",
     "KEYRING_PROVIDER", "NO_CACHE_DIR", "NO_INDEX", "NO_INPUT", "PROXY", "RETRIES", "TIMEOUT", "TRUSTED_HOST"}
)  # fmt: skip
"""Of pip's variables those that say where packages come from, not where and how they are installed."""
PYTHON_DROPPED = frozenset({"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "PYTHONWARNINGS"})


def main(words: list[str]) -> int:
    """Run the target named first in ``words``; the rest goes to it.  Returns its exit status."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"error: Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {found}", file=sys.stderr)
        return EXIT_USAGE
    targets = {"play": play, "setup": setup, "test": test, "test-all": test_all, "check": check, "docs": docs}
    if not words or words[0] not in targets:
        print(f"usage: python bootstrap.py {{{','.join(targets)}}} [arguments]", file=sys.stderr)
        return EXIT_USAGE
    try:
        return targets[words[0]](words[1:])
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd))
        print(f"error: this failed with exit status {error.returncode}: {command}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        return 130


def play(arguments: list[str]) -> int:
    """Install what playing needs, then open the game."""
    install(LOCK)
    return run(PYTHON, "-m", "client", "play", *arguments)


def setup(_arguments: list[str]) -> int:
    """Install everything, and run nothing."""
    install(LOCK, DEV_LOCK)
    print(f"ready: {SCRIPTS / 'lambda-arcade'} --help")
    return 0


def test(arguments: list[str]) -> int:
    """Install everything and run the quick checks and the tests that take minutes, not hours.

    ``arguments`` go to pytest; where they name tests, nothing else is run.
    """
    return _checked_and_tested("not slow", arguments)


def test_all(arguments: list[str]) -> int:
    """Run the slow tests too, and let those that draw examples draw others than ``test`` does."""
    return _checked_and_tested("(slow or not slow)", arguments, "--hypothesis-profile=search")


def _checked_and_tested(expression: str, arguments: list[str], *more: str) -> int:
    install(LOCK, DEV_LOCK)
    some_tests = any(not word.startswith("-") for word in arguments)
    failed = [] if some_tests else _failed(QUICK_CHECKS)
    status = run(
        PYTHON,
        "-m",
        "pytest",
        "-m",
        expression + _without_window() + _without_browser(),
        *more,
        *(arguments or PARALLEL),
    )
    _tell(failed)  # once more: above it scrolled out of sight
    return status or bool(failed)


def _without_window() -> str:
    """Return what leaves out the tests on a real X server where there can be none, having said so."""
    if sys.platform.startswith("linux") and all(map(shutil.which, X_TOOLS)):
        return ""
    print(f"left out: tests of the window on an X server; they need Linux and {', '.join(X_TOOLS)}", flush=True)
    return " and not window"


def _without_browser() -> str:
    """Return what leaves out the tests of the site in a browser where there is none, having said so.

    On Debian, root gets one installed.
    """
    if _has_chromium() or (_may_install() and _installs_chromium()):
        return ""
    print("left out: tests of the site in a browser; they need Chromium (Debian's package chromium)", flush=True)
    return " and not browser"


def _has_chromium() -> bool:
    return any(map(shutil.which, CHROMIUMS))


def _may_install() -> bool:
    """Return whether this is root on Debian: other systems' package of this name may be none, or an empty one."""
    if sys.platform == "win32":
        return False
    release = Path("/etc/os-release")
    debian = release.exists() and "ID=debian" in release.read_text("utf-8").splitlines()
    return debian and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _installs_chromium() -> bool:
    print("installing Debian's package chromium for the tests of the site (this once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        subprocess.run(["apt-get", "--quiet", *words], check=False, env=quiet, stdout=subprocess.DEVNULL)
    return _has_chromium()


def check(_arguments: list[str]) -> int:
    """Run the quick checks, the audit and the search for secrets."""
    install(LOCK, DEV_LOCK)
    audit = (
        "pip-audit",
        "--requirement",
        "requirements.lock",
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
    )
    secrets = ("detect-secrets-hook", "--exclude-files", HASHES, *_tracked())
    return bool(_failed((*QUICK_CHECKS, audit, secrets)))


def docs(_arguments: list[str]) -> int:
    """Build the documentation site into ``build/site``."""
    install(LOCK, DEV_LOCK)
    return run(PYTHON, "-m", "tests.docs.site")


def _failed(checks: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Run every check and return those that failed, having said so."""
    failed = [words for words in checks if run(SCRIPTS / words[0], *words[1:]) != 0]
    _tell(failed)
    return failed


def _tell(failed: list[tuple[str, ...]]) -> None:
    for words in failed:
        print(f"failed: {' '.join(words[:6])}", file=sys.stderr, flush=True)


def _tracked() -> list[str]:
    command = ["git", "ls-files"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def install(*locks: Path) -> None:
    """Create the virtual environment and install ``locks``, unless that was done before with the same contents."""
    done = VENV / "installed.sha256"
    wanted = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (*locks, ROOT / "pyproject.toml")]
    have = done.read_text().split() if done.exists() else []
    if set(wanted) <= set(have) and PYTHON.exists():
        return
    started = time.monotonic()
    if not PYTHON.exists():
        print(f"creating {VENV.name}", flush=True)
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    names = ", ".join(path.name for path in locks)
    print(f"installing {names} (a minute or two, this once)", flush=True)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--prefer-binary")
    subprocess.run([*pip, *(word for lock in locks for word in ("--requirement", lock))], check=True, env=environment())
    subprocess.run([*pip, "--quiet", "--no-deps", "--editable", ROOT], check=True, env=environment())
    kept = have if (VENV / "installed.sha256").exists() and wanted[-1] in have else []
    done.write_text("\n".join(sorted({*kept, *wanted})) + "\n")
    print(f"installed in {time.monotonic() - started:.0f} s", flush=True)


def run(*words: str | Path) -> int:
    """Run a command in the project's folder and return its exit status."""
    return subprocess.run([*map(str, words)], cwd=ROOT, check=False, env=environment()).returncode


def environment() -> dict[str, str]:
    """Return this process's environment without what would lead pip or Python away from the virtual environment.

    A shell may be set up to install for the user, into a folder, or to import from another project.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in PYTHON_DROPPED
        and (not name.upper().startswith("PIP_") or name.upper().removeprefix("PIP_") in PIP_KEPT)
    }
    return {**kept, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}  # over what pip.conf may say


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
