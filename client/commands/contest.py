"""Who can play a match from the command line: deployed opponents and the benchmark's own players."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from client.commands.context import UsageError, find_environment, left_out
from client.net.at_once import asked_over_http
from client.net.remote import RemoteError, fetch_guest, fetch_opponents, is_url
from client.net.request_pool import TimeBank
from games.core import GameError
from games.match import IN_PROCESS, Match, MoveMetadata
from games.record import BOT, FUNCTION, GameRecord, Participant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typer

    from client.net.at_once import Timing
    from client.net.remote import OpponentInfo, RemoteOpponent
    from client.net.request_pool import RequestPool
    from games.core import AnyGame, Opponent, Player
    from training.contracts import Benchmark
    from training.evaluation.evaluate import Row

LONGEST_STEPS = 30 * 60 * 60
"""Half an hour of a game at sixty steps a second: two programs can chase each other in a circle for ever."""


class Contestant(Protocol):
    """Someone who plays, wherever that is decided."""

    @property
    def name(self) -> str:
        """What the results call it."""

    def participant(self, player: Player) -> Participant:
        """Return how a record names it in the seat ``player``."""

    def answer(self, match: Match, player: Player) -> tuple[Any, MoveMetadata]:
        """Return what it plays now, and how that came to be."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A player in this process."""

    name: str
    act: Opponent

    def participant(self, player: Player) -> Participant:
        """Return how a record names it."""
        return Participant(player, BOT, self.name)

    def answer(self, match: Match, player: Player) -> tuple[Any, MoveMetadata]:
        """Return what it plays now."""
        random = Random(match.seed_for(player))  # noqa: S311 - a game, not a secret
        return self.act(match.ask(player), random), IN_PROCESS


@dataclass(frozen=True, slots=True)
class Deployed:
    """A function in the cloud, always asked at the version it had when it was looked up."""

    info: OpponentInfo
    pool: RequestPool
    remote: RemoteOpponent

    @property
    def name(self) -> str:
        """What the results call it."""
        return self.info.name

    def participant(self, player: Player) -> Participant:
        """Return how a record names it."""
        return Participant(player, FUNCTION, self.info.name, self.info.version, self.info.sha256)

    def answer(self, match: Match, player: Player) -> tuple[Any, MoveMetadata]:
        """Return what it plays now; the fallback policy's action, marked, if it does not answer in time.

        Nobody looks on, so every move has a time bank of its own.
        """
        answer = self.pool.ask(match, player, self.remote, TimeBank()).wait()
        return answer.action, answer.metadata


@dataclass(frozen=True, slots=True)
class RemoteTrial:
    """A trial of ``training.evaluation.evaluate`` with a deployed opponent; an empty row where it did not answer."""

    benchmark: Benchmark
    rules: AnyGame
    remote: RemoteOpponent
    against: Opponent | None
    timings: list[Timing] = field(default_factory=list)
    """Of every answer."""

    def __call__(self, seed: int) -> Row:
        """Play one task."""
        opponent = asked_over_http(self.rules, self.remote, self.timings)
        try:
            return self.benchmark.measure(opponent, seed=seed, against=self.against)
        except (RemoteError, GameError):  # no answer, or one that the rules do not allow
            return {}


def play_match(match: Match, seats: Mapping[Player, Contestant], longest_steps: int = LONGEST_STEPS) -> GameRecord:
    """Play ``match`` and return the record; one that does not end is broken off, and recorded as abandoned."""
    while match.outcome is None and match.step_number < longest_steps:
        for player in match.to_act():
            action, metadata = seats[player].answer(match, player)
            match.submit(player, action, metadata)
        match.advance()
    return match.close()


def api_of(context: typer.Context) -> str:
    """Return where the HTTP API of the chosen cloud is called.  Raises CloudError when nothing is deployed."""
    return find_environment(context).api


def find_deployed(api: str, names: Sequence[str]) -> list[OpponentInfo]:
    """Return the deployed opponents called ``names``; a name may also be the URL of one, deployed anywhere.

    Raises UsageError that lists those there are, RemoteError where nobody answers.
    """
    listed = {info.name: info for info in fetch_opponents(api, left_out)}
    for name in names:
        if name not in listed and not is_url(name):
            raise UsageError(
                f"{name!r} is not deployed; there are {', '.join(listed) or 'none'}: lambda-arcade deploy {name}"
            )
    return [listed[name] if name in listed else fetch_guest(name) for name in names]
