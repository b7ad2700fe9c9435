"""HTTP API and Function URL events (payload 2.0) in, responses out."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.protocol import (
    BAD_REQUEST,
    MAX_BODY_BYTES,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PROBLEM_TYPE,
    TOO_LARGE,
    Problem,
)
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from games.core import JsonObject

OK = 200
BY_VERSION = re.compile(r"/(?P<version>[0-9]{1,9})(?:/move)?/?")
"""The path of a Function URL's request to a version other than the one that serves."""


def route(event: dict[str, Any]) -> str:
    """Return ``GET`` for a question who answers, ``MOVE`` for a move.  Raises Problem for any other request."""
    method = event["requestContext"]["http"]["method"]
    is_move = str(event.get("rawPath", "")).rstrip("/").endswith("/move")
    if is_move and method == "POST":
        return "MOVE"
    if not is_move and method in {"GET", "HEAD"}:
        return "GET"
    if method in {"GET", "HEAD", "POST"} and not is_move:
        raise Problem(NOT_FOUND, "No such resource", "POST goes to {opponent}/move, GET to {opponent}")
    allowed = "POST" if is_move else "GET"
    raise Problem(METHOD_NOT_ALLOWED, "Method not allowed", f"{method} is not answered here; {allowed} is")


def version_asked(event: dict[str, Any]) -> str:
    """Return the version that a request to a Function URL names in its path (``/7/move``); empty for whoever serves.

    Raises Problem for a path below a version's route that leads nowhere.
    """
    below = (event.get("pathParameters") or {}).get("proxy")
    if below is not None:  # by the route of one version, below which everything comes here
        if below not in {"pinned", "pinned/move"}:
            raise Problem(NOT_FOUND, "No such resource", "POST goes to {opponent}/move, GET to {opponent}")
        return ""
    found = BY_VERSION.fullmatch(str(event.get("rawPath", "")))
    return found["version"] if found else ""


def body(event: dict[str, Any]) -> Any:
    """Return the request's body as JSON values.  Raises Problem; the size is checked before anything is parsed."""
    text = event.get("body") or ""
    if len(text) > MAX_BODY_BYTES:
        raise Problem(TOO_LARGE, "Too large", f"the body has {len(text)} bytes, more than {MAX_BODY_BYTES}")
    try:
        return load_json(b64decode(text, validate=True) if event.get("isBase64Encoded") else text)
    except NotJsonError as error:
        raise Problem(BAD_REQUEST, "Not JSON", str(error)) from error
    except ValueError as error:
        raise Problem(BAD_REQUEST, "Not base64", str(error)) from error


def respond(status: int, document: JsonObject, *, kind: str = "application/json") -> JsonObject:
    """Return the response that API Gateway and Function URLs understand."""
    headers: JsonObject = {"content-type": kind, "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(document, separators=(",", ":"))}


def respond_problem(problem: Problem) -> JsonObject:
    """Return ``problem`` as an RFC 9457 response."""
    return respond(problem.status, problem.to_json(), kind=PROBLEM_TYPE)
