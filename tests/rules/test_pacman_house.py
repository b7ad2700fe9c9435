"""The ghosts' house: who leaves when, section 6 of docs/pacman.md."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import ghost_at
from games.pacman.levels import LEVELS
from games.pacman.names import DIRECTIONS
from tests.pacman_states import (
    CLYDE,
    INKY,
    PINKY,
    after,
    begun,
    edit,
    ghost,
    hidden_pacman,
    lonely,
    ticks,
    until,
)

if TYPE_CHECKING:
    from games.pacman.rules import State

SECOND = 60
WAITING, LEAVES = c.HOME, c.LEAVING


def leaving_ticks(state: State, count: int) -> dict[int, int]:
    """Return on which tick each ghost stops waiting."""
    found: dict[int, int] = {}
    for tick, (later, _) in enumerate(ticks(state, count), 1):
        for g in range(4):
            if ghost(state, g, c.STATE) == WAITING and ghost(later, g, c.STATE) != WAITING:
                found[g] = tick
        state = later
    return found


def test_without_a_dot_eaten_pinky_leaves_at_0_s_inky_at_4_s_and_clyde_at_8_s_on_level_1() -> None:
    assert leaving_ticks(hidden_pacman(begun()), 600) == {PINKY: 1, INKY: 4 * SECOND, CLYDE: 8 * SECOND}


def test_from_level_5_on_the_timer_is_3_seconds_and_nobody_waits_for_dots() -> None:
    assert [LEVELS[n - 1].house_timer for n in (1, 4, 5, 21)] == [240, 240, 180, 180]
    assert leaving_ticks(hidden_pacman(begun(level=5)), 600) == {PINKY: 1, INKY: 2, CLYDE: 3}
    late = edit(hidden_pacman(begun(level=5)), {c.GLOBAL_ON: 1})
    assert leaving_ticks(late, 600) == {PINKY: 180, INKY: 360, CLYDE: 540}


def test_own_counters_want_30_dots_for_inky_and_60_for_clyde_on_level_1_and_50_for_clyde_on_level_2() -> None:
    assert [(item.pinky_dots, item.inky_dots, item.clyde_dots) for item in LEVELS[:4]] == [
        (0, 30, 60),
        (0, 0, 50),
        (0, 0, 0),
        (0, 0, 0),
    ]


def eat_dots(state: State, count: int) -> list[State]:
    """Return the states after each of ``count`` dots, eaten along the corridors with the clock of the house held."""
    states = []
    random = Random(5)
    while len(states) < count:
        actions = {}
        if "pacman" in rules.to_act(state):
            tile, dots = state.cells[c.PAC_TILE], left_dots(state)
            ways = state.maze.exits(tile)
            dotted = [way for way in ways if state.maze.neighbour(tile, DIRECTIONS.index(way)) in dots]
            actions["pacman"] = random.choice(dotted or ways)
        state, events = rules.step(edit(state, {c.DOT_TIMER: -(10**6)}), actions)
        if any(event.kind in ("dot", "energizer") for event in events):
            states.append(state)
    return states


def left_dots(state: State) -> set[int]:
    observation = rules.observe(state, "pacman")
    return {*observation.dots, *observation.energizers}


def test_only_the_first_waiting_ghost_counts_and_it_leaves_at_its_limit() -> None:
    state = lonely(begun())
    state = edit(state, {ghost_at(PINKY) + c.STATE: c.ENTERING, ghost_at(PINKY) + c.Y: -(10**6)})
    states = eat_dots(state, 31)
    assert [ghost(item, INKY, c.DOTS) for item in states[:30]] == list(range(1, 31))
    assert {ghost(item, CLYDE, c.DOTS) for item in states[:30]} == {0}
    assert ghost(states[29], INKY, c.STATE) == WAITING
    assert ghost(states[30], INKY, c.STATE) != WAITING
    assert ghost(states[30], CLYDE, c.DOTS) == 1


def test_after_a_lost_life_one_counter_lets_pinky_go_at_7_and_inky_at_17_and_is_off_at_32_with_clyde_inside() -> None:
    state = edit(lonely(begun()), {c.GLOBAL_ON: 1, ghost_at(PINKY) + c.STATE: c.HOME})
    states = eat_dots(state, 33)
    went = {}
    for g in (PINKY, INKY, CLYDE):
        went[g] = next((dots for dots, item in enumerate(states, 1) if ghost(item, g, c.STATE) != WAITING), None)
    assert went == {PINKY: 7, INKY: 17, CLYDE: None}
    assert [item.cells[c.GLOBAL_ON] for item in states[30:33]] == [1, 0, 0]
    assert states[31].cells[c.GLOBAL_DOTS] == 0
    assert ghost(states[32], CLYDE, c.DOTS) == 1


def test_the_global_counter_never_switches_off_when_clyde_is_outside_at_32() -> None:
    gone = {ghost_at(CLYDE) + c.STATE: c.ENTERING, ghost_at(CLYDE) + c.Y: -(10**6)}
    states = eat_dots(edit(lonely(begun()), {c.GLOBAL_ON: 1} | gone), 40)
    assert states[-1].cells[c.GLOBAL_ON] == 1
    assert states[-1].cells[c.GLOBAL_DOTS] == 40


def test_a_lost_life_switches_the_global_counter_on_and_keeps_own_counters() -> None:
    state = edit(begun(), {ghost_at(INKY) + c.DOTS: 12, c.PHASE: c.CAUGHT, c.PHASE_LEFT: 1})
    state = after(state, 1)
    assert state.cells[c.GLOBAL_ON] == 1
    assert state.cells[c.GLOBAL_DOTS] == 0
    assert ghost(state, INKY, c.DOTS) == 12
    cleared = edit(state, {c.PHASE: c.CLEARED, c.PHASE_LEFT: 1})
    cleared = after(cleared, 1)
    assert cleared.cells[c.GLOBAL_ON] == 0
    assert ghost(cleared, INKY, c.DOTS) == 0


def test_ghosts_leave_to_the_left_but_to_the_right_when_the_mode_changed_while_they_were_inside() -> None:
    state = until(hidden_pacman(begun()), lambda now, _: ghost(now, PINKY, c.STATE) == c.ROAMING)
    assert ghost(state, PINKY, c.DIR) == c.LEFT
    state = until(hidden_pacman(begun()), lambda now, _: ghost(now, CLYDE, c.STATE) == c.ROAMING)
    assert state.cells[c.MODE] == 1  # scatter ended at 7 s, Clyde left at 8 s
    assert ghost(state, CLYDE, c.DIR) == c.RIGHT


def test_waiting_ghosts_bob_4_pixels_up_and_down() -> None:
    state = hidden_pacman(begun())
    ys = {ghost(later, CLYDE, c.Y) for later, _ in ticks(state, 200)}
    assert ys == set(range(112, 121))  # screen rows of pixels 136 to 144


def test_start_positions_are_the_arcades() -> None:
    screen = rules.observe(rules.start({}, Random(1)), "pacman")
    found = {item.name: (item.x, item.y + 24, item.heading) for item in screen.ghosts}
    assert found == {
        "blinky": (111, 116, "left"),
        "pinky": (111, 140, "down"),
        "inky": (95, 140, "up"),
        "clyde": (127, 140, "up"),
    }
    assert (screen.pacman.x, screen.pacman.y + 24, screen.pacman.heading) == (111, 212, "left")


def test_elroy_is_held_after_a_lost_life_until_clyde_starts_to_leave() -> None:
    state = edit(begun(), {c.DOTS_LEFT: 15})
    assert rules.observe(state, "ghosts").elroy == 1
    state = until(state, lambda _, kinds: "began" in kinds)
    assert rules.observe(state, "ghosts").elroy == 0
    state = edit(hidden_pacman(state), {c.DOTS_LEFT: 15})
    assert rules.observe(after(state, 100), "ghosts").elroy == 0
    state = until(state, lambda now, _: ghost(now, CLYDE, c.STATE) != WAITING)
    assert rules.observe(state, "ghosts").elroy == 1


def test_elroys_dots_are_the_tables() -> None:
    dots = [(item.elroy1_dots, item.elroy2_dots) for item in LEVELS]
    expected = [20, 30, 40, 40, 40, 50, 50, 50, 60, 60, 60, 80, 80, 80, 100, 100, 100, 100, 120, 120, 120]
    assert dots == [(left, left // 2) for left in expected]
