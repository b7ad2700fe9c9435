"""Everybody's rating, people and functions side by side, and the matches that were rated last."""

from __future__ import annotations

import time
from itertools import groupby, islice
from typing import Any

import boto3

from infra.services.inbox import CLIENT_CONFIG
from infra.services.rater.standings import standings

MAX_PLAYERS = 100
"""Of a game, the strongest."""
MAX_MATCHES = 20
"""Those rated last."""
MAX_PAGES = 50
"""Of 1 MB each that are read: beyond some 400,000 matches the list is of a part, and says so."""
MATCH = "match#"


class Leaderboard:
    """What the table of ratings says, read again when it is older than ``cache_s`` seconds."""

    def __init__(self, table: str, cache_s: float) -> None:
        self._dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)
        self._table = table
        self._cache_s = cache_s
        self._kept: tuple[float, dict[str, Any]] | None = None

    def read(self) -> dict[str, Any]:
        """Return ``players``, ``matches`` and whether there was too much to read it all (``partial``)."""
        now = time.monotonic()
        if self._kept is None or now - self._kept[0] >= self._cache_s:
            self._kept = now, self._read()
        return self._kept[1]

    def _read(self) -> dict[str, Any]:
        pages = iter(self._dynamodb.get_paginator("scan").paginate(TableName=self._table))
        items = [item for page in islice(pages, MAX_PAGES) for item in page["Items"]]
        partial = next(pages, None) is not None
        return {"players": _players(items), "matches": _matches(items), "partial": partial}


def _players(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the players by game, each game's by what they are worth at least: their rating less its deviation."""
    found = sorted(standings(items), key=lambda one: (one["game"], one["deviation"] - one["rating"], one["name"]))
    return [one for _, group in groupby(found, lambda one: one["game"]) for one in islice(group, MAX_PLAYERS)]


def _matches(items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the matches that were rated, those that began last first."""
    found = [
        {
            "match_id": item["id"]["S"].removeprefix(MATCH),
            "game": item["game"]["S"],
            "started_at": item["started_at"]["S"],
        }
        for item in items
        if item["id"]["S"].startswith(MATCH) and "started_at" in item
    ]
    return sorted(found, key=lambda one: one["started_at"], reverse=True)[:MAX_MATCHES]
