"""Many players against functions that scale by themselves: a discrete-event model of Lambda, for what no test can load.

People start matches at a rate that changes by the hour; each match asks for a move, waits for the answer, thinks as
long as people in records thought, and asks again.  A function answers from an execution environment that is idle (the
one used last, as Lambda does), or starts another one: a cold start, unless the function's own concurrency, the
account's, the pace at which environments may be added, or the requests a second that go with them say no.  Who is
refused asks again as the client does.

Sources: "Lambda quotas" and "Understanding Lambda function scaling" in AWS's developer guide.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from infra.monitor.bill import REQUESTS_A_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

DAY_S = 86_400.0
HOURS = 24
HOURLY = (3, 2, 1, 1, 1, 1, 2, 3, 3, 3, 4, 4, 5, 5, 4, 4, 5, 6, 8, 10, 11, 10, 7, 5)
"""What share of a day's matches, in percent, begins in each hour: an evening game of one time zone.  An assumption."""
ADDED_AT_ONCE, ADDED_A_SECOND = 1000, 100.0
"""A function may add a thousand environments in ten seconds."""
FIRST_BACKOFF_S, MAX_BACKOFF_S, PATIENCE_S = 0.05, 0.8, 12.0
"""How the client asks again, and for how long: ``client.net.remote`` and ``client.net.request_pool``."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What the model knows of the cloud.  Times are drawn from the samples given, in milliseconds."""

    run_ms: Sequence[float]
    """How long a warm function computes."""
    start_ms: Sequence[float]
    """What a cold start adds to that."""
    way_ms: Sequence[float]
    """What network and gateway add."""
    keep_alive_s: float = 420.0
    """How long an idle environment is kept.  Lambda does not promise any; five to ten minutes are seen."""
    concurrency: int = 1000
    """The account's quota, for all functions together."""
    reserved: int | None = None
    """What one function may have of it at most."""
    local: bool = False
    """The local cloud's ways: environments are added at any pace, requests come at any rate, and who waits for a start
    takes an environment that becomes free before it."""


@dataclass(slots=True)
class Hour:
    """What one hour saw."""

    matches: int = 0
    moves: int = 0
    """Answered."""
    started: int = 0
    """Environments."""
    cold: int = 0
    """Answers that waited for a start."""
    throttled: int = 0
    """Refusals, each attempt counted."""
    lost: int = 0
    """Moves that a stand-in played, since nobody answered in time."""
    most_at_once: int = 0
    run_ms: float = 0.0
    """Computing of all moves together."""
    start_ms: float = 0.0
    """Starting of all cold starts together; billed since August 2025."""


class Bucket:
    """So much at once, and so much a second after that."""

    def __init__(self, most: float, a_second: float) -> None:
        self._most = most
        self._a_second = a_second
        self._left = most
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Take one if there is one."""
        self._left = min(self._most, self._left + (now - self._at) * self._a_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Account:
    """What all functions share."""

    def __init__(self, platform: Platform) -> None:
        rate = platform.concurrency * REQUESTS_A_CONCURRENCY
        self.requests = None if platform.local else Bucket(rate, rate)
        self.busy: list[float] = []
        """When each environment at work will be done, a heap."""

    def at_once(self, now: float) -> int:
        """Return how many environments are at work."""
        while self.busy and self.busy[0] <= now:
            heapq.heappop(self.busy)
        return len(self.busy)


class Function:
    """The execution environments of one function."""

    def __init__(self, platform: Platform, account: Account, random: Random, warm: int = 0) -> None:
        self._platform = platform
        self._account = account
        self._random = random
        self._coming: list[tuple[float, bool]] = []
        """When each environment that works or starts will be idle, and whether it is new; a heap."""
        self._asked: list[float] = []
        """When each answer under way will be done, a heap."""
        self._waiting: list[float] = []
        """Until when each request waits for an environment, a heap."""
        self._idle: deque[float] = deque([0.0] * warm)
        """Since when each has been idle; the one used last is at the right."""
        self._added = None if platform.local else Bucket(ADDED_AT_ONCE, ADDED_A_SECOND)

    def ask(self, now: float, hour: Hour) -> float | None:
        """Return when the answer to a request at ``now`` is there, or None for a refusal.

        ``now`` (seconds) never decreases.
        """
        self._pass(now)
        if not self._admitted(now):
            hour.throttled += 1
            return None
        begins = self._take(now, hour)
        run_ms = self._random.choice(self._platform.run_ms)
        hour.moves += 1
        hour.run_ms += run_ms
        done = begins + run_ms / 1000
        heapq.heappush(self._coming, (done, False))
        heapq.heappush(self._asked, done)
        heapq.heappush(self._account.busy, done)
        hour.most_at_once = max(hour.most_at_once, len(self._account.busy))
        return done + self._random.choice(self._platform.way_ms) / 1000

    def _pass(self, now: float) -> None:
        """Let everything happen that happens until ``now``."""
        while self._coming and self._coming[0][0] <= now:
            self._idle.append(heapq.heappop(self._coming)[0])
        while self._idle and now - self._idle[0] > self._platform.keep_alive_s:
            self._idle.popleft()
        for times in (self._asked, self._waiting):
            while times and times[0] <= now:
                heapq.heappop(times)

    def _take(self, now: float, hour: Hour) -> float:
        """Return from when on an environment works for a request of ``now``."""
        if self._idle:
            self._idle.pop()
            return now
        ready = None
        if not self._platform.local or sum(new for _, new in self._coming) <= len(self._waiting):
            start_ms = self._random.choice(self._platform.start_ms)
            hour.started += 1
            hour.start_ms += start_ms
            ready = now + start_ms / 1000
        if not self._platform.local and ready is not None:
            hour.cold += 1
            return ready
        if ready is not None:
            heapq.heappush(self._coming, (ready, True))
        begins, new = heapq.heappop(self._coming)
        heapq.heappush(self._waiting, begins)
        hour.cold += new
        return begins

    def _admitted(self, now: float) -> bool:
        platform = self._platform
        if platform.reserved is not None and len(self._asked) >= platform.reserved:
            return False
        if self._account.at_once(now) >= platform.concurrency:
            return False
        if self._account.requests is not None and not self._account.requests.take(now):
            return False
        return bool(self._idle) or self._added is None or self._added.take(now)


@dataclass(frozen=True, slots=True)
class Workload:
    """Who plays, how often and how fast."""

    players: int
    matches_a_day: float
    """By one player."""
    thinking_s: Sequence[Sequence[float]]
    """Matches to draw from: the seconds that a person thought before each of the opponent's moves."""
    opponents: int = 9

    def starts(self, random: Random) -> Iterator[float]:
        """Yield when matches begin, in seconds of one day: a Poisson process, hour by hour."""
        a_day = self.players * self.matches_a_day
        for hour, share in enumerate(HOURLY):
            rate = a_day * share / sum(HOURLY) / 3600
            at = hour * 3600.0
            while rate and (at := at + random.expovariate(rate)) < (hour + 1) * 3600:
                yield at


