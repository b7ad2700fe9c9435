"""How strong a team of ghosts is: the dots that Pac-Man eats before he is caught, and whether he clears the board."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from ai_functions.policies.pacman.batch import asked_of, scene_of
from ai_functions.policies.pacman.paths import paths_of
from ai_functions.policies.pacman.team import Team
from ai_functions.runtime.loader import load_opponent
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import classic_exits
from games.pacman.mazes import find_maze
from games.pacman.names import DIRECTIONS, GHOSTS
from games.pacman.observation import ask_only
from games.record import move_seed
from training.contracts import LESS, Benchmark
from training.games.pacman.players.bots import careful, elusive, greedy, random_safe, seated
from training.games.pacman.players.ghosts import patrol, random_ghosts, shortest, surround

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from games.core import Opponent
    from games.pacman.names import Direction
    from games.pacman.notation import Exits
    from games.pacman.observation import Observation
    from training.games.pacman.players.ghosts import TeamBot

ONE_LIFE = {"lives": 1, "boards": 1}
NOTICEABLE = 12.0
"""Dots: a team that lets Pac-Man eat so many more feels the same."""
_WANDER = seated(random_safe)


def measure(opponent: Opponent, *, seed: int, against: Opponent | None = None) -> Mapping[str, float]:
    """Return the dots eaten and whether the board was cleared in one life on level 1.

    Ghosts are asked at their deadline, each with the newest screen.  Pac-Man wanders for the first seconds, so that no
    two games open alike.
    """
    from training.games.pacman.compiled import FastGame  # noqa: PLC0415 - compiled code: see ``training.contracts``
    from training.games.pacman.self_play import MOST_TICKS, opening_ends  # noqa: PLC0415 - the same

    game = FastGame(ONE_LIFE, seed=seed)
    pacman = against or PLAYERS["greedy"]
    opening = opening_ends(seed)
    while game.run() and game.tick < MOST_TICKS:
        state = game.state()
        step = game.tick
        if game.asks_pacman:
            player = _WANDER if step < opening else pacman
            choice = player(rules.observe(state, "pacman"), Random(move_seed(seed, step, "pacman")))  # noqa: S311
            game.head(DIRECTIONS.index(choice))
        due = {GHOSTS[choice.ghost]: choice for choice in game.due()}
        if due:
            screen = ask_only(rules.observe(state, "ghosts"), due)
            exits = opponent(screen, Random(move_seed(seed, step, "ghosts")))  # noqa: S311 - a game, not a secret
            for ghost, way in exits.items():
                game.exit(due[ghost], DIRECTIONS.index(way))
    board = rules.observe(rules.start(ONE_LIFE, Random(seed)), "ghosts")  # noqa: S311
    end = rules.observe(game.state(), "ghosts")
    all_dots = len(board.dots) + len(board.energizers)
    cleared = rules.outcome(game.state()) is not None and game.state().cells[c.BOARDS] > 0
    left = 0 if cleared else len(end.dots) + len(end.energizers)
    return {"dots": float(all_dots - left), "cleared": float(cleared)}


def side_by_side(folder: Path, seeds: Sequence[int]) -> list[Mapping[str, float]]:
    """Return what ``measure`` does for each seed, in a fifth of the time where the folder holds a trained team."""
    from training.games.pacman.self_play import Plan, play  # noqa: PLC0415 - the extra ``train``: see training.contracts

    opponent = load_opponent(folder).act
    driven = getattr(opponent, "__self__", None)
    if not isinstance(driven, Team):
        return [measure(opponent, seed=seed) for seed in seeds]
    plans = [Plan(seed, seed, "greedy", "candidate", ONE_LIFE) for seed in seeds]
    games = play(find_maze("arcade"), plans, {"greedy": greedy}, {"candidate": driven.exits})
    return [{"dots": float(game.dots), "cleared": float(game.cleared)} for game in games]


def team(bot: TeamBot) -> Opponent:
    """Return a bot of the arena as a player: ``(observation, random) -> exits``."""

    def play(observation: Observation, random: Random) -> Exits:
        paths = paths_of(observation.maze)
        asked = asked_of(observation, paths)
        exits = bot(paths, scene_of(observation, paths), asked, [random])
        return {GHOSTS[ghost]: DIRECTIONS[exit_] for ghost, exit_ in zip(asked.ghost, exits, strict=True)}

    return play


def look_ahead(observation: Observation, random: Random) -> Direction:
    """Choose Pac-Man's way as an ordinary player."""
    from training.games.pacman.players.look_ahead import seated_look_ahead  # noqa: PLC0415 - compiled: see ``training.contracts``

    return seated_look_ahead(observation, random)


def classic(observation: Observation, random: Random) -> Exits:
    """Choose as the arcade does."""
    del random
    return classic_exits(observation)


PLAYERS: dict[str, Any] = {
    "random-safe": seated(random_safe),
    "greedy": seated(greedy),
    "careful": seated(careful),
    "elusive": seated(elusive),
    "look-ahead": look_ahead,
    "random": team(random_ghosts),
    "classic": classic,
    "patrol": team(patrol),
    "shortest": team(shortest),
    "surround": team(surround),
}
BENCHMARK = Benchmark(
    measure=measure,
    measures={"dots": LESS, "cleared": LESS},
    margin=NOTICEABLE,
    band=NOTICEABLE,
    seats=("ghosts",),
    players=PLAYERS,
    reference="greedy",
    side_by_side=side_by_side,
)
