"""Players with strong habits of placing, to learn to know; they shoot anywhere.

A habit says what the next fleet is drawn from, given the player's fleets so far: a mixture of styles, each a product of
placements' weights.  So the habit itself can be handed to a shooter, who then knows all there is to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ai_functions.policies.battleship.features import board_geometry
from ai_functions.policies.battleship.inference import clashes, touches
from ai_functions.policies.battleship.placements import placement_numbers
from games.battleship.fleet import STANDARD, Placement, random_placement
from games.battleship.observation import PlaceObservation
from training.games.battleship.players.textbook import LADDER
from training.games.battleship.standard_placements import placement_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from games.battleship.observation import Observation
    from games.battleship.rules import Action
    from games.core import Opponent


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One way to lay fleets of the standard game."""

    weight: NDArray[np.float64]
    """Shape (placements,): how much each placement counts; a fleet is as likely as the product of its placements'."""
    touching: float = 1.0
    """How much more a fleet counts for every two of its ships that lie side by side, MOST_PAIRS of them at most."""
    share: float = 1.0
    """How often the player lays a fleet so, beside the other styles."""


MOST_PAIRS = 4
Habit: TypeAlias = Callable[[Sequence[Placement]], Sequence[Style]]
"""From a player's fleets, oldest first, to the styles that the next one is drawn from."""


def draw(styles: Sequence[Style], random: Random) -> Placement:
    """Return a fleet of one of ``styles``."""
    geometry, clash, touch = board_geometry(STANDARD), clashes(STANDARD), touches(STANDARD)
    style = random.choices(styles, [style.share for style in styles])[0]
    spans = [range(geometry.first[ship], geometry.first[ship + 1]) for ship in range(len(STANDARD.fleet))]
    shares = [style.weight[span.start : span.stop].tolist() for span in spans]
    ceiling = max(1.0, style.touching**MOST_PAIRS)
    while True:
        drawn = [random.choices(span, share)[0] for span, share in zip(spans, shares, strict=True)]
        if clash[np.ix_(drawn, drawn)].sum() > len(drawn):
            continue
        pairs = min(MOST_PAIRS, int(touch[np.ix_(drawn, drawn)].sum() / 2))
        if random.random() < style.touching**pairs / ceiling:
            return Placement(tuple(geometry.placements[number] for number in drawn))


def play_out(habit: Habit, fleets: int, random: Random, before: Sequence[Placement] = ()) -> list[Placement]:
    """Return the next ``fleets`` fleets of a player, each laid knowing those ``before`` it."""
    history = list(before)
    for _ in range(fleets):
        history.append(draw(habit(history), random))
    return history[len(before) :]


def mostly(preferred: NDArray[np.bool_], others: float) -> NDArray[np.float64]:
    """Return weights: 1 for the placements that are ``preferred``, ``others`` for the rest."""
    return np.where(preferred, 1.0, others)


def even() -> NDArray[np.float64]:
    """Return the weights of uniform fleets."""
    return np.ones(len(board_geometry(STANDARD).placements))


def always(*styles: Style) -> Habit:
    """Return the habit of someone who remembers nothing."""
    return lambda _: styles


def only(fleet: Placement, share: float = 1.0) -> Style:
    """Return the style of someone who lays this fleet and no other."""
    weight = np.full(len(board_geometry(STANDARD).placements), 1e-9)
    weight[placement_numbers(fleet)] = 1.0
    return Style(weight, share=share)


def near(fleet: Placement, others: float) -> NDArray[np.float64]:
    """Return weights of a fleet's placements, and of each moved by one cell."""
    every = board_geometry(STANDARD).placements
    weight = np.full(len(every), others)
    for placement in fleet.ships:
        for number, other in enumerate(every):
            step = abs(other.cell.column - placement.cell.column) + abs(other.cell.row - placement.cell.row)
            if (other.ship, other.vertical) == (placement.ship, placement.vertical) and step <= 1:
                weight[number] = 1.0
    return weight


def avoiding(fleets: Sequence[Placement]) -> Style:
    """Return the style of someone who lays no ship over water that was used by any of ``fleets``."""
    cover = board_geometry(STANDARD).cover
    used = [number for fleet in fleets for number in placement_numbers(fleet)]
    return Style(mostly(cover @ cover[used].sum(axis=0) == 0, 0.02))


def _wanderer(fleets: Sequence[Placement]) -> list[Style]:
    return [avoiding(fleets[-2:])]


def _mover(fleets: Sequence[Placement]) -> list[Style]:
    """Lay each ship about where it lay last time."""
    return [Style(near(fleets[-1], 0.01)) if fleets else Style(even())]


def _favourite(name: str) -> Placement:
    return random_placement(STANDARD, Random(name))  # noqa: S311 - a game, not a secret


_SIZE = STANDARD.size
_AT = placement_arrays()
_INSIDE = (_AT.left >= 2) & (_AT.top >= 2) & (_AT.right < _SIZE - 2) & (_AT.bottom < _SIZE - 2)  # noqa: PLR2004
_BIG = _AT.ship <= 1
_ENDS = (_AT.left <= 1) | (_AT.right >= _SIZE - 2), (_AT.top <= 1) | (_AT.bottom >= _SIZE - 2)

HABITS: dict[str, Habit] = {
    "edges": always(Style(mostly(_AT.edge, 0.02))),
    "one side": always(Style(mostly(_AT.right < _SIZE // 2, 0.02))),
    "upright": always(Style(mostly(_AT.upright, 0.03))),
    "middle": always(Style(mostly(_INSIDE, 0.02))),
    "corner": always(Style(mostly(_AT.right + _AT.bottom <= _SIZE // 2, 0.03))),
    "three rows": always(Style(mostly(~_AT.upright & np.isin(_AT.top, (1, 4, _SIZE - 2)), 0.03))),
    "apart": always(Style(even(), touching=0.05)),
    "clustered": always(Style(even(), touching=5.0)),
    "three fleets": always(*(only(_favourite(f"fleet {number}")) for number in range(3))),
    "one fleet": always(only(_favourite("the one fleet"), share=0.75), Style(even(), share=0.25)),
    "diagonal": always(Style(mostly(np.abs(_AT.left + _AT.right - _AT.top - _AT.bottom) <= 4, 0.03))),  # noqa: PLR2004
    "big ones outside": always(Style(mostly(_AT.edge == _BIG, 0.05))),
    "small ones in corners": always(Style(mostly(_BIG | (_ENDS[0] & _ENDS[1]), 0.03))),
    "every other row": always(Style(mostly(~_AT.upright & (_AT.top % 2 == 0), 0.03))),
    "edges or middle": always(Style(mostly(_AT.edge, 0.03)), Style(mostly(_INSIDE, 0.03))),
    "edges, half the time": always(Style(mostly(_AT.edge, 0.02), share=0.5), Style(even(), share=0.5)),
    "about as last time": _mover,
    "never where last time": _wanderer,
}
"""Those by which was chosen how players are learned."""


def _player(habit: Habit) -> Opponent:
    """Return a player who lays fleets by habit, remembering none, and shoots at random."""

    def play(observation: Observation, random: Random) -> Action:
        if isinstance(observation, PlaceObservation):
            return draw(habit(()), random)
        shot: Action = LADDER["random"](observation, random)
        return shot

    return play


HABITUAL: dict[str, Opponent] = {name: _player(habit) for name, habit in HABITS.items()}
