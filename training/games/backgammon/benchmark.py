"""How backgammon's opponents are measured: points a game against a beginner, in single games without a cube."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from ai_functions.runtime.loader import load_opponent
from games.backgammon import rules
from games.record import move_seed
from training.contracts import MORE, Benchmark
from training.games.backgammon.players.people import BEGINNER, club, novice
from training.jit import COMPILES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from games.core import Opponent

NOTICEABLE = 0.1
"""Points a game: a difference that nobody feels in an evening."""
BAND = 0.2
"""Points a game: a game's points scatter by 1.6, so that twice as narrow a band takes four times as many games."""
_SOMEBODY = 1
"""The seed of the players that stand for their population."""


def measure(opponent: Opponent, *, seed: int, against: Opponent | None = None) -> Mapping[str, float]:
    """Return the ``points`` that the opponent wins in a game, below 0 where it loses, and whether it ``wins``.

    The seed throws the dice and tells who plays white.
    """
    white, black = rules.PLAYERS if seed % 2 else rules.PLAYERS[::-1]
    players = {white: opponent, black: against or BEGINNER.play}
    state = rules.start({}, Random(seed))  # noqa: S311 - a game, not a secret
    turns = 0
    while (outcome := rules.outcome(state)) is None:
        random = Random(move_seed(seed, turns, state.turn))  # noqa: S311
        state, _ = rules.step(state, {state.turn: players[state.turn](rules.ask(state, state.turn), random)})
        turns += 1
    points = outcome.scores[white] - outcome.scores[black]
    return {"points": float(points), "wins": float(points > 0)}


def side_by_side(folder: Path, seeds: Sequence[int]) -> Sequence[Mapping[str, float]]:
    """Return what ``measure`` does for each seed, in a tenth of the time where the folder holds one of our players."""
    from training.games.backgammon.side_by_side import can_play, measure_many  # noqa: PLC0415 - compiled: see ``training.contracts``

    opponent = load_opponent(folder).act
    if not can_play(opponent):
        return [measure(opponent, seed=seed) for seed in seeds]
    return measure_many(opponent, seeds)


BENCHMARK = Benchmark(
    measure=measure,
    measures={"points": MORE, "wins": MORE},
    margin=NOTICEABLE,
    band=BAND,
    seats=rules.PLAYERS,
    side_by_side=side_by_side if COMPILES else None,
    players={
        "random": rules.sample_action,
        "beginner": BEGINNER.play,
        "novice": novice(Random(_SOMEBODY)).play,  # noqa: S311 - a game, not a secret
        "club": club(Random(_SOMEBODY)).play,  # noqa: S311
    },
)
