"""``GET /opponents``: what is deployed, in which versions, how strong, and where.

An opponent's entry is a parameter in its own stack, so it appears and disappears with the opponent and nobody has to
keep a list.  Which version serves is asked of the alias itself, since promote and rollback move nothing else.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import boto3  # the managed runtime brings it
from botocore.config import Config

from ai_functions.runtime.listing import DEPLOYED
from games.schema import InvalidError, NotJsonError, load_json
from infra.core.prices import price_of, replaced

PREFIX = os.environ["PREFIX"]
RATINGS = os.environ["RATINGS_TABLE"]
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
_kept: dict[str, tuple[float, str]] = {}
_POOL = ThreadPoolExecutor(2)  # each thread takes address space, of which the local cloud gives no more than memory


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the HTTP API with the list of opponents, easiest first."""
    del context
    base = _base_url(event)
    made, body = _kept.get(base, (-CACHE_S, ""))
    if not body or time.monotonic() - made >= CACHE_S:
        body = json.dumps(_list(base), separators=(",", ":"))
        _kept[base] = (time.monotonic(), body)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": body}


def _list(base: str) -> list[dict[str, Any]]:
    entries = _entries()
    ratings = _POOL.submit(_ratings)
    aliases = list(_POOL.map(_alias, entries))
    strengths = ratings.result()
    listed = [
        _listed(entry, alias, _strength(strengths, entry), base)
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


def _ratings() -> dict[str, dict[str, Any]]:
    """Return rating, deviation and games of every player, by id; see the rater."""
    pages = _dynamodb.get_paginator("scan").paginate(
        TableName=RATINGS,
        FilterExpression="begins_with(id, :of_all_games) OR kind = :kind",
        ExpressionAttributeValues={":of_all_games": {"S": "function#"}, ":kind": {"S": "function"}},
    )
    return {
        item["id"]["S"]: {
            "rating": round(float(item["rating"]["N"]), 1),
            "deviation": round(float(item["deviation"]["N"]), 1),
            "games": int(item["games"]["N"]),
        }
        for page in pages
        for item in page["Items"]
    }


def _strength(strengths: dict[str, dict[str, Any]], entry: dict[str, Any]) -> dict[str, Any]:
    """Return the rating of an opponent in its game; before it has one, the one in all games together: it plays one."""
    old = f"function#{entry['name']}"
    return strengths.get(f"{entry['game']}#{old}", strengths.get(old, {}))


def _base_url(event: dict[str, Any]) -> str:
    """Return the API's address as callers know it: the name they called, where that is known to be right.

    The local cloud may have another port than when this was deployed; it lets in nobody who names a foreign host.
    """
    domain = str((event.get("requestContext") or {}).get("domainName", ""))
    if domain.endswith(".amazonaws.com"):
        return f"https://{domain}"
    host = (event.get("headers") or {}).get("host")
    return urlsplit(API)._replace(netloc=host).geturl() if host and API.startswith(LOCAL) else API
