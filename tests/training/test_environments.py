"""Every game is an environment of the field: by those projects' own tests, and from an agent to a function."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, seed_test

import lambda_arcade as la
from games.catalog import find_game
from games.core import GameError
from games.record import verify
from tests.conformance.tables import KUHN, NAMES, register
from tests.docs.pages import ROOT, steps
from training.environments.episode import most_actions
from training.prototypes.agents import as_onnx

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIANTS = [
    *((name, {"lives": 1} if name == "pacman" else {}) for name in NAMES),
    ("battleship", {"size": 8, "fleet": {"a": 4, "b": 3, "c": 3}, "no_touch": True, "salvo": True}),
    ("backgammon", {"points": 3}),
    ("pacman", {"lives": 1, "maze": "pocket"}),
]
SEATS = [(name, options, seat) for name, options in VARIANTS for seat in ("person", "other")]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@contextmanager
def quiet() -> Iterator[None]:
    """Let the projects' tests recommend what they like: names such as player_0, bare arrays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize(("game", "options"), VARIANTS)
def test_pettingzoos_own_tests_pass(game: str, options: dict[str, Any]) -> None:
    with quiet():
        api_test(la.pettingzoo_env(game, options=options), num_cycles=60)
        seed_test(lambda: la.pettingzoo_env(game, options=options), num_cycles=20)


def seated(game: str, options: dict[str, Any], which: str, **more: Any) -> Any:
    rules = find_game(game)
    seat = rules.INFO.person if which == "person" else next(one for one in rules.PLAYERS if one != rules.INFO.person)
    return la.gymnasium_env(game, seat=seat, options=options, **more)


@pytest.mark.parametrize(("game", "options", "seat"), SEATS)
def test_gymnasiums_own_test_passes_in_every_seat(game: str, options: dict[str, Any], seat: str) -> None:
    with quiet():
        check_env(seated(game, options, seat, render_mode="ansi"))


def to_the_end(env: Any, seed: int) -> tuple[int, float]:
    env.action_space.seed(seed)
    _, info = env.reset(seed=seed)
    steps_made, got, over = 0, 0.0, False
    while not over:
        seen, reward, over, _, info = env.step(env.action_space.sample(info["action_mask"]))
        assert np.array_equal(seen["action_mask"], info["action_mask"])
        assert over or info["action_mask"].any()
        steps_made, got = steps_made + 1, got + reward
    assert seen in env.observation_space
    return steps_made, got


@pytest.mark.parametrize(("game", "options", "seat"), SEATS)
def test_every_episode_ends_is_a_sound_record_and_is_the_seeds(game: str, options: dict[str, Any], seat: str) -> None:
    env = seated(game, options, seat)
    first = to_the_end(env, 5)
    record = env.episode.record()
    verify(record)
    assert record.outcome is not None
    assert first[1] == {env.seat: 1.0, None: 0.0}.get(record.outcome.winner, -1.0)
    again = seated(game, options, seat)
    assert to_the_end(again, 5) == first
    assert [turn.action for turn in again.episode.record().turns] == [turn.action for turn in record.turns]
    to_the_end(again, 6)
    assert again.episode.record().seed != record.seed


def test_any_fleet_that_the_rules_allow_can_be_laid_ship_by_ship_and_no_other() -> None:
    env = la.gymnasium_env("battleship")
    rules = find_game("battleship")
    observation, _ = env.reset(seed=1)
    fleet = rules.sample_action(rules.PlaceObservation(), Random(3))
    for number, ship in enumerate(fleet.ships):
        assert observation["observation"][PLANES_LAID].sum() == sum((5, 4, 3, 3, 2)[:number])
        observation, _, over, _, _ = env.step(100 * (1 + ship.vertical) + 10 * ship.cell.row + ship.cell.column)
        assert not over
    match = env.unwrapped.episode.match
    assert match.state.fleet_of("one") == fleet
    assert observation["action_mask"][:100].sum() == 100
    _, reward, over, _, info = env.step(250)
    assert (reward, over, info["illegal"]) == (-1.0, True, 250)
    with pytest.raises(GameError, match=r"call reset\(\)"):
        env.step(1)


PLANES_LAID = 5


def test_those_who_act_at_the_same_time_see_nothing_of_each_other() -> None:
    env = la.pettingzoo_env("battleship")
    env.reset(seed=1)
    before = env.observe("two")["observation"]
    for _ in range(5):
        assert env.agent_selection == "one"
        env.step(int(np.flatnonzero(env.observe("one")["action_mask"])[-1]))
    assert env.agent_selection == "two"
    assert np.array_equal(env.observe("two")["observation"], before)


