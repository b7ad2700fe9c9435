"""Write a game's golden matches anew, after a deliberate change of its rules (and of RULES_VERSION)::

python -m tests.golden.write GAME

``PLANS`` of the module ``tests.golden.<game>`` says how they are played; without such a module there are four of the
standard game, between players that know the rules and no more.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from games.catalog import find_game
from games.match import Match
from games.record import BOT, GameRecord, Participant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Opponent, Player

FOLDER = Path(__file__).parent
WHEN = "2026-01-01T00:00:00.000+00:00"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one golden match is played."""

    name: str
    """Its match id."""
    options: Mapping[str, Any] = field(default_factory=dict)
    players: Mapping[Player, Opponent] = field(default_factory=dict)
    """Whoever is not there plays at random."""
    most_steps: int = 10_000
    events: frozenset[str] = frozenset()
    """What happens in it, among other things: a look at the plan tells what the match covers."""


def plans(game: str) -> tuple[Plan, ...]:
    module = f"tests.golden.{game}"
    if find_spec(module) is None:
        return tuple(Plan(f"{game}-{number}") for number in range(1, 5))
    found: tuple[Plan, ...] = import_module(module).PLANS
    return found


def file_of(game: str) -> Path:
    return FOLDER / f"{game}.jsonl"


def golden_match(game: str, number: int) -> GameRecord:
    """Return golden match ``number`` as it is played today."""
    rules, plan = find_game(game), plans(game)[number]
    seats = {seat: Participant(seat, BOT, "golden") for seat in rules.PLAYERS}
    match = Match(rules, seats, seed=number, policy_seed=number + 1, options=plan.options, match_id=plan.name)
    while match.outcome is None and match.step_number < plan.most_steps:
        for seat in match.to_act():  # whatever can be decided ahead is, so that some of it waits to be played
            act = plan.players.get(seat, rules.sample_action)
            match.submit(seat, act(match.observe(seat), Random(match.seed_for(seat))))
        match.advance()
    record = match.close()
    turns = tuple(replace(turn, at_ms=0) for turn in record.turns)
    return replace(record, turns=turns, started_at=WHEN)


def write(game: str) -> None:
    lines = [golden_match(game, number).to_line() + "\n" for number in range(len(plans(game)))]
    file_of(game).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
