"""The contract's edge: whatever is sent, the answer is a move or a problem that names the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_functions.runtime import http
from ai_functions.runtime.protocol import MAX_BODY_BYTES, MoveRequest, Problem, parse_move_request

GOOD: dict[str, Any] = MoveRequest(
    game="battleship", match_id="m", turn=3, seed=7, observation={"phase": "place"}
).to_json()

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def http_event(method: str, path: str, body: str | None = None, *, base64: bool = False) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body,
        "isBase64Encoded": base64,
    }


def test_a_request_survives_its_own_encoding() -> None:
    assert parse_move_request(GOOD, game="battleship").to_json() == GOOD


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"protocol": 2}, "protocol"),
        ({"protocol": True}, "protocol"),
        ({"game": "chess"}, "game"),
        ({"turn": -1}, "turn"),
        ({"turn": 1.5}, "turn"),
        ({"seed": 2**63}, "seed"),
        ({"seed": "1"}, "seed"),
        ({"match_id": "x" * 129}, "match_id"),
        ({"deadline_ms": 0}, "deadline_ms"),
        ({"last_latency_ms": -1}, "last_latency_ms"),
        ({"last_latency_ms": float("nan")}, "last_latency_ms"),
        ({"last_latency_ms": 10**400}, "last_latency_ms"),
        ({"match_id": "half \ud83d"}, "match_id"),
        ({"last_latency_ms": "fast"}, "last_latency_ms"),
        ({"explain": 1}, "explain"),
        ({"fleet": "A1"}, "fleet"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_move_request({**GOOD, **change}, game="battleship")
    assert caught.value.field == field
    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("spoken", "older"), [(2, "the function has to be updated"), (0, "the program that calls has to be updated")]
)
def test_another_protocol_says_which_side_has_to_be_updated(spoken: int, older: str) -> None:
    with pytest.raises(Problem, match=f"the caller speaks protocol {spoken}, the function 1: {older}"):
        parse_move_request({**GOOD, "protocol": spoken}, game="battleship")


@pytest.mark.parametrize("missing", ["protocol", "game", "match_id", "turn", "seed", "observation"])
def test_a_missing_field_is_named(missing: str) -> None:
    data = {key: value for key, value in GOOD.items() if key != missing}
    with pytest.raises(Problem) as caught:
        parse_move_request(data, game="battleship")
    assert caught.value.field == missing


@given(JSON_VALUES)
def test_any_json_is_a_request_or_a_problem(data: Any) -> None:
    try:
        parse_move_request(data, game="battleship")
    except Problem as problem:
        assert 400 <= problem.status < 500
        assert json.loads(json.dumps(problem.to_json()))["detail"]


@given(st.sampled_from(sorted(GOOD)), JSON_VALUES)
def test_any_value_in_any_field_is_a_request_or_a_problem(field: str, value: Any) -> None:
    try:
        parsed = parse_move_request({**GOOD, field: value}, game="battleship")
    except Problem as problem:
        assert problem.field == field
    else:
        assert parsed.to_json()[field] == value


@given(st.text(max_size=40), st.booleans())
def test_any_body_is_json_or_a_problem(text: str, base64: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    try:
        http.body(http_event("POST", "/move", text, base64=base64))
    except Problem as problem:
        assert problem.status == 400


def test_a_body_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Problem) as caught:
        http.body(http_event("POST", "/move", "[" * (MAX_BODY_BYTES + 1)))
    assert caught.value.status == 413


def test_deep_nesting_and_endless_numbers_are_refused() -> None:
    for body in ("[" * 100_000, "1" * 5000):
        with pytest.raises(Problem) as caught:
            http.body(http_event("POST", "/move", body))
        assert caught.value.status == 400


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/opponents/b", "GET"),
        ("GET", "/", "GET"),
        ("POST", "/opponents/b/move", "MOVE"),
        ("POST", "/move", "MOVE"),
        ("POST", "/opponents/b", 404),
        ("GET", "/move", 405),
        ("DELETE", "/opponents/b", 405),
    ],
)
def test_methods_and_paths_lead_to_one_answer(method: str, path: str, expected: str | int) -> None:
    event = http_event(method, path)
    if isinstance(expected, int):
        with pytest.raises(Problem) as caught:
            http.route(event)
        assert caught.value.status == expected
    else:
        assert http.route(event) == expected
