"""Whether getting to know a player pays, judged by that player's own fleets, each held out until its turn.

Uniform fleets cannot show it.  So the player's games are gone through in the order they were played: what the games
before one tell is learned, and then that game's fleet is foretold and shot at, by the opponent that knows the player
and by the one that does not.  Two things are asked.

Does the player have habits?  The factor by which the fleets were likelier with what was learned than as uniform ones
is a bet against uniform fleets, placed anew before each game; if there are no habits, it ever reaches 3 in at most one
of 3 cases, however often one looks (Ville's inequality).  And do the shots not speak against it?
"""

from __future__ import annotations

from copy import copy
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from ai_functions.policies.battleship.expert import BLOCKS, Expert, PlacementPrior
from ai_functions.policies.battleship.inference import touches
from ai_functions.policies.battleship.placements import placement_numbers, placement_rows
from games.battleship.fleet import STANDARD
from training.contracts import TrainingError
from training.evaluation.evaluate import task_seeds
from training.evaluation.statistics import difference, estimate
from training.evaluation.verdict import Verdict
from training.games.battleship.benchmark import sink
from training.games.battleship.habits.prior import blocks_of
from training.games.battleship.habits.weights import fleets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from games.battleship.fleet import Placement
    from games.record import GameRecord

LEARNED_FIRST = 2
"""Games that are only learned from, before the first one is foretold."""
MOST_HELD_OUT = 40
SURE = 3.0
"""The odds for habits at which they are believed in: positive evidence (Kass and Raftery 1995), no more, for to believe
in what is not there costs a tenth of a shot, and to miss what is there ten shots (docs/battleship.md)."""


def knowing(expert: Expert, blocks: Sequence[NDArray[np.float64]]) -> Expert:
    """Return a copy of ``expert`` with the placement priors of ``blocks``, one for each of ``BLOCKS``."""
    known = copy(expert)
    rows = placement_rows().astype(np.float64)
    known.know(
        [
            PlacementPrior(name, rows @ one[:-1], exp(one[-1]), belief)
            for (name, belief), one in zip(BLOCKS.items(), blocks, strict=True)
        ]
    )
    return known


def knowing_fleets(expert: Expert, fleets: Sequence[Placement], seed: int) -> Expert:
    """Return a copy of ``expert`` that has learned from ``fleets``, oldest first."""
    return knowing(expert, blocks_of(fleets, seed))


def log_odds_of(expert: Expert, fleet: Placement) -> float:
    """Return by which factor, as a logarithm, ``expert`` thinks a fleet likelier than uniform fleets are."""
    numbers = placement_numbers(fleet)
    pairs = touches(STANDARD)[np.ix_(numbers, numbers)].sum() / 2
    uniform, *_ = priors = expert.priors(STANDARD)
    odds = []
    for prior in priors:
        placed = 0.0 if prior.weight is None else float(np.log(prior.weight[numbers]).sum())
        odds.append(log(prior.belief) + placed + pairs * log(prior.touching) + log(uniform.fleets) - log(prior.fleets))
    return float(np.logaddexp.reduce(odds))


def judge_player(
    folder: Path, candidate: Path, records: Sequence[GameRecord], seed: int, progress: Callable[[int, int], None]
) -> Verdict:
    """Return whether the opponent in ``candidate``, which knows a player, may stand beside the one in ``folder``.

    Raises TrainingError where there are too few games to hold any out.
    """
    knows, plain = Expert(candidate), Expert(folder)
    player = str(knows.manifest.training["player"])
    return judge_fleets(player, plain, fleets_of(records, player), seed, progress)


def judge_fleets(
    player: str,
    plain: Expert,
    fleets: Sequence[Placement],
    seed: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verdict:
    """Return whether getting to know the player who laid ``fleets``, oldest first, makes ``plain`` play better.

    Raises TrainingError where there are too few to hold any out.
    """
    first = max(LEARNED_FIRST, len(fleets) - MOST_HELD_OUT)
    if len(fleets) <= first:
        raise TrainingError(
            f"{len(fleets)} games of {player!r}; {LEARNED_FIRST + 1} are the least to learn from and judge by"
        )
    mine, theirs, odds = [], [], 0.0
    seeds = task_seeds("player", seed)
    for number in range(first, len(fleets)):
        taught, task = knowing_fleets(plain, fleets[:number], seed), next(seeds)
        odds += log_odds_of(taught, fleets[number])
        mine.append(float(len(sink(taught.act, fleets[number], task))))
        theirs.append(float(len(sink(plain.act, fleets[number], task))))
        progress(number - first + 1, len(fleets) - first)
    gap = difference(mine, theirs)
    habits = odds >= log(SURE)
    harmless = gap.mean <= max(gap.standard_error, 0.0)
    return Verdict(
        passed=habits and harmless,
        reason=_words(player, len(mine), odds, gap.mean, habits=habits, harmless=harmless),
        games=len(mine),
        candidate={"shots": estimate(mine)},
        current={"shots": estimate(theirs)},
        differences={"shots": gap},
    )


def _words(player: str, games: int, odds: float, gap: float, *, habits: bool, harmless: bool) -> str:
    factor = f"{exp(odds):.3g}" if odds < log(1e6) else f"10^{odds / log(10):.0f}"
    seen = f"{games} fleets of {player!r}, foretold from those before, were {factor} times as likely as uniform ones"
    if not habits:
        return f"no habits are shown: {seen}, {SURE:g} are asked for"
    if not harmless:
        return f"shots: worse by {gap:.2f} on them, although {seen}"
    return f"shots: {-gap:+.2f} saved on {seen}"
