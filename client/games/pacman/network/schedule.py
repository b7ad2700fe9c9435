"""When to ask the ghosts' functions, and which answer counts.  No clock, no thread and no socket in here.

A ghost's way to its next junction is a *visit*.  Its function is asked as soon as the visit begins (prefetch: an answer
for safety, but an old one by the time it is needed) and again just so early that the answer should still arrive in
time, by the slowest twentieth of the recent round trips (refresh); then, if the budget is ample, once more when half of
the round trips would still do: such an answer saw more of where Pac-Man runs.  The newest answer for the visit counts.
A visit ends at the junction's centre, the deadline; or when the ghost is turned round, frightened or eaten, which makes
every answer to it stale.  All ghosts of one function share a request, and a team stays within a budget of requests.

Time is counted in ticks of the game, so a paused game asks nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from client.games.pacman.network.messages import (
    CLASSIC,
    PREFETCHED,
    REFRESHED,
    Ask,
    AskResult,
    Choice,
    Counts,
    Question,
)
from games.pacman.levels import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Decision

TICK_MS = 1000 / TICKS_PER_SECOND
REQUESTS_A_MINUTE = 800
BURST = 20
"""Requests that may be sent at once after a quiet while.  They count: no minute ever sees more than the budget."""
RESERVE = 4
"""Requests kept back for prefetches, without which a decision would have no answer at all."""
AMPLE = 12
"""Requests that must be left for one more refresh."""
SAFE, HOPEFUL = 0.95, 0.5
"""Shares of the recent round trips that a refresh, and one more refresh, leaves time for."""
IN_FLIGHT = 8
"""Unanswered requests to one function at which no more are sent: it hangs."""
MARGIN_TICKS = 1
"""An answer is looked at once a tick, so up to a tick late."""
TOGETHER_TICKS = 2
"""A refresh that is due within so many ticks travels with one that is due now."""
FIRST_GUESS_MS = 80.0
"""The round trip that is expected of a function which has not answered yet."""
REMEMBERED = 64
"""Round trips from which the slowest twentieth is told."""


@dataclass(slots=True)
class _Visit:
    number: int
    decision: Decision
    asked_left: int | None = None
    """Ticks that were left when it was last asked about."""
    exit: Direction | None = None
    answer: AskResult | None = None
    answer_asked: int = 0
    """The tick whose screen the answer saw."""
    kind: str = PREFETCHED
    failure: str | None = None
    settled: bool = False


class Schedule:
    """The schedule of one team.  ``controllers`` says which function moves which ghost; it is asked by that name."""

    def __init__(self, controllers: Mapping[GhostName, str]) -> None:
        self.counts = Counts()
        self._controllers = dict(controllers)
        self._visits: dict[GhostName, _Visit] = {}
        self._under_way: dict[int, Ask] = {}
        self._ended: dict[int, str] = {}
        """Visit -> how answers to it count from now on: ``late`` or ``stale``."""
        self._round_trips: dict[str, deque[float]] = {}
        self._budget = float(BURST)
        self._tick: int | None = None
        self._asks = 0
        self._visit_count = 0
        self._sent: deque[int] = deque()
        """Ticks of the requests of the last minute."""

    def drive(self, ghost: GhostName, function: str) -> None:
        """Let ``function`` move ``ghost`` from now on; what another one answered for it is void."""
        if self._controllers[ghost] != function:
            self._controllers[ghost] = function
            self._end(ghost, "stale")

    def slowest_twentieth_ms(self, function: str) -> float:
        """Return the 95th percentile of the function's recent round trips."""
        return self._round_trip_ms(function, SAFE)

    def lead_ticks(self, function: str, share: float = SAFE) -> int:
        """Return how many ticks before the junction the refresh is sent that ``share`` of the round trips allows."""
        return ceil(self._round_trip_ms(function, share) / TICK_MS) + MARGIN_TICKS

    @property
    def requests_in_last_minute(self) -> int:
        """How many requests were sent in the last minute of play."""
        return len(self._sent)

    def under_way(self, function: str) -> int:
        """Return how many requests to ``function`` are unanswered."""
        return sum(ask.function == function for ask in self._under_way.values())

    def look(self, tick: int, decide: Sequence[Decision]) -> list[Ask]:
        """Take in what the ghosts are heading for at ``tick``, and return what to ask now."""
        self._earn(tick)
        seen = {decision.ghost: decision for decision in decide}
        for ghost in [ghost for ghost in self._visits if ghost not in seen]:
            self._end(ghost, "stale")
        for ghost, decision in seen.items():
            visit = self._visits.get(ghost)
            if visit is not None and _key(visit.decision) == _key(decision):
                visit.decision = decision
            else:
                self._end(ghost, "stale")
                self._visit_count += 1
                self._visits[ghost] = _Visit(self._visit_count, decision)
        asks = [self._ask(tick, function) for function in dict.fromkeys(self._controllers.values())]
        return [ask for ask in asks if ask is not None]

    def take(self, reply: AskResult) -> Ask:
        """Take in what came of a request, and return the request.

        Newer answers that fit replace older ones; all others only count.
        """
        ask = self._under_way.pop(reply.number)
        if reply.failure is None and not reply.cold:  # the next answers will be warm
            self._round_trips.setdefault(ask.function, deque(maxlen=REMEMBERED)).append(reply.latency_ms)
        for ghost, question in ask.questions.items():
            self._take_one(ghost, question, reply, ask.tick)
        if not self._under_way:
            self._ended.clear()
        return ask

    def settle(self) -> list[Choice]:
        """Return the choices of the ghosts whose exits are taken by the next step."""
        due = [visit for visit in self._visits.values() if visit.decision.ticks <= 0 and not visit.settled]
        return [self._settle(visit) for visit in due]

    def passed(self, ghost: GhostName) -> None:
        """Note that ``ghost`` has taken its exit: the same junction ahead of it would be another visit."""
        visit = self._visits.get(ghost)
        if visit is not None and not visit.settled:  # something sped it up after it was looked at
            self._fall_back(visit)
        self._end(ghost, "late")

    def clear(self) -> None:
        """Note that all ghosts were put back to their places."""
        for ghost in list(self._visits):
            self._end(ghost, "stale")

    def _earn(self, tick: int) -> None:
        passed = 0 if self._tick is None else tick - self._tick
        earned = passed * (REQUESTS_A_MINUTE - BURST) / (60 * TICKS_PER_SECOND)
        self._budget = min(float(BURST), self._budget + earned)
        self._tick = tick
        while self._sent and self._sent[0] <= tick - 60 * TICKS_PER_SECOND:
            self._sent.popleft()

    def _round_trip_ms(self, function: str, share: float) -> float:
        seen = sorted(self._round_trips.get(function, ()))
        return seen[ceil(share * len(seen)) - 1] if seen else FIRST_GUESS_MS

    def _ask(self, tick: int, function: str) -> Ask | None:
        """Return the request that ``function`` should get now, if any of its ghosts needs one."""
        lead = self.lead_ticks(function)
        mine = [
            visit for ghost, visit in self._visits.items() if self._controllers[ghost] == function and not visit.settled
        ]
        prefetch = any(visit.asked_left is None for visit in mine)
        refresh = any(_wants_refresh(visit, lead) for visit in mine)
        again = any(_wants_refresh(visit, self.lead_ticks(function, HOPEFUL)) for visit in mine)
        if not (prefetch or refresh or again) or self.under_way(function) >= IN_FLIGHT:
            return None
        if self._budget < (1 if prefetch else 1 + RESERVE if refresh else AMPLE):
            return None
        self._asks += 1
        self._budget -= 1
        self._sent.append(tick)
        ask = Ask(self._asks, function, tick, {visit.decision.ghost: _question(visit, lead) for visit in mine})
        self._under_way[ask.number] = ask
        self.counts.requests += 1
        self.counts.asked += len(mine)
        return ask

    def _take_one(self, ghost: GhostName, question: Question, reply: AskResult, asked: int) -> None:
        visit = self._visits.get(ghost)
        current = visit if visit is not None and visit.number == question.visit and not visit.settled else None
        failure = reply.failure
        if failure is None and reply.exits.get(ghost) not in question.decision.exits:
            failure = "illegal"
        if failure is not None:
            self.counts.illegal += failure == "illegal"
            self.counts.failed += failure != "illegal"
            if current is not None:
                current.failure = failure
            return
        self.counts.answered += 1
        if current is None:
            ended = self._ended.get(question.visit, "late")
            self.counts.late += ended == "late"
            self.counts.stale += ended == "stale"
        elif current.answer is not None and current.answer.number > reply.number:
            self.counts.stale += 1
        else:
            self.counts.stale += current.answer is not None
            current.exit, current.answer, current.kind = reply.exits[ghost], reply, question.kind
            current.answer_asked = asked

    def _settle(self, visit: _Visit) -> Choice:
        ghost = visit.decision.ghost
        if visit.answer is None:
            return Choice(ghost, CLASSIC, cause=self._fall_back(visit))
        visit.settled = True
        self.counts.decisions += 1
        self.counts.used += 1
        self.counts.refreshed += visit.kind == REFRESHED
        self.counts.age_ticks += (self._tick or 0) - visit.answer_asked
        return Choice(ghost, visit.kind, visit.exit, visit.answer)

    def _fall_back(self, visit: _Visit) -> str:
        visit.settled = True
        cause = "missed" if visit.answer is not None else visit.failure
        if cause is None:
            cause = "unasked" if visit.asked_left is None else "late"
        self.counts.decisions += 1
        self.counts.fallback += 1
        self.counts.causes[cause] += 1
        return cause

    def _end(self, ghost: GhostName, how: str) -> None:
        visit = self._visits.pop(ghost, None)
        if visit is None:
            return
        self._ended[visit.number] = "late" if visit.settled else how
        if visit.answer is not None and not visit.settled:
            self.counts.stale += 1


def _key(decision: Decision) -> tuple[GhostName, tuple[int, int], Direction]:
    return decision.ghost, decision.junction, decision.heading


def _wants_refresh(visit: _Visit, lead: int) -> bool:
    return visit.decision.ticks <= lead and visit.asked_left is not None and visit.asked_left > lead + TOGETHER_TICKS


def _question(visit: _Visit, lead: int) -> Question:
    """Return what to ask about ``visit`` now, and note that it was asked."""
    visit.asked_left = visit.decision.ticks
    near = visit.decision.ticks <= lead + TOGETHER_TICKS
    return Question(visit.decision, visit.number, REFRESHED if near else PREFETCHED)
