"""Every record arrives, once, whatever happens on the way."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from time import monotonic, sleep
from typing import TYPE_CHECKING

import requests

from client.records.recorder import save_record
from client.records.uploader import Uploader, _reason, unsent_records
from games.battleship import rules
from games.match import Match
from games.record import BOT, GameRecord, Participant
from tests.client.odd_server import listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def cloud(answers: Callable[[int], int]) -> Iterator[tuple[str, list[str]]]:
    """Serve ``POST /api/records``: the status of the nth request is ``answers(n)``; what arrived is listed."""
    arrived: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = answers(len(arrived))
            arrived.append(GameRecord.from_line(body.decode()).match_id if self.path == "/api/records" else self.path)
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    with listening(Handler) as url:
        yield f"{url}/api", arrived


def saved(folder: Path, name: str) -> Path:
    seats = {player: Participant(player, BOT, player) for player in rules.PLAYERS}
    return save_record(folder, Match(rules, seats, seed=1, policy_seed=2, match_id=name).record())


def eventually(true: Callable[[], bool], within_s: float = 60) -> None:
    until = monotonic() + within_s
    while not true():
        assert monotonic() < until, "it did not happen"
        sleep(0.01)


def test_what_was_not_sent_before_is_sent_and_only_once(tmp_path: Path):
    for name in ("a", "b"):
        saved(tmp_path, name)
    with cloud(lambda _: 201) as (api, arrived):
        uploader = Uploader(tmp_path, api)
        assert uploader.put_unsent() == 2
        uploader.put(saved(tmp_path, "c"))
        uploader.close(10)
        again = Uploader(tmp_path, api)
        assert again.put_unsent() == 0
        again.put(tmp_path / "battleship" / "a.json")
        again.close(10)
    assert sorted(arrived) == ["a", "b", "c"]
    assert uploader.sent == 3
    assert unsent_records(tmp_path) == []


def test_a_cloud_that_fails_for_a_while_is_asked_again(tmp_path: Path):
    with cloud(lambda request: 503 if request < 2 else 200) as (api, arrived):
        uploader = Uploader(tmp_path, api)
        uploader.put(saved(tmp_path, "a"))
        eventually(lambda: uploader.sent == 1)
        uploader.close()
    assert arrived == ["a", "a", "a"]
    assert uploader.trouble is None


def test_without_a_cloud_nothing_is_lost_and_nobody_waits(tmp_path: Path):
    uploader = Uploader(tmp_path, "http://127.0.0.1:9")
    path = saved(tmp_path, "a")
    uploader.put(path)
    eventually(lambda: uploader.trouble is not None)
    began = monotonic()
    uploader.close(0.05)
    assert monotonic() - began < 5
    assert unsent_records(tmp_path) == [path]
    with cloud(lambda _: 200) as (api, arrived):
        later = Uploader(tmp_path, api)
        later.put_unsent()
        later.close(10)
    assert arrived == ["a"]


def test_a_record_that_the_cloud_refuses_is_marked_and_not_sent_again(tmp_path: Path):
    with cloud(lambda request: 422 if request == 0 else 200) as (api, arrived):
        uploader = Uploader(tmp_path, api)
        uploader.put(saved(tmp_path, "bad"))
        uploader.put(saved(tmp_path, "good"))
        uploader.close(20)
    assert sorted(set(arrived)) == ["bad", "good"]
    assert arrived.count("bad") == 1
    assert unsent_records(tmp_path) == []
    assert (tmp_path / "battleship" / "bad.refused").exists()


def test_why_a_record_did_not_arrive_is_told_in_the_clouds_words():
    full = requests.Response()
    full._content = json.dumps({"type": "about:blank", "title": "Not stored", "detail": "the disk is full"}).encode()
    assert _reason(full) == "the disk is full"
    full._content = b"Bad Gateway"
    assert _reason(full) == "Bad Gateway"
    full._content = b'{"detail": 7}'
    assert _reason(full) == '{"detail": 7}'


def test_a_record_that_makes_the_cloud_fail_holds_up_no_other(tmp_path: Path):
    with cloud(lambda _: 500) as (api, arrived):
        uploader = Uploader(tmp_path, api)
        for name in ("a", "b", "c"):
            uploader.put(saved(tmp_path, name))
        eventually(lambda: set(arrived) == {"a", "b", "c"})
        uploader.close(0.1)
    assert len(unsent_records(tmp_path)) == 3
    assert uploader.sent == 0


def test_any_refusal_of_the_record_itself_is_final_and_one_that_a_key_may_mend_is_not(tmp_path: Path):
    statuses = {"refused": 415, "forbidden": 403}
    names = list(statuses)
    with cloud(lambda request: statuses[names[min(request, 1)]]) as (api, arrived):
        uploader = Uploader(tmp_path, api)
        paths = [saved(tmp_path, name) for name in names]
        for path in paths:
            uploader.put(path)
        eventually(lambda: arrived.count("forbidden") > 1)
        uploader.close(0.1)
    assert arrived.count("refused") == 1
    assert unsent_records(tmp_path) == [paths[1]]
