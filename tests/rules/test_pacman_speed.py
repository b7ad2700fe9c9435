"""How fast everyone is: sections 1, 2 and 7 of docs/pacman.md, measured on the moving actors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import ghost_at
from games.pacman.levels import LEVELS, level
from games.pacman.names import DIRECTIONS, STEPS
from tests.pacman_states import BLINKY, CLYDE, after, begun, edit, ghost, hidden_pacman, ticks, until, without_ghosts

if TYPE_CHECKING:
    from games.pacman.rules import State

# level: Pac-Man, Pac-Man in fright, ghost, frightened ghost, tunnel, Elroy 1, Elroy 2; pixels per 16 ticks
SPEEDS = {
    1: (16, 18, 15, 10, 8, 16, 17),
    2: (18, 19, 17, 11, 9, 18, 19),
    4: (18, 19, 17, 11, 9, 18, 19),
    5: (20, 20, 19, 12, 10, 20, 21),
    20: (20, 20, 19, 12, 10, 20, 21),
}


def path(state: State, g: int, count: int) -> list[int]:
    """Return how many pixels ghost ``g`` moved in each of ``count`` ticks."""
    moved = []
    for later, _ in ticks(state, count):
        dx = abs(ghost(later, g, c.X) - ghost(state, g, c.X))
        dy = abs(ghost(later, g, c.Y) - ghost(state, g, c.Y))
        moved.append(min(dx, 224 - dx) + dy)
        state = later
    return moved


def windows(moved: list[int]) -> set[int]:
    """Return the pixels moved in each stretch of 16 ticks."""
    return {sum(moved[i : i + 16]) for i in range(len(moved) - 15)}


@pytest.mark.parametrize("number", [1, 2, 4, 5, 20, 21, 99])
def test_a_ghost_covers_its_levels_pixels_in_any_16_ticks(number: int) -> None:
    state = hidden_pacman(begun(level=number))
    assert windows(path(state, BLINKY, 200)) == {SPEEDS.get(number, SPEEDS[5])[2]}


def test_the_speeds_of_all_levels_are_the_tables() -> None:
    for number, speeds in SPEEDS.items():
        assert tuple(level(number))[:7] == speeds
    assert (LEVELS[20].pacman, LEVELS[20].ghost, LEVELS[20].tunnel) == (18, 19, 10)
    assert level(21) == level(22) == level(10_000)


@pytest.mark.parametrize(("number", "pixels"), [(1, 16), (3, 18), (5, 20), (20, 20), (21, 18)])
def test_pacman_covers_his_levels_pixels_where_no_dots_are(number: int, pixels: int) -> None:
    state = without_ghosts(begun(level=number))
    state = edit(state, {c.DOT_CELLS + word: 0 for word in range(9)})
    moved = []
    for later, _ in ticks(state, 60, "left"):
        dx, dy = later.cells[c.PAC_X] - state.cells[c.PAC_X], later.cells[c.PAC_Y] - state.cells[c.PAC_Y]
        moved.append(max(abs(dx), abs(dy)))
        state = later
        if state.cells[c.PAC_X] < 80:
            break
    assert windows(moved) == {pixels}


def test_pacman_loses_one_tick_a_dot_and_eats_at_71_percent_on_level_1() -> None:
    state = without_ghosts(begun())
    state = until(state, lambda _, kinds: "dot" in kinds)
    at, tick = state.cells[c.PAC_X], state.cells[c.TICK]
    for _ in range(4):
        state = until(state, lambda _, kinds: "dot" in kinds)
    assert at - state.cells[c.PAC_X] == 4 * 8
    assert state.cells[c.TICK] - tick == 4 * (8 + 1)  # 80 % * 8 / 9 = 71 %


def test_pacman_loses_three_ticks_an_energizer() -> None:
    state = without_ghosts(begun())
    # On the way down the outer column: from below the energizer at (1, 22) up onto it.
    state = edit(state, {c.PAC_X: 11, c.PAC_Y: 23 * 8 + 4, c.PAC_TILE: 23 * 28 + 1, c.PAC_DIR: c.UP, c.PAC_WANT: c.UP})
    state = edit(state, {c.DOT_CELLS + word: (1 << 30) - 1 for word in range(9)})
    state = until(state, lambda _, kinds: "energizer" in kinds)
    y = state.cells[c.PAC_Y]
    assert [later.cells[c.PAC_Y] for later, _ in ticks(state, 3)] == [y, y, y]
    assert after(state, 4).cells[c.PAC_Y] < y


@pytest.mark.parametrize(("number", "pixels"), [(1, 8), (2, 9), (5, 10), (21, 10)])
def test_ghosts_are_slow_in_the_tunnel_and_pacman_is_not(number: int, pixels: int) -> None:
    state = hidden_pacman(begun(level=number))
    o = ghost_at(BLINKY)
    tunnel = {o + c.X: 44, o + c.Y: 116, o + c.TILE_OF: 14 * 28 + 5, o + c.DIR: c.LEFT}
    state = edit(state, tunnel | {o + c.EXIT: c.LEFT, o + c.AFTER: c.LEFT})
    assert windows(path(state, BLINKY, 64)) == {pixels}
    state = without_ghosts(begun(level=number))
    state = edit(state, {c.PAC_X: 44, c.PAC_Y: 116, c.PAC_TILE: 14 * 28 + 5, c.PAC_DIR: c.LEFT})
    x = state.cells[c.PAC_X]
    assert (x - after(state, 32).cells[c.PAC_X]) % 224 == 2 * LEVELS[number - 1].pacman


def test_leaving_a_tunnel_at_one_side_enters_it_at_the_other() -> None:
    state = without_ghosts(begun())
    state = edit(state, {c.PAC_X: 1, c.PAC_Y: 116, c.PAC_TILE: 14 * 28, c.PAC_DIR: c.LEFT})
    assert [later.cells[c.PAC_X] for later, _ in ticks(state, 4)] == [0, 223, 222, 221]
    state = edit(state, {c.PAC_X: 222, c.PAC_TILE: 14 * 28 + 27, c.PAC_DIR: c.RIGHT, c.PAC_WANT: c.RIGHT})
    assert [later.cells[c.PAC_X] for later, _ in ticks(state, 4)] == [223, 0, 1, 2]


@pytest.mark.parametrize(("number", "pixels"), [(1, 10), (2, 11), (5, 12)])
def test_frightened_ghosts_and_pacman_after_an_energizer_have_their_own_speeds(number: int, pixels: int) -> None:
    state = hidden_pacman(begun(level=number))
    state = edit(state, {c.FRIGHT_LEFT: 300, ghost_at(BLINKY) + c.FRIGHT: 1})
    assert windows(path(state, BLINKY, 100)) == {pixels}


def test_eyes_run_two_pixels_a_tick_and_whoever_is_in_the_house_8_in_16() -> None:
    state = hidden_pacman(begun())
    eyes = edit(state, {ghost_at(BLINKY) + c.STATE: c.EYES})
    assert set(path(eyes, BLINKY, 20)) <= {2}
    assert windows(path(state, CLYDE, 100)) == {8}
    leaving = edit(state, {ghost_at(CLYDE) + c.STATE: c.LEAVING})
    assert windows(path(leaving, CLYDE, 60)) == {8}


@pytest.mark.parametrize(("left", "pixels"), [(21, 15), (20, 16), (11, 16), (10, 17), (1, 17)])
def test_blinky_speeds_up_at_20_and_at_10_dots_left_on_level_1(left: int, pixels: int) -> None:
    state = edit(hidden_pacman(begun()), {c.DOTS_LEFT: left})
    assert windows(path(state, BLINKY, 100)) == {pixels}


def test_a_ghosts_tunnel_speed_comes_before_fright_and_fright_before_elroy() -> None:
    state = edit(hidden_pacman(begun()), {c.DOTS_LEFT: 5, c.FRIGHT_LEFT: 300, ghost_at(BLINKY) + c.FRIGHT: 1})
    assert windows(path(state, BLINKY, 100)) == {10}
    o = ghost_at(BLINKY)
    tunnel = {o + c.X: 44, o + c.Y: 116, o + c.TILE_OF: 14 * 28 + 5, o + c.DIR: c.LEFT}
    state = edit(state, tunnel | {o + c.EXIT: c.LEFT, o + c.AFTER: c.LEFT})
    assert windows(path(state, BLINKY, 64)) == {8}


def cut(state: State, x: int) -> list[tuple[int, int]]:
    """Return Pac-Man's pixels as he comes from the left along row 29, wants up at pixel ``x``, and goes up (12, 28)."""
    start = {c.PAC_X: x, c.PAC_Y: 29 * 8 + 4, c.PAC_TILE: 29 * 28 + x // 8, c.PAC_DIR: c.RIGHT, c.PAC_WANT: c.RIGHT}
    state = edit(without_ghosts(state), start | {c.DOT_CELLS + word: 0 for word in range(9)})
    return [(later.cells[c.PAC_X], later.cells[c.PAC_Y]) for later, _ in ticks(state, 8, "up")]


def test_pacman_cuts_corners_from_3_pixels_before_to_4_pixels_after_the_middle_when_he_comes_from_the_left() -> None:
    middle, row = 12 * 8 + 3, 29 * 8 + 4
    assert cut(begun(), middle - 3)[:4] == [
        (middle - 2, row - 1),
        (middle - 1, row - 2),
        (middle, row - 3),
        (middle, row - 4),
    ]
    assert cut(begun(), middle + 4)[:4] == [
        (middle + 3, row - 1),
        (middle + 2, row - 2),
        (middle + 1, row - 3),
        (middle, row - 4),
    ]
    assert cut(begun(), middle - 4)[0] == (middle - 3, row)  # too early: he goes on first
    assert cut(begun(), middle + 5)[-1][1] == row  # too late


def test_pacman_turns_back_at_once_and_stops_at_the_middle_of_a_tile_before_a_wall() -> None:
    state = without_ghosts(begun())
    x = state.cells[c.PAC_X]
    state = after(state, 2, "left")
    assert [later.cells[c.PAC_X] for later, _ in ticks(state, 2, "right")] == [x - 1, x]
    corner = edit(state, {c.PAC_X: 30, c.PAC_Y: 12, c.PAC_TILE: 28 + 3, c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT})
    corner = after(corner, 200)
    assert (corner.cells[c.PAC_X], corner.cells[c.PAC_Y]) == (1 * 8 + 3, 1 * 8 + 4)
    assert "pacman" in rules.to_act(corner)
    assert not rules.observe(corner, "pacman").pacman.moving


@pytest.mark.parametrize(
    ("heading", "want", "early", "late"),
    [("right", "up", 3, 4), ("left", "up", 4, 3), ("down", "right", 4, 3), ("up", "right", 3, 4)],
)
def test_the_window_of_a_turn_depends_on_where_pacman_comes_from(
    heading: str, want: str, early: int, late: int
) -> None:
    crossing = (12, 23)  # four ways
    centre = (crossing[0] * 8 + 3, crossing[1] * 8 + 4)
    dx, dy = STEPS[DIRECTIONS.index(heading)]
    turned = []
    for before in range(-6, 7):
        x, y = centre[0] - dx * before, centre[1] - dy * before
        place = {c.PAC_X: x, c.PAC_Y: y, c.PAC_TILE: y // 8 * 28 + x // 8, c.PAC_DIR: DIRECTIONS.index(heading)}
        empty = {c.DOT_CELLS + word: 0 for word in range(9)}
        state = after(edit(without_ghosts(begun()), place | empty), 1, want)
        if state.cells[c.PAC_DIR] == DIRECTIONS.index(want):
            turned.append(before)
    assert turned == list(range(-late, early + 1))
