from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ai_functions.policies.pacman.arrivals import SLIP, escape, ghost_ticks, pacman_ticks, race
from ai_functions.policies.pacman.batch import Scenes, asked_of, scene_of
from ai_functions.policies.pacman.features import ARCADE, TEAM, rows
from ai_functions.policies.pacman.paths import FAR, TILE_PIXELS, paths_of
from games.core import ObservationError
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.mazes import MAZES, find_maze
from games.pacman.names import DIRECTIONS
from games.pacman.observation import ask_only
from training.games.pacman.batches import screens_of
from training.games.pacman.compiled import FastGame


def states(count: int, maze: str = "arcade", seed: int = 3) -> list[rules.State]:
    """States in which a ghost has to decide, from a game in which everyone moves at random."""
    random = Random(seed)
    game = FastGame({"maze": maze, "lives": 50}, seed=seed)
    found: list[rules.State] = []
    while len(found) < count and game.run():
        if game.asks_pacman:
            game.head(random.randrange(4))
        due = game.due()
        if due and random.random() < 0.2:
            found.append(game.state())
        for choice in due:
            game.exit(choice, random.choice([way for way in range(4) if choice.exits >> way & 1]))
    return found


@pytest.mark.parametrize("maze", sorted(MAZES))
def test_ways_between_tiles_are_as_long_as_walking_them(maze: str) -> None:
    drawn = find_maze(maze)
    paths = paths_of(drawn)
    start = int(paths.number[drawn.table[c.DOOR_TILE]])
    steps = {start: 0}
    edge = [start]
    while edge:
        tile = edge.pop(0)
        for onward in paths.next[tile]:
            if onward >= 0 and int(onward) not in steps:
                steps[int(onward)] = steps[tile] + 1
                edge.append(int(onward))
    assert len(steps) == paths.count
    assert all(paths.walk[start, tile] == 8 * count for tile, count in steps.items())


@pytest.mark.parametrize("maze", sorted(MAZES))
def test_a_ghost_never_has_a_shorter_way_than_someone_who_may_turn_back(maze: str) -> None:
    paths = paths_of(find_maze(maze))
    legal = np.stack([paths.next[:, d ^ 2] >= 0 for d in range(4)], axis=1).ravel()
    hunt, walk = paths.hunt[legal], np.repeat(paths.walk, 4, axis=0)[legal]
    assert (hunt >= walk).all()
    assert (hunt < FAR).all()
    assert (hunt > walk).any()


def test_a_ghost_behind_the_corner_needs_a_detour_to_the_tile_it_came_from() -> None:
    paths = paths_of(find_maze("arcade"))
    corridor = next(tile for tile in range(paths.count) if (paths.next[tile] >= 0).sum() == 2)
    heading = int(np.flatnonzero(paths.next[corridor] >= 0)[0]) ^ 2
    behind = int(paths.next[corridor, heading ^ 2])
    assert paths.walk[corridor, behind] == 8
    assert paths.hunt[corridor * 4 + heading, behind] > 8 * 4


@pytest.mark.parametrize("maze", sorted(MAZES))
def test_screens_read_from_cells_equal_those_read_from_observations(maze: str) -> None:
    found = states(60, maze)
    screens = screens_of(find_maze(maze))
    together = screens.scenes(np.array([state.cells for state in found], dtype=np.int64))
    assert len(found) == 60
    for index, state in enumerate(found):
        alone = scene_of(rules.observe(state, "ghosts"), screens.paths)
        for name in Scenes.__slots__:
            one, many = getattr(alone, name), getattr(together, name)
            np.testing.assert_array_equal(
                one[0] if name != "corners" else one, many if name == "corners" else many[index]
            )


@pytest.mark.parametrize("sees", ["team", "arcade"])
def test_rows_do_not_depend_on_what_else_is_asked(sees: str) -> None:
    for state in states(12):
        observation = rules.observe(state, "ghosts")
        paths = paths_of(observation.maze)
        together, found = rows(paths, scene_of(observation, paths), asked_of(observation, paths), sees)
        assert together.shape[1] == len({"team": TEAM, "arcade": ARCADE}[sees])
        assert np.isfinite(together).all()
        for index, decision in enumerate(observation.decide):
            single = ask_only(observation, [decision.ghost])
            alone, _ = rows(paths, scene_of(single, paths), asked_of(single, paths), sees)
            np.testing.assert_array_equal(alone, together[found.decision == index])


def test_the_best_of_a_ghosts_exits_is_what_it_can_do_at_its_best() -> None:
    for state in states(20):
        observation = rules.observe(state, "ghosts")
        paths = paths_of(observation.maze)
        asked = asked_of(observation, paths)
        found = race(paths, scene_of(observation, paths), asked)
        for index, ghost in enumerate(asked.ghost):
            if observation.ghosts[ghost].reversing:
                continue
            best = found.own[found.decision == index].min(axis=0)
            beyond = np.ones(paths.count, dtype=bool)
            beyond[
                paths.hunt[scene_of(observation, paths).ghost_state[0, ghost]]
                <= paths.hunt[scene_of(observation, paths).ghost_state[0, ghost], asked.junction[index]]
            ] = False
            np.testing.assert_allclose(best[beyond], found.ghosts[0, ghost, beyond], atol=0.1)


@pytest.mark.parametrize("maze", sorted(MAZES))
def test_pacman_escapes_to_a_tile_if_he_is_first_all_the_way(maze: str) -> None:
    through_ghosts = 0
    for state in states(25, maze):
        observation = rules.observe(state, "ghosts")
        paths = paths_of(observation.maze)
        scenes = scene_of(observation, paths)
        lead = ghost_ticks(paths, scenes).min(axis=1) - pacman_ticks(paths, scenes)
        found = escape(paths, scenes.pac_tile, lead, np.array([0]), SLIP)[0]
        start = int(scenes.pac_tile[0])
        for tile in range(paths.count):
            way = [tile]
            while way[-1] != start:
                way.append(int(paths.toward[start, way[-1]]))
            assert len(way) == 1 + paths.walk[start, tile] // TILE_PIXELS
            assert found[tile] == all(lead[0, passed] > SLIP for passed in way[:-1])
        through_ghosts += int(((lead[0] > SLIP) & ~found).sum())
    assert through_ghosts > 0, "behind a ghost that comes at him is no escape, though it is slow to turn"


def test_a_wall_where_an_actor_should_be_is_named() -> None:
    observation = rules.observe(states(1)[0], "ghosts")
    paths = paths_of(observation.maze)
    moved = observation.pacman.__class__(0, 0, "left", moving=True)
    broken = observation.__class__(
        **{name: getattr(observation, name) for name in observation.__slots__ if name != "pacman"}, pacman=moved
    )
    with pytest.raises(ObservationError) as caught:
        scene_of(broken, paths)
    assert caught.value.field == "pacman"
    assert DIRECTIONS == ("up", "left", "down", "right")
