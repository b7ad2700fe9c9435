"""Whatever a function answers, the match goes on with a labelled move; whatever a guest says of itself is checked."""

from __future__ import annotations

import gzip
import json
import threading
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from odd_server import serving, whole

from ai_functions.runtime.protocol import MoveRequest
from client.commands.contest import Bot, Deployed, RemoteTrial, play_match
from client.games.pacman.network.controllers import Controller, Team
from client.games.pacman.network.latency_bench import SimulatedLine
from client.games.pacman.network.networked_match import NetworkedMatch
from client.net.remote import OpponentInfo, RemoteError, RemoteOpponent, fetch_guest, fetch_opponents
from client.net.request_pool import RequestPool, TimeBank
from games.catalog import find_game
from games.match import Match
from games.record import GameRecord, verify
from training.contracts import benchmark_for

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from games.core import Player

MODEL = {"name": "odd", "version": "1", "sha256": "ab"}
SOUND = {"action": "B7", "model": MODEL, "compute_ms": 1.5, "cold": False, "explanation": None}


def said(**change: Any) -> bytes:
    return json.dumps({**SOUND, **change}).encode()


ODD_BODIES: dict[str, bytes] = {
    "a number of 401 digits": said(compute_ms=10**400),
    "a number of 5000 digits": said(compute_ms=0).replace(b'"compute_ms": 0', b'"compute_ms": ' + b"1" * 5000),
    "200,000 lists": b"[" * 200_000 + b"]" * 200_000,
    "200,000 lists in the explanation": said().replace(b"null", b"[" * 200_000 + b"]" * 200_000),
    "900 lists in the explanation": said().replace(b"null", b"[" * 900 + b"]" * 900),
    "a million values": said(explanation=[0] * 300_000),
    "no UTF-8": said().replace(b"odd", b"\xff\xfe"),
    "NaN": said(compute_ms=float("nan")),
    "1e999": said().replace(b"1.5", b"1e999"),
    "a negative time": said(compute_ms=-1),
    "text for a number": said(compute_ms="1"),
    "a number for text": said(action=7),
    "a list for an action": said(action=["B7"]),
    "an empty action": said(action=""),
    "a long action": said(action="B7 " * 10_000),
    "half a character": said(model={**MODEL, "name": "odd\ud83d"}),
    "a NUL": said(model={**MODEL, "version": "1\0"}),
    "a line separator": said(explanation={"best": ["\u2028"]}),
    "a long version": said(model={**MODEL, "version": "9" * 5000}),
    "no model": json.dumps({"action": "B7"}).encode(),
    "true for cold": said(cold=1),
    "NaN in the explanation": said(explanation={"heat": [[float("nan")]]}),
    "HTML": b"<!doctype html><title>Sign in</title>",
    "nothing": b"",
    "null": b"null",
    "a word": b'"B7"',
    "more than a megabyte": b" " * 2_000_000,
}
ILLEGAL_BODIES = {
    "off the board": said(action="O15"),
    "no action of any game": said(action="castle kingside"),
    "a fleet of no ships": said(action="tug:A1h"),
}


def new_match(game: str) -> tuple[Match, Player]:
    """Return a match in which the function's seat is asked now, and that seat."""
    rules = find_game(game)
    benchmark = benchmark_for(game)
    seat = rules.PLAYERS[-1]
    seats = {player: Bot("bot", next(iter(benchmark.players.values()))).participant(player) for player in rules.PLAYERS}
    match = Match(rules, seats, seed=1, policy_seed=2, options={"lives": 1} if game == "pacman" else {})
    while seat not in match.to_act():
        match.advance()
    return match, seat


@pytest.mark.parametrize("game", ["battleship", "pacman"])
@pytest.mark.parametrize("what", [*ODD_BODIES, *ILLEGAL_BODIES])
def test_an_odd_answer_ends_in_a_move_that_says_why(game: str, what: str):
    match, seat = new_match(game)
    pool = RequestPool(1)
    with serving(whole({**ODD_BODIES, **ILLEGAL_BODIES}[what])) as url:
        answer = pool.ask(match, seat, RemoteOpponent(url, guest=True), TimeBank()).wait()
    pool.close()
    assert answer.metadata.fallback == ("illegal" if what in ILLEGAL_BODIES else "nonsense")
    assert 0 < len(answer.detail) < 1000
    assert answer.detail.isprintable()
    match.game.check(match.state, seat, answer.action)


