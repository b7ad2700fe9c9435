"""Whatever text comes from elsewhere, the terminal shows it as it is, and so do files and pipes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from client.commands.families import FAMILIES, registered
from client.commands.progress import Bars
from client.console import PlainConsole, labelled, legible
from games.battleship import rules
from games.match import Match, play
from games.record import BOT, PERSON, Participant

ROOT = Path(__file__).parents[2]
ODD = [
    "[fox]robin",
    "[/]robin",
    "[/x]",
    ":heart:",
    "[link=x]y[/link]",
    "a\x1b[31mred",
    "\x9b2J",
    "bell\a",
    "\u202edrow",
]


def shown(*things: object) -> str:
    screen = StringIO()
    PlainConsole(file=screen, width=200).print(*things)
    return screen.getvalue()


@pytest.mark.parametrize("text", ODD)
def test_brackets_and_controls_are_shown_wherever_a_text_stands(text: str) -> None:
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    assert shown(text) == f"{legible(text)}\n"
    assert shown(labelled(text, "red", text)) == f"{legible(text) * 2}\n"
    assert shown(table).count(legible(text)) == 3


@given(st.text())
def test_nothing_that_is_shown_steers_the_terminal(text: str) -> None:
    assert all(one.isprintable() or one in "\n\t" for one in legible(text))
    assert legible(legible(text)) == legible(text)


def run(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(folder / "home"), **variables}
    words = (sys.executable, "-m", "client", *words)
    return subprocess.run([*map(str, words)], cwd=ROOT, env=environment, capture_output=True, check=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A match of people with odd names, in a folder with an odd name."""
    seats = {"one": Participant("one", PERSON, "[fox]Zoë"), "two": Participant("two", BOT, "[/]robin")}
    record = play(Match(rules, seats, seed=1, policy_seed=2), dict.fromkeys(rules.PLAYERS, rules.sample_action))
    folder = tmp_path / "games [old]"
    folder.mkdir()
    (folder / "x.jsonl").write_text(record.to_line() + "\nno record\n", "utf-8")
    return folder / "x.jsonl"


def test_names_and_paths_in_brackets_are_listed_as_they_are(file: Path, tmp_path: Path) -> None:
    listed = run(tmp_path, "records", "list", file, COLUMNS="200").stdout.decode()
    assert "[fox]Zoë" in listed
    assert "[/]robin" in listed
    missing = run(tmp_path, "records", "verify", file.with_name("y.jsonl"))
    assert (missing.returncode, "games [old]/y.jsonl" in missing.stderr.decode()) == (2, True)
    refused = run(tmp_path, "deploy", "[/x]")
    assert refused.returncode == 2
    assert "[/x]" in refused.stderr.decode()
    assert b"Traceback" not in refused.stderr


def test_files_and_pipes_get_utf_8_whatever_the_code_page(file: Path, tmp_path: Path) -> None:
    verified = run(tmp_path, "records", "verify", file, PYTHONIOENCODING="cp1252")
    assert verified.returncode == 1
    assert "✗" in verified.stdout.decode("utf-8")
    exported = run(tmp_path, "records", "export", file, PYTHONIOENCODING="cp1252").stdout.decode("utf-8")
    assert json.loads(exported)["participants"][0]["name"] == "[fox]Zoë"


def test_only_one_module_makes_consoles_and_nobody_prints_past_them() -> None:
    """A rich Console of its own would read markup; the logs of functions go to no terminal."""
    for path in sorted((ROOT / "client").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{path}:{node.lineno}"
                assert node.func.id != "Console", f"{path}:{node.lineno}"
            if isinstance(node, ast.keyword) and node.arg == "markup":
                assert isinstance(node.value, ast.Constant), f"{path}:{node.lineno}"
                assert node.value.value is False, f"{path}:{node.lineno}"


@pytest.mark.parametrize("text", ODD)
def test_what_a_training_does_may_have_any_name(text: str) -> None:
    from rich.progress import Progress, TextColumn  # noqa: PLC0415 - as the command makes it

    screen = StringIO()
    console = PlainConsole(file=screen, force_terminal=True, width=200)
    with Progress(TextColumn("{task.description}", markup=False), console=console) as progress:
        bars = Bars(progress)
        bars.report(text)
        bars.count(text, 1, 2)
    assert legible(text) in screen.getvalue()


def test_a_command_without_a_window_loads_nothing_of_one(tmp_path: Path) -> None:
    program = "import sys, client.cli; print(sorted({'pygame', 'sklearn', 'numba', 'botocore'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_command_imports_its_own_family_alone(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom client.cli import app\n"
        "try: app(['cloud', 'status', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'requests', 'numpy', 'client.commands.train', 'client.commands.play'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("family", sorted(set(FAMILIES.values())))
def test_every_command_of_a_family_is_known_by_its_name(family: str) -> None:
    assert set(registered(family)) == {name for name, where in FAMILIES.items() if where == family}


def test_a_mistyped_command_is_told_the_one_it_may_be(tmp_path: Path) -> None:
    done = run(tmp_path, "recrds")
    assert done.returncode == 2
    assert "'records'" in done.stderr.decode()


@pytest.mark.parametrize("words", [("opponents",), ("deploy", "battleship_easy"), ("play", "--terminal")])
def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = run(tmp_path, *words, LAMBDA_ARCADE_HOME=str(tmp_path / "file" / "home"))
    said = done.stderr.decode()
    assert done.returncode == 2
    assert str(tmp_path / "file" / "home") in said
    assert "LAMBDA_ARCADE_HOME chooses another folder" in said
    assert "Errno" not in said
