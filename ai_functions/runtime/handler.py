"""Where AWS calls in.  HTTP API and Function URL, direct Invoke, and batches of recorded games meet here.

Everything imported at the top is paid for at every cold start; ``STARTUP_IMPORTS`` lists it and a test holds this file
to that list.  Whatever answers no player (events, S3) is imported when it is first needed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from ai_functions.runtime import http
from ai_functions.runtime.answer import identify, move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.model import read_card
from ai_functions.runtime.proof import KEY_VARIABLE, ProofKey
from ai_functions.runtime.protocol import Problem
from ai_functions.runtime.started import running_ms

if TYPE_CHECKING:
    from ai_functions.runtime.protocol import MoveRequest
    from games.core import JsonObject

STARTUP_IMPORTS = frozenset(
    {"base64", "dataclasses", "functools", "hashlib", "importlib", "json", "os",
     "hmac", "pathlib", "random", "re", "sys", "time", "tomllib", "typing"}
)  # fmt: skip
"""Top-level modules of the standard library that runtime and rules import by name at start-up."""

LOGGED_ONE_IN = 100
"""Of the moves that are no news: a log line costs more than the computing that it tells of."""

_FOLDER = Path(os.environ.get("LAMBDA_TASK_ROOT", ".")) / "opponent"
_OPPONENT = load_opponent(_FOLDER)
_CARD = read_card(_FOLDER)
_VERSION = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
_READY_MS = int(time() * 1000)
SOON_MS = 1000
"""A process that waits longer for its first Invoke was started for another call, or ahead of any."""
_KEY = ProofKey.parse(os.environ[KEY_VARIABLE]) if os.environ.get(KEY_VARIABLE) else None
_INIT_MS = running_ms()
"""What this process's start took, which is billed with the call that waited for it."""
_calls = 0
_unlogged = 0
"""Moves since the last line that told of one."""


def handler(event: dict[str, Any], context: Any) -> JsonObject:
    """Answer one event.  Raises only what is this function's own fault, so that Lambda counts it as an error."""
    global _calls  # noqa: PLW0603 - the process's own memory of having been called is what makes a start cold
    _calls += 1
    request_id = getattr(context, "aws_request_id", "")
    if isinstance(event, dict) and isinstance(event.get("Records"), list):
        from ai_functions.runtime.events import annotate_event  # noqa: PLC0415 - not a player's path

        left_ms = context.get_remaining_time_in_millis
        return annotate_event(
            _OPPONENT, _VERSION, event, lambda entry: _log({**entry, "request_id": request_id}), left_ms
        )
    if isinstance(event, dict) and "http" in (event.get("requestContext") or {}):
        return _over_http(event, request_id)
    try:
        return _move(event, request_id, cold=_waited_for_start(None))
    except Problem as problem:
        _log_problem(problem, request_id)
        return problem.to_json()


def _over_http(event: dict[str, Any], request_id: str) -> JsonObject:
    cold = _waited_for_start(event["requestContext"].get("timeEpoch"))
    try:
        if http.version_asked(event) not in {"", _VERSION}:
            from ai_functions.runtime.pinned import hand_on  # noqa: PLC0415 - only while a new version is released

            return hand_on(event, http.version_asked(event))
        if http.route(event) == "GET":
            return http.respond(http.OK, {**identify(_OPPONENT, _VERSION, _CARD), "cold": cold, **_first(request_id)})
        return http.respond(http.OK, _move(http.body(event), request_id, cold=cold))
    except Problem as problem:
        _log_problem(problem, request_id)
        return http.respond_problem(problem)


def _waited_for_start(asked_ms: Any) -> bool:
    """Return whether a call that reached the cloud at ``asked_ms`` (since 1970) waited for this process to start.

    Being the first call of a process does not tell: one that was started for a call may be given another, and that one
    has not waited; and what waited may find the process used already.  Without a time (Invoke has none) the first call
    counts, if it came as soon as the process was ready.
    """
    if isinstance(asked_ms, int):
        return asked_ms < _READY_MS
    return _calls == 1 and time() * 1000 - _READY_MS < SOON_MS


def _first(request_id: str) -> JsonObject:
    """Return what the start took if this, which is no move, is the first call; write a line about it then."""
    if _calls > 1:
        return {}
    _log({"level": "INFO", "message": "started", "opponent": _OPPONENT.manifest.name, "version": _VERSION,
          "request_id": request_id, "cold": True, "init_ms": _INIT_MS})  # fmt: skip
    return {"init_ms": _INIT_MS}


def _move(data: Any, request_id: str, *, cold: bool) -> JsonObject:
    started = perf_counter()
    first = _calls == 1
    request, response = move(
        _OPPONENT, _VERSION, data, cold=cold, init_ms=_INIT_MS if first else None, request_id=request_id, key=_KEY
    )
    _log_move(request, request_id, cold=cold, first=first, latency_ms=round((perf_counter() - started) * 1000, 3))
    return response.to_json()


def _log_move(request: MoveRequest, request_id: str, *, cold: bool, first: bool, latency_ms: float) -> None:
    """Write a line about every cold start and every so many other moves; ``moves`` counts those it stands for."""
    global _unlogged  # noqa: PLW0603 - the process's own count
    _unlogged += 1
    if not (cold or first) and _unlogged < LOGGED_ONE_IN:
        return
    entry: JsonObject = {
        "level": "INFO",
        "message": "move",
        "opponent": _OPPONENT.manifest.name,
        "version": _VERSION,
        "match_id": request.match_id,
        "turn": request.turn,
        "request_id": request_id,
        "moves": _unlogged,
        "latency_ms": latency_ms,
        "client_latency_ms": request.last_latency_ms,
    }
    if cold or first:
        entry["cold"] = True
    if first:
        entry["init_ms"] = _INIT_MS
    _log(entry)
    _unlogged = 0


def _log_problem(problem: Problem, request_id: str) -> None:
    _log({"level": "WARNING", "message": problem.title, "status": problem.status, "field": problem.field,
          "detail": problem.detail[:500], "request_id": request_id})  # fmt: skip


def _log(entry: JsonObject) -> None:
    """Write one JSON line to the function's log."""
    sys.stdout.write(json.dumps(entry, separators=(",", ":")) + "\n")
