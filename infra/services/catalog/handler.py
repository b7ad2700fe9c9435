"""``GET /opponents``: what is deployed, in which versions, how strong, and where.  ``GET /ratings``: who is how strong.

An opponent's entry is a parameter in its own stack, so it appears and disappears with the opponent and nobody has to
keep a list.  Which version serves is asked of the alias itself, since promote and rollback move nothing else.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3  # the managed runtime brings it
from botocore.config import Config

from ai_functions.runtime.listing import DEPLOYED
from games.schema import InvalidError, NotJsonError, load_json
from infra.core.prices import price_of, replaced
from infra.services.catalog.ratings import list_ratings
from infra.services.rater.rating import Rated
from infra.services.rater.table import RatingsTable, old_strength, strengths_in

if TYPE_CHECKING:
    from infra.services.rater.strengths import Strength

PREFIX = os.environ["PREFIX"]
API = os.environ["API_BASE_URL"]
CACHE_S = float(os.environ["CACHE_SECONDS"])
"""How old an answer may be: AWS allows some 15 looks at aliases a second in a whole account."""
PRICES = replaced(json.loads(os.environ.get("PRICES") or "{}"), "Prices")
LIVE = "live"
LOCAL = "http://127.0.0.1:"
_CONFIG = Config(connect_timeout=2, read_timeout=4, retries={"max_attempts": 3, "mode": "standard"})
_ssm = boto3.client("ssm", config=_CONFIG)
_lambda = boto3.client("lambda", config=_CONFIG)
_dynamodb = boto3.client("dynamodb", config=_CONFIG)
_table = RatingsTable(
    os.environ["RATINGS_TABLE"], lambda operation, **parameters: getattr(_dynamodb, operation)(**parameters)
)
_kept: dict[str, tuple[float, str]] = {}
_POOL = ThreadPoolExecutor(2)  # each thread takes address space, of which the local cloud gives no more than memory


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the HTTP API with the list of opponents, easiest first, or with everybody's ratings."""
    del context
    base = "" if event.get("routeKey") == "GET /ratings" else _base_url(event)
    made, body = _kept.get(base, (-CACHE_S, ""))
    if not body or time.monotonic() - made >= CACHE_S:
        listed = _list(base) if base else list_ratings(_dynamodb, os.environ["RATINGS_TABLE"])
        body = json.dumps(listed, separators=(",", ":"))
        _kept[base] = (time.monotonic(), body)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": body}


def _list(base: str) -> list[dict[str, Any]]:
    entries = _entries()
    ratings = _POOL.submit(_ratings, entries)
    aliases = list(_POOL.map(_alias, entries))
    strengths = ratings.result()
    listed = [
        _listed(entry, alias, strengths.get((entry["game"], entry["name"]), {}), base)
        for entry, alias in zip(entries, aliases, strict=True)
        if alias is not None
    ]
    return sorted(listed, key=lambda item: (item["game"], item["difficulty"], item["name"]))


def _listed(entry: dict[str, Any], alias: dict[str, Any], strength: dict[str, Any], base: str) -> dict[str, Any]:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    endpoint = f"{base}/opponents/{entry['name']}"
    versions = [alias["FunctionVersion"], *weights]
    return {
        **entry,
        "version": alias["FunctionVersion"],
        "weights": {version: float(weight) for version, weight in weights.items()},
        "endpoint": endpoint,
        "pinned": {version: f"{endpoint}@{version}" for version in versions},
        "rating": strength.get("rating", entry.get("rating")),
        "deviation": strength.get("deviation"),
        "low": strength.get("low"),
        "high": strength.get("high"),
        "games": strength.get("games", 0),
        "price": _price(entry),
    }


def _price(entry: dict[str, Any]) -> dict[str, float] | None:
    """Return what a move costs; None for an opponent that an earlier deployer listed without its memory."""
    if "memory_mb" not in entry:
        return None
    return price_of(entry["memory_mb"], entry.get("architecture", "x86_64"), PRICES)


def _entries() -> list[dict[str, Any]]:
    """Return what the opponents' stacks tell of them; one that cannot be read is left out, and named in the log."""
    pages = _ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/{PREFIX}/opponents", Recursive=True)
    entries = []
    for item in (item for page in pages for item in page["Parameters"]):
        try:
            entry: dict[str, Any] = load_json(item["Value"])
            DEPLOYED.parse(entry, "")
        except (NotJsonError, InvalidError) as error:
            told = {"level": "WARNING", "message": "left out", "entry": item["Name"], "detail": str(error)}
            print(json.dumps(told))  # noqa: T201 - the log
        else:
            entries.append(entry)
    return entries


def _alias(entry: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return dict(_lambda.get_alias(FunctionName=f"{PREFIX}-{entry['name']}", Name=LIVE))
    except _lambda.exceptions.ResourceNotFoundException:
        return None  # its stack is being made or deleted at this moment


def _ratings(entries: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return rating, deviation, interval and games of the opponents, by game and name; see the rater's table."""
    fits = {game: strengths_in(item) for game, item in _fits({entry["game"] for entry in entries}).items()}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    unfitted = []
    for game, name in ((entry["game"], entry["name"]) for entry in entries):
        strength = fits.get(game, {}).get(name)
        if strength is None:
            unfitted.append(Rated(game, "function", name))
        else:
            found[game, name] = _shown(strength)
    before = _table.get(key for player in unfitted for key in (player.key, player.key_of_all_games))
    for player in unfitted:  # before it has a rating by its counts, one of an earlier version
        item = before.get(player.key, before.get(player.key_of_all_games, {}))
        if "mu" in item:
            found[player.game, player.name] = _shown(old_strength(item))
    return found


def _fits(games: set[str]) -> dict[str, Any]:
    items = _table.get(f"fit#{game}" for game in games)
    return {key.removeprefix("fit#"): item for key, item in items.items()}


def _shown(strength: Strength) -> dict[str, Any]:
    low, high = strength.interval
    return {
        "rating": round(strength.rating, 1),
        "deviation": round(strength.deviation, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "games": strength.games,
    }


def _base_url(event: dict[str, Any]) -> str:
    """Return the API's address as callers know it: the name they called, where that is known to be right.

    The local cloud may have another port than when this was deployed; it lets in nobody who names a foreign host.
    """
    domain = str((event.get("requestContext") or {}).get("domainName", ""))
    if domain.endswith(".amazonaws.com"):
        return f"https://{domain}"
    headers = event.get("headers") or {}
    host = headers.get("x-forwarded-host") or headers.get("host")  # the former from another machine: infra/local/lan.py
    return urlsplit(API)._replace(netloc=host).geturl() if host and API.startswith(LOCAL) else API