def test_every_turn_of_backgammon_can_be_chosen_and_is_written_once() -> None:
    rules = find_game("backgammon")
    spaces = la.gymnasium_env("backgammon").unwrapped._setting.space
    for seed in range(12):
        random = Random(seed)
        state = rules.start({}, random)
        for _ in range(30):
            if rules.outcome(state) is not None:
                break
            (player,) = rules.to_act(state)
            asked = rules.ask(state, player)
            if seed % 6 == 0:
                assert leaves(spaces, asked) == len(rules.legal_actions(asked))
            chosen: tuple[int, ...] = ()
            while (action := spaces.action(asked, chosen)) is None:
                chosen = (*chosen, int(random.choice(np.flatnonzero(spaces.mask(asked, chosen)))))
            assert action in rules.legal_actions(asked)
            state, _ = rules.step(state, {player: action})


def leaves(space: Any, asked: Any, chosen: tuple[int, ...] = ()) -> int:
    if space.action(asked, chosen) is not None:
        return 1
    return sum(leaves(space, asked, (*chosen, int(one))) for one in np.flatnonzero(space.mask(asked, chosen)))


def test_a_game_that_lists_its_actions_needs_nothing_of_its_own() -> None:
    assert most_actions(KUHN) == 2
    assert most_actions("battleship") == 0  # fleets cannot be listed
    env = la.gymnasium_env(KUHN, seat="second")
    seen = {tuple(np.flatnonzero(env.reset(seed=seed)[0]["observation"])) for seed in range(60)}
    assert len(seen) == 6  # three cards, after pass and after bet: no two hash alike


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(GameError, match="no seat 'left'; there are one, two"):
        la.gymnasium_env("battleship", seat="left")
    with pytest.raises(GameError, match="nobody sits in the seat 'two'"):
        la.gymnasium_env("battleship", opponent={})
    with pytest.raises(GameError, match="no option is called 'width'"):
        la.pettingzoo_env("battleship", options={"width": 8})
    with pytest.raises(LookupError, match=r"no opponent is called 'nobody'; battleship has .*density.*fallback"):
        la.opponent("nobody", game="battleship")
    with pytest.raises(LookupError, match="say which game"):
        la.opponent("density")


@pytest.mark.parametrize("who", ["battleship_hard", ROOT / "ai_functions" / "battleship_hard"])
def test_an_opponent_of_the_ladder_sits_in_either_seat(who: Any) -> None:
    opponent = la.opponent(who)
    assert (opponent.name, opponent.game) == ("battleship_hard", "battleship")
    for seat in ("one", "two"):
        env = la.gymnasium_env("battleship", seat=seat, opponent=opponent)
        assert to_the_end(env, 1)[1] == -1.0  # who shoots at random loses
        assert "battleship_hard" in {one.name for one in env.unwrapped.episode.record().participants}


def test_ghosts_and_pacman_can_be_learned_for_points() -> None:
    env = la.gymnasium_env(
        "pacman", opponent=la.opponent("pacman_easy"), options={"lives": 1}, reward=lambda seat, events, _: (
            float(sum(event.kind == "dot" for event in events)) if seat == "pacman" else 0.0
        ),
    )  # fmt: skip
    _, dots = to_the_end(env, 2)
    state = env.unwrapped.episode.match.state
    assert dots == 240 - len(find_game("pacman").observe(state, "pacman").dots)


def test_layers_become_the_network_that_they_are() -> None:
    import onnxruntime  # noqa: PLC0415 - only here

    generator = np.random.default_rng(1)
    (one, first), (two, second) = (
        (generator.normal(size=shape), generator.normal(size=shape[1])) for shape in ((5, 4), (4, 3))
    )
    session = onnxruntime.InferenceSession(as_onnx([(one, first), (two, second)]))
    rows = generator.normal(size=(6, 5)).astype(np.float32)
    (found,) = session.run(None, {"observation": rows})
    np.testing.assert_allclose(found, np.maximum(rows @ one + first, 0) @ two + second, rtol=1e-5, atol=1e-5)


def test_the_pages_first_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "environments.md").read_text("utf-8")
    exec(text.partition("```python\n")[2].partition("```")[0], {})  # noqa: S102 - the page's own code
    assert capsys.readouterr().out.startswith("-1.0 fleet sunk")


def test_the_pages_agent_learns(capsys: pytest.CaptureFixture[str]) -> None:
    (agent,) = [step.text for step in steps(ROOT / "docs" / "environments.md") if step.path == "agent.py"]
    scope: dict[str, Any] = {}
    exec(agent.partition("numbers = ")[0].replace("range(60)", "range(4)"), scope)  # noqa: S102 - the same
    around = scope["weights"].reshape(3, 3, 3)
    assert around[1, [0, 1, 1, 2], [1, 0, 2, 1]].mean() > around[0].mean() + 1  # hits beside count, misses do not
    assert not capsys.readouterr().out


def test_who_learns_by_playing_still_hears_the_window() -> None:
    program = "import os; import training.environments.every_seat; print(os.environ.get('SDL_AUDIODRIVER'))"
    for driver in ({}, {"SDL_AUDIODRIVER": "dummy"}):
        environment = {name: value for name, value in os.environ.items() if name != "SDL_AUDIODRIVER"} | driver
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == str(driver.get("SDL_AUDIODRIVER"))
