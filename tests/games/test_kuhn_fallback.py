"""Whatever a function does, a match of a game that the program has never heard of goes on."""

from __future__ import annotations

import json
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from client.commands.contest import Bot, Deployed, RemoteTrial, play_match
from client.net.remote import OpponentInfo, RemoteOpponent
from client.net.request_pool import RequestPool, TimeBank
from games.catalog import find_game
from games.record import GameRecord, verify
from tests.client.odd_server import serving, whole
from tests.conformance.tables import KUHN, match_of, register
from training.contracts import benchmark_for

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

SOUND = {
    "action": "pass",
    "model": {"name": "odd", "version": "1", "sha256": ""},
    "compute_ms": 1.0,
    "cold": False,
    "explanation": None,
}
WAYS: dict[str, tuple[Any, str]] = {
    "is not there": (whole(b'{"message": "Not Found"}', 404), "gone"),
    "answers nonsense": (whole(b"[" * 200_000), "nonsense"),
    "answers in HTML": (whole(b"<!doctype html>"), "nonsense"),
    "plays another game": (whole(json.dumps({**SOUND, "action": "B7"}).encode()), "illegal"),
    "raises the stakes": (whole(json.dumps({**SOUND, "action": "raise 100"}).encode()), "illegal"),
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_match_is_played_and_every_move_of_the_fallback_is_marked(way: str) -> None:
    respond, cause = WAYS[way]
    rules, pool = find_game(KUHN), RequestPool(1)
    with serving(respond) as url:
        info = OpponentInfo("odd", KUHN, "Odd", 1, url, guest=True)
        seats = {"first": Bot("anyone", rules.sample_action), "second": Deployed(info, pool, RemoteOpponent.of(info))}
        record = play_match(match_of(KUHN, 3), seats)
    pool.close()
    verify(GameRecord.from_line(record.to_line()))
    assert record.outcome is not None
    assert {turn.fallback for turn in record.turns if turn.player == "second"} == {cause}


@pytest.mark.parametrize(("what", "causes"), [("hangs", {"timeout"}), ("fails", {"error", "timeout"})])
def test_a_function_that_hangs_or_fails_costs_its_time_and_no_more(what: str, causes: set[str]) -> None:
    stop = Event()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        if what == "hangs":
            stop.wait(30)
        whole(b'{"message": "Internal Server Error"}', 500)(handler)

    match, pool, bank = match_of(KUHN, 3), RequestPool(1), TimeBank(0.0)
    with serving(respond) as url:
        move = pool.ask(match, "first", RemoteOpponent(url, guest=True), bank).wait()
        stop.set()
    pool.close()
    assert move.metadata.fallback in causes
    match.game.check(match.state, "first", move.action)


@pytest.mark.parametrize("way", WAYS)
def test_a_task_of_an_evaluation_that_was_not_answered_counts_for_nobody(way: str) -> None:
    with serving(WAYS[way][0]) as url:
        trial = RemoteTrial(benchmark_for(KUHN), find_game(KUHN), RemoteOpponent(url, guest=True), None)
        assert trial(1) == {}
