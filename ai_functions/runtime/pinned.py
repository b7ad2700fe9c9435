"""A match that began with another version than the one that was called: its requests are handed on to that version.

An opponent that is called by its function's URL has no routes by which each version could be called.  Only while a new
version is released is anybody called twice.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ai_functions.runtime.protocol import NOT_FOUND, Problem
from ai_functions.runtime.signing import signed_headers

if TYPE_CHECKING:
    from games.core import JsonObject

TIMEOUT_S = 28
"""API Gateway waits no longer than 30 s, and this function's own timeout is shorter as a rule."""
TOO_MANY = 429


class PinnedError(RuntimeError):
    """The other version failed; its own log says why."""


def hand_on(event: dict[str, Any], version: str) -> JsonObject:
    """Return what ``version`` of this function answers to ``event``.

    Raises Problem if that version is gone or throttled, PinnedError or OSError if it failed.
    """
    name, region = os.environ["AWS_LAMBDA_FUNCTION_NAME"], os.environ.get("AWS_REGION", "us-east-1")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_LAMBDA") or os.environ.get("AWS_ENDPOINT_URL")
    base = (endpoint or f"https://lambda.{region}.amazonaws.com").rstrip("/")
    url = f"{base}/2015-03-31/functions/{name}/invocations?Qualifier={version}"
    content = json.dumps(event).encode()
    headers = signed_headers("POST", url, content, service="lambda", region=region)
    request = Request(url, data=content, headers=headers, method="POST")  # noqa: S310 - scheme is ours
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the same
            failed, document = answer.headers.get("X-Amz-Function-Error"), json.loads(answer.read())
    except HTTPError as error:
        if error.code == NOT_FOUND:
            raise Problem(NOT_FOUND, "No such version", f"there is no version {version} any more") from error
        if error.code == TOO_MANY:
            raise Problem(TOO_MANY, "Throttled", f"version {version} is called too often at once") from error
        raise PinnedError(f"version {version} cannot be called: {error.read()[:200]!r}") from error
    if failed:
        raise PinnedError(f"version {version} failed: {str(document)[:200]}")
    answered: JsonObject = document
    return answered
