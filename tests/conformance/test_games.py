"""One suite that every game falls under, Kuhn poker too, which only tests know: what ``games.core.Game`` promises."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ai_functions.runtime.protocol import MoveRequest
from client.net.fallback import fallback_action
from games.catalog import find_game
from games.core import Game, GameError, GameInfo, IllegalActionError, NotationError, ObservationError, Outcome
from games.match import MoveMetadata
from games.record import GameRecord, RecordError, headline, move_seed, replay, verify
from tests.conformance.tables import NAMES, match_of, played, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.core import AnyGame

MATCHES = 12
"""So many short ones make enough decisions."""


@pytest.fixture(params=NAMES)
def game(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AnyGame:
    register(monkeypatch)
    return find_game(request.param)


def asked(game: AnyGame, least: int = 20) -> Iterator[tuple[Any, str, Any]]:
    """Yield (state, player, what the player is asked), from as many matches as ``least`` decisions take."""
    count = 0
    for seed in range(30, 30 + MATCHES):
        for frame in replay(played(game.NAME, seed)):
            for player in game.to_act(frame.state):
                yield frame.state, player, game.ask(frame.state, player)
                count += 1
        if count >= least:
            return
    raise AssertionError(f"{count} decisions in {MATCHES} matches")


def test_a_game_has_every_name_of_the_contract(game: AnyGame) -> None:
    for name, promised in inspect.getmembers(Game, inspect.isfunction):
        if not name.startswith("_"):
            own = inspect.signature(getattr(game, name)).parameters.values()
            wanted = list(inspect.signature(promised).parameters.values())[1:]
            assert [(one.name, one.default) for one in own] == [(one.name, one.default) for one in wanted], name
    assert set(inspect.get_annotations(Game)) <= set(vars(game))


def test_a_game_says_what_it_is(game: AnyGame) -> None:
    info = game.INFO
    assert isinstance(info, GameInfo)
    assert info.person in game.PLAYERS
    assert all(text.isprintable() and 0 < len(text) <= 40 for text in (info.title, info.tagline, info.score))
    assert info.steps_per_second > 0
    assert info.moves_per_second > 0


def test_the_record_of_a_match_is_possible_and_survives_its_own_line(game: AnyGame) -> None:
    record = played(game.NAME, 1)
    assert GameRecord.from_line(record.to_line()) == record
    verify(record)


def test_replay_rebuilds_every_state_of_the_match(game: AnyGame) -> None:
    match = match_of(game.NAME, 5)
    digests = [game.digest(match.state)]
    while match.outcome is None and match.step_number < 400:
        for player in match.to_act():
            match.submit(player, game.sample_action(match.ask(player), Random(match.seed_for(player))))
        match.advance()
        digests.append(game.digest(match.state))
    assert [game.digest(frame.state) for frame in replay(match.close())] == digests


def test_another_process_reaches_the_same_digest(game: AnyGame) -> None:
    record = played(game.NAME, 2)
    code = "import sys; from games.record import GameRecord, verify; verify(GameRecord.from_line(sys.stdin.read()))"
    subprocess.run([sys.executable, "-c", code], input=record.to_line(), text=True, check=True)


def test_a_seed_fixes_the_match_and_another_changes_it(game: AnyGame) -> None:
    first, again = played(game.NAME, 3), played.__wrapped__(game.NAME, 3)
    assert [turn.action for turn in first.turns] == [turn.action for turn in again.turns]
    assert first.digest == again.digest
    assert len({played(game.NAME, seed).digest for seed in range(30, 34)}) > 1


def test_actions_parse_and_print_to_the_same_text(game: AnyGame) -> None:
    for turn in played(game.NAME, 7).turns:
        assert game.print_action(game.parse_action(turn.action)) == turn.action


def test_observations_survive_json(game: AnyGame) -> None:
    for state, player, question in asked(game):
        for observation in (question, game.observe(state, player)):
            encoded = json.loads(json.dumps(game.encode_observation(observation), allow_nan=False))
            assert game.decode_observation(encoded) == observation


def test_what_a_player_is_asked_is_an_observation_it_may_have(game: AnyGame) -> None:
    for state, player, question in asked(game):
        assert type(question) is type(game.observe(state, player))


def test_a_sampled_action_is_legal_and_follows_from_its_seed(game: AnyGame) -> None:
    drawn = set()
    for state, player, question in asked(game):
        for seed in range(3):
            action = game.sample_action(question, Random(seed))
            game.check(state, player, action)
            assert game.print_action(action) == game.print_action(game.sample_action(question, Random(seed)))
            legal = game.legal_actions(question)
            assert legal is None or action in legal
            drawn.add(game.print_action(action))
    assert len(drawn) > 1


def test_every_legal_action_may_be_played(game: AnyGame) -> None:
    listed = 0
    for state, player, question in asked(game):
        for action in (game.legal_actions(question) or ())[:100]:
            game.check(state, player, action)
            listed += 1
    assert listed > 20


def test_what_chance_gives_follows_from_the_state_alone(game: AnyGame) -> None:
    """The same states reached again, by another path through the program, get the same."""
    for seed in range(30, 34):
        record = played(game.NAME, seed)
        for frame, again in zip(replay(record), replay(GameRecord.from_line(record.to_line())), strict=True):
            given = game.chance(frame.state)
            assert json.dumps(given, allow_nan=False) == json.dumps(game.chance(again.state))
            assert game.digest(frame.state) == game.digest(again.state)


class Overheard(Random):
    """A generator that remembers the large numbers it gave: seeds, if anything."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.given: list[int] = []

    def getrandbits(self, k: int, /) -> int:
        number = super().getrandbits(k)
        self.given += [number] if number > 2**16 else []
        return number


