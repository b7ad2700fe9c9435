"""The match without a display: it is shown, recorded, and ends by itself."""

from __future__ import annotations

from io import StringIO
from random import Random
from typing import TYPE_CHECKING

import pytest
from odd_server import serving, whole
from tables import Table, info

from client.console import PlainConsole
from client.net.fallback import fallback_action
from client.net.opponent_client import DeployedOpponentClient
from client.net.remote import OpponentInfo
from client.net.request_pool import RequestPool
from client.scene_manager import Services, Setup
from client.terminal import play_match, show_match
from games.catalog import find_game
from games.core import GameError
from games.record import BOT, FUNCTION, PERSON, GameRecord, is_kept, verify

if TYPE_CHECKING:
    from pathlib import Path


def play(tmp_path: Path, *, terminal: bool, longest_s: float = 60.0, fallback: str | None = None) -> tuple[str, Table]:
    table = Table(tmp_path)
    table.fallback = fallback
    screen = StringIO()
    console = PlainConsole(file=screen, force_terminal=terminal, width=120, height=50)

    def bot(observation: object, random: Random) -> object:
        return fallback_action("battleship", observation, random)

    setup = Setup("battleship", table.listed[0], {})
    show_match(table.manager.world, setup, "chance", bot, console=console, longest_s=longest_s, pace_s=0)
    return screen.getvalue(), table


def test_a_whole_match_is_printed_where_output_is_no_terminal(tmp_path: Path) -> None:
    text, table = play(tmp_path, terminal=False)
    (record,) = table.records
    verify(record)
    assert [one.kind for one in record.participants] == [BOT, FUNCTION]
    assert record.outcome is not None
    assert " wins: fleet sunk" in text
    assert "alpha v1: 8.5 ms, computed in 0.4 ms, warm" in text
    assert text.count("sunk") >= 5


def test_the_boards_move_on_a_terminal(tmp_path: Path) -> None:
    text, _ = play(tmp_path, terminal=True)
    assert text.count("A B C D E F G H I J") > 2


def test_what_a_stand_in_played_is_said_with_its_cause(tmp_path: Path) -> None:
    text, _ = play(tmp_path, terminal=False, fallback="timeout")
    assert "Alpha did not answer in time. A stand-in played (no answer within 12.0 s)" in text


def test_a_match_that_takes_too_long_is_left_and_recorded(tmp_path: Path) -> None:
    text, table = play(tmp_path, terminal=False, longest_s=0.0)
    assert "time is up" in text
    (record,) = table.records
    assert record.outcome is None


def test_a_function_of_pacman_that_answers_nonsense_is_stood_in_for() -> None:
    rules, kept, pool = find_game("pacman"), [], RequestPool(1)
    with serving(whole(b"[" * 200_000)) as url:
        info = OpponentInfo("odd", "pacman", "Odd", 1, url, guest=True)
        services = Services(
            lambda: [info], lambda item: DeployedOpponentClient(pool, item), lambda: None, kept.append, random=Random(1)
        )
        setup = Setup("pacman", info, {"lives": 1, "maze": "pocket"})
        console = PlainConsole(file=StringIO(), width=100)
        record = show_match(services, setup, "chance", rules.sample_action, console=console, longest_s=20, pace_s=0)
    pool.close()
    verify(GameRecord.from_line(record.to_line()))
    assert kept == [record]
    assert {turn.fallback for turn in record.turns if turn.player == "ghosts"} == {"nonsense"}


def person(tmp_path: Path, game: str, typed: str) -> tuple[str, Table]:
    """Let a person who types these lines play, 80 columns wide; return what is shown."""
    table = Table(tmp_path)
    table.listed.append(info("kuhn_easy", game="kuhn"))
    opponent = next(one for one in table.listed if one.game == game)
    screen = StringIO()
    console = PlainConsole(file=screen, width=80)
    play_match(table.manager.world, Setup(game, opponent, {}), "Ada", console=console, lines=StringIO(typed))
    return screen.getvalue(), table


def test_a_person_plays_any_turn_based_game_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    text, table = person(tmp_path, "kuhn", "fold\n\n?\n1\nBET\n")
    (record,) = table.records
    verify(record)
    assert [one.kind for one in record.participants] == [PERSON, FUNCTION]
    assert record.outcome is not None
    assert record.turns[0].action == "pass"
    assert "'fold' is no action; there are pass and bet" in text
    assert "  1 pass" in text
    assert "Ada: pass" in text
    assert "kuhn_easy v1: 8.5 ms, computed in 0.4 ms, warm" in text
    assert " wins: " in text
    assert "chips: " in text


class Keyboard(StringIO):
    """Lines of somebody who sits at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("lines", "typed", "word"), [(Keyboard, "my \x1bword\n1\n1\n", "my word"), (StringIO, "1\n1\n", "")]
)
def test_chance_is_promised_before_the_first_line_and_takes_a_word_from_who_sits_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: type[StringIO], typed: str, word: str
) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    table = Table(tmp_path)
    screen = StringIO()
    setup = Setup("kuhn", info("kuhn_easy", game="kuhn"), {})
    play_match(table.manager.world, setup, "Ada", console=PlainConsole(file=screen, width=80), lines=lines(typed))
    (record,) = table.records
    verify(record)
    assert is_kept(record)
    assert record.outcome is not None
    assert record.pledge is not None
    assert record.pledge.word == word
    assert f"chance is promised: {record.pledge.commitment}" in screen.getvalue().splitlines()[0]


def test_battleship_is_played_with_parts_of_actions_and_chance(tmp_path: Path) -> None:
    shots = "".join(f"{'abcdefghij'[number % 10]}{number // 10 + 1}\n" for number in range(100))
    text, table = person(tmp_path, "battleship", f"carrier\nrandom\nj\n{shots}")
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert "which of J1, J2, J3" in text
    assert "100 actions, from A1 to J10; ? lists them" in text
    assert max(map(len, text.splitlines())) <= 80 or "carrier:" in max(text.splitlines(), key=len)
    assert any(line.count("A B C D E F G H I J") == 2 for line in text.splitlines()), "the boards lie side by side"


@pytest.mark.parametrize("typed", ["", "random\nquit\nA1\n", "random\n"])
def test_a_match_whose_lines_end_is_left_and_recorded(tmp_path: Path, typed: str) -> None:
    text, table = person(tmp_path, "battleship", typed)
    assert "the match is left after" in text
    (record,) = table.records
    assert record.outcome is None


def test_a_game_in_real_time_needs_a_window(tmp_path: Path) -> None:
    with pytest.raises(GameError, match="Pac-Man is played in real time and needs a window"):
        person(tmp_path, "pacman", "")
