"""Frames for a viewer: what the rules worked out, in pieces that join, the same for every game."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from games import frames
from games.catalog import GAMES, VARIABLE, find_game
from games.frames import find_view, frames_of
from games.match import Match, play
from games.record import GameRecord, Participant, RecordError, replay
from games.record_lines import read_lines

if TYPE_CHECKING:
    from games.core import JsonObject

GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"
RECORDS = [found for _, found in read_lines(GOLDEN.read_bytes()) if isinstance(found, GameRecord)]


def joined(record: GameRecord) -> list[JsonObject]:
    """Return every frame's whole view, read as a viewer reads it: piece by piece, each on top of the one before."""
    whole: list[JsonObject] = []
    first: int | None = 0
    while first is not None:
        answer = json.loads(json.dumps(frames_of(record, first)))
        now: JsonObject = {}
        for frame in answer["frames"]:
            assert frame["step"] == len(whole)
            now = {**now, **frame["view"]}
            whole.append(now)
        first = answer["next"]
    return whole


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.game} {record.steps}")
def test_the_pieces_join_to_what_the_rules_say_of_every_step(record: GameRecord) -> None:
    view = find_view(record.game)
    wanted = [json.loads(json.dumps(view.moving(frame.state))) for frame in replay(record)]
    assert joined(record) == wanted


def test_every_turn_and_event_of_a_match_is_told_with_who_played_and_how_fast() -> None:
    record = next(one for one in RECORDS if one.turns and one.outcome)
    record = replace(record, turns=(replace(record.turns[0], fallback="timeout", latency_ms=12.5), *record.turns[1:]))
    answer = frames_of(record)
    turns = [turn for frame in answer["frames"] for turn in frame["turns"]]
    assert [turn["action"] for turn in turns] == [turn.action for turn in record.turns]
    assert turns[0] | {"fallback": "timeout", "latency_ms": 12.5} == turns[0]
    played = list(replay(record))
    events = [event["kind"] for frame in answer["frames"] for event in frame["events"]]
    assert events == [event.kind for frame in played for event in frame.events]


def test_a_game_without_a_view_is_shown_as_its_board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "kuhn=tests.games.kuhn")
    game = find_game("kuhn")
    sit = {player: Participant(player, "bot", player) for player in game.PLAYERS}
    record = play(Match(game, sit, seed=1, policy_seed=2), dict.fromkeys(game.PLAYERS, game.sample_action))
    states = [frame.state for frame in replay(record)]
    assert [one["text"] for one in joined(record)] == [game.board(state) for state in states]


@pytest.mark.parametrize("name", sorted(GAMES))
def test_what_stays_still_and_what_moves_is_json(name: str) -> None:
    state = find_game(name).start({}, Random(1))
    for told in (find_view(name).still(state), find_view(name).moving(state)):
        assert json.loads(json.dumps(told)) == told


def test_an_answer_is_cut_where_it_grows_too_large_and_goes_on_there(monkeypatch: pytest.MonkeyPatch) -> None:
    record = next(one for one in RECORDS if one.game == "battleship" and one.steps > 40)
    whole = joined(record)
    monkeypatch.setattr(frames, "MAX_CHARACTERS", 2000)
    assert len(frames_of(record)["frames"]) < len(whole)
    assert joined(record) == whole


def test_a_step_that_is_not_there_and_a_match_that_is_too_long_are_refused() -> None:
    record = RECORDS[0]
    for wrong, first, field in (
        (record, record.steps + 1, "from"),
        (replace(record, steps=frames.MAX_STEPS + 1), 0, "steps"),
        (replace(record, participants=record.participants * 600), 0, "participants"),
        (replace(record, rules_version=99), 0, "rules_version"),
    ):
        with pytest.raises(RecordError) as caught:
            frames_of(wrong, first)
        assert caught.value.field == field


def test_a_view_tells_sunk_ships_calls_and_marks() -> None:
    game = find_game("battleship")
    sit = {player: Participant(player, "bot", player) for player in game.PLAYERS}
    salvo = Match(game, sit, seed=1, policy_seed=2, options={"salvo": True})
    views = joined(play(salvo, dict.fromkeys(game.PLAYERS, game.sample_action)))
    assert any("?" in sea for view in views for sea in view["seas"].values())
    ended = next(one for one in RECORDS if one.game == "battleship" and one.outcome)
    last = joined(ended)[-1]
    loser = next(player for player in ("one", "two") if player != ended.outcome.winner)
    assert all(sunk for *_, sunk in last["fleets"][loser])
    assert not all(sunk for *_, sunk in last["fleets"][ended.outcome.winner])
