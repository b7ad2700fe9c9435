"""One suite that every game falls under: what ``games.core.Game`` promises."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import games.battleship.rules
import games.pacman.rules
from client.net.fallback import fallback_action
from games.catalog import GAMES, find_game
from games.core import GameError, IllegalActionError, NotationError, ObservationError, Outcome
from games.match import MoveMetadata
from games.record import GameRecord, RecordError, move_seed, replay, verify
from tests.conformance.tables import SEATED, match_of, played

if TYPE_CHECKING:
    from games.core import AnyGame

# mypy holds the two modules to the protocol here.
MODULES: dict[str, AnyGame] = {"battleship": games.battleship.rules, "pacman": games.pacman.rules}


@pytest.fixture(params=sorted(GAMES))
def game(request: pytest.FixtureRequest) -> AnyGame:
    return find_game(request.param)


def test_every_game_of_the_catalog_is_checked_here() -> None:
    assert set(MODULES) == set(GAMES) == set(SEATED)


def test_the_record_of_a_match_is_possible_and_survives_its_own_line(game: AnyGame) -> None:
    record = played(game.NAME, 1)
    assert GameRecord.from_line(record.to_line()) == record
    verify(record)


def test_replay_rebuilds_every_state_of_the_match(game: AnyGame) -> None:
    match = match_of(game.NAME, 5)
    digests = [game.digest(match.state)]
    while match.outcome is None and match.step_number < 400:
        for player in match.to_act():
            match.submit(player, SEATED[game.NAME][player](match.observe(player), Random(match.seed_for(player))))
        match.advance()
        digests.append(game.digest(match.state))
    assert [game.digest(frame.state) for frame in replay(match.close())] == digests


def test_another_process_reaches_the_same_digest(game: AnyGame) -> None:
    record = played(game.NAME, 2)
    code = "import sys; from games.record import GameRecord, verify; verify(GameRecord.from_line(sys.stdin.read()))"
    subprocess.run([sys.executable, "-c", code], input=record.to_line(), text=True, check=True)


def test_a_seed_fixes_the_match_and_another_changes_it(game: AnyGame) -> None:
    first, again, other = played(game.NAME, 3), played(game.NAME, 3), played(game.NAME, 4)
    assert [turn.action for turn in first.turns] == [turn.action for turn in again.turns]
    assert first.digest == again.digest
    assert first.digest != other.digest


def test_actions_parse_and_print_to_the_same_text(game: AnyGame) -> None:
    for turn in played(game.NAME, 7).turns:
        assert game.print_action(game.parse_action(turn.action)) == turn.action


def test_observations_survive_json(game: AnyGame) -> None:
    for frame in replay(played(game.NAME, 8)):
        for player in game.to_act(frame.state):
            observation = game.observe(frame.state, player)
            encoded = json.loads(json.dumps(game.encode_observation(observation)))
            assert game.decode_observation(encoded) == observation


def test_what_a_player_is_asked_is_an_observation_it_may_have(game: AnyGame) -> None:
    asked = 0
    for frame in replay(played(game.NAME, 12)):
        for player in game.to_act(frame.state):
            question = game.ask(frame.state, player)
            assert type(question) is type(game.observe(frame.state, player))
            game.check(frame.state, player, SEATED[game.NAME][player](question, Random(1)))
            asked += 1
    assert asked > 20


def test_a_sampled_action_is_legal_and_follows_from_its_seed(game: AnyGame) -> None:
    drawn = set()
    for frame in replay(played(game.NAME, 13)):
        for player in game.to_act(frame.state):
            question = game.ask(frame.state, player)
            for seed in range(3):
                action = game.sample_action(question, Random(seed))
                game.check(frame.state, player, action)
                assert game.print_action(action) == game.print_action(game.sample_action(question, Random(seed)))
                legal = game.legal_actions(question)
                assert legal is None or action in legal
                drawn.add(game.print_action(action))
    assert len(drawn) > 5


def test_the_fallback_policy_plays_every_seat_of_every_game(game: AnyGame) -> None:
    match = match_of(game.NAME, 14)
    while match.outcome is None and match.step_number < 400:
        for player in match.to_act():
            random = Random(match.seed_for(player))
            match.submit(
                player, fallback_action(game.NAME, match.ask(player), random), MoveMetadata(fallback="timeout")
            )
        match.advance()
    verify(match.close())


def test_states_and_observations_are_frozen_and_of_different_types(game: AnyGame) -> None:
    state = game.start({}, Random(1))
    observation = game.observe(state, game.PLAYERS[0])
    assert type(state) is not type(observation)
    for frozen in (state, observation):
        assert is_dataclass(frozen)
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(frozen, fields(frozen)[0].name, None)


def test_a_step_leaves_the_state_before_it_as_it_was(game: AnyGame) -> None:
    frames = list(replay(replace(played(game.NAME, 9), steps=0, turns=())))
    state = frames[0].state
    before = game.digest(state)
    actions = {
        player: SEATED[game.NAME][player](game.observe(state, player), Random(1)) for player in game.to_act(state)
    }
    after, _ = game.step(state, actions)
    assert game.digest(state) == before != game.digest(after)


@pytest.mark.parametrize("text", ["", " ", "Z99", "left-ish", "blinky:", "A1 ", "é", "x" * 10_000])
def test_text_that_is_no_action_is_refused(game: AnyGame, text: str) -> None:
    with pytest.raises(NotationError):
        game.parse_action(text)


@pytest.mark.parametrize("data", [None, 1, "", [], {}, {"phase": 3}, {"phase": "place", "x": 1}, {"tick": "now"}])
def test_json_that_is_no_observation_is_refused(game: AnyGame, data: Any) -> None:
    with pytest.raises(ObservationError):
        game.decode_observation(data)


def test_unknown_options_are_refused_by_name(game: AnyGame) -> None:
    with pytest.raises(GameError, match="no_such_option"):
        game.start({"no_such_option": 1}, Random(1))


def test_nobody_acts_after_the_end_of_battleship() -> None:
    game = find_game("battleship")
    record = played(game.NAME, 10)
    *_, last = replay(record)
    assert game.outcome(last.state) == record.outcome
    assert game.to_act(last.state) == ()
    with pytest.raises(IllegalActionError):
        game.check(last.state, "one", game.parse_action("A1"))


def test_a_forged_record_is_refused(game: AnyGame) -> None:
    record = played(game.NAME, 11)
    forged = (
        replace(record, digest="0" * 64),
        replace(record, turns=record.turns[: len(record.turns) // 2]),
        replace(record, rules_version=99),
        replace(record, steps=record.steps + 1),
        replace(record, steps=10**12),
        replace(record, participants=()),
        replace(record, participants=tuple(replace(one, kind="alien") for one in record.participants)),
    )
    for wrong in forged:
        with pytest.raises(RecordError):
            verify(GameRecord.from_line(wrong.to_line()))


def test_what_could_not_have_happened_is_refused_by_name_and_place(game: AnyGame) -> None:
    record = played(game.NAME, 11)
    turns, (first, second) = record.turns, record.participants
    at = len(turns) // 2
    late = turns[-1].at_ms + 1
    wrong = {
        "has played": replace(record, turns=(*turns[: at + 1], turns[at], *turns[at + 1 :])),
        "comes after": replace(record, turns=(turns[-1], *turns[:-1])),
        f"at {turns[1].at_ms} ms": replace(record, turns=(replace(turns[0], at_ms=late), *turns[1:])),
        "participant 2 of 2": replace(record, turns=(replace(turns[0], participant=2), *turns[1:])),
        "sits as": replace(record, turns=(replace(turns[0], participant=1 - turns[0].participant), *turns[1:])),
        "sat there from": replace(record, participants=(first, second, first, second)),
        "is seated": replace(record, participants=(second, second)),
        "actions after the last step": replace(record, steps=turns[-1].step),
        "says Outcome": replace(record, outcome=Outcome(None, {}, "nobody was there")),
    }
    for told, impossible in wrong.items():
        with pytest.raises(RecordError, match=told) as caught:
            verify(GameRecord.from_line(impossible.to_line()))
        assert str(caught.value).startswith(record.match_id)
        assert caught.value.field


def test_a_match_that_ended_cannot_be_called_abandoned() -> None:
    record = played("battleship", 11)
    assert record.outcome is not None
    with pytest.raises(RecordError, match="says None, the rules say"):
        verify(replace(record, outcome=None))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"latency_ms": float("nan")}, "latency_ms is nan; wanted: a number from 0"),
        ({"latency_ms": float("inf")}, "latency_ms is inf"),
        ({"compute_ms": -1}, "compute_ms is -1"),
        ({"compute_ms": 10**400}, "compute_ms is a huge number"),
        ({"step": -1}, "step is -1"),
        ({"step": True}, "step is true"),
        ({"fallback": ""}, "fallback is ''"),
        ({"note": "a\nb"}, r"note is .* without U\+000A"),
        ({"action": "x" * 500}, "action is .*500 characters"),
        ({"speed": 3}, "speed is no field that is known here"),
    ],
)
def test_a_turn_with_an_odd_field_is_refused_by_its_place(change: dict[str, Any], place: str) -> None:
    data = json.loads(played("battleship", 11).to_line())
    data["turns"][3] |= change
    with pytest.raises(RecordError, match=rf"turns\[3\]\.{place}") as caught:
        GameRecord.from_line(json.dumps(data))
    assert caught.value.field.startswith("turns[3].")


@pytest.mark.parametrize("line", ["", "null", "[]", "{", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "turns": 3}'])
def test_lines_that_are_no_record_are_refused(line: str) -> None:
    with pytest.raises(RecordError):
        GameRecord.from_line(line)


def test_move_seeds_differ_by_step_player_and_match() -> None:
    seeds = {move_seed(match, step, player) for match in range(5) for step in range(50) for player in ("one", "two")}
    assert len(seeds) == 500
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_the_fixed_games_of_the_catalog_are_all_there_are() -> None:
    with pytest.raises(GameError, match="battleship, pacman"):
        find_game("chess")
