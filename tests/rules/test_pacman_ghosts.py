"""Where ghosts turn: sections 4, 5 and 13 of docs/pacman.md."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghost_ai import choose, target
from games.pacman.ghosts import classic_exits, ghost_at
from games.pacman.levels import FOR_EVER, level
from games.pacman.maze import noise_table
from games.pacman.mazes import find_maze
from games.pacman.names import DIRECTIONS
from tests.pacman_states import (
    BLINKY,
    CLYDE,
    INKY,
    PINKY,
    after,
    begun,
    edit,
    ghost,
    hidden_pacman,
    ticks,
    until,
    wander,
)

SECOND = 60
CHASE = 7
"""The last part of the clock: chase for ever."""


def test_the_scatter_and_chase_clock_is_the_tables() -> None:
    def seconds(number: int) -> list[float]:
        return [part if part == FOR_EVER else part / SECOND for part in level(number).clock]

    assert seconds(1) == [7, 20, 7, 20, 5, 20, 5, FOR_EVER]
    assert seconds(2) == seconds(4) == [7, 20, 7, 20, 5, 1033, 1 / SECOND, FOR_EVER]
    assert seconds(5) == seconds(21) == [5, 20, 5, 20, 5, 1037, 1 / SECOND, FOR_EVER]


def test_modes_change_on_their_tick_of_play_on_level_1() -> None:
    state = hidden_pacman(begun())
    changes = [
        number
        for number, (_, events) in enumerate(ticks(state, 90 * SECOND))
        if any(event.kind == "mode" for event in events)
    ]
    assert changes == [SECOND * whole for whole in (7, 27, 34, 54, 59, 79, 84)]


def test_the_clock_begins_anew_after_a_lost_life_and_on_a_new_level() -> None:
    state = begun()
    state = until(after(state, 600), lambda _, kinds: "caught" in kinds)
    assert state.cells[c.MODE] > 0
    state = until(state, lambda _, kinds: "began" in kinds)
    assert (state.cells[c.MODE], state.cells[c.MODE_LEFT]) == (0, 7 * SECOND)
    state = edit(state, {c.MODE: 3, c.PHASE: c.CLEARED, c.PHASE_LEFT: 1})
    state = until(state, lambda _, kinds: "began" in kinds)
    assert (state.cells[c.LEVEL], state.cells[c.MODE], state.cells[c.MODE_LEFT]) == (2, 0, 7 * SECOND)


def test_fright_stops_the_mode_clock_for_exactly_its_time() -> None:
    state = edit(hidden_pacman(begun()), {c.FRIGHT_LEFT: 360})
    left = state.cells[c.MODE_LEFT]
    state = after(state, 360)
    assert (state.cells[c.FRIGHT_LEFT], state.cells[c.MODE_LEFT]) == (0, left)
    assert after(state, 1).cells[c.MODE_LEFT] == left - 1


def at(state: rules.State, pacman: tuple[int, int], facing: int, mode: int = CHASE) -> list[int]:
    """Return cells in which Pac-Man stands on a tile."""
    column, row = pacman
    return list(edit(state, {c.PAC_TILE: row * 28 + column, c.PAC_DIR: facing, c.MODE: mode}).cells)


@pytest.mark.parametrize(
    ("facing", "pinky", "inky"),
    [
        (c.UP, (6, 16), (2 * 8 - 18, 2 * 18 - 11)),  # overflow: as far to the left as up
        (c.LEFT, (6, 20), (2 * 8 - 18, 2 * 20 - 11)),
        (c.DOWN, (10, 24), (2 * 10 - 18, 2 * 22 - 11)),
        (c.RIGHT, (14, 20), (2 * 12 - 18, 2 * 20 - 11)),
    ],
)
def test_pinky_aims_4_tiles_ahead_and_inky_doubles_the_way_from_blinky_to_2_ahead(
    facing: int, pinky: tuple[int, int], inky: tuple[int, int]
) -> None:
    state = edit(begun(), {ghost_at(BLINKY) + c.TILE_OF: 11 * 28 + 18})
    s = at(state, (10, 20), facing)
    w = state.maze.table
    assert target(s, w, BLINKY) == (10, 20)
    assert target(s, w, PINKY) == pinky
    assert target(s, w, INKY) == inky


def test_without_the_overflow_pinky_and_inky_aim_straight_up() -> None:
    state = edit(begun(overflow=False), {ghost_at(BLINKY) + c.TILE_OF: 11 * 28 + 18})
    s = at(state, (10, 20), c.UP)
    assert target(s, state.maze.table, PINKY) == (10, 16)
    assert target(s, state.maze.table, INKY) == (2 * 10 - 18, 2 * 18 - 11)


def test_clyde_hunts_from_8_tiles_away_and_runs_to_his_corner_when_nearer() -> None:
    state = begun()
    corner = (0, 31)
    for place, wanted in (((18, 20), (18, 20)), ((17, 20), corner), ((15, 26), corner), ((16, 26), (16, 26))):
        s = at(edit(state, {ghost_at(CLYDE) + c.TILE_OF: 20 * 28 + 10}), place, c.LEFT)
        assert target(s, state.maze.table, CLYDE) == wanted, place


def test_scatter_targets_are_the_corners_in_the_arcades_order() -> None:
    state = begun()
    s = at(state, (10, 20), c.LEFT, mode=0)
    corners = [target(s, state.maze.table, g) for g in range(4)]
    # Screen rows are three more: (25, 0), (2, 0), (27, 34), (0, 34).
    assert corners == [(25, -3), (2, -3), (27, 31), (0, 31)]


def test_blinky_as_elroy_hunts_in_scatter_too_unless_held() -> None:
    state = begun()
    s = at(state, (10, 20), c.LEFT, mode=0)
    s[c.DOTS_LEFT] = 20
    assert target(s, state.maze.table, BLINKY) == (10, 20)
    s[c.ELROY_HELD] = 1
    assert target(s, state.maze.table, BLINKY) == (25, -3)


def test_at_equal_distance_ghosts_prefer_up_then_left_then_down_then_right() -> None:
    state = begun()
    w = state.maze.table
    crossing = 1 * 28 + 9  # corridors left, down and right of it
    exits = state.maze.exits(crossing)
    assert exits == ("left", "down", "right")
    s = at(state, (9, 1), c.LEFT)  # Pac-Man on the junction itself: every exit leads one tile away
    assert choose(s, w, BLINKY, crossing, c.RIGHT) == c.DOWN
    assert choose(s, w, BLINKY, crossing, c.LEFT) == c.LEFT
    cross = 23 * 28 + 12
    assert len(state.maze.exits(cross)) == 4
    s = at(state, (12, 23), c.LEFT)
    assert choose(s, w, BLINKY, cross, c.RIGHT) == c.DOWN  # up is forbidden here
    plain = find_maze(state.maze.text.replace(":", "."))
    assert choose(s, plain.table, BLINKY, cross, c.RIGHT) == c.UP
    assert choose(s, plain.table, BLINKY, cross, c.DOWN) == c.LEFT


def test_ghosts_take_the_exit_whose_tile_is_nearest_to_the_target() -> None:
    state = begun()
    maze = state.maze
    random = Random(4)
    for _ in range(2000):
        place = (random.randrange(28), random.randrange(31))
        s = at(state, place, c.LEFT)
        tile, heading = random.randrange(28 * 31), random.randrange(4)
        options = maze.choices(tile, heading)
        if not options or maze.neighbour(tile, heading ^ 2) < 0:
            continue

        def away(name: str, tile: int = tile, place: tuple[int, int] = place) -> int:
            column, row = maze.tile(tile)
            dx, dy = ((0, -1), (-1, 0), (0, 1), (1, 0))[DIRECTIONS.index(name)]
            return (column + dx - place[0]) ** 2 + (row + dy - place[1]) ** 2

        best = min(options, key=lambda name: (away(name), DIRECTIONS.index(name)))
        assert DIRECTIONS[choose(s, maze.table, BLINKY, tile, heading)] == best


def test_hunting_ghosts_never_turn_up_where_it_is_forbidden_but_frightened_ghosts_and_eyes_may() -> None:
    maze = find_maze("arcade")
    marked = [n for n, mark in enumerate("".join(maze.rows)) if mark in ":^"]
    # Two over the house and two beside the start, as in the arcade.
    assert [maze.tile(n) for n in marked] == [(9, 11), (18, 11), (12, 23), (15, 23)]
    for tile in marked:
        for heading in range(4):
            assert "up" not in maze.choices(tile, heading)
    state = begun()
    s = at(state, (9, 1), c.LEFT)
    s[ghost_at(BLINKY) + c.STATE] = c.EYES
    s[ghost_at(PINKY) + c.FRIGHT] = 1
    assert {choose(s, maze.table, PINKY, 11 * 28 + 9, c.LEFT) for _ in range(100)} == {c.UP, c.DOWN}
    assert maze.table[c.TILE_TABLE + (11 * 28 + 9) * c.TILE_CELLS + c.FREE + c.LEFT] == 0b101


@pytest.mark.parametrize("seed", range(4))
def test_no_ghost_turns_back_unless_it_was_signalled_and_then_on_the_first_pixel_of_a_tile(seed: int) -> None:
    state = begun(seed)
    owed = [False] * 4
    turned = 0
    for later, events in wander(state, Random(seed), 6000):
        kinds = {event.kind for event in events}
        for g in range(4):
            before, now = ghost(state, g, c.DIR), ghost(later, g, c.DIR)
            states = (ghost(state, g, c.STATE), ghost(later, g, c.STATE))
            if "reversal" in kinds and states[0] == c.ROAMING:
                owed[g] = True
            if now == before ^ 2 and states == (c.ROAMING, c.ROAMING) and "ready" not in kinds:
                assert owed[g], rules.board(later)
                assert not ghost(later, g, c.REVERSE)
                owed[g] = False
                turned += 1
            if states[1] != c.ROAMING or "ready" in kinds:
                owed[g] = False
        state = later
    assert turned > 4


def test_a_change_of_mode_reverses_every_ghost_that_roams() -> None:
    state = hidden_pacman(begun(level=3))
    state = after(state, 419)
    before = [ghost(state, g, c.STATE) for g in range(4)]
    assert before == [c.ROAMING] * 4
    state = until(state, lambda _, kinds: "mode" in kinds)
    observation = rules.observe(state, "ghosts")
    assert all(item.reversing for item in observation.ghosts)
    state = after(state, 16)
    assert not any(item.reversing for item in rules.observe(state, "ghosts").ghosts)


def test_the_end_of_fright_reverses_nobody() -> None:
    state = edit(hidden_pacman(begun()), {c.FRIGHT_LEFT: 5, ghost_at(BLINKY) + c.FRIGHT: 1})
    state = until(state, lambda _, kinds: "fright_ended" in kinds)
    assert not any(ghost(state, g, c.REVERSE) for g in range(4))
    assert rules.observe(state, "ghosts").ghosts[BLINKY].state == "roaming"


def test_frightened_turns_come_from_our_own_table_of_8192_by_n_times_5_plus_1() -> None:
    table = noise_table()
    assert len(table) == 8192
    assert all(abs(count - 2048) < 4 * 40 for count in Counter(table).values())  # four standard deviations
    seen, n = set(), 0
    for _ in range(8192):
        n = (5 * n + 1) % 8192
        seen.add(n)
    assert len(seen) == 8192
    state = begun()
    s = list(edit(state, {ghost_at(BLINKY) + c.FRIGHT: 1, c.NOISE: 100}).cells)
    crossing = 23 * 28 + 12
    drawn = table[501]
    legal = {c.UP: c.UP, c.RIGHT: c.RIGHT, c.DOWN: c.DOWN, c.LEFT: c.UP}  # left is back: clockwise of it is up
    assert choose(s, state.maze.table, BLINKY, crossing, c.RIGHT) == legal[drawn]
    assert s[c.NOISE] == 501


def test_frightened_turns_are_the_same_in_every_life_of_a_game_and_differ_between_seeds() -> None:
    state = begun(3)
    first = state.cells[c.NOISE_START]
    state = until(edit(state, {c.NOISE: 77}), lambda _, kinds: "ready" in kinds)
    assert state.cells[c.NOISE] == first
    assert begun(4).cells[c.NOISE_START] != first


def test_eyes_run_to_the_door_whatever_the_mode() -> None:
    state = edit(hidden_pacman(begun()), {ghost_at(BLINKY) + c.STATE: c.EYES})
    state = until(state, lambda _, kinds: "ghost_home" in kinds, 600)
    assert ghost(state, BLINKY, c.X) == 111  # the middle seat, and on the way out by the pixel left of that tick
    assert ghost(state, BLINKY, c.Y) in (115, 116)
    assert ghost(state, BLINKY, c.STATE) == c.LEAVING
    state = until(state, lambda _, kinds: "ghost_left" in kinds, 200)
    assert (ghost(state, BLINKY, c.X), ghost(state, BLINKY, c.Y)) == (111, 92)


def test_submitted_exits_are_taken_at_the_junctions_centre_and_only_there() -> None:
    state = begun()
    for _ in range(30):
        while "ghosts" not in rules.to_act(state):
            state, _ = rules.step(state, {})
            if state.cells[c.PHASE] != c.PLAY:
                return
        due = [item for item in rules.decisions(state) if item.ticks == 0]
        assert due
        worst = {item.ghost: item.exits[-1] for item in due}
        state, events = rules.step(state, {"ghosts": worst})
        taken = {str(event.detail["ghost"]): event.detail for event in events if event.kind == "exit"}
        for item in due:
            assert taken[item.ghost]["exit"] == worst[item.ghost]
            assert taken[item.ghost]["junction"] == list(item.junction)
            assert taken[item.ghost]["chosen"] is True


def test_an_exit_submitted_at_the_junction_before_is_kept_and_the_last_one_counts() -> None:
    state = hidden_pacman(begun())
    first = rules.decisions(state)[0]
    assert first.ticks > 3
    state, _ = rules.step(state, {"ghosts": {"blinky": first.exits[0]}})
    state, _ = rules.step(state, {"ghosts": {"blinky": first.exits[-1]}})
    asked = []
    taken: dict[str, Any] = {}
    for later, events in ticks(state, first.ticks):
        asked += [player for player in rules.to_act(later) if player == "ghosts"]
        taken = next((dict(event.detail) for event in events if event.kind == "exit"), taken)
    assert asked == []  # there is nothing left to ask
    wanted = {"ghost": "blinky", "junction": list(first.junction), "exit": first.exits[-1], "chosen": True}
    assert taken == wanted


def test_a_forced_reversal_drops_an_exit_for_a_junction_that_is_not_reached() -> None:
    state = after(hidden_pacman(begun(level=3)), 410)
    kept = {item.ghost: item for item in rules.decisions(state) if item.ticks > 40}
    assert kept
    state, _ = rules.step(state, {"ghosts": {name: item.exits[0] for name, item in kept.items()}})
    state = until(state, lambda _, kinds: "mode" in kinds)
    for item in rules.decisions(state):
        if item.ghost in kept and (item.junction, item.heading) != (
            kept[item.ghost].junction,
            kept[item.ghost].heading,
        ):
            assert ghost(state, rules.GHOSTS.index(item.ghost), c.PENDING) == -1


@pytest.mark.parametrize("seed", range(3))
def test_asked_on_entering_the_tile_before_the_junction_the_classic_choice_is_the_engines(seed: int) -> None:
    state = begun(seed, level=2)
    random = Random(seed)
    compared = 0
    told: dict[str, tuple[tuple[int, int], str]] = {}
    for _ in range(3000):
        actions = {"pacman": random.choice(DIRECTIONS)} if "pacman" in rules.to_act(state) else {}
        tile = {g: ghost(state, g, c.TILE_OF) for g in range(4)}
        state, events = rules.step(state, actions)
        for event in events:
            if event.kind == "exit" and str(event.detail["ghost"]) in told:
                junction, way = told.pop(str(event.detail["ghost"]))
                assert event.detail == {
                    "ghost": event.detail["ghost"],
                    "junction": list(junction),
                    "exit": way,
                    "chosen": False,
                }
                compared += 1
        observation = rules.observe(state, "ghosts")
        if state.cells[c.PHASE] != c.PLAY or observation.fright:
            told.clear()
            continue
        for item, way in zip(observation.decide, classic_exits(observation).values(), strict=True):
            g = rules.GHOSTS.index(item.ghost)
            column, row = item.junction
            entered = ghost(state, g, c.TILE_OF) != tile[g]
            next_tile = state.maze.neighbour(ghost(state, g, c.TILE_OF), ghost(state, g, c.DIR))
            if entered and next_tile == row * 28 + column and not ghost(state, g, c.REVERSE):
                told[item.ghost] = (item.junction, way)
            if ghost(state, g, c.REVERSE):
                told.pop(item.ghost, None)
    assert compared > 20
