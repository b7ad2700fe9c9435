"""Deployed opponents meet over HTTP: every match is fair, recorded, and says what answered."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import ai_functions
from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import load_opponent
from client.commands.contest import Bot, Deployed, RemoteTrial, find_deployed, play_match
from client.commands.context import UsageError
from client.net.at_once import asked_over_http
from client.net.remote import KEY_VARIABLE, RemoteError, RemoteOpponent
from client.net.request_pool import RequestPool
from games.battleship import rules
from games.match import Match
from games.record import FUNCTION, verify
from tests.client.odd_server import listening
from training.contracts import benchmark_for
from training.evaluation.report import counts

if TYPE_CHECKING:
    from collections.abc import Iterator

EASY = Path(ai_functions.__file__).parent / "battleship_easy"
PLAYERS = benchmark_for("battleship").players


@contextmanager
def served(status: int = 200) -> Iterator[str]:
    """Serve the easy opponent as a cloud does, with the runtime that answers there; or ``status`` to every move."""
    loaded = load_opponent(EASY)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            entry = {"name": "easy", "game": "battleship", "title": "Easy", "difficulty": 1, "version": "4"}
            if self.path.endswith("/opponents"):
                self.answer(200, [{**entry, "endpoint": f"http://{self.headers['host']}/opponents/easy"}])
            elif self.path.endswith("/nameless"):
                self.answer(200, {"name": "nameless"})
            else:
                self.answer(200, {**entry, "rating": None, "author": self.headers.get("x-api-key", "no key")})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.answer(status, move(loaded, "4", body, cold=False)[1].to_json() if status == 200 else {"detail": "no"})

        def answer(self, code: int, content: object) -> None:
            data = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with listening(Handler) as url:
        yield url


def test_a_match_that_does_not_end_is_broken_off_and_rates_nobody() -> None:
    seats = {"one": Bot("random", PLAYERS["random"]), "two": Bot("random", PLAYERS["random"])}
    people = {player: seat.participant(player) for player, seat in seats.items()}
    record = play_match(Match(rules, people, seed=1, policy_seed=2), seats, longest_steps=20)
    verify(record)
    assert (record.steps, record.outcome) == (20, None)
    assert not counts(record)


def race(api: str) -> Match:
    (info,) = find_deployed(api, ["easy"])
    pool = RequestPool()
    seats = {"one": Deployed(info, pool, RemoteOpponent(info.endpoint)), "two": Bot("random", PLAYERS["random"])}
    people = {player: seat.participant(player) for player, seat in seats.items()}
    match = Match(rules, people, seed=1, policy_seed=2)
    play_match(match, seats)
    pool.close()
    return match


def test_a_function_and_a_player_meet_and_the_record_says_which_version_answered():
    with served() as api:
        record = race(api).record()
    verify(record)
    assert record.outcome is not None
    assert (record.participants[0].kind, record.participants[0].version) == (FUNCTION, "4")
    mine = [turn for turn in record.turns if turn.player == "one"]
    assert all(turn.fallback is None and turn.latency_ms and turn.compute_ms is not None for turn in mine)


def test_a_function_that_fails_is_stood_in_for_and_every_move_of_it_is_marked():
    with served(status=422) as api:
        record = race(api).record()
    verify(record)
    causes = Counter((turn.player, turn.fallback) for turn in record.turns)
    assert set(causes) == {("one", "refused"), ("two", None)}


def test_a_measured_function_gives_the_same_figures_for_the_same_seeds():
    benchmark = benchmark_for("battleship")
    with served() as api:
        trial = RemoteTrial(benchmark, rules, RemoteOpponent(f"{api}/opponents/easy"), None)
        rows = [trial(seed) for seed in range(3)]
        again = [trial(seed) for seed in range(3)]
    assert rows == again
    assert all(17 <= row["shots"] <= 100 for row in rows)
    assert len({row["shots"] for row in rows}) > 1


def test_a_task_that_was_not_answered_counts_for_nobody():
    with served(status=404) as api:
        trial = RemoteTrial(benchmark_for("battleship"), rules, RemoteOpponent(f"{api}/opponents/easy"), None)
        assert trial(1) == {}
        with pytest.raises(RemoteError):
            asked_over_http(rules, RemoteOpponent(f"{api}/opponents/easy"))(race_observation(), Random(1))


def race_observation() -> object:
    return rules.observe(rules.start({}, Random(1)), "one")


def test_an_opponent_may_be_given_by_its_url_and_is_not_shown_the_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(KEY_VARIABLE, "a secret")
    with served() as api, ThreadPoolExecutor(1) as fresh:  # a thread without sessions from before
        (guest,) = fresh.submit(find_deployed, api, [f"{api}/opponents/easy/"]).result()
        known = fresh.submit(RemoteOpponent(f"{api}/opponents/easy").identify).result()
    assert (guest.name, guest.endpoint, guest.version) == ("easy", f"{api}/opponents/easy", "4")
    assert (guest.author, known["author"]) == ("no key", "a secret")


def test_a_url_where_no_opponent_answers_says_what_is_missing():
    with served() as api, pytest.raises(RemoteError, match="nameless: game is missing"):
        find_deployed(api, [f"{api}/nameless"])


def test_someone_who_is_not_deployed_is_named_with_those_who_are():
    with served() as api, pytest.raises(UsageError, match="'hard' is not deployed; there are easy"):
        find_deployed(api, ["easy", "hard"])
