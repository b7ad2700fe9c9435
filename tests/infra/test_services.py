"""Recorder, catalogue and coach, called as they are called: over HTTP, and by events that really happen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from proving import proved_line
from recording import annotation, in_time, post, recorded

from client.net.annotations import fetch_annotations
from client.replay.notes import read_notes
from games.record import GameRecord
from infra.core.prices import price_of

if TYPE_CHECKING:
    from infra.environment.environment import Environment


def test_a_record_is_stored_once_however_often_it_comes(environment: Environment):
    record = recorded(1)
    first, second = post(environment, record.to_line()), post(environment, record.to_line())
    assert (first.status_code, second.status_code) == (201, 200)
    stored = dict(environment.cloud.read_objects(environment.platform["BucketName"], first.json()["key"]))
    proved = GameRecord.from_line(proved_line(environment, record.to_line()))
    assert [GameRecord.from_line(content.decode()) for content in stored.values()] == [proved]


def test_another_record_under_a_known_match_id_is_refused(environment: Environment):
    record = recorded(2)
    post(environment, record.to_line())
    assert post(environment, replace(recorded(3), match_id=record.match_id).to_line()).status_code == 409


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("{", 400, "Not JSON"),
        ("[" * 100_000, 400, "Not JSON"),
        ('{"schema": NaN}', 422, "schema nan"),
        ("[]", 422, "a record is an object"),
        ('{"schema": 99}', 422, "schema 99"),
    ],
)
def test_what_is_no_record_is_refused_with_a_problem(environment: Environment, line: str, status: int, told: str):
    answer = post(environment, line)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.text


def test_an_impossible_record_is_refused(environment: Environment):
    record = recorded(4)
    cheated = replace(
        record, outcome=replace(record.outcome, winner="one" if record.outcome.winner == "two" else "two")
    )
    assert post(environment, cheated.to_line()).status_code == 422
    assert post(environment, replace(record, match_id="../../artifacts/x").to_line()).status_code == 422
    assert post(environment, replace(record, steps=10**9).to_line()).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("name", "half \ud83d", "participants[1].name"),
        ("name", "line\u2028separator", "participants[1].name"),
        ("name", "x" * 3000, "participants[1].name"),
        ("latency_ms", float("nan"), "turns[1].latency_ms"),
        ("started_at", "2099-01-01T00:00:00+00:00", "started_at"),
        ("started_at", "9999-01-01T00:00:00+00:00", "started_at"),
        ("outcome", None, "outcome"),
    ],
)
def test_a_record_with_an_odd_field_is_refused_with_its_place(
    environment: Environment, field: str, value: Any, place: str
):
    data = json.loads(recorded(6).to_line())
    holder = data["participants"][1] if field == "name" else data["turns"][1] if field == "latency_ms" else data
    holder[field] = value
    answer = post(environment, json.dumps(data))
    assert (answer.status_code, answer.json()["field"]) == (422, place)


@pytest.mark.parametrize(
    "value", ['{"name": "odd", "game": "battleship", "title": "Odd", "difficulty": "2"}', '{"name": "odd"}', "[", "[]"]
)
def test_an_entry_that_cannot_be_read_is_left_out_of_the_catalog(environment: Environment, value: str):
    ssm = environment.cloud.client("ssm")
    name = f"/{environment.names.prefix}/opponents/odd"
    listed = requests.get(f"{environment.api}/opponents", timeout=30).json()
    ssm.put_parameter(Name=name, Value=value, Type="String")
    try:
        answer = requests.get(f"{environment.api}/opponents", timeout=30)
    finally:
        ssm.delete_parameter(Name=name)
    assert answer.status_code == 200
    assert [item["name"] for item in answer.json()] == [item["name"] for item in listed] != []


def test_the_catalog_names_a_price_but_for_who_was_listed_without_memory(environment: Environment):
    ssm = environment.cloud.client("ssm")
    name = f"/{environment.names.prefix}/opponents/older"
    older = {"name": "first_free", "game": "battleship", "title": "As listed before", "difficulty": 1}
    ssm.put_parameter(Name=name, Value=json.dumps(older), Type="String")
    try:
        listed = requests.get(f"{environment.api}/opponents", timeout=30).json()
    finally:
        ssm.delete_parameter(Name=name)
    prices = {item["title"]: item["price"] for item in listed if item["name"] == "first_free"}
    assert prices == {"As listed before": None, "First Free": price_of(512, environment.target.architecture)}


def test_who_played_a_record_annotates_it(environment: Environment):
    record = recorded(20)
    post(environment, record.to_line())
    note = in_time(lambda: annotation(environment, record))
    assert note["by"]["name"] == "first_free"
    assert len(note["turns"]) == len(record.turns)
    assert fetch_annotations(environment.api, record.match_id) == [note]
    assert read_notes(note, record, here=False).name == "first_free"


def test_a_record_that_nobody_has_annotated_has_no_notes_and_what_is_no_id_is_refused(environment: Environment):
    assert fetch_annotations(environment.api, "0123456789abcdef") == []
    answer = requests.get(f"{environment.api}/records/a%20b/annotations", timeout=20)
    assert (answer.status_code, answer.json()["field"]) == (422, "id")
