"""The tables of docs/pacman-ghosts.md: what is counted in them."""

from __future__ import annotations

import numpy as np

from ai_functions.policies.pacman.batch import asked_of, scene_of
from ai_functions.policies.pacman.paths import paths_of
from games.pacman import cells, rules
from games.pacman.mazes import find_maze
from training.games.pacman.compiled import FastGame
from training.games.pacman.players.bots import greedy
from training.games.pacman.players.ghosts import by_ghost, shortest, surround
from training.games.pacman.self_play import Plan, play
from training.games.pacman.studies import __main__ as study


def test_in_a_mixed_team_each_ghost_is_moved_by_its_own() -> None:
    game = FastGame({"lives": 99}, seed=2)
    found = 0
    while game.run() and found < 20:
        observation = rules.observe(game.state(), "ghosts")
        paths, scenes = paths_of(observation.maze), scene_of(observation, paths_of(observation.maze))
        asked = asked_of(observation, paths)
        if len(asked.ghost) < 4:
            continue
        mixed = by_ghost([shortest, surround, surround, shortest])(paths, scenes, asked, [])
        own = {True: shortest(paths, scenes, asked, []), False: surround(paths, scenes, asked, [])}
        assert mixed.tolist() == [own[ghost in {0, 3}][index] for index, ghost in enumerate(asked.ghost)]
        found += 1
    assert found == 20


def test_ghosts_close_in_from_one_to_four_sides() -> None:
    plans = [Plan(seed, seed, "greedy", "surround", {"lives": 1, "boards": 1}) for seed in range(12)]
    played = play(find_maze("arcade"), plans, {"greedy": greedy}, {"surround": surround})
    each = [study.sides([item]) for item in played if item.cells[cells.LIVES] == 0]
    assert set(each) <= {1.0, 2.0, 3.0, 4.0}
    assert study.sides(played) == np.mean(each)
