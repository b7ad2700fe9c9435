"""The compiled kernel is the rules: cell by cell, tick by tick, whatever is played."""

from __future__ import annotations

from pathlib import Path
from random import Random
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from games.core import GameError
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.names import DIRECTIONS, GHOSTS
from training.games.pacman.compiled import KERNEL, FastGame, compiled
from training.games.pacman.examples import _follow
from training.games.pacman.players.look_ahead import _think
from training.games.pacman.self_play import due, run_on
from training.jit import COMPILES

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"maze": "pocket", "level": 2, "overflow": False},
    {"maze": "grand", "level": 5, "pass_through": True},
    {"level": 18, "hard": True, "extra_life": 500},
    {"maze": "pocket", "level": 21, "lives": 9},
)


@pytest.mark.parametrize("seed", range(10))
def test_both_ways_to_run_the_engine_agree_in_every_cell_at_every_tick(seed: int) -> None:
    options = OPTIONS[seed % len(OPTIONS)]
    random = Random(seed)
    state = rules.start(options, Random(seed))
    fast = FastGame(options, seed=seed)
    for _ in range(3000):
        actions: dict[str, Any] = {}
        if "pacman" in rules.to_act(state):
            assert fast.asks_pacman
            actions["pacman"] = random.choice(DIRECTIONS)
            fast.head(DIRECTIONS.index(actions["pacman"]))
        choices = fast.due()
        assert bool(choices) == ("ghosts" in rules.to_act(state)) == fast.asks_ghosts
        if random.random() < 0.02:
            choices = fast.choices()
        exits = {}
        for choice in choices:
            direction = random.choice([d for d in range(4) if choice.exits >> d & 1])
            exits[GHOSTS[choice.ghost]] = DIRECTIONS[direction]
            fast.exit(choice, direction)
        if exits:
            actions["ghosts"] = exits
        state, _ = rules.step(state, actions)
        fast.run(ticks=1)
        assert fast.cells.tolist() == list(state.cells)
        assert fast.tick == state.cells[c.TICK]
        if rules.outcome(state) is not None:
            break
    assert fast.state() == state


def test_running_many_ticks_at_once_passes_the_same_states() -> None:
    one, many = FastGame(seed=3), FastGame(seed=3)
    for stretch in (1, 7, 250, 1000, 5000):
        many.run(stretch, ask=0)
        for _ in range(stretch):
            one.run(1)
        one.cells[c.EVENTS] = many.cells[c.EVENTS]  # those of the whole stretch and those of its last tick
        assert np.array_equal(one.cells, many.cells)


def test_run_stops_for_whoever_is_asked_about_and_says_when_the_game_is_over() -> None:
    game = FastGame({"lives": 1}, seed=2)
    stops = 0
    while game.run(ask=c.ASK_GHOSTS):
        assert game.asks_ghosts
        for choice in game.due():
            game.exit(choice, game.classic(choice))
        stops += 1
    assert stops > 5
    outcome = rules.outcome(game.state())
    assert outcome is not None
    assert outcome.winner == "ghosts"


def test_choices_are_the_decisions_of_the_rules() -> None:
    game = FastGame({"level": 5}, seed=4)
    for _ in range(200):
        game.run(ticks=9)
        game.head(Random(game.tick).randrange(4))
        state = game.state()
        found = [(GHOSTS[item.ghost], state.maze.tile(item.tile), DIRECTIONS[item.heading]) for item in game.choices()]
        assert found == [(item.ghost, item.junction, item.heading) for item in rules.decisions(state)]


def test_a_snapshot_brings_everything_back() -> None:
    game = FastGame(seed=6)
    game.run(700, ask=0)
    before, state = game.snapshot(), game.state()
    game.run(900, ask=0)
    later = game.state()
    game.restore(before)
    assert game.state() == state
    game.run(900, ask=0)
    assert game.state() == later


def test_a_game_can_be_imagined_from_what_a_player_sees() -> None:
    state = FastGame(seed=6)
    state.run(700, ask=0)
    seen = rules.observe(state.state(), "pacman")
    game = FastGame.imagined(seen)
    assert rules.observe(game.state(), "pacman") == seen
    assert game.run(60, ask=0)


def test_every_function_of_the_kernel_is_compiled_and_none_is_left_plain() -> None:
    whole = vars(compiled())
    names = {key for module in KERNEL for key, value in vars(module).items() if isinstance(value, FunctionType)}
    assert {"tick", "run", "choose", "next_decision"} <= names
    assert not [key for key in whole if isinstance(whole[key], FunctionType)]


def test_unknown_options_are_the_rules_errors() -> None:
    with pytest.raises(GameError, match="no option 'speed'"):
        FastGame({"speed": 3})


@pytest.mark.skipif(not COMPILES, reason="nothing is compiled")
@pytest.mark.parametrize("function", [run_on, due, _think, _follow])
def test_what_calls_the_kernel_is_kept_on_disk_as_the_kernel_is(function: Any) -> None:
    assert "pacman-kernel" in Path(function.stats.cache_path).parts