def test_no_observation_holds_what_chance_was_seeded_with(game: AnyGame) -> None:
    for seed in range(20):
        random = Overheard(seed)
        state = game.start({}, random)
        for player in game.PLAYERS:
            shown = json.dumps(game.encode_observation(game.observe(state, player)))
            assert not [number for number in random.given if str(number) in shown]


def test_what_is_hidden_changes_no_request(game: AnyGame) -> None:
    """States that differ in what a player may not know alone: the player is asked the same, to the last bit."""
    assert game.INFO.hidden_information or game.INFO.chance, "a game without secrets needs another way to find states"
    for player in game.PLAYERS:
        alike: dict[str, set[str]] = {}
        for state, seed in hidden_changes(game, player):
            question = json.dumps(game.encode_observation(game.observe(state, player)), sort_keys=True)
            request = MoveRequest(game.NAME, "m", 1, seed, json.loads(question)).to_json()
            alike.setdefault(json.dumps(request), set()).add(game.digest(state))
        assert max(map(len, alike.values())) > 1, player


def hidden_changes(game: AnyGame, player: str) -> Iterator[tuple[Any, int]]:
    """Yield states, and the seed of ``player``'s next decision, that differ in the game's seed and others' actions."""
    for seed in range(MATCHES):
        state = game.start({}, Random(seed))
        yield state, move_seed(5, 0, player)
        actions = {
            one: game.sample_action(game.ask(state, one), Random(1 if one == player else seed))
            for one in game.to_act(state)
        }
        yield game.step(state, actions)[0], move_seed(5, 1, player)


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
    actions = {player: game.sample_action(game.ask(state, player), Random(1)) for player in game.to_act(state)}
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


def test_nobody_acts_after_the_end(game: AnyGame) -> None:
    record = played(game.NAME, 10)
    *_, last = replay(record)
    assert record.outcome is not None
    assert game.outcome(last.state) == record.outcome
    assert game.to_act(last.state) == ()
    for turn in record.turns[-2:]:
        with pytest.raises(IllegalActionError):
            game.check(last.state, turn.player, game.parse_action(turn.action))


def test_a_record_reads_as_one_line_that_names_who_won_why_and_by_how_much(game: AnyGame) -> None:
    record = played(game.NAME, 10)
    outcome = record.outcome
    assert outcome is not None
    seats = tuple(replace(one, name=f"Player {one.player}") for one in record.participants)
    text = headline(replace(record, participants=seats))
    assert text.startswith(f"Player {outcome.winner} won: {outcome.reason} (")
    assert text.endswith(f" {game.INFO.score})")
    assert all(f"Player {player} {score}" in text for player, score in outcome.scores.items())
    assert headline(replace(record, outcome=replace(outcome, winner=None))).startswith("nobody won: ")
    assert headline(replace(record, outcome=None)) == f"abandoned after {record.steps} steps"


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
    for message, impossible in wrong.items():
        with pytest.raises(RecordError, match=message) as caught:
            verify(GameRecord.from_line(impossible.to_line()))
        assert str(caught.value).startswith(record.match_id)
        assert caught.value.field


def test_a_match_that_ended_cannot_be_called_abandoned(game: AnyGame) -> None:
    record = played(game.NAME, 11)
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
def test_a_turn_with_an_odd_field_is_refused_by_its_place(game: AnyGame, change: dict[str, Any], place: str) -> None:
    data = json.loads(played(game.NAME, 11).to_line())
    data["turns"][1] |= change
    with pytest.raises(RecordError, match=rf"turns\[1\]\.{place}") as caught:
        GameRecord.from_line(json.dumps(data))
    assert caught.value.field.startswith("turns[1].")


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
