"""Observations that cannot have come from a game are refused, and the shot is named."""

from __future__ import annotations

from typing import Any

import pytest

from games.battleship import rules
from games.battleship.fleet import STANDARD, Cell
from games.battleship.notation import Report, parse_cell
from games.battleship.observation import ShootObservation
from games.core import ObservationError

SHIPS = ["carrier", "battleship", "cruiser", "submarine", "destroyer"]


def shoot(shots: Any, afloat: Any = SHIPS, **more: Any):
    return {"phase": "shoot", "shots": shots, "afloat": afloat, **more}


EDGE = [["A1", "hit"], ["B1", "miss"], ["A2", "miss"]]
ALL = [[f"{column}{row}", "hit"] for row, length in enumerate((5, 4, 3, 3, 2), 1) for column in "ABCDE"[:length]]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (None, "", "an observation is an object, not null"),
        ({"phase": "fight"}, "phase", "'fight' is neither"),
        ({"phase": "place", "shots": []}, "shots", "no field of this phase"),
        (shoot({}), "shots", "not a list of shots"),
        (shoot([["Z99", "miss"]]), "shots[0]", "'Z99' is no cell"),
        (shoot([["K1", "miss"]]), "shots[0]", "K1 is off the board"),
        (shoot([["A1", "miss"], ["A1", "miss"]]), "shots[1]", "A1 was shot at before"),
        (shoot([["A1", "boom"]]), "shots[0]", "'boom' is none of"),
        (shoot([["A1", "miss", "carrier"]]), "shots[0]", "names a ship"),
        (shoot([["A1", "called"]]), "shots[0]", "only a salvo"),
        (shoot([["A1", "hit"], ["A2", "sunk", "canoe"]]), "shots[1]", "'canoe' is none of the fleet's"),
        (shoot([["A1", "hit"], ["A2", "sunk", "cruiser"]]), "shots[1]", "2 hits cannot have sunk cruiser"),
        (
            shoot([["A1", "hit"], ["A2", "sunk", "destroyer"], ["B1", "hit"], ["B2", "sunk", "destroyer"]]),
            "shots[3]",
            "the destroyer sank before",
        ),
        (shoot([["A1", "hit"], ["C1", "sunk", "destroyer"]], SHIPS[:4]), "shots[1]", "no fleet fits"),
        (shoot([["A1", "hit"], ["A2", "miss"], ["A3", "sunk", "cruiser"]]), "shots[2]", "2 hits cannot"),
        (shoot(EDGE), "shots[2]", "A2 miss: no fleet fits all that was heard"),
        (shoot([["A1", "miss"]], SHIPS[:4]), "afloat", "the destroyer is missing"),
        (shoot([], [*SHIPS, "carrier"]), "afloat[5]", "named twice"),
        (shoot([], ["canoe"]), "afloat[0]", "'canoe' is not afloat"),
        (shoot(ALL[:13] + ALL[13:]), "shots[12]", "13 hits, but the ships sunk and afloat take 12 at most"),
        (shoot([], variant={"size": 3}), "variant.size", "3 is no whole number from 8 to 15"),
        (shoot([], variant={"\n": 3}), "variant", "no option is called"),
        (shoot([], variant=[]), "variant", "not an object"),
    ],
)
def test_a_contradiction_is_refused_where_it_is(data: Any, field: Any, words: Any):
    with pytest.raises(ObservationError) as caught:
        rules.decode_observation(data)
    assert caught.value.field == field
    assert words in caught.value.message


def test_a_finished_game_is_refused_at_the_shot_that_ended_it():
    shots = []
    for row, ship in enumerate(SHIPS, 1):
        cells = [f"{column}{row}" for column in "ABCDE"[: dict(rules.Variant().fleet)[ship]]]
        shots += [[cell, "hit"] for cell in cells[:-1]] + [[cells[-1], "sunk", ship]]
    with pytest.raises(ObservationError, match="the game is over") as caught:
        rules.decode_observation(shoot(shots, []))
    assert caught.value.field == "shots[16]"


def test_hits_of_a_sunk_ship_and_of_one_that_touches_it_may_lie_in_one_line():
    """A1 to C1 hit, then C1 sinks the destroyer (B1, C1): A1 is another ship's, downwards."""
    data = shoot([["A1", "hit"], ["B1", "hit"], ["C1", "sunk", "destroyer"]], SHIPS[:4])
    assert rules.decode_observation(data).afloat == ("carrier", "battleship", "cruiser", "submarine")


def test_a_hit_after_which_no_ship_can_hold_it_is_named():
    shots = [["B1", "miss"], ["A2", "miss"], ["A1", "hit"]]
    with pytest.raises(ObservationError) as caught:
        rules.decode_observation(shoot(shots))
    assert caught.value.field == "shots[2]"


def test_six_hits_that_five_ships_cannot_cover_are_refused():
    """Six hits, no two in reach of one ship: knight's moves far apart."""
    shots = [[cell, "hit"] for cell in ("A1", "F2", "B7", "G8", "J4", "E10")]
    walls = [["A6", "miss"], ["F6", "miss"]]
    with pytest.raises(ObservationError, match="no fleet fits"):
        rules.decode_observation(shoot(walls + shots))


def test_a_shot_history_says_what_shots_tell_of_each_cell() -> None:
    texts: tuple[tuple[str, str, str | None], ...] = (
        ("A1", "hit", None),
        ("C1", "miss", None),
        ("B1", "sunk", "destroyer"),
        ("E5", "hit", None),
    )
    shots = tuple(Report(parse_cell(cell), result, ship) for cell, result, ship in texts)
    called = Report(parse_cell("J10"), "called")
    history = ShootObservation(STANDARD, (*shots, called)).history
    assert history.misses == STANDARD.bit(Cell(2, 0))
    assert history.hits == STANDARD.bit(Cell(0, 0)) | STANDARD.bit(Cell(4, 4))
    assert history.sinking == STANDARD.bit(Cell(1, 0))
    assert history.sunk == {"destroyer": (STANDARD.bit(Cell(1, 0)), STANDARD.bit(Cell(0, 0)))}
    assert history.tried == history.misses | history.hits | history.sinking | STANDARD.bit(Cell(9, 9))
