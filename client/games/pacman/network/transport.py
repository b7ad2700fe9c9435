"""The wire: asks functions on threads of its own and hands back what came of it, when it is looked at.

Nothing here waits on the thread that plays: ``send`` returns at once, ``collect`` returns what is there.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from client.games.pacman.network.messages import AskResult
from client.games.pacman.network.schedule import TICK_MS
from client.net.remote import RemoteError
from games.core import NotationError
from games.pacman import rules
from games.pacman.observation import ask_only
from games.record_fields import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ai_functions.runtime.protocol import MoveRequest, MoveResponse
    from client.games.pacman.network.messages import Ask
    from client.net.remote import Reply
    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Observation

WITHIN_S = 1.0
"""No ghost is longer between two junctions, so a later answer helps nobody."""
WORKERS = 32
"""Four functions that hang with all requests that the schedule allows under way; threads start when first needed."""


class Answerer(Protocol):
    """A function that can be asked; ``client.net.remote.RemoteOpponent`` is one."""

    last_latency_ms: float | None

    def ask(self, request: MoveRequest, within_s: float) -> Reply:
        """Return the answer; may wait.  Raises RemoteError."""


class Line(Protocol):
    """What carries questions to functions; ``study`` has one that runs on a simulated clock."""

    def send(self, ask: Ask, to: Answerer, request: MoveRequest, observation: Observation) -> None:
        """Send ``ask`` to a function; returns at once.  ``request`` lacks only the observation."""

    def collect(self) -> list[AskResult]:
        """Return what has come back since the last look; never waits."""


class ThreadedLine:
    """A line on a pool of threads, one kept connection each."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ghosts")
        self._done: SimpleQueue[Future[AskResult]] = SimpleQueue()

    def send(self, ask: Ask, to: Answerer, request: MoveRequest, observation: Observation) -> None:
        """Send ``ask`` to a function; returns at once.  The observation is put into words on the other thread."""
        self._pool.submit(answer, ask, to, request, observation).add_done_callback(self._done.put)

    def collect(self) -> list[AskResult]:
        """Return what has come back since the last look; never waits."""
        found: list[AskResult] = []
        while True:
            try:
                future = self._done.get_nowait()
            except Empty:
                return found
            if not future.cancelled():
                found.append(future.result())

    def close(self) -> None:
        """Let go of the threads; answers under way are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def answer(ask: Ask, to: Answerer, request: MoveRequest, observation: Observation) -> AskResult:
    """Return what comes of asking a function: exits, or one word for why there are none.  Waits."""
    try:
        remote = to.ask(complete(ask, request, observation), WITHIN_S)
        exits = parse_exits(remote.response.action)
    except RemoteError as error:
        return AskResult(ask.number, failure=error.cause, detail=str(error))
    except NotationError as error:
        return AskResult(ask.number, failure="illegal", detail=str(error))
    response = remote.response
    return AskResult(
        ask.number,
        exits,
        latency_ms=remote.latency_ms,
        compute_ms=response.compute_ms,
        cold=response.cold,
        init_ms=response.init_ms,
        name=response.name,
        version=response.version,
        sha256=response.sha256,
        explanation=response.explanation,
        request_id=response.request_id,
        proof=_proof(ask, response),
    )


def _proof(ask: Ask, response: MoveResponse) -> Proof | None:
    """Return what a record keeps of the answer's proof: it rests on the screen of some ticks before."""
    if response.proof is None:
        return None
    return Proof(
        response.proof,
        ask.tick,
        response.action,
        tuple(sorted(ask.questions)),
        response.name,
        response.version,
        response.sha256,
    )


def complete(ask: Ask, request: MoveRequest, observation: Observation) -> MoveRequest:
    """Return the request with the observation that asks for the ghosts of ``ask`` alone."""
    soonest = min(question.decision.ticks for question in ask.questions.values())
    return replace(
        request,
        observation=rules.encode_observation(ask_only(observation, ask.questions)),
        deadline_ms=max(1, round(soonest * TICK_MS)),
    )


def parse_exits(text: str) -> Mapping[GhostName, Direction]:
    """Return the exits by ghost that ``text`` means.  Raises NotationError."""
    action = rules.parse_action(text)
    if isinstance(action, str):
        raise NotationError(f"{text!r}: a direction alone says nothing of which ghost")
    return action
