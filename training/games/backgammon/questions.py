"""What backgammon's models foretell: the turn that a player takes, or who wins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.backgammon.choices import FEATURES
from games.backgammon import rules
from training.games.backgammon.choosing import choices
from training.games.backgammon.recipe import imitates
from training.report.questions import CHANCE, CHOICE, Foretelling, Questions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord

WORDS = {
    "how exposed its own checkers are": ("mover.hits", "blots", "blots_at_home"),
    "what it may hit next": ("other.hits", "other.hit_pips"),
    "how its rear checkers get away": ("mover.rear_escapes", "mover.rear", "back"),
    "how the other side's checkers get away": ("other.rear_escapes", "other.mean_escapes"),
    "its primes": ("mover.prime_of_4", "mover.prime_of_5", "mover.prime_of_6"),
    "its home board": ("mover.points_in_six", "mover.home_points"),
    "its anchor": ("mover.anchor",),
    "its pips": ("mover.pips",),
    "its piles": ("mover.piles",),
    "checkers of the other side on the bar": ("on_bar",),
    "checkers borne off": ("off", "race.off"),
    "whether the sides still meet": ("contact",),
    "which points it has made": ("made[24]",),
    "in a race, checkers not home yet": ("race.home",),
    "in a race, pips wasted": ("race.wasted",),
}
"""In a player's words what a model knows of a turn -> names among FEATURES."""


def foretelling(manifest: Manifest) -> Foretelling:
    """Return what the opponent foretells."""
    if imitates(manifest):
        columns = {words: [at for name in names for at in _places()[name]] for words, names in WORDS.items()}
        return Foretelling(CHOICE, "the turn that a player takes", "turn", partial(_turns, manifest), _first, columns)
    return Foretelling(
        CHANCE, "whether the side on roll wins", "position", _positions, _chance,
        not_anew="its network goes on learning from what it knows; it does not begin anew with fewer games",
        not_shuffled="its network sees a board, whose columns mean nothing one by one",
    )  # fmt: skip


def _places() -> dict[str, list[int]]:
    """Return where the columns of each name are."""
    found, at = {}, 0
    for name in FEATURES:
        width = int(name[name.rindex("[") + 1 : -1]) if name.endswith("]") else 1
        found[name] = list(range(at, at + width))
        at += width
    return found


def _turns(manifest: Manifest, record: GameRecord, most: int) -> Questions | None:
    every = list(choices(manifest, record)) if record.game == rules.NAME else []
    if not every:
        return None
    places = np.unique(np.linspace(0, len(every) - 1, min(most, len(every))).round().astype(int))
    some = [every[place] for place in places]
    sizes = [len(choice.rows) for choice in some]
    rows = np.concatenate([choice.rows for choice in some])
    answer = np.concatenate([np.arange(len(choice.rows)) == choice.chosen for choice in some]).astype(float)
    return Questions(rows, np.repeat(np.arange(len(some)), sizes), answer, np.zeros(len(rows), np.int64))


def _positions(record: GameRecord, most: int) -> Questions | None:
    from training.games.backgammon.fast_features import fast_features  # noqa: PLC0415 - compiled code
    from training.games.backgammon.games_played import games_in  # noqa: PLC0415 - the same

    boards, won = [], []
    for seen, end in games_in(record) if record.game == rules.NAME else ():
        if end is not None and len(seen):  # the side that would be on roll next has lost
            boards.append(seen)
            won.append((np.arange(len(seen), 0, -1) % 2).astype(float))
    if not boards:
        return None
    rows, answer = fast_features(np.concatenate(boards)), np.concatenate(won)
    places = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int))
    return Questions(rows[places], np.arange(len(places)), answer[places], np.zeros(len(places), np.int64))


def _first(output: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(output[:, 0], np.float64)


def _chance(output: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(output[:, 0], np.float64)
