from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.pacman.team import Team
from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import Loaded, load_opponent
from ai_functions.runtime.protocol import MoveRequest
from games.pacman import rules
from games.pacman.ghosts import classic_exits
from games.pacman.mazes import ARCADE, find_maze
from games.pacman.observation import Observation, ask_only
from training.games.pacman import benchmark as measure
from training.games.pacman.compiled import FastGame
from training.games.pacman.players.bots import greedy
from training.games.pacman.players.ghosts import arcade
from training.games.pacman.self_play import Plan, play

FOLDERS = Path(ai_functions.__file__).parent
TRAINED = sorted(folder.parent for folder in FOLDERS.glob("pacman_*/model.onnx"))
OPTIONS = {"lives": 1, "boards": 1}


@cache
def opponent(folder: Path) -> Loaded:
    return load_opponent(folder)


@cache
def screens() -> tuple[Observation, ...]:
    """Screens with several ghosts to decide; the last with all four."""
    game = FastGame({"lives": 999}, seed=1)
    random = Random(1)
    found: list[Observation] = []
    while (len(found) < 40 or len(found[-1].decide) < 4) and game.run():
        if game.asks_pacman:
            game.head(random.randrange(4))
        for choice in game.due():
            game.exit(choice, game.classic(choice))
        observation = rules.observe(game.state(), "ghosts")
        if len(observation.decide) > (1 if len(found) < 39 else 3) and random.random() < 0.1:
            found.append(observation)
    return tuple(found)


@pytest.mark.parametrize("folder", TRAINED, ids=lambda folder: folder.name)
def test_a_ghost_alone_is_driven_as_it_is_in_the_team(folder: Path) -> None:
    for observation in screens():
        together = opponent(folder).explain(observation)["exits"]  # type: ignore[misc]
        for decision in observation.decide:
            alone = ask_only(observation, [decision.ghost])
            exits = opponent(folder).explain(alone)["exits"]  # type: ignore[misc]
            assert exits == {decision.ghost: together[decision.ghost]}
            assert set(opponent(folder).act(alone, Random(1))) == {decision.ghost}


def test_four_functions_hunt_together() -> None:
    observation = screens()[-1]
    assert len(observation.decide) == 4
    exits: dict[str, str] = {}
    for folder, decision in zip([*TRAINED, *TRAINED][:4], observation.decide, strict=True):
        exits |= opponent(folder).act(ask_only(observation, [decision.ghost]), Random(2))
    assert {item.ghost for item in observation.decide} == set(exits)
    assert all(exits[item.ghost] in item.exits for item in observation.decide)


@pytest.mark.parametrize("folder", TRAINED, ids=lambda folder: folder.name)
def test_an_explanation_tells_values_pacmans_way_and_what_is_closed(folder: Path) -> None:
    for observation in screens():
        told = opponent(folder).explain(observation)
        assert told is not None
        for item in observation.decide:
            assert set(told["exits"][item.ghost]) == set(item.exits)
            assert sum(exit_["chance"] for exit_ in told["exits"][item.ghost].values()) == pytest.approx(1, abs=1e-3)
        way = told["pacman_path"]
        assert way[0] == [observation.pacman.x // 8, observation.pacman.y // 8]
        assert all(observation.maze.is_corridor(row * observation.maze.width + column) for column, row in way)
        assert all(item["ticks"] <= item["pacman_ticks"] for item in told["closed"])


@pytest.mark.parametrize("folder", sorted(FOLDERS.glob("pacman_*")), ids=lambda folder: folder.name)
def test_a_maze_that_nobody_has_seen_is_hunted_in_by_its_drawing(folder: Path) -> None:
    rows = ARCADE.strip("\n").split("\n")
    rows[1], rows[2] = "#............##............#", "#.#######.##.##.##.#######.#"
    drawing = "\n".join(rows)
    game = FastGame({"maze": drawing, "lives": 9}, seed=3)
    random = Random(3)
    asked = 0
    while asked < 25 and game.run():
        if game.asks_pacman:
            game.head(random.randrange(4))
        screen = rules.encode_observation(rules.observe(game.state(), "ghosts"))
        if game.due() and screen["decide"]:
            assert screen["maze"] == drawing
            request = MoveRequest("pacman", "m", game.tick, seed=1, observation=screen).to_json()
            _, response = move(opponent(folder), "1", request, cold=False)
            rules.check(game.state(), "ghosts", rules.parse_action(response.action))
            asked += 1


def test_nobody_asked_gets_no_exits() -> None:
    observation = ask_only(screens()[0], [])
    for folder in TRAINED:
        assert opponent(folder).act(observation, Random(1)) == {}
        assert opponent(folder).policy(observation) == {"-": 1.0}  # type: ignore[misc]


def test_the_classic_function_is_the_arcade() -> None:
    classic = opponent(FOLDERS / "pacman_classic")
    assert classic.sha256 == ""
    for observation in screens():
        assert classic.act(observation, Random(1)) == classic_exits(observation)


def test_the_arena_measures_what_the_benchmark_measures() -> None:
    folder = FOLDERS / "pacman_hard"
    plans = [Plan(seed, seed, "greedy", "hard", OPTIONS) for seed in range(3)]
    played = play(find_maze("arcade"), plans, {"greedy": greedy}, {"hard": Team(folder).exits})
    for seed, item in enumerate(played):
        row = measure.measure(opponent(folder).act, seed=seed)
        assert (row["dots"], row["cleared"]) == (item.dots, item.cleared)


def test_hard_ghosts_catch_sooner_than_the_arcades() -> None:
    plans = [Plan(seed, seed, "greedy", team, OPTIONS) for team in ("hard", "arcade") for seed in range(60)]
    teams = {"hard": Team(FOLDERS / "pacman_hard").exits, "arcade": arcade}
    dots = np.array([item.dots for item in play(find_maze("arcade"), plans, {"greedy": greedy}, teams)])
    gap = dots[60:] - dots[:60]
    signs = np.random.default_rng(1).choice((-1, 1), size=(2000, 60))
    assert (np.abs((signs * gap).mean(axis=1)) >= gap.mean()).mean() < 0.05
