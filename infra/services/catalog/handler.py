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
from infra.services.rater.rating import Rated
from infra.services.rater.standings import best_of_each_game, everything
from infra.services.rater.table import RatingsTable, old_strength, strengths_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from infra.services.rater.strengths import Strength

PREFIX = os.environ["PREFIX"]
API = os.environ["API_BASE_URL"]
CACHE_S = float(os.environ["CACHE_SECONDS"])
"""How old an answer may be: AWS allows some 15 looks at aliases a second in a whole account."""
PRICES = replaced(json.loads(os.environ.get("PRICES") or "{}"), "Prices")
MOST_LOOKS, LOOKS_AT_NEW = 100, 20
"""At aliases, for one answer; of which so many are left for opponents that were not there the time before."""
UNSEEN: dict[str, Any] = {"FunctionVersion": ""}
"""Of an opponent whose alias has not been looked at yet: it can be played, and its answers tell its version."""
LIVE, PINNED = "live", "pinned"
LOCAL = "http://127.0.0.1:"
_CONFIG = Config(connect_timeout=2, read_timeout=4, retries={"max_attempts": 3, "mode": "standard"})
_ssm = boto3.client("ssm", config=_CONFIG)
_lambda = boto3.client("lambda", config=_CONFIG)
_dynamodb = boto3.client("dynamodb", config=_CONFIG)
_table = RatingsTable(
    os.environ["RATINGS_TABLE"], lambda operation, **parameters: getattr(_dynamodb, operation)(**parameters)
)
_kept: dict[str, tuple[float, str]] = {}
_seen: dict[str, tuple[float, dict[str, Any] | None]] = {}
"""When each opponent's alias was looked at (0: not yet), and what it was; None where there was none."""
_POOL = ThreadPoolExecutor(2)  # each thread takes address space, of which the local cloud gives no more than memory


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the HTTP API with the list of opponents, easiest first, or with everybody's ratings."""
    del context
    base = "" if event.get("routeKey") == "GET /ratings" else _base_url(event)
    made, body = _kept.get(base, (-CACHE_S, ""))
    if not body or time.monotonic() - made >= CACHE_S:
        listed = _list(base) if base else best_of_each_game(everything(_dynamodb, os.environ["RATINGS_TABLE"])[0])
        body = json.dumps(listed, separators=(",", ":"))
        _kept[base] = (time.monotonic(), body)
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": body}


def _list(base: str) -> list[dict[str, Any]]:
    again = _begin_looks(set(_seen), MOST_LOOKS - LOOKS_AT_NEW)  # while the entries are read, ten at a time
    entries = _entries()
    again |= _begin_looks({entry["name"] for entry in entries} - again.keys(), MOST_LOOKS - len(again))
    strengths = _ratings(entries)
    # stacks of an earlier version tell their functions' URLs apart from all else
    urls = _urls() if any(not entry.get("routed", True) and "url" not in entry for entry in entries) else {}
    aliases = _seen_in({entry["name"] for entry in entries}, again)
    listed = [
        _listed(entry, alias, strengths.get((entry["game"], entry["name"]), {}), _endpoint(entry, base, urls))
        for entry in entries
        if (alias := aliases[entry["name"]]) is not None
    ]
    return sorted(listed, key=lambda item: (item["game"], item["difficulty"], item["name"]))


def _endpoint(entry: dict[str, Any], base: str, urls: dict[str, str]) -> str:
    """Return where an opponent is called: by its route of the API, or by the function's own URL where it has none."""
    url = (entry.get("url") or urls.get(entry["name"], "")).rstrip("/")
    if entry.get("routed", True) or not url:
        return f"{base}/opponents/{entry['name']}"
    if not base.startswith("http://"):
        return url
    name = urlsplit(url).hostname or ""  # that only AWS resolves: the local cloud has its own way to the function
    return urlsplit(base)._replace(path=f"/_aws/lambda-url/{name.partition('.')[0]}").geturl()


def _pinned(endpoint: str, entry: dict[str, Any], version: str) -> str:
    """Return where one version is called: by a route of its own, or by the function's URL, which hands on to it."""
    return f"{endpoint}@{version}/{PINNED}" if entry.get("routed", True) else f"{endpoint}/{version}"


def _listed(entry: dict[str, Any], alias: dict[str, Any], strength: dict[str, Any], endpoint: str) -> dict[str, Any]:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    versions = [version for version in (alias["FunctionVersion"], *weights) if version]
    return {
        **{key: value for key, value in entry.items() if key != "url"},
        "version": alias["FunctionVersion"],
        "weights": {version: float(weight) for version, weight in weights.items()},
        "endpoint": endpoint,
        "pinned": {version: _pinned(endpoint, entry, version) for version in versions},
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


def _urls() -> dict[str, str]:
    """Return the URLs that stand apart, by opponent."""
    pages = _ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/{PREFIX}/urls", Recursive=True)
    return {item["Name"].rpartition("/")[2]: item["Value"] for page in pages for item in page["Parameters"]}


def _begin_looks(names: set[str], most: int) -> dict[str, Future[dict[str, Any] | None]]:
    """Begin to look at the aliases of those opponents that were looked at longest ago.

    An account is allowed some 15 looks a second, however many opponents it has.
    """
    oldest = sorted(names, key=lambda name: (_seen[name][0] if name in _seen else 0.0, name))[:most]
    return {name: _POOL.submit(_alias, name) for name in oldest}


def _seen_in(names: set[str], looks: Mapping[str, Future[dict[str, Any] | None]]) -> dict[str, dict[str, Any] | None]:
    """Return the aliases of the opponents: of those in ``looks`` as they are, of others as they were."""
    for name, look in looks.items():
        _seen[name] = time.monotonic(), look.result()
    for name in _seen.keys() - names:
        del _seen[name]
    for name in names - _seen.keys():
        _seen[name] = 0.0, UNSEEN  # the next answer looks at it first
    return {name: alias for name, (_, alias) in _seen.items()}


def _alias(name: str) -> dict[str, Any] | None:
    try:
        return dict(_lambda.get_alias(FunctionName=f"{PREFIX}-{name}", Name=LIVE))
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
