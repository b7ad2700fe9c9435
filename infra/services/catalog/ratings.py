"""``GET /ratings``: everybody who has been rated, people and functions side by side, the strongest of a game first."""

from __future__ import annotations

from itertools import groupby, islice
from typing import Any

from infra.services.rater.standings import standings

MOST = 100
"""Of each game."""


def list_ratings(client: Any, table: str) -> list[dict[str, Any]]:
    """Return the ratings of every game."""
    pages = client.get_paginator("scan").paginate(TableName=table)
    rows = standings(item for page in pages for item in page["Items"])
    return [row for _, game in groupby(rows, lambda row: row["game"]) for row in islice(game, MOST)]
