"""A match that is longer than its function's time is annotated as far as there is time, and is no failure."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain, count, repeat
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from ai_functions.runtime.coach import ANNOTATION, annotate
from ai_functions.runtime.events import BUCKET_VARIABLE, annotate_event
from ai_functions.runtime.loader import load_opponent
from client.replay.notes import read_notes
from games.catalog import find_game
from games.match import Match, play
from games.record import FUNCTION, GameRecord, Participant

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"


@pytest.fixture(scope="module")
def record() -> GameRecord:
    act = load_opponent(EXAMPLE).act
    seats = {seat: Participant(seat, FUNCTION, "first_free", "1") for seat in ("one", "two")}
    return play(Match(find_game("battleship"), seats, seed=1, policy_seed=1), {"one": act, "two": act})


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """Return what is put into a bucket, by path."""
    found: dict[str, bytes] = {}

    class Bucket(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            found[self.path] = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Bucket) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv(BUCKET_VARIABLE, "bucket")
        yield found
        server.shutdown()


def test_an_annotation_ends_where_the_time_does_and_says_so(record: GameRecord):
    opponent, whole = load_opponent(EXAMPLE), annotate(load_opponent(EXAMPLE), "1", record)
    looks = count()
    some = annotate(opponent, "1", record, in_time=lambda: next(looks) < 10)
    assert "until_step" not in whole
    assert 0 < len(some["turns"]) < len(whole["turns"])
    assert some["turns"] == [note for note in whole["turns"] if note["step"] < some["until_step"]]
    assert ANNOTATION.parse(json.loads(json.dumps(some)), "")["until_step"] == some["until_step"]
    assert len(read_notes(json.loads(json.dumps(some)), record, here=False).by_turn) == len(some["turns"])


def test_a_record_that_there_is_no_time_for_is_told_and_the_one_before_is_kept(
    record: GameRecord, written: dict[str, bytes]
):
    lines: list[dict] = []
    entry = {"eventSource": "aws:sqs", "body": record.to_line()}
    event = {"Records": [{**entry, "messageId": "first"}, {**entry, "messageId": "second"}]}
    left_ms = chain(repeat(5000, 20), repeat(900))
    answer = annotate_event(load_opponent(EXAMPLE), "1", event, lines.append, left_ms.__next__)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "second"}]}
    ((path, content),) = written.items()
    assert path == f"/bucket/annotations/{record.match_id}/first_free.json"
    assert json.loads(content)["until_step"] == lines[0]["until_step"] > 0
    assert lines[0]["message"] == "annotated as far as there was time"
    assert lines[1]["message"] == f"not annotated: no time is left for {record.match_id}"
