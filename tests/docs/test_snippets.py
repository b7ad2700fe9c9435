from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from games.backgammon import rules as backgammon
from games.battleship import rules as battleship
from games.fairness import Pledge
from games.match import Match, play
from games.record import BOT, GameRecord, Participant
from tests.docs import snippets

if TYPE_CHECKING:
    from games.core import Event

FAIR_DICE = Path(__file__).with_name("fair_dice.py")


@pytest.mark.parametrize("page", snippets.PAGES, ids=lambda page: page.name)
def test_code_on_a_page_is_that_of_the_files(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<!-- from " in text
    assert snippets.refreshed(text) == text, "run: python -m tests.docs.snippets"


def test_a_snippet_holds_the_definitions_it_names() -> None:
    source = "A = 1\nB: int = 2\n\n\n@f\ndef g():  # noqa: D103\n    return A\n"
    assert snippets.definitions(source, ["A", "B", "g"]) == (
        "A = 1\nB: int = 2\n\n\n@f\ndef g():  # noqa: D103\n    return A\n"
    )
    with pytest.raises(KeyError, match="gone"):
        snippets.definitions(source, ["gone"])


def by_hand(record: GameRecord, folder: Path, *commitment: str) -> subprocess.CompletedProcess[str]:
    path = folder / "record.json"
    path.write_text(record.to_line() + "\n", "utf-8")
    command = [sys.executable, "-I", FAIR_DICE, path, *commitment]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=folder)


def test_the_dice_of_a_record_are_checked_by_the_script_on_the_page(tmp_path: Path) -> None:
    pledge = Pledge.of("a5" * 32, "Wyrd bið ful aræd")
    seats = {player: Participant(player, BOT, "anyone") for player in backgammon.PLAYERS}
    match = Match(backgammon, seats, seed=pledge, policy_seed=1)
    rolled = [tuple(match.state.view.dice)]

    def note(events: tuple[Event, ...]) -> None:
        rolled.extend((one.detail["one"], one.detail["two"]) for one in events if one.kind == "rolled")

    record = play(match, dict.fromkeys(backgammon.PLAYERS, backgammon.sample_action), on_events=note)
    checked = by_hand(record, tmp_path, pledge.commitment)
    assert checked.returncode == 0, checked.stderr
    first, *lines = checked.stdout.splitlines()
    assert first == "the promise was kept"
    assert lines[1:] == [f"throw {number}: {one} {two}" for number, (one, two) in enumerate(rolled[:10]) if number]
    other = by_hand(record, tmp_path, Pledge.of("a6" * 32).commitment)
    assert (other.returncode, other.stderr) == (1, "the secret is not the one that was promised\n")
    reworded = replace(record, pledge=replace(pledge, word="another"))
    assert "the seed does not follow" in by_hand(reworded, tmp_path).stderr


def test_a_sealed_fleet_is_checked_by_the_script_on_the_page(tmp_path: Path) -> None:
    seats = {player: Participant(player, BOT, "anyone") for player in battleship.PLAYERS}
    match = Match(battleship, seats, seed=Pledge.of("a5" * 32), policy_seed=1)
    for player in match.to_act():
        match.submit(player, battleship.sample_action(match.ask(player), Random(player)), sealed=player == "two")
    match.advance()
    record = match.close()
    assert by_hand(record, tmp_path).stdout == "the promise was kept\n"
    one, two = record.turns
    moved = replace(record, turns=(one, replace(two, action=one.action)))
    assert "not what was sealed" in by_hand(moved, tmp_path).stderr
