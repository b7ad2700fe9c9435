"""Fright, catching, points, fruit, levels, what is refused: sections 3, 8 to 11 and 13 of docs/pacman.md."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from games.core import GameError, IllegalActionError
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import ghost_at
from games.pacman.levels import LEVELS, fruit_name
from games.pacman.mazes import MAZES, find_maze
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
    lonely,
    ticks,
    until,
    wander,
    without_ghosts,
)

if TYPE_CHECKING:
    from games.pacman.rules import State

SECOND = 60
WAITING, LEAVES = c.HOME, c.LEAVING


# --- fright


def meet_energizer(state: State) -> State:
    """Return the state in which Pac-Man is a pixel before the energizer at (1, 22), coming from below."""
    place = {c.PAC_X: 11, c.PAC_Y: 23 * 8, c.PAC_TILE: 23 * 28 + 1, c.PAC_DIR: c.UP, c.PAC_WANT: c.UP}
    return edit(state, place)


def test_an_energizer_frightens_for_the_tables_time() -> None:
    seconds = [6, 5, 4, 3, 2, 5, 2, 2, 1, 5, 2, 1, 1, 3, 1, 1, 0, 1, 0, 0, 0]
    assert [item.fright / SECOND for item in LEVELS] == seconds
    flashes = [5, 5, 5, 5, 5, 5, 5, 5, 3, 5, 5, 3, 3, 5, 3, 3, 0, 3, 0, 0, 0]
    assert [item.flashes for item in LEVELS] == flashes
    state = until(meet_energizer(begun()), lambda _, kinds: "energizer" in kinds)
    assert state.cells[c.FRIGHT_LEFT] == 360
    frightened = 0
    for later, _ in ticks(hidden_pacman(state), 400):
        frightened += any(item.state == "frightened" for item in rules.observe(later, "ghosts").ghosts)
    assert frightened == 359  # and the tick of the energizer itself


@pytest.mark.parametrize("number", [17, 19, 20, 21, 50])
def test_an_energizer_only_reverses_on_level_17_and_from_level_19(number: int) -> None:
    state = until(meet_energizer(begun(level=number)), lambda _, kinds: "energizer" in kinds)
    screen = rules.observe(state, "ghosts")
    assert screen.fright == 0
    assert not any(item.state == "frightened" for item in screen.ghosts)
    assert screen.ghosts[BLINKY].reversing


def test_an_energizer_on_level_18_frightens_and_reverses() -> None:
    state = until(meet_energizer(begun(level=18)), lambda _, kinds: "energizer" in kinds)
    screen = rules.observe(state, "ghosts")
    assert screen.fright == 60
    assert screen.ghosts[BLINKY].state == "frightened"
    assert screen.ghosts[BLINKY].reversing


def test_ghosts_in_one_chain_score_200_400_800_1600_and_a_new_energizer_starts_over() -> None:
    state = edit(begun(), {c.FRIGHT_LEFT: 10_000})
    pacman = {c.PAC_X: 51, c.PAC_Y: 12, c.PAC_TILE: 28 + 6, c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT}
    won = []
    for g in range(4):
        o = ghost_at(g)
        near = {o + c.STATE: c.ROAMING, o + c.FRIGHT: 1, o + c.X: 43, o + c.Y: 12, o + c.TILE_OF: 28 + 5}
        state = edit(state, pacman | near | {o + c.DIR: c.RIGHT, o + c.EXIT: c.RIGHT, o + c.AFTER: c.RIGHT})
        for later, events in ticks(state, 200):
            won += [event.detail["points"] for event in events if event.kind == "ghost_eaten"]
            state = later
            if state.cells[c.PHASE] == c.PLAY and len(won) > g:
                break
    assert won == [200, 400, 800, 1600]
    state = until(meet_energizer(state), lambda _, kinds: "energizer" in kinds)
    assert state.cells[c.CHAIN] == 0


def test_all_but_other_eyes_stand_still_for_60_ticks_when_a_ghost_is_eaten() -> None:
    o = ghost_at(BLINKY)
    near = {o + c.FRIGHT: 1, o + c.X: 43, o + c.Y: 12, o + c.TILE_OF: 28 + 5, o + c.DIR: c.RIGHT, o + c.EXIT: c.RIGHT}
    pacman = {c.PAC_X: 51, c.PAC_Y: 12, c.PAC_TILE: 28 + 6, c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT}
    eyes = {ghost_at(CLYDE) + c.STATE: c.EYES, ghost_at(CLYDE) + c.X: 75, ghost_at(CLYDE) + c.Y: 148}
    eyes |= {ghost_at(CLYDE) + c.TILE_OF: 18 * 28 + 9, ghost_at(CLYDE) + c.DIR: c.UP, ghost_at(CLYDE) + c.EXIT: c.UP}
    state = edit(begun(), near | pacman | eyes | {c.FRIGHT_LEFT: 300, ghost_at(CLYDE) + c.AFTER: c.UP})
    state = until(state, lambda _, kinds: "ghost_eaten" in kinds, 30)
    frozen = [state, *(later for later, _ in ticks(state, 59))]
    assert {item.cells[c.PHASE] for item in frozen} == {c.FREEZE}
    still = (c.PAC_X, c.FRIGHT_LEFT, c.MODE_LEFT, ghost_at(BLINKY) + c.X, ghost_at(PINKY) + c.Y)
    assert len({tuple(item.cells[cell] for cell in still) for item in frozen}) == 1
    assert ghost(frozen[-1], CLYDE, c.Y) < ghost(frozen[0], CLYDE, c.Y)
    assert after(frozen[-1], 1).cells[c.PHASE] == c.PLAY


# --- catching


def facing_each_other(gap: int, **options: bool) -> State:
    """Return Pac-Man, on a tile's first pixel, going left, and Blinky right, ``gap`` pixels apart on row 1."""
    state = begun(level=5, **options)
    x = 8 * 8
    o = ghost_at(BLINKY)
    blinky = {o + c.X: x - gap, o + c.Y: 12, o + c.TILE_OF: 28 + (x - gap) // 8, o + c.DIR: c.RIGHT}
    plans = {o + c.EXIT: c.RIGHT, o + c.AFTER: c.RIGHT, c.PLAY_CLOCK: 0}
    pacman = {c.PAC_X: x, c.PAC_Y: 12, c.PAC_TILE: 28 + 8, c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT}
    return edit(state, blinky | plans | pacman | {c.DOT_CELLS + word: 0 for word in range(8)})


def test_two_who_swap_tiles_in_one_tick_meet_unless_the_arcades_quirk_is_on() -> None:
    assert "caught" in {event.kind for _, events in ticks(facing_each_other(1), 2) for event in events}
    quirk = facing_each_other(1, pass_through=True)
    later = after(quirk, 2)
    assert later.cells[c.PHASE] == c.PLAY
    assert later.cells[c.PAC_TILE] < ghost(later, BLINKY, c.TILE_OF)


def test_whoever_shares_a_tile_with_a_dangerous_ghost_is_caught() -> None:
    state = until(facing_each_other(30), lambda _, kinds: "caught" in kinds, 60)
    assert state.cells[c.PAC_TILE] == ghost(state, BLINKY, c.TILE_OF)
    assert state.cells[c.PHASE] == c.CAUGHT


def test_a_life_is_lost_after_210_ticks_and_the_last_one_ends_the_game() -> None:
    state = until(facing_each_other(20), lambda _, kinds: "caught" in kinds, 60)
    waiting = after(state, 209)
    assert (waiting.cells[c.PHASE], waiting.cells[c.LIVES]) == (c.CAUGHT, 3)
    waiting = after(waiting, 1)
    assert (waiting.cells[c.PHASE], waiting.cells[c.PHASE_LEFT], waiting.cells[c.LIVES]) == (c.READY, 130, 2)
    over = after(edit(state, {c.LIVES: 1}), 210)
    outcome = rules.outcome(over)
    assert outcome is not None
    assert outcome.winner == "ghosts"
    assert outcome.scores == {"pacman": over.cells[c.SCORE], "ghosts": 1}
    assert rules.to_act(over) == ()
    again = after(over, 5)
    assert again.cells[c.TICK] == over.cells[c.TICK] + 5
    assert rules.outcome(again) == outcome


def leaving_on_the_doorstep(frightened: int) -> State:
    """Return Pac-Man about to enter the doorstep's tile, where Pinky comes out of the door."""
    o = ghost_at(PINKY)
    pinky = {o + c.STATE: c.LEAVING, o + c.X: 111, o + c.Y: 11 * 8 + 9, o + c.FRIGHT: frightened, o + c.DIR: c.UP}
    pacman = {c.PAC_X: 14 * 8, c.PAC_Y: 11 * 8 + 4, c.PAC_TILE: 11 * 28 + 14, c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT}
    away = {ghost_at(BLINKY) + c.STATE: c.HOME, ghost_at(BLINKY) + c.Y: 116}
    return edit(begun(), pinky | pacman | away | {c.FRIGHT_LEFT: 300 * frightened})


def test_a_ghost_that_leaves_catches_on_the_doorsteps_tile_but_not_from_the_door() -> None:
    state = after(leaving_on_the_doorstep(0), 1)
    assert state.cells[c.PAC_TILE] == state.maze.table[c.DOOR_TILE]
    assert state.cells[c.PHASE] == c.PLAY  # Pinky is still in the door
    state = until(state, lambda _, kinds: "caught" in kinds, 6)
    assert ghost(state, PINKY, c.Y) == 11 * 8 + 7  # the tile's last row of pixels


def test_a_frightened_ghost_eaten_in_the_door_goes_back_in_and_comes_out_again() -> None:
    state = until(leaving_on_the_doorstep(1), lambda _, kinds: "ghost_eaten" in kinds, 6)
    assert rules.observe(state, "ghosts").ghosts[PINKY].state == "entering"
    state = until(hidden_pacman(state), lambda _, kinds: "ghost_left" in kinds, 300)
    assert rules.observe(state, "ghosts").ghosts[PINKY].state == "roaming"


# --- points, fruit, levels


def test_a_board_of_240_dots_and_4_energizers_is_worth_2600_points() -> None:
    state = lonely(begun(extra_life=0))
    maze = state.maze
    plain, big = len(maze.plain_dot_tiles), len(maze.energizer_tiles)
    assert (plain, big) == (240, 4)
    locked = {ghost_at(g) + c.STATE: c.ENTERING for g in range(4)} | {ghost_at(g) + c.Y: -(10**6) for g in range(4)}
    state = edit(state, locked)
    for tile in maze.dot_tiles[1:]:
        x, y = tile % 28 * 8 + 3, tile // 28 * 8 + 4
        way = next(d for d in range(4) if maze.neighbour(tile, d) >= 0)
        # He stands on the neighbour's last pixel, about to enter the tile.
        before = {c.UP: (x, y + 4 - 8), c.LEFT: (x - 4, y), c.DOWN: (x, y + 4), c.RIGHT: (x + 5, y)}[way]
        if way == c.UP:
            before = (x, y - 5)
        place = {c.PAC_X: before[0], c.PAC_Y: before[1], c.PAC_TILE: maze.neighbour(tile, way), c.PAC_PAUSE: 0}
        state = edit(state, place | {c.PAC_DIR: way ^ 2, c.PAC_WANT: way ^ 2, c.FRUIT_LEFT: 0, c.FRIGHT_LEFT: 0})
        state = until(state, lambda _, kinds: bool(kinds & {"dot", "energizer"}), 3)
    assert state.cells[c.DOTS_LEFT] == 1
    first = maze.dot_tiles[0]
    place = {c.PAC_X: first % 28 * 8 + 8, c.PAC_Y: first // 28 * 8 + 4, c.PAC_TILE: first + 1, c.PAC_PAUSE: 0}
    state = edit(state, place | {c.PAC_DIR: c.LEFT, c.PAC_WANT: c.LEFT})
    state = until(state, lambda _, kinds: "level_cleared" in kinds, 3)
    assert state.cells[c.SCORE] == 2600
    state = after(state, 240)
    assert (state.cells[c.LEVEL], state.cells[c.DOTS_LEFT], state.cells[c.PHASE]) == (2, 244, c.READY)


def test_fruit_is_shown_for_570_ticks_after_70_and_after_170_dots() -> None:
    state = lonely(begun())
    for g in (PINKY, INKY, CLYDE):
        state = edit(state, {ghost_at(g) + c.STATE: c.ENTERING, ghost_at(g) + c.Y: -(10**6)})
    for left in (244 - 69, 244 - 169):
        almost = edit(state, {c.DOTS_LEFT: left})
        shown = until(almost, lambda _, kinds: "fruit_shown" in kinds, 60)
        assert 244 - shown.cells[c.DOTS_LEFT] in (70, 170)
        held = edit(shown, {c.PAC_PAUSE: 10**6})
        assert rules.observe(after(held, 569), "pacman").fruit == 100
        assert rules.observe(after(held, 570), "pacman").fruit == 0


def test_fruit_is_eaten_under_the_house_for_the_levels_points() -> None:
    points = [100, 300, 500, 500, 700, 700, 1000, 1000, 2000, 2000, 3000, 3000, *[5000] * 9]
    assert [item.fruit_points for item in LEVELS] == points
    assert [fruit_name(n) for n in (1, 2, 3, 5, 7, 9, 11, 13, 99)] == [
        "cherry", "strawberry", "peach", "apple", "grapes", "flagship", "bell", "key", "key",
    ]  # fmt: skip
    state = without_ghosts(begun(level=9))
    assert state.maze.fruit == (13, 17)
    place = {c.PAC_X: 112, c.PAC_Y: 17 * 8 + 4, c.PAC_TILE: 17 * 28 + 14, c.PAC_DIR: c.LEFT, c.FRUIT_LEFT: 100}
    before = state.cells[c.SCORE]
    state = until(edit(state, place), lambda _, kinds: "fruit_eaten" in kinds, 5)
    assert state.cells[c.SCORE] == before + 2000


@pytest.mark.parametrize("goal", [10_000, 15_000, 20_000])
def test_one_extra_life_comes_at_its_score_and_only_once(goal: int) -> None:
    state = edit(without_ghosts(begun(extra_life=goal)), {c.SCORE: goal - 10})
    state = until(state, lambda _, kinds: "extra_life" in kinds, 30)
    assert (state.cells[c.SCORE], state.cells[c.LIVES]) == (goal, 4)
    state = edit(state, {c.SCORE: 2 * goal - 10})
    assert all("extra_life" not in {event.kind for event in events} for _, events in ticks(state, 60))


def test_the_extra_life_can_be_switched_off() -> None:
    state = edit(without_ghosts(begun(extra_life=0)), {c.SCORE: 9_990})
    assert after(state, 30).cells[c.LIVES] == 3


def test_the_hard_switch_leaves_out_levels_1_3_6_19_and_20() -> None:
    state = begun(hard=True)
    visited = [state.cells[c.LEVEL]]
    while len(visited) < 20:
        state = after(edit(state, {c.PHASE: c.CLEARED, c.PHASE_LEFT: 1}), 1)
        visited.append(state.cells[c.LEVEL])
    assert visited == [2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25]


def test_there_is_no_kill_screen_at_level_256() -> None:
    state = after(edit(begun(level=255), {c.PHASE: c.CLEARED, c.PHASE_LEFT: 1}), 1)
    assert (state.cells[c.LEVEL], state.cells[c.DOTS_LEFT]) == (256, 244)


def test_pacman_wins_with_the_last_board_that_was_asked_for() -> None:
    state = edit(begun(boards=2), {c.BOARDS: 1, c.PHASE: c.CLEARED, c.PHASE_LEFT: 1})
    state = after(state, 1)
    outcome = rules.outcome(state)
    assert outcome is not None
    assert outcome.winner == "pacman"


def test_the_first_life_waits_for_the_jingle_and_the_others_for_130_ticks() -> None:
    state = rules.start({}, Random(1))
    assert state.cells[c.PHASE_LEFT] == 250
    assert rules.to_act(state) == ()
    assert "began" in {event.kind for _, events in ticks(state, 250) for event in events}


# --- what is refused


def test_unknown_options_and_values_are_refused_by_name() -> None:
    for options, message in (
        ({"levle": 3}, "no option 'levle'"),
        ({"level": 0}, "level is 0"),
        ({"level": "3"}, "level is '3', not a int"),
        ({"lives": True}, "lives is True, not a int"),
        ({"hard": 1}, "hard is 1, not a bool"),
        ({"maze": "nowhere"}, "no maze is called 'nowhere'"),
        ({"maze": "######\n######"}, "line 1"),
    ):
        with pytest.raises(GameError, match=message):
            rules.start(options, Random(1))


def test_impossible_actions_are_refused_with_the_reason() -> None:
    state = begun()
    with pytest.raises(IllegalActionError, match="'fly' is no direction"):
        rules.check(state, "pacman", "fly")
    with pytest.raises(IllegalActionError, match="'left' is no exits by ghost"):
        rules.check(state, "ghosts", "left")
    with pytest.raises(IllegalActionError, match="'sue' is no ghost"):
        rules.check(state, "ghosts", {"sue": "up"})
    with pytest.raises(IllegalActionError, match="clyde has nothing to decide"):
        rules.check(state, "ghosts", {"clyde": "up"})
    item = rules.decisions(state)[0]
    back = {"up": "down", "down": "up", "left": "right", "right": "left"}[item.heading]
    for action in ({"ghosts": {item.ghost: back}}, {"pacman": {}}, {"nobody": "up"}):
        with pytest.raises(IllegalActionError):
            rules.step(state, action)
    eaten = edit(state, {ghost_at(BLINKY) + c.STATE: c.EYES})
    with pytest.raises(IllegalActionError, match="blinky has nothing to decide"):
        rules.step(eaten, {"ghosts": {"blinky": item.exits[0]}})


# --- determinism and drawing


@pytest.mark.parametrize("maze", sorted(MAZES))
def test_the_same_seed_and_inputs_give_the_same_hash_at_every_tick(maze: str) -> None:
    def hashes(seed: int) -> list[str]:
        state = rules.start({"maze": maze}, Random(seed))
        return [rules.digest(later) for later, _ in wander(state, Random(9), 1200)]

    assert hashes(5) == hashes(5)
    assert hashes(5) != hashes(6)


def test_the_board_shows_what_the_viewer_may_see() -> None:
    state = begun()
    drawn = rules.board(state, "ghosts").split("\n")
    assert drawn[0] == "tick 250  level 1 (cherry)  score 0  lives 3"
    assert drawn[-1] == "play  scatter  fright 0  dots 240 + 4"
    assert drawn[1 + 23] == "#.####.......> .......####.#"
    assert "noise" in rules.board(state)
    assert "noise" not in "\n".join(drawn)


def test_the_arcade_maze_has_the_arcades_statistics() -> None:
    maze = find_maze("arcade")
    corridors = [n for n in range(28 * 31) if maze.is_corridor(n)]
    ways = {n: len(maze.exits(n)) for n in corridors}
    corners = [n for n in corridors if ways[n] == 2 and set(maze.exits(n)) not in ({"up", "down"}, {"left", "right"})]
    assert (maze.width, maze.height, len(corridors)) == (28, 31, 300)
    assert sum(count >= 3 for count in ways.values()) == 34
    assert sum(count == 4 for count in ways.values()) == 6
    assert len(corners) == 30
