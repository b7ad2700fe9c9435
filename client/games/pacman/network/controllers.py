"""Who moves which ghost: one function for all four, or up to four of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ai_functions.runtime.protocol import MoveResponse
from client.net.local import is_local
from client.net.remote import RemoteOpponent, Reply
from games.pacman.codec import decode_observation
from games.pacman.ghosts import classic_exits
from games.pacman.names import GHOSTS
from games.pacman.notation import print_action
from games.record import FUNCTION, Participant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ai_functions.runtime.protocol import MoveRequest
    from client.games.pacman.network.messages import AskResult
    from client.games.pacman.network.transport import Answerer
    from client.net.cost import Price
    from client.net.remote import OpponentInfo
    from games.pacman.names import GhostName

SEAT = "ghosts"


@dataclass(frozen=True, slots=True)
class Controller:
    """A function, and who it said it was when it last answered (a new version may have been put live meanwhile)."""

    info: OpponentInfo
    answerer: Answerer
    version: str
    sha256: str

    @property
    def key(self) -> str:
        """Return what tells this function from the others of a team."""
        return f"{self.info.name} {self.info.endpoint} {self.info.version}"


@dataclass(frozen=True, slots=True)
class Team:
    """The controller of every ghost."""

    controllers: Mapping[GhostName, Controller]

    @classmethod
    def of(cls, controller: Controller) -> Team:
        """Return the team that one function moves."""
        return cls(dict.fromkeys(GHOSTS, controller))

    def give(self, ghosts: Iterable[GhostName], controller: Controller) -> Team:
        """Return the team in which ``controller`` moves these ghosts."""
        return Team({**self.controllers, **dict.fromkeys(ghosts, controller)})

    def identified(self, reply: AskResult, ghost: GhostName) -> Team:
        """Return the team after ``ghost``'s function has said in ``reply`` who it is."""
        controller = self.controllers[ghost]
        if (controller.version, controller.sha256) == (reply.version, reply.sha256):
            return self
        known = replace(controller, version=reply.version, sha256=reply.sha256)
        mine = [other for other in GHOSTS if self.controllers[other].key == controller.key]
        return self.give(mine, known)

    @property
    def prices(self) -> dict[str, Price | None]:
        """What a move of each function costs, by its name."""
        return {one.info.name: one.info.price for one in self.controllers.values()}

    def participant(self) -> Participant:
        """Return how a record names the team; of several functions it tells ghost by ghost: ``blinky:name …``."""
        return Participant(
            SEAT,
            FUNCTION,
            self._told({ghost: controller.info.name for ghost, controller in self.controllers.items()}),
            self._told({ghost: controller.version for ghost, controller in self.controllers.items()}),
            self._told({ghost: controller.sha256 for ghost, controller in self.controllers.items()}),
        )

    def _told(self, words: Mapping[GhostName, str]) -> str:
        if len({controller.key for controller in self.controllers.values()}) == 1:
            return words[GHOSTS[0]]
        return " ".join(f"{ghost}:{words[ghost]}" for ghost in GHOSTS)


class Arcade:
    """The arcade's own rule for every ghost, in this process."""

    last_latency_ms: float | None = None

    def __init__(self, name: str) -> None:
        self._name = name

    def ask(self, request: MoveRequest, within_s: float) -> Reply:
        """Return the answer."""
        del within_s  # it is there at once
        exits = classic_exits(decode_observation(request.observation))
        return Reply(MoveResponse(print_action(exits), self._name, "", "", 0.0, cold=False), 0.0, 1)


def deployed(info: OpponentInfo) -> Answerer:
    """Return the function that ``info`` tells of, in the version that it tells of; or who answers in this process."""
    return Arcade(info.name) if is_local(info) else RemoteOpponent.of(info)
