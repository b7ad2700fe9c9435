"""What holds for Pac-Man whatever is played: round trips, secrets, refusals, and one engine on two ways to run it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.core import NotationError, ObservationError
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.ghosts import ghost_at, imagine, see
from games.pacman.maze import MazeError, read_maze
from games.pacman.mazes import ARCADE, MAZES, POCKET
from games.pacman.names import DIRECTIONS, GHOSTS
from tests.pacman_states import wander

if TYPE_CHECKING:
    from games.pacman.rules import State

EXITS = st.dictionaries(st.sampled_from(GHOSTS), st.sampled_from(DIRECTIONS))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@cache
def moments() -> tuple[State, ...]:
    """Return moments of many games: every maze, levels of every kind, every phase."""
    found = []
    for seed in range(24):
        options: dict[str, Any] = {"maze": sorted(MAZES)[seed % 3], "level": (1, 2, 5, 17, 21)[seed % 5]}
        state = rules.start(options, Random(seed))
        found.append(state)
        found += [later for number, (later, _) in enumerate(wander(state, Random(seed), 2500)) if number % 41 == 0]
    return tuple(found)


moment = st.integers(0, 10**6).map(lambda number: moments()[number % len(moments())])


def observed(state: State, seat: str = "ghosts") -> dict[str, Any]:
    """Return the observation as it arrives at a function."""
    data: dict[str, Any] = json.loads(json.dumps(rules.encode_observation(rules.observe(state, seat))))
    return data


@given(st.sampled_from(DIRECTIONS) | EXITS)
def test_parse_after_print_is_identity(action: Any) -> None:
    assert rules.parse_action(rules.print_action(action)) == action


@given(st.text(max_size=30) | st.lists(st.sampled_from([*GHOSTS, *DIRECTIONS, ":", " ", "-"]), max_size=6).map("".join))
def test_text_is_an_action_that_prints_alike_or_no_notation(text: str) -> None:
    try:
        action = rules.parse_action(text)
    except NotationError as error:
        assert repr(text) in str(error)
    else:
        assert rules.parse_action(rules.print_action(action)) == action


@given(moment, st.sampled_from(rules.PLAYERS))
@settings(max_examples=200, deadline=None)
def test_decode_after_encode_is_identity(state: State, seat: str) -> None:
    observation = rules.observe(state, seat)
    assert rules.decode_observation(observed(state, seat)) == observation


@given(moment)
@settings(max_examples=100, deadline=None)
def test_what_an_observation_imagines_looks_like_it(state: State) -> None:
    observation = rules.observe(state, "pacman")
    again = replace(see(imagine(observation), observation.maze), elroy=observation.elroy)
    assert again == observation


@given(moment, st.integers(0, 8191), st.integers(0, 3), st.integers(-1, 3), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_observations_do_not_change_with_what_is_hidden(
    state: State, noise: int, want: int, kept: int, dots: int
) -> None:
    hidden = list(state.cells)
    hidden[c.NOISE] = hidden[c.NOISE_START] = noise
    hidden[c.PAC_WANT] = want
    hidden[c.GLOBAL_DOTS] = hidden[c.DOT_TIMER] = dots
    for g in range(4):
        hidden[ghost_at(g) + c.PENDING] = kept
        hidden[ghost_at(g) + c.DOTS] = dots
    changed = replace(state, cells=tuple(hidden))
    assert [observed(changed, seat) for seat in rules.PLAYERS] == [observed(state, seat) for seat in rules.PLAYERS]


@given(moment)
@settings(max_examples=60, deadline=None)
def test_a_decision_is_taken_after_as_many_ticks_as_announced_if_nothing_changes(state: State) -> None:
    announced = {item.ghost: item for item in rules.decisions(state)}
    mode = state.cells[c.MODE]
    for tick in range(60):
        before = state
        state, events = rules.step(state, {})
        kinds = {event.kind for event in events}
        if state.cells[c.MODE] != mode or kinds & {
            "reversal",
            "caught",
            "level_cleared",
            "fright_ended",
            "ghost_eaten",
        }:
            return
        if rules.observe(state, "ghosts").elroy != rules.observe(before, "ghosts").elroy:
            return
        for event in events:
            if event.kind == "exit" and event.detail["ghost"] in announced:
                item = announced.pop(str(event.detail["ghost"]))
                assert (item.ticks, list(item.junction)) == (tick, event.detail["junction"])
        assert not [item for item in announced.values() if item.ticks <= tick]


@given(moment, JUNK, st.data())
@settings(max_examples=300, deadline=None)
def test_one_field_of_junk_is_refused_by_name_or_still_an_observation(state: State, junk: Any, data: Any) -> None:
    observation = observed(state)
    holder: Any = observation
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        holder = inner
    holder[key] = junk
    try:
        decoded = rules.decode_observation(observation)
    except ObservationError as error:
        assert error.field.split(".")[0].split("[")[0] in {*observation, ""}
        assert len(str(error)) < 400
    else:
        assert rules.decode_observation(rules.encode_observation(decoded)) == decoded


@given(JUNK)
def test_junk_is_no_observation(junk: Any) -> None:
    with pytest.raises(ObservationError):
        rules.decode_observation(junk)


@given(st.integers(0, 21), st.integers(0, 19), st.sampled_from("#.o:^=PFH- x"))
@settings(max_examples=200, deadline=None)
def test_one_changed_tile_is_refused_at_a_place_inside_the_text_or_still_a_maze(x: int, y: int, mark: str) -> None:
    rows = POCKET.strip("\n").split("\n")
    rows[y] = rows[y][:x] + mark + rows[y][x + 1 :]
    try:
        maze = read_maze("\n".join(rows))
    except MazeError as error:
        assert 1 <= error.line <= 20
        assert 1 <= error.column <= 22
    else:
        assert maze.rows == tuple(rows)


@given(st.text(alphabet="#.o:^=PFH- \n", max_size=400))
def test_any_text_is_a_maze_or_refused(text: str) -> None:
    with pytest.raises(MazeError):
        read_maze(text)


def broken(change: Any) -> dict[str, Any]:
    """Return an observation of level 1 after 5 seconds of play, changed."""
    state = rules.start({}, Random(1))
    for _ in range(550):
        state, _ = rules.step(state, {})
    observation = observed(state)
    assert observation["decide"]
    change(observation)
    return observation


def put(path: str, value: Any) -> Any:
    def change(observation: Any) -> None:
        *way, last = path.split(".")
        for key in way:
            observation = observation[int(key) if key.isdigit() else key]
        observation[int(last) if last.isdigit() else last] = value

    return change


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (put("ghosts.blinky.x", 0), "ghosts.blinky", "roaming in a wall"),
        (put("ghosts.blinky.x", 10**9), "ghosts.blinky.x", "not within 0 to 223"),
        (put("ghosts.clyde.x", 3), "ghosts.clyde", "neither in the house"),
        (put("ghosts.blinky.state", "dead"), "ghosts.blinky.state", "none of home"),
        (put("ghosts.blinky.state", "frightened"), "ghosts.blinky.state", "frightened while fright is 0"),
        (put("ghosts.blinky.state", "eyes"), "decide[0].ghost", "blinky has nothing to decide"),
        (put("ghosts.sue", {}), "ghosts.sue", "no such field"),
        (put("maze", "nowhere"), "maze", "no maze is called 'nowhere'"),
        (put("maze", "####\n####"), "maze", "line 1, column 1: 2 rows"),
        (put("maze", "#" * 10**6), "maze", "1000000 characters"),
        (put("dots", [[1, 1]] * 10**6), "dots", "1000000 of them, where the maze has 240"),
        (put("dots", 10**6), "dots", "a number, not a list"),
        (put("dots.3", [0, 0]), "dots[3]", "never had one"),
        (put("dots.3", [1, 1]), "dots[3]", "twice or out of order"),
        (put("dots.3", [1, True]), "dots[3]", "is not [column, row]"),
        (put("dots.3", [1, 99]), "dots[3]", "outside of the maze, 28 x 31 tiles"),
        (put("energizers.0", [1, 1]), "energizers[0]", "never had one"),
        (put("tick", -1), "tick", "-1 is not within"),
        (put("tick", 1.5), "tick", "not a whole number"),
        (put("tick", 10**5000), "tick", "a huge number"),
        (put("level", 0), "level", "0 is not within 1"),
        (put("fruit", 300), "fruit", "300 points, not 0 or level 1's 100"),
        (put("fright", 361), "fright", "361 is not within 0 to 360"),
        (put("mode", "panic"), "mode", "'panic' is none of scatter, chase"),
        (put("pacman", None), "pacman", "null, not an object"),
        (put("pacman.x", 0), "pacman", "tile [0, 23] is no corridor"),
        (put("pacman.moving", 1), "pacman.moving", "not true or false"),
        (put("decide.0.junction", [1, 1]), "decide[0].junction", "but blinky meets"),
        (put("decide.0.exits", ["up"]), "decide[0].exits", "but blinky has"),
        (put("decide.0.heading", "sideways"), "decide[0].heading", "none of up"),
        (put("decide.0.ghost", "sue"), "decide[0].ghost", "'sue' is none of blinky"),
        (put("decide.0.ticks", -3), "decide[0].ticks", "-3 is not within"),
        (put("decide", [{}] * 9), "decide", "9 decisions of 4 ghosts"),
        (lambda observation: observation["decide"].append(observation["decide"][0]), "decide[2].ghost", "there twice"),
        (lambda observation: observation.pop("tick"), "tick", "is missing"),
        (put("cheat", 1), "cheat", "no such field"),
    ],
)
def test_an_impossible_observation_is_refused_with_its_field(change: Any, field: str, message: str) -> None:
    with pytest.raises(ObservationError) as caught:
        rules.decode_observation(broken(change))
    assert caught.value.field == field
    assert message in str(caught.value)


def test_a_maze_of_ones_own_travels_as_its_drawing() -> None:
    own = "\n".join(row for row in ARCADE.strip("\n").split("\n")).replace(":", ".")
    state = rules.start({"maze": own}, Random(1))
    data = observed(state)
    assert data["maze"] == own
    assert rules.decode_observation(data) == rules.observe(state, "ghosts")
    assert observed(rules.start({"maze": "\n" + ARCADE}, Random(1)))["maze"] == "arcade"