@dataclass(frozen=True, slots=True)
class Day:
    """What a day brought."""

    hours: tuple[Hour, ...]
    latencies_ms: tuple[float, ...]
    """Of a sample of the answers, from the first attempt on."""

    def total(self, name: str) -> float:
        """Return the sum of a field of the hours."""
        return float(sum(getattr(hour, name) for hour in self.hours))


KEPT = 200_000
"""Latencies at most."""


@dataclass(slots=True)
class _Question:
    """A move that is waited for."""

    script: Sequence[float]
    opponent: int
    asked: float
    """When it was asked for at first."""
    attempts: int = 0
    answered: int = 0
    """Moves of its match before it."""


class _Simulation:
    """A day that goes on from question to question."""

    def __init__(self, workload: Workload, platform: Platform, random: Random) -> None:
        account = Account(platform)
        self.hours = tuple(Hour() for _ in range(HOURS))
        self.latencies: list[float] = []
        self._workload = workload
        self._random = random
        self._functions = [Function(platform, account, random) for _ in range(workload.opponents)]
        self._waiting: list[tuple[float, int, _Question]] = []
        self._numbers = count()
        self._answers = 0

    def run(self, progress: Callable[[int], None]) -> None:
        """Let the day pass."""
        hour = 0
        for start in [*self._workload.starts(self._random), DAY_S]:
            while self._waiting and self._waiting[0][0] < start:
                now, _, question = heapq.heappop(self._waiting)
                while hour < int(now // 3600):
                    progress(hour)
                    hour += 1
                self._ask(now, question)
            if start < DAY_S:
                self._begin(start)

    def _begin(self, now: float) -> None:
        script = self._random.choice(self._workload.thinking_s)
        self.hours[int(now // 3600)].matches += 1
        asked = now + script[0]
        self._wait(asked, _Question(script, self._random.randrange(self._workload.opponents), asked))

    def _ask(self, now: float, question: _Question) -> None:
        hour = self.hours[int(now // 3600)]
        answered = self._functions[question.opponent].ask(now, hour)
        if answered is not None:
            self._keep((answered - question.asked) * 1000)
        elif now - question.asked < PATIENCE_S:
            question.attempts += 1
            pause = self._random.uniform(0, min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2**question.attempts))
            self._wait(now + pause, question)
            return
        else:
            hour.lost += 1
            answered = now
        question.answered += 1
        if question.answered < len(question.script):
            question.asked = answered + question.script[question.answered]
            question.attempts = 0
            self._wait(question.asked, question)

    def _wait(self, until: float, question: _Question) -> None:
        if until < DAY_S:
            heapq.heappush(self._waiting, (until, next(self._numbers), question))

    def _keep(self, latency_ms: float) -> None:
        """Keep an even sample of the latencies: reservoir sampling (Vitter, 1985, algorithm R)."""
        self._answers += 1
        if len(self.latencies) < KEPT:
            self.latencies.append(latency_ms)
        elif (place := self._random.randrange(self._answers)) < KEPT:
            self.latencies[place] = latency_ms


def simulate_day(workload: Workload, platform: Platform, random: Random, progress: Callable[[int], None]) -> Day:
    """Return one day; ``progress`` is told of each hour that has passed.  Deterministic, given ``random``."""
    simulation = _Simulation(workload, platform, random)
    simulation.run(progress)
    return Day(simulation.hours, tuple(simulation.latencies))


def simulate_moments(
    moments: Sequence[float], platform: Platform, random: Random, *, warm: int = 0
) -> tuple[Hour, list[float]]:
    """Return what one function makes of requests at these moments (seconds), none asked again; and its latencies.

    ``warm`` environments are idle when it begins.
    """
    function = Function(platform, Account(platform), random, warm)
    seen, latencies = Hour(), list[float]()
    for now in sorted(moments):
        answered = function.ask(now, seen)
        if answered is not None:
            latencies.append((answered - now) * 1000)
    return seen, latencies
