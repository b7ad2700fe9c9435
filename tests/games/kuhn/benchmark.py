"""How opponents of Kuhn poker are measured: chips that they win a game."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

from games.record import move_seed
from tests.games.kuhn import rules, textbook
from training.contracts import MORE, Benchmark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Opponent


def measure(opponent: Opponent, *, seed: int, against: Opponent | None = None) -> Mapping[str, float]:
    """Return the ``chips`` a game that the opponent wins, over every deal in both seats, from who bets at random."""
    won = []
    for number, cards in enumerate(permutations(range(len(rules.CARDS)), 2)):
        for seat in rules.PLAYERS:
            others = dict.fromkeys(rules.PLAYERS, against or rules.sample_action)
            won.append(_chips(rules.State((cards[0], cards[1])), {**others, seat: opponent}, seat, seed + number))
    return {"chips": sum(won) / len(won)}


def _chips(state: rules.State, players: Mapping[str, Opponent], seat: str, seed: int) -> int:
    while (outcome := rules.outcome(state)) is None:
        (player,) = rules.to_act(state)
        random = Random(move_seed(seed, len(state.played), player))
        state, _ = rules.step(state, {player: players[player](rules.ask(state, player), random)})
    return outcome.scores[seat]


BENCHMARK = Benchmark(
    measure=measure,
    measures={"chips": MORE},
    margin=0.05,
    band=0.1,
    seats=rules.PLAYERS,
    players={"anyone": rules.sample_action, "textbook": textbook.act},
)
