"""Whom or where else one plays: the cloud of another machine, and an opponent that somebody gives the URL of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from client.commands.context import UsageError, cloud_choice
from client.net.remote import KEY_VARIABLE, RemoteError, fetch_guest, is_url

if TYPE_CHECKING:
    import typer

SHORTEST_KEY = 19
"""As long as ``cloud up --lan`` makes it; a key of the API is longer."""


def another_cloud(context: typer.Context, url: str | None, key: str | None) -> str | None:
    """Return the HTTP API of another machine's cloud, its key set for all requests; None for one's own cloud.

    Raises UsageError for what is no address or no key.
    """
    if url is None:
        if key is not None:
            raise UsageError("--key is the key to another machine's cloud: give its address, too, with --cloud")
        return None
    if not is_url(url) or not cloud_choice(context).local:
        raise UsageError(
            f"--cloud {url!r}: give the address that cloud up --lan showed, such as http://192.168.1.5:4566"
        )
    if key is not None:
        if len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable():
            raise UsageError(
                f"--key is no key ({len(key)} characters): type the {SHORTEST_KEY} that cloud up --lan showed"
            )
        os.environ[KEY_VARIABLE] = key
    return url.rstrip("/")


def check_guest(url: str) -> None:
    """Raise RemoteError, naming URL and field, if what answers at ``url`` is no opponent: before anything is opened.

    Nobody may answer yet: it may be a function of the local cloud, which is started later.
    """
    try:
        fetch_guest(url)
    except RemoteError as error:
        if error.cause in {"nonsense", "refused", "gone"}:
            raise
