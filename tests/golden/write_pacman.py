"""Write Pac-Man's golden games anew, after a deliberate change of the rules (and of RULES_VERSION)::

python -m tests.golden.write_pacman
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from games.match import Match
from games.pacman import rules
from games.pacman.names import DIRECTIONS
from games.record import BOT, GameRecord, Participant

FILE = Path(__file__).parent / "pacman.jsonl"
KEEP_OFF = 4
"""Tiles."""
MOST_TICKS = 9_000
GAMES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("arcade-from-level-1", {"maze": "arcade"}),
    ("pocket-from-level-4-without-overflow", {"maze": "pocket", "level": 4, "overflow": False, "lives": 5}),
    ("grand-hard-with-pass-through", {"maze": "grand", "hard": True, "pass_through": True}),
    ("arcade-level-18-then-19", {"level": 18, "lives": 4, "extra_life": 500}),
)


def careful(observation: rules.Observation, random: Random) -> str:
    """Take the first step of the shortest way to a dot, fruit or frightened ghost that keeps off dangerous ghosts."""
    maze = observation.maze
    width = maze.width
    start = observation.pacman.y // 8 * width + observation.pacman.x // 8
    wanted = {*observation.dots, *observation.energizers}
    wanted |= {ghost.y // 8 * width + ghost.x // 8 for ghost in observation.ghosts if ghost.state == "frightened"}
    if observation.fruit:
        wanted.add(maze.fruit[1] * width + maze.fruit[0])
    danger = [(ghost.x // 8, ghost.y // 8) for ghost in observation.ghosts if ghost.dangerous]
    reached = {start: ""}
    edge = deque([start])
    while edge:
        at = edge.popleft()
        if at in wanted and at != start:
            return reached[at]
        for way in maze.exits(at):
            beside = maze.neighbour(at, DIRECTIONS.index(way))
            near = any(abs(beside % width - x) + abs(beside // width - y) < KEEP_OFF for x, y in danger)
            if beside not in reached and not near:
                reached[beside] = reached[at] or way
                edge.append(beside)
    return random.choice(maze.exits(start))


def now_and_then(observation: rules.Observation, random: Random) -> dict[str, str]:
    """Choose for half of the ghosts and leave the others to the arcade's rules."""
    return {item.ghost: random.choice(item.exits) for item in observation.decide if random.random() < 0.5}


def golden_game(number: int) -> GameRecord:
    """Return golden game ``number`` as it is played today."""
    name, options = GAMES[number]
    seats = {seat: Participant(seat, BOT, "golden") for seat in rules.PLAYERS}
    match = Match(rules, seats, seed=number, policy_seed=number + 1, options=options, match_id=name)
    players: dict[str, Any] = {"pacman": careful, "ghosts": now_and_then}
    while match.outcome is None and match.step_number < MOST_TICKS:
        for seat in match.to_act():  # all the decisions ahead are answered at once, so that some wait to be taken
            match.submit(seat, players[seat](match.observe(seat), Random(match.seed_for(seat))))
        match.advance()
    record = match.close()
    turns = tuple(replace(turn, at_ms=0) for turn in record.turns)
    return replace(record, turns=turns, started_at="2026-01-01T00:00:00.000+00:00")


if __name__ == "__main__":
    FILE.write_text("".join(golden_game(number).to_line() + "\n" for number in range(len(GAMES))), encoding="utf-8")
