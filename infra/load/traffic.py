"""Callers that play: real requests to deployed opponents, at a rate or as fast as they are answered."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import get_environ_proxies

from ai_functions.runtime.protocol import MoveRequest
from games.catalog import find_game
from infra.core.errors import CloudError
from infra.core.loopback import is_loopback_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OK, THROTTLED, NOT_FOUND = 200, 429, 404
TIMEOUT_S = 30.0
KEY_VARIABLE = "LAMBDA_ARCADE_API_KEY"
MAX_STEPS = 1000
_threads = threading.local()


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what came of it."""

    at_s: float
    """Since the traffic began."""
    latency_ms: float
    status: int
    """Of the answer; 0 for none at all."""
    cold: bool = False
    compute_ms: float = 0.0
    version: str = ""
    """Of the function that answered."""


@dataclass(slots=True)
class Log:
    """Calls, from any number of threads."""

    began: float = field(default_factory=time.monotonic)
    calls: list[Call] = field(default_factory=list)

    def since(self, at_s: float) -> list[Call]:
        """Return the calls that began at ``at_s`` or later."""
        return [call for call in list(self.calls) if call.at_s >= at_s]


def find_request(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a move request that the opponent of this catalog entry answers.  Raises CloudError if there is none."""
    game = find_game(str(entry["game"]))
    state = game.start({}, Random(1))  # noqa: S311 - a game, not a secret
    refusal = "nobody is to act"
    for _ in range(MAX_STEPS):
        for player in game.to_act(state):
            observation = game.encode_observation(game.observe(state, player))
            request = MoveRequest(game.NAME, "traffic", 0, 1, observation).to_json()
            url = f"{entry['endpoint']}/move"
            answer = _session().post(url, json=request, timeout=TIMEOUT_S, proxies=_proxies_for(url))
            if answer.status_code == OK:
                return dict(request)
            refusal = answer.text[:200]
        if len(game.to_act(state)) == len(game.PLAYERS):
            break  # everybody has been asked, and without their actions the game does not go on
        state, _ = game.step(state, {})
    raise CloudError(f"{entry['name']} answers no move: {refusal}")


def call(log: Log, endpoint: str, request: Mapping[str, Any]) -> Call:
    """Ask once and note what came of it."""
    session, proxies = _session(), _proxies_for(endpoint)
    at = time.monotonic()
    try:
        answer = session.post(f"{endpoint}/move", json=request, timeout=TIMEOUT_S, proxies=proxies)
        status = answer.status_code
        body = answer.json() if status == OK else {}
    except (requests.RequestException, ValueError):
        status, body = 0, {}
    latency_ms = (time.monotonic() - at) * 1000
    version = str(body.get("model", {}).get("version", ""))
    done = Call(at - log.began, latency_ms, status, bool(body.get("cold")), float(body.get("compute_ms", 0.0)), version)
    log.calls.append(done)
    return done


def at_rate(log: Log, endpoint: str, request: Mapping[str, Any], moments: Iterable[float], callers: int = 64) -> None:
    """Call at the given moments (seconds since the log began), whether or not earlier calls have been answered."""
    with ThreadPoolExecutor(callers) as pool:
        for moment in moments:
            pause = log.began + moment - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            pool.submit(call, log, endpoint, request)


def keep_calling(
    log: Log, endpoint: str, request: Mapping[str, Any], stop: threading.Event, pause_s: float
) -> threading.Thread:
    """Start one caller that asks, waits ``pause_s`` and asks again, until ``stop``."""

    def work() -> None:
        while not stop.is_set():
            call(log, endpoint, request)
            stop.wait(pause_s)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def ramp(first: float, most: float, seconds: float) -> list[float]:
    """Return the moments of requests whose rate climbs from ``first`` to ``most`` a second and falls to none.

    Two thirds of the time go into the climb.
    """
    top = seconds * 2 / 3
    moments, at = [], 0.0
    while at < seconds:
        moments.append(at)
        rate = first + (most - first) * at / top if at < top else most * (seconds - at) / (seconds - top)
        at += 1 / max(rate, 1.0)
    return moments


def percentile(values: list[float], rank: float) -> float | None:
    """Return the value that ``rank`` percent of ``values`` do not exceed (nearest rank); None for none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, int(-(-len(ordered) * rank // 100)) - 1)]


@lru_cache(maxsize=64)
def _proxies_for(url: str) -> dict[str, str]:
    """Return the proxies that the environment names for ``url``; none for this machine."""
    return {} if is_loopback_url(url) else get_environ_proxies(url)


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_threads, "session", None)
    if session is None:
        session = requests.Session()
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        if key := os.environ.get(KEY_VARIABLE):
            session.headers["x-api-key"] = key
        _threads.session = session
    return session
