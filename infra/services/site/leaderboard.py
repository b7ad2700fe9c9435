"""Everybody's rating, people and functions side by side, and the matches that were rated last.

The players are those of ``GET /ratings``, here by what they are worth at least: their rating less its deviation.
"""

from __future__ import annotations

import time
from typing import Any

import boto3

from infra.services.inbox import CLIENT_CONFIG
from infra.services.rater.standings import best_of_each_game, everything

MAX_MATCHES = 20
"""Those rated last."""
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
        items, partial = everything(self._dynamodb, self._table)
        players = best_of_each_game(items, worth=lambda one: float(one["rating"] - one["deviation"]))
        return {"players": players, "matches": _matches(items), "partial": partial}


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
