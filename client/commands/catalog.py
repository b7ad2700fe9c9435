"""What the catalog of a cloud lists, for commands that work on deployed opponents."""

from __future__ import annotations

from typing import Any

import requests

from client.commands.context import UsageError, left_out
from client.net.remote import KEY_VARIABLE, RemoteError, new_session, readable
from client.net.signing import AUTH_VARIABLE, IAM
from games.schema import NotJsonError, load_json

CATALOG_S = 10.0
FORBIDDEN = frozenset({401, 403})


def fetch_catalog(api: str) -> list[dict[str, Any]]:
    """Return what ``GET {api}/opponents`` lists.  Raises UsageError if it does not answer."""
    try:
        answer = new_session().get(f"{api}/opponents", timeout=CATALOG_S)
        if answer.status_code in FORBIDDEN:
            raise UsageError(
                f"{api} lets in who has its key (set {KEY_VARIABLE}) or signs (set {AUTH_VARIABLE} to {IAM})"
            )
        answer.raise_for_status()
        listed = readable(load_json(answer.content), f"{api}/opponents", left_out)
    except (requests.RequestException, RemoteError, NotJsonError) as error:
        raise UsageError(f"the catalog at {api}/opponents does not answer: {error}") from error
    return [{"weights": {}, "rating": None, "deviation": None, "games": 0, "version": "", **item} for item in listed]
