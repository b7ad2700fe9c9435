"""Functions that are not there: what a test puts at the other end of the line."""

from __future__ import annotations

from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING

from ai_functions.runtime.protocol import MoveResponse
from client.games.pacman.network.controllers import SEAT, Controller, Team
from client.net.remote import OpponentInfo, RemoteError, Reply
from games.catalog import find_game
from games.match import Match
from games.pacman import rules
from games.pacman.ghosts import classic_exits
from games.record import PERSON, Participant

if TYPE_CHECKING:
    from collections.abc import Callable

    from ai_functions.runtime.protocol import MoveRequest
    from games.core import Json
    from games.pacman.observation import Observation


class Fake:
    """A function that answers what ``choose`` says; ``threads`` notes on which threads it was asked."""

    last_latency_ms: float | None = None

    def __init__(self, choose: Callable[[Observation], str], name: str = "fake", version: str = "1") -> None:
        self.choose = choose
        self.name = name
        self.version = version
        self.asked: list[set[str]] = []
        self.on_main_thread = 0

    def ask(self, request: MoveRequest, within_s: float) -> Reply:
        """Move as a deployed function would."""
        assert within_s > 0
        self.on_main_thread += current_thread() is main_thread()
        observation = rules.decode_observation(request.observation)
        self.asked.append({decision.ghost for decision in observation.decide})
        response = MoveResponse(self.choose(observation), self.name, self.version, "abc", 0.5, cold=False)
        return Reply(response, 5.0, 1)


class Hanging(Fake):
    """A function that does not answer before it is ``released``."""

    def __init__(self) -> None:
        super().__init__(classic)
        self.released = Event()

    def ask(self, request: MoveRequest, within_s: float) -> Reply:  # noqa: ARG002 - it is never read
        """Wait, and then give up as the wire does."""
        self.on_main_thread += current_thread() is main_thread()
        self.asked.append(set())
        self.released.wait(60)
        raise RemoteError("timeout", f"no answer within {within_s:.1f} s")


def classic(observation: Observation) -> str:
    """Move what the arcade would."""
    return rules.print_action(classic_exits(observation))


def last_exit(observation: Observation) -> str:
    """Move the last exit there is: unlike the arcade, and easy to tell."""
    return rules.print_action({decision.ghost: decision.exits[-1] for decision in observation.decide})


def info(name: str = "fake", version: str = "1") -> OpponentInfo:
    """Return what the ladder says of a function."""
    return OpponentInfo(name, "pacman", name.capitalize(), 3, f"http://nowhere/{name}", version=version, sha256="abc")


def controller(fake: Fake) -> Controller:
    """Return a ghost's controller."""
    return Controller(info(fake.name, fake.version), fake, fake.version, "abc")


def new_match(team: Team, **options: Json) -> Match:
    """Return a match against ``team``; always the same."""
    seats = {"pacman": Participant("pacman", PERSON, "Ada"), SEAT: team.participant()}
    return Match(find_game("pacman"), seats, seed=7, policy_seed=8, options=options)
