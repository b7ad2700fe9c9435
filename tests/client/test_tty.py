"""A person at a terminal: whole matches by keys, by typing and by the mouse, in 80x24 letters."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from tables import info

from client.scene_manager import Setup
from client.tty import plain
from client.tty.choice import Choice
from client.tty.game import TerminalGame
from client.tty.grid import MARKED, STRUCK, Grid, fitted
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    LEFT_BUTTON,
    RIGHT,
    RIGHT_BUTTON,
    SHUFFLE,
    SWAP,
    TURN,
    Command,
    Pointer,
    Typed,
)  # fmt: skip
from games.catalog import find_game
from games.record import FUNCTION, PERSON, verify

if TYPE_CHECKING:
    from tables import Table

    from games.core import Json
    from games.record import GameRecord

CELLS = [f"{column}{row}" for row in range(1, 11) for column in "ABCDEFGHIJ"]


class Person:
    """Someone at a terminal of 80x24 letters."""

    def __init__(self, table: Table, game: str | None = "battleship", **options: object) -> None:
        first = None if game is None else next(one for one in table.listed if one.game == game)
        setup = None if first is None else Setup(first.game, first, options)
        self.table = table
        self.size = (80, 24)
        self.game = TerminalGame(table.manager.world, setup, "Ada")

    def see(self) -> list[str]:
        for _ in range(6):
            self.game.tick()
        return self.grid().lines()

    def grid(self) -> Grid:
        return self.game.draw(*self.size)

    def do(self, *what: str | Pointer) -> list[str]:
        names = {ACCEPT, BACK, SWAP, DOWN, RIGHT, ERASE}
        for one in what:
            if isinstance(one, Pointer) or one in names:
                self.game.handle(one if isinstance(one, Pointer) else Command(one))
            else:
                for letter in one:
                    self.game.handle(Typed(letter))
            self.see()
        return self.see()


NAMES = (
    "W" * 40,
    "\N{ROCKET}" * 20,
    "\u0645\u0631\u064a\u0645 \u0627\u0644\u0628\u062d\u0631\u064a\u0629",
    "\u6f22\u5b57" * 20,
)
"""Long, emoji, right to left, and wide."""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_whole_or_ends_in_a_mark_and_pushes_nothing_out_of_its_place(table: Table, name: str) -> None:
    table.listed[0] = replace(table.listed[0], title=name)
    person = Person(table)
    person.game = TerminalGame(table.manager.world, Setup("battleship", table.listed[0], {}), name)
    lines = person.see()
    assert all(cell_len(line) <= 80 for line in lines)
    heading = lines[0]
    assert name in heading or "\N{HORIZONTAL ELLIPSIS}" in heading
    plain_lines = Person(table).see()
    assert [line.find("\N{BOX DRAWINGS LIGHT VERTICAL}") for line in lines[2:]] == [
        line.find("\N{BOX DRAWINGS LIGHT VERTICAL}") for line in plain_lines[2:]
    ]


def test_battleship_is_won_or_lost_by_typing(table: Table) -> None:
    person = Person(table)
    person.do("x", ACCEPT)
    cells = iter(CELLS)
    while not (record := list(table.records)):
        person.do(next(cells), ACCEPT)
    verify(record[0])
    assert [one.kind for one in record[0].participants] == [PERSON, FUNCTION]
    assert record[0].outcome is not None
    lines = person.see()
    assert any(words in lines[1] for words in ("You win: fleet sunk", "Alpha wins: fleet sunk"))
    assert "Enter again" in lines[-1]
    assert "YOUR SEA" in person.do(ACCEPT)[3], "another match has begun"
    person.do(BACK, BACK)
    assert person.game.over
    assert len(table.records) == 2


def test_a_coach_reviews_a_match_that_is_over(table: Table) -> None:
    def annotated(record: GameRecord) -> list[Json]:
        notes: list[Json] = [
            {
                "step": turn.step, "player": turn.player, "played": turn.action, "would_play": "J10", "best": "J10",
                "probability": 0.0, "best_probability": 1.0, "worth": 0.2, "best_worth": 0.8,
            }
            for turn in record.turns[4:6]
        ]  # fmt: skip
        by: Json = {"name": "somebody", "version": "3", "sha256": ""}
        return [{"format": 2, "match_id": record.match_id, "game": record.game, "by": by, "turns": notes}]

    table.manager._world = replace(table.manager.world, annotations=annotated)
    person = Person(table)
    person.do("x", ACCEPT)
    cells = iter(CELLS)
    while not table.records:
        person.do(next(cells), ACCEPT)
    played = person.game.matches[0]
    deadline = monotonic() + 60
    while not any("Judged by" in line for line, _ in played.log):
        assert monotonic() < deadline
        person.see()
    told = "\n".join(person.see())
    assert "Judged by somebody v3, by its function" in told
    assert "25% of the best" in told
    assert "gave away 60%: J10 was better." in told
    count = len(played.log)
    person.see()
    assert len(played.log) == count, "it is said once"
    person.do(BACK)


def test_a_fleet_is_placed_by_keys_and_every_key_is_named(table: Table) -> None:
    person = Person(table)
    lines = person.see()
    assert all(word in lines[-1] for word in ("arrows", "Enter", "R", "X", "Bksp", "Tab", "Esc leave"))
    assert "C  carrier 5, in the hand" in "\n".join(person.do(ACCEPT))
    assert person.grid().styles[3 + 2 + 5][1 + 3 + 2 * 5] == MARKED
    assert "carrier 5, lies" in "\n".join(person.do("r", ACCEPT))
    assert "carrier 5, in the dock" in "\n".join(person.do(ERASE, ERASE))
    lines = person.do("x")
    assert "All lie: Enter begins the battle" in "\n".join(lines)
    assert "THEIR SEA" in "\n".join(person.do(ACCEPT))


def test_a_ship_that_has_no_room_is_told(table: Table) -> None:
    person = Person(table)
    person.do(ACCEPT, ACCEPT)
    while person.game._page._view.placing.cursor.row > 5:
        person.do("up")
    placing = person.game._page._view.placing
    placing.held.cell = placing.placed["carrier"].cell
    assert "the battleship has no room there" in person.do(ACCEPT)[1]
    assert STRUCK in {style for row in person.grid().styles for style in row}


def test_the_mouse_places_turns_and_fires(table: Table) -> None:
    person = Person(table)
    at = Pointer("press", 1 + 3 + 2 * 2, 3 + 2 + 3, LEFT_BUTTON)
    assert "in the hand" in "\n".join(person.do(at))
    person.do(Pointer("press", at.x, at.y, RIGHT_BUTTON), at)
    placed = person.game._page._view.placing.placed["carrier"]
    assert (placed.cell, placed.vertical) == ((2, 3), True)
    person.do("x", ACCEPT)
    lines = person.do(at)
    assert any(line.startswith(" Ada: ") and line.endswith("C4") for line in lines)


def test_what_cannot_be_shot_at_is_told_and_typing_is_taken_back(table: Table) -> None:
    person = Person(table)
    person.do("x", ACCEPT, "B7", ACCEPT)
    assert "B7 has been shot at already" in person.do("B7", ACCEPT)[1]
    assert "Fire at Z9" in person.do("Z9")[2]
    assert "is no cell" in person.do(ACCEPT)[1]
    assert "Fire at Z" in person.do("Z9", ERASE)[2]
    assert "Fire at B7" in person.do(BACK)[2]
    assert "Fire at C7" in person.do(RIGHT)[2]
    assert "Esc leave the match" in person.do(BACK)[-1]
    assert "Esc leave the match" not in person.do(RIGHT)[-1]


@pytest.mark.parametrize("options", [{"size": 15}, {"size": 8}, {"salvo": True}, {"no_touch": True, "size": 12}])
def test_every_variant_has_room_in_80x24(table: Table, options: dict[str, object]) -> None:
    person = Person(table, **options)
    size = int(str(options.get("size", 10)))
    person.do("x")
    lines = person.do(ACCEPT)
    rows = [line for line in lines if line[1:3].strip() == str(size)]
    assert rows
    assert rows[0].count(f"{size:>2} ") == 2, "both seas to their last row"
    assert lines[-1].startswith(" arrows aim")
    assert "Ada: " in "\n".join(lines[size + 5 : -1]), "what happened is told below"


@pytest.mark.parametrize("size", [(80, 24), (64, 20), (200, 60), (63, 24), (80, 19), (1, 1), (5, 2)])
def test_every_size_is_drawn(table: Table, size: tuple[int, int]) -> None:
    person = Person(table)
    person.size = size
    for _ in range(3):
        grid = person.grid()
        assert [len(row) for row in grid.letters] == [size[0]] * size[1]
        assert (size[0] < 64 or size[1] < 20) == (not any("YOUR SEA" in line for line in grid.lines()))
        person.do("x")


def test_any_turn_based_game_is_played_in_the_default_view(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    table.listed.append(info("kuhn_easy", game="kuhn"))
    person = Person(table, "kuhn")
    lines = person.see()
    assert "Kuhn poker: Ada against Kuhn Easy" in lines[0]
    assert "pass" in "\n".join(lines)
    assert "nothing there holds what is typed" in "\n".join(person.do("fold"))
    assert "'fold' is no action" in person.do(ACCEPT)[1]
    person.do(BACK, "be", ACCEPT)
    while not table.records:
        person.do(ACCEPT)
    verify(table.records[0])
    assert table.records[0].turns[0].action == "bet"
    assert "chips: " in person.see()[1]


def test_battleship_can_be_played_in_the_default_view_too(table: Table) -> None:
    person = Person(table)
    played = person.game.matches[0]
    view = plain.open_view(played)
    person.game._page._view = view
    assert "too many to list" in "\n".join(person.see())
    person.do("random", ACCEPT)
    assert "A1" in "\n".join(person.see())
    person.do("j1", ACCEPT)
    assert [report.cell for report in played.match.match.state.shots_of("one")]
    assert "random" not in view.choice.typed


def test_whom_to_play_is_chosen_without_games_in_real_time(table: Table) -> None:
    person = Person(table, None)
    lines = person.see()
    assert [line.strip() for line in lines[3:7]] == [
        "Battleship: Alpha (alpha)",
        "Battleship: Beta (beta)",
        "Backgammon: Delta (delta)",
        "",
    ]
    assert "against Beta" in person.do("bet", ACCEPT)[0]
    person.do("x", ACCEPT, SWAP, ACCEPT)
    assert "against Alpha" in person.see()[0]
    assert "Alpha takes over" in "\n".join(person.see())
    other = Person(table, None)
    other.do(BACK)
    assert other.game.over


def test_trouble_beside_the_match_is_told(table: Table) -> None:
    object.__setattr__(table.manager.world, "trouble", lambda: "the disk is full")
    assert "the disk is full" in "\n".join(Person(table).see())


def test_what_a_stand_in_played_is_told(table: Table) -> None:
    table.fallback = "timeout"
    assert "A stand-in played" in "\n".join(Person(table).do("x", ACCEPT, "A1", ACCEPT))


@pytest.mark.parametrize(
    "text", ["Ada", "é" * 40, "שלום", "日本語の名前です", "👩\u200d👩\u200d👧" * 9, "a\x1b[31m", "\u202eabc"]
)
def test_names_are_cut_between_letters_and_steer_nothing(text: str) -> None:
    for room in range(1, 30):
        shown = fitted(text, room)
        assert cell_len(shown) <= room
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    grid = Grid(10, 1)
    grid.write(text, 0, 0)
    assert len(grid.letters[0]) == 10
    assert cell_len("".join(grid.letters[0])) == 10


def test_a_long_list_scrolls_to_what_is_marked() -> None:
    choice = Choice(CELLS)
    grid = Grid(30, 5)
    for _ in range(40):
        choice.handle(Command(DOWN))
        choice.draw(grid := Grid(30, 5), (0, 0, 30, 5))
    assert choice.marked == "J10"
    assert "J10" in "\n".join(grid.lines())
    assert choice.handle(Pointer("press", 0, 0, LEFT_BUTTON))
    assert choice.marked != "J10"


@pytest.mark.parametrize("name", [TURN, SHUFFLE])
def test_commands_of_other_games_do_nothing(table: Table, name: str) -> None:
    person = Person(table)
    person.do("x", ACCEPT)
    person.game.handle(Command(name))
    assert find_game("battleship").outcome(person.game.matches[0].match.match.state) is None
