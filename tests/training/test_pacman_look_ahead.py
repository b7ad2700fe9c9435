"""The Pac-Man who thinks ahead: he sees the screen and no more, and he is far stronger than one who does not."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ai_functions.policies.pacman.paths import paths_of
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import imagine
from games.pacman.mazes import find_maze
from games.pacman.names import DIRECTIONS
from training.games.pacman.compiled import FastGame, table_of
from training.games.pacman.players.bots import random_safe
from training.games.pacman.players.ghosts import arcade
from training.games.pacman.players.look_ahead import LOOK_AHEAD, forget, look_ahead, seated_look_ahead
from training.games.pacman.self_play import Plan, play


def states(count: int, maze: str) -> list[rules.State]:
    """States in which Pac-Man may act, of a game in which he wanders without a plan."""
    random = Random(5)
    game = FastGame({"maze": maze, "lives": 50, "level": 2}, seed=5)
    found: list[rules.State] = []
    while len(found) < count and game.run(ask=c.ASK_PACMAN):
        game.head(random.randrange(4))
        if random.random() < 0.05:
            found.append(game.state())
    return found


def test_he_forgets_all_that_the_screen_does_not_show() -> None:
    for maze in ("arcade", "pocket"):
        for state in states(60, maze):
            seen = np.array(state.cells, dtype=np.int64)
            forget(seen, table_of(state.maze))
            assert seen.tolist() == imagine(rules.observe(state, "pacman"))


def test_as_an_ordinary_player_he_plays_the_same() -> None:
    for state in states(20, "arcade"):
        (way,) = look_ahead(state.maze, np.array([state.cells], dtype=np.int64))
        assert seated_look_ahead(rules.observe(state, "pacman"), Random(0)) == DIRECTIONS[way]


def test_he_never_steers_into_a_wall() -> None:
    paths = paths_of(find_maze("arcade"))
    for state in states(40, "arcade"):
        (way,) = look_ahead(state.maze, np.array([state.cells], dtype=np.int64))
        assert paths.next[paths.number[state.cells[c.PAC_TILE]], way] >= 0


@pytest.mark.slow
def test_he_eats_more_than_one_who_does_not_think() -> None:
    plans = [Plan(seed, seed, name, "arcade", {"lives": 1, "boards": 1}) for seed in range(7) for name in ("la", "w")]
    played = play(find_maze("arcade"), plans, {"la": LOOK_AHEAD, "w": random_safe}, {"arcade": arcade})
    gaps = np.array([a.dots - b.dots for a, b in zip(played[::2], played[1::2], strict=True)])
    signs = np.array([[Random(f"{k}/{i}").choice((-1, 1)) for i in range(len(gaps))] for k in range(500)])
    assert (np.abs((signs * gaps).mean(axis=1)) >= gaps.mean()).mean() < 0.05
