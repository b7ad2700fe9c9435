"""What Battleship tells before a match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.guides import Guide, Step
from games.battleship.fleet import placement_board
from games.battleship.notation import SUNK, print_cell

if TYPE_CHECKING:
    from games.battleship.rules import State
    from games.match import Match


def _target(match: Match) -> str:
    """Return the next cell of a ship of theirs that was not shot at: only a lesson may look."""
    state: State = match.state
    hidden = state.fleet_of("two")
    tried = {report.cell for report in state.shots_of("one")}
    for placement in hidden.ships if hidden is not None else ():
        left = [cell for cell in state.variant.cells(placement_board(state.variant, placement)) if cell not in tried]
        if left:
            return print_cell(left[0])
    return ""


GUIDE = Guide(
    rules=(
        ("The fleet", "Each player places five ships on ten by ten cells, lying or standing, none over another."),
        (
            "The shots",
            "You fire in turn at a cell, and hear miss, hit, or which ship has sunk; not where it lay.",
        ),
        ("The end", "Who first sinks the whole fleet has won. The score is the shots fired: fewer are better."),
        ("Worth knowing", "A hit has more of the ship beside it. Long ships fit in few places: look there first."),
    ),
    lesson=(
        Step(
            lambda _: "Place: lay both boats on your sea (R turns), or press X. Then put to sea.",
            lambda match: match.state.fleets is not None,
        ),
        Step(
            lambda match: f"Shoot: one of their boats lies at {_target(match)}. Fire there: only a lesson tells.",
            lambda match: len(match.state.shots_of("one")) >= 1,
        ),
        Step(
            lambda match: f"Sink: a hit has more of the ship beside it. Fire at {_target(match)}.",
            lambda match: any(report.result == SUNK for report in match.state.shots_of("one")),
        ),
    ),
    lesson_options={"size": 8, "fleet": {"patrol_boat": 2, "cutter": 2}},
)
