"""Callers that play: real requests to deployed opponents, at a rate or as fast as they are answered."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from ai_functions.runtime.protocol import MoveRequest
from games.catalog import find_game
from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from games.core import JsonObject

OK, THROTTLED, NOT_FOUND = 200, 429, 404
TIMEOUT_S = 30.0
MAX_STEPS = 1000


class Send(Protocol):
    """How requests reach a function: with keys, signatures and proxies.  ``client.net.remote.post_once`` is one."""

    def __call__(self, url: str, body: JsonObject, within_s: float, /) -> tuple[int, bytes]:
        """POST ``body`` once; return the status and the body of the answer, or 0 and why there is none."""


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


def find_request(send: Send, entry: Mapping[str, Any]) -> JsonObject:
    """Return a move request that the opponent of this catalog entry answers.  Raises CloudError if there is none."""
    game, random = find_game(str(entry["game"])), Random(1)  # noqa: S311 - a game, not a secret
    state = game.start({}, random)
    refusal, refused = "nobody is to act", set[str]()
    for _ in range(MAX_STEPS):
        seen = {player: game.observe(state, player) for player in game.to_act(state)}
        for player, observation in seen.items():
            request = MoveRequest(game.NAME, "traffic", 0, 1, game.encode_observation(observation)).to_json()
            status, content = send(f"{entry['endpoint']}/move", request, TIMEOUT_S)
            if status == OK:
                return request
            refusal = content.decode("utf-8", "replace")[:200]
            refused.add(player)
        if not game.INFO.real_time and refused == set(game.PLAYERS):
            break
        state, _ = game.step(
            state, {player: game.sample_action(observation, random) for player, observation in seen.items()}
        )
        if game.outcome(state) is not None:
            break
    raise CloudError(f"{entry['name']} answers no move: {refusal}")


def call(send: Send, log: Log, endpoint: str, request: JsonObject) -> Call:
    """Ask once and note what came of it."""
    at = time.monotonic()
    status, content = send(f"{endpoint}/move", request, TIMEOUT_S)
    latency_ms = (time.monotonic() - at) * 1000
    try:
        body = json.loads(content) if status == OK else {}
    except ValueError:
        status, body = 0, {}
    version = str(body.get("model", {}).get("version", ""))
    done = Call(at - log.began, latency_ms, status, bool(body.get("cold")), float(body.get("compute_ms", 0.0)), version)
    log.calls.append(done)
    return done


def at_rate(
    send: Send, log: Log, endpoint: str, request: JsonObject, moments: Iterable[float], callers: int = 64
) -> None:
    """Call at the given moments (seconds since the log began), whether or not earlier calls have been answered."""
    with ThreadPoolExecutor(callers) as pool:
        for moment in moments:
            pause = log.began + moment - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            pool.submit(call, send, log, endpoint, request)


def keep_calling(
    send: Send, log: Log, endpoint: str, request: JsonObject, stop: threading.Event, pause_s: float
) -> threading.Thread:
    """Start one caller that asks, waits ``pause_s`` and asks again, until ``stop``."""

    def work() -> None:
        while not stop.is_set():
            call(send, log, endpoint, request)
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
