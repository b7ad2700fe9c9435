"""How backgammon's opponents are measured: points a game against a beginner, in single games without a cube."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from games.backgammon import rules
from games.record import move_seed
from training.contracts import MORE, Benchmark
from training.games.backgammon.players.people import BEGINNER, club, novice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Opponent

NOTICEABLE = 0.1
"""Points a game: a difference that nobody feels in an evening."""
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


BENCHMARK = Benchmark(
    measure=measure,
    measures={"points": MORE, "wins": MORE},
    margin=NOTICEABLE,
    band=NOTICEABLE,
    seats=rules.PLAYERS,
    players={
        "random": rules.sample_action,
        "beginner": BEGINNER.play,
        "novice": novice(Random(_SOMEBODY)).play,  # noqa: S311 - a game, not a secret
        "club": club(Random(_SOMEBODY)).play,  # noqa: S311
    },
)
