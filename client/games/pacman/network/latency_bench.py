"""How much a network costs the ghosts: matches in simulated time, with answers delayed as a network would.

The delay of a round trip is log-normal around its median with a sigma of 0.3; one in a hundred takes 200 to 500 ms.
Nothing sleeps: an answer becomes visible at the first tick after its time, so a seed fixes every figure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from random import Random
from statistics import mean, stdev
from typing import TYPE_CHECKING

from ai_functions.runtime.answer import move
from ai_functions.runtime.protocol import Problem
from client.games.pacman.network.controllers import SEAT, Controller, Team
from client.games.pacman.network.networked_match import NetworkedMatch
from client.games.pacman.network.schedule import TICK_MS
from client.games.pacman.network.transport import answer
from client.net import remote
from client.net.remote import OpponentInfo
from games.catalog import find_game
from games.match import Match
from games.pacman.kernel import JINGLE_TICKS, READY_TICKS
from games.pacman.names import DIRECTIONS
from games.pacman.observation import ask_only
from games.record import BOT, Participant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ai_functions.runtime.loader import Loaded
    from ai_functions.runtime.protocol import MoveRequest
    from client.games.pacman.network.messages import Ask, AskResult, Counts
    from client.games.pacman.network.transport import Answerer
    from games.core import Json, JsonObject, Opponent
    from games.pacman.observation import Observation

ROUND_TRIPS_MS = (20, 50, 100, 200)
SIGMA = 0.3
TAIL, TAIL_MS = 0.01, (200.0, 500.0)
MOST_TICKS = 10 * 60 * 60
"""Ten minutes: a game that lasts longer counts with the dots eaten until then."""
READY = READY_TICKS + JINGLE_TICKS
OPENING_TICKS = 400
"""Pac-Man's first moves are drawn at random for up to so long, so that no two games are the same."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a team did over a network with one round trip, in ``games`` games of one life each."""

    rtt_ms: float | None
    """None: answers at once, as in training."""
    games: int
    dots: float
    """Mean number of dots that Pac-Man ate."""
    dots_error: float
    """Standard error of ``dots``."""
    cleared: float
    """Share of games in which he ate them all."""
    decisions: int
    fallback: float
    """Share of decisions that the arcade's rule took."""
    refreshed: float
    """Share of decisions that rest on a refresh."""
    age_ms: float
    """Mean time from the screen that an answer saw to the junction where it was played."""
    requests_a_minute: float
    causes: Mapping[str, int]

    def to_json(self) -> JsonObject:
        """Return the result as JSON."""
        return {
            "name": "at once" if self.rtt_ms is None else f"RTT {self.rtt_ms:.0f} ms",
            "games": self.games,
            "dots": round(self.dots, 1),
            "dots_standard_error": round(self.dots_error, 1),
            "cleared": round(self.cleared, 3),
            "decisions": self.decisions,
            "fallback": round(self.fallback, 4),
            "refreshed": round(self.refreshed, 4),
            "age_ms": round(self.age_ms, 1),
            "requests_a_minute": round(self.requests_a_minute, 1),
            "causes": ", ".join(f"{cause} {count}" for cause, count in sorted(self.causes.items())),
        }

    def in_short(self) -> JsonObject:
        """Return what fits a terminal's line; ``to_json`` has it all."""
        told = self.to_json()
        return {
            "name": told["name"],
            "games": self.games,
            "dots": f"{self.dots:.1f} ± {self.dots_error:.1f}",
            "fallback": f"{100 * self.fallback:.2f} %",
            "age, ms": told["age_ms"],
            "requests/min": told["requests_a_minute"],
        }


class InProcess:
    """A function that answers here, by the very code that it answers with when it is deployed."""

    last_latency_ms: float | None = None

    def __init__(self, opponent: Loaded) -> None:
        self._opponent = opponent

    def ask(self, request: MoveRequest, within_s: float) -> remote.Reply:
        """Return the answer.  Raises RemoteError for what a deployed function would refuse."""
        del within_s  # it takes milliseconds; the network's share is simulated
        try:
            _, response = move(self._opponent, "", request.to_json(), cold=False)
        except Problem as problem:
            raise remote.RemoteError("refused", str(problem)) from problem
        return remote.Reply(response, response.compute_ms, 1)


class SimulatedLine:
    """A line whose answers are held back for as long as a network would take."""

    def __init__(self, rtt_ms: float, random: Random) -> None:
        self.now_ms = 0.0
        self._rtt_ms = rtt_ms
        self._random = random
        self._under_way: list[tuple[float, int, AskResult]] = []

    def send(self, ask: Ask, to: Answerer, request: MoveRequest, observation: Observation) -> None:
        """Get the answer, and keep it until its time."""
        delay_ms = delay(self._rtt_ms, self._random)
        reply = replace(answer(ask, to, request, observation), latency_ms=delay_ms)
        heappush(self._under_way, (self.now_ms + delay_ms, ask.number, reply))

    def collect(self) -> list[AskResult]:
        """Return the answers whose time has come."""
        found = []
        while self._under_way and self._under_way[0][0] <= self.now_ms:
            found.append(heappop(self._under_way)[2])
        return found