@pytest.mark.parametrize(
    ("respond", "cause"),
    [
        (whole(said(), 302, location="/elsewhere"), "refused"),
        (whole(said(), 307, location="http://127.0.0.1:9/"), "refused"),
        (whole(said(), 302, location="\xff\xfe\x01"), "unreachable"),
        (whole(b'{"detail": "no \\ud83d"}', 418), "refused"),
        (whole(b"[" * 200_000, 404), "gone"),
        (whole(b'{"detail": ' + b"[" * 500 + b"]" * 500 + b"}", 422), "refused"),
        (whole(said(), content_length="7"), "unreachable"),
        (whole(said(), content_encoding="gzip"), "unreachable"),
        (whole(gzip.compress(b" " * 50_000_000), content_encoding="gzip"), "nonsense"),
        (whole(said(), content_length="no number"), None),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), "unreachable"),
        (lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5000 + b"\r\n"), "unreachable"),
        (lambda handler: handler.wfile.write(b"HTTP/1.1 99999 Odd\r\n\r\n"), "unreachable"),
    ],
)  # fmt: skip
def test_odd_ways_to_answer_have_a_cause(respond: Any, cause: str | None):
    def once(handler: BaseHTTPRequestHandler) -> None:
        respond(handler)
        handler.close_connection = True

    match, seat = new_match("battleship")
    pool = RequestPool(1)
    with serving(once) as url:
        answer = pool.ask(match, seat, RemoteOpponent(url, guest=True), TimeBank()).wait()
    pool.close()
    assert answer.metadata.fallback == (cause or "illegal")  # B7 is no fleet
    match.game.check(match.state, seat, answer.action)


def test_a_body_that_drips_or_never_ends_is_given_up():
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.02):
            handler.wfile.write(b" ")

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not stop.is_set():
                handler.wfile.write(b" " * 100_000)
        except OSError:
            handler.close_connection = True

    causes = {}
    for way in (drip, flood):
        with serving(way) as url:
            with pytest.raises(RemoteError) as caught:
                RemoteOpponent(url, guest=True).ask(request_of("battleship"), 0.5)
            causes[way] = caught.value.cause
            stop.set()
        stop.clear()
    assert causes == {drip: "timeout", flood: "nonsense"}


def test_a_head_that_drips_is_given_up_and_holds_no_thread():
    """Three ways: the status line, a header's value, and one header after another."""
    stop = threading.Event()
    left = threading.Semaphore(0)

    def drip(*, first: bytes, again: bytes) -> Any:
        def respond(handler: BaseHTTPRequestHandler) -> None:
            try:
                handler.wfile.write(first)
                while not stop.wait(0.02):
                    handler.wfile.write(again)
            except OSError:
                left.release()
            handler.close_connection = True

        return respond

    ways = {
        "status": drip(first=b"HTTP/1.1 200 ", again=b"O"),
        "value": drip(first=b"HTTP/1.1 200 OK\r\nx: ", again=b"y"),
        "headers": drip(first=b"HTTP/1.1 200 OK\r\n", again=b"x: y\r\n"),
    }
    for way in ways.values():
        with serving(way) as url:
            with pytest.raises(RemoteError) as caught:
                RemoteOpponent(url, guest=True).ask(request_of("battleship"), 0.5)
            assert caught.value.cause == "timeout"
            assert left.acquire(timeout=10), "the connection is closed"
            stop.set()
        stop.clear()


def request_of(game: str) -> MoveRequest:
    match, seat = new_match(game)
    return MoveRequest(game, "m", 0, 1, match.game.encode_observation(match.ask(seat)))


@pytest.mark.parametrize("game", ["battleship", "pacman"])
@pytest.mark.parametrize("what", ["200,000 lists", "off the board"])
def test_a_whole_match_is_played_by_fallbacks_and_its_record_is_possible(game: str, what: str):
    rules, pool = find_game(game), RequestPool(2)
    with serving(whole({**ODD_BODIES, **ILLEGAL_BODIES}[what])) as url:
        info = guest(url)
        players = list(benchmark_for(game).players.items())
        seats = {rules.PLAYERS[0]: Bot(*players[0]), rules.PLAYERS[1]: Deployed(info, pool, RemoteOpponent.of(info))}
        people = {player: seat.participant(player) for player, seat in seats.items()}
        options = {"lives": 1, "boards": 1} if game == "pacman" else {}
        match = Match(rules, people, seed=1, policy_seed=2, options=options)
        record = play_match(match, seats, longest_steps=900)
    pool.close()
    verify(GameRecord.from_line(record.to_line()))
    mine = [turn.fallback for turn in record.turns if turn.player == rules.PLAYERS[1]]
    assert len(mine) > 5
    assert set(mine) == {"illegal" if what in ILLEGAL_BODIES else "nonsense"}


def guest(url: str) -> OpponentInfo:
    return OpponentInfo("odd", "battleship", "Odd", 1, url, guest=True)


@pytest.mark.parametrize("what", ["200,000 lists", "a number of 401 digits", "no action of any game", "HTML"])
def test_no_odd_answer_ends_the_chase_that_the_window_runs(what: str):
    match, _ = new_match("pacman")
    line = SimulatedLine(10.0, Random(1))
    causes = set()
    with serving(whole({**ODD_BODIES, **ILLEGAL_BODIES}[what])) as url:
        info = guest(url)
        networked = NetworkedMatch(match, Team.of(Controller(info, RemoteOpponent.of(info), "1", "")), line)
        for tick in range(400):
            line.now_ms = tick * 1000 / 60
            networked.tick()
            causes |= {choice.cause for choice in networked.choices}
    cause = "illegal" if what in ILLEGAL_BODIES else "nonsense"
    assert {cause} <= causes <= {cause, "late"}
    verify(GameRecord.from_line(match.close().to_line()))


def test_an_answer_that_is_no_action_leaves_an_empty_row_in_an_evaluation():
    with serving(whole(said(action="castle"))) as url:
        trial = RemoteTrial(benchmark_for("battleship"), find_game("battleship"), RemoteOpponent(url, guest=True), None)
        assert trial(1) == {}


WORDS = {"name": "odd", "game": "battleship", "title": "Odd", "difficulty": 1, "version": "1", "colour": "#aabbcc"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"difficulty": "3"}, "difficulty"), ({"difficulty": 0}, "difficulty"), ({"difficulty": True}, "difficulty"),
        ({"difficulty": 10**400}, "difficulty"), ({"difficulty": 1.5}, "difficulty"),
        ({"title": "ro\0bot"}, "title"), ({"title": "robot \ud83d"}, "title"), ({"title": None}, "title"),
        ({"title": "\u200b\u2800"}, "title"), ({"title": "x" * 5000}, "title"), ({"title": "a\u2028b"}, "title"),
        ({"name": "robot\ud83d"}, "name"), ({"name": ["a"]}, "name"), ({"game": {}}, "game"),
        ({"colour": 255}, "colour"), ({"version": 1}, "version"), ({"author": "\x1b[31m"}, "author"),
    ],
)  # fmt: skip
def test_a_guest_whose_words_are_of_the_wrong_kind_is_refused_by_url_and_field(change: dict[str, Any], field: str):
    with serving(whole(json.dumps({**WORDS, **change}).encode())) as url, pytest.raises(RemoteError) as caught:
        fetch_guest(url)
    assert str(caught.value).startswith(f"{url}: {field} is ")
    assert "wanted: " in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("spoken", "older"), [(2, "the program that calls has to be updated"), (0, "the function has to be updated")]
)
def test_a_guest_of_another_protocol_is_refused_and_says_which_side_to_update(spoken: int, older: str):
    answer = whole(json.dumps({**WORDS, "protocol": spoken}).encode())
    with serving(answer) as url, pytest.raises(RemoteError, match=older) as caught:
        fetch_guest(url)
    assert caught.value.cause == "refused"


@pytest.mark.parametrize("colour", ["#-1-1-1", "red", "", "#12345", "#gggggg"])
def test_what_is_no_colour_gives_way_to_the_default(colour: str):
    with serving(whole(json.dumps({**WORDS, "colour": colour, "pinned": {"1": "http://elsewhere"}}).encode())) as url:
        found = fetch_guest(url)
    assert (found.colour, found.endpoint, found.pinned, found.guest) == ("#8899aa", url, {}, True)


def test_an_entry_of_the_catalog_that_cannot_be_read_is_left_out_and_named():
    entries = [
        {**WORDS, "name": "first", "endpoint": "http://here/first"},
        {**WORDS, "name": "quoted", "difficulty": "2", "endpoint": "http://here/quoted"},
        "no entry",
        {**WORDS, "name": "last", "endpoint": "http://here/last", "colour": 7},
        {**WORDS, "name": "second", "difficulty": 2, "endpoint": "http://here/second", "of_a_later_version": 1},
    ]
    told: list[str] = []
    with serving(whole(json.dumps(entries).encode())) as url:
        found = fetch_opponents(url, told.append)
    assert [info.name for info in found] == ["first", "second"]
    assert [line.partition("left out: ")[2].partition(";")[0] for line in told] == [
        "entry 1.difficulty is '2'",
        "entry 2 is 'no entry'",
        "entry 3.colour is 7",
    ]


def test_connections_are_kept_after_a_sound_answer():
    seen = set()

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.add(handler.client_address)
        whole(said())(handler)

    with serving(respond) as url:
        opponent = RemoteOpponent(url, guest=True)
        for _ in range(5):
            assert opponent.ask(request_of("battleship"), 5.0).response.action == "B7"
    assert len(seen) == 1