def delay(rtt_ms: float, random: Random) -> float:
    """Return one round trip's milliseconds."""
    if random.random() < TAIL:
        return random.uniform(*TAIL_MS)
    return rtt_ms * random.lognormvariate(0.0, SIGMA)


def study(
    opponent: Loaded,
    bot: Opponent,
    rtt_ms: float | None,
    games: int,
    seed: int,
    options: Mapping[str, Json] | None = None,
    on_game: Callable[[], object] = lambda: None,
) -> Result:
    """Return how ``opponent`` did against ``bot`` over a network; None for a round trip: answers at once.

    The games of one ``seed`` begin alike for every round trip, so that results can be compared game by game.
    ``on_game`` is called after each.
    """
    played = []
    for game in range(games):
        played.append(_play(opponent, bot, rtt_ms, f"{seed}/{game}", options or {}))
        on_game()
    dots = [one.dots for one in played]
    counts = [one.counts for one in played if one.counts is not None]
    decided = sum(one.decisions for one in counts)
    minutes = sum(one.ticks for one in played) * TICK_MS / 60_000
    return Result(
        rtt_ms=rtt_ms,
        games=games,
        dots=mean(dots),
        dots_error=stdev(dots) / games**0.5 if games > 1 else 0.0,
        cleared=mean(one.cleared for one in played),
        decisions=decided,
        fallback=sum(one.fallback for one in counts) / max(1, decided),
        refreshed=sum(one.refreshed for one in counts) / max(1, decided),
        age_ms=sum(one.age_ticks for one in counts) * TICK_MS / max(1, sum(one.used for one in counts)),
        requests_a_minute=sum(one.requests for one in counts) / minutes,
        causes=dict(sum((one.causes for one in counts), Counter())),
    )


@dataclass(frozen=True, slots=True)
class _Played:
    dots: int
    cleared: bool
    ticks: int
    counts: Counts | None


def _play(opponent: Loaded, bot: Opponent, rtt_ms: float | None, key: str, options: Mapping[str, Json]) -> _Played:
    """Play one life, or one board, and return what came of it."""
    seeds = Random(key)  # noqa: S311 - a game, not a secret
    seats = {"pacman": Participant("pacman", BOT, "bot"), SEAT: Participant(SEAT, BOT, opponent.manifest.name)}
    whole = {"lives": 1, "boards": 1, **options}
    match = Match(
        find_game("pacman"), seats, seed=seeds.getrandbits(63), policy_seed=seeds.getrandbits(63), options=whole
    )
    opening = seeds.randrange(OPENING_TICKS)
    wander = Random(seeds.getrandbits(63))  # noqa: S311
    line = SimulatedLine(rtt_ms or 0.0, Random(seeds.getrandbits(63)))  # noqa: S311
    info = OpponentInfo(opponent.manifest.name, "pacman", "", 1, "")
    networked = NetworkedMatch(match, Team.of(Controller(info, InProcess(opponent), "", opponent.sha256)), line)
    while match.outcome is None and match.step_number < MOST_TICKS:
        wish: str | None = None
        if "pacman" in match.to_act():
            random = Random(match.seed_for("pacman"))  # noqa: S311
            early = match.step_number < READY + opening
            wish = wander.choice(DIRECTIONS) if early else bot(match.observe("pacman"), random)
        if rtt_ms is None:
            _tick_at_once(match, opponent, wish)
        else:
            line.now_ms = match.step_number * TICK_MS
            networked.tick(wish)
    now = match.observe("pacman")
    left = len(now.dots) + len(now.energizers)
    whole_board = len(now.maze.dot_tiles)
    won = match.outcome is not None and match.outcome.winner == "pacman"
    dots = whole_board if won else whole_board - left
    return _Played(dots, won, match.step_number, networked.schedule.counts if rtt_ms is not None else None)


def _tick_at_once(match: Match, opponent: Loaded, wish: str | None) -> None:
    """Let one tick pass in which every ghost at a junction is answered for at once, with the screen of that tick."""
    if SEAT in match.to_act():
        observation = match.observe(SEAT)
        due = [decision.ghost for decision in observation.decide if decision.ticks == 0]
        random = Random(match.seed_for(SEAT))  # noqa: S311
        match.submit(SEAT, opponent.act(ask_only(observation, due), random))
    if wish is not None:
        match.submit("pacman", wish)
    match.advance()
