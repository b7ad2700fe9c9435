"""Who moves which ghost: one function for all four, or up to four of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from client.net.remote import RemoteOpponent
from games.pacman.names import GHOSTS
from games.record import FUNCTION, Participant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.games.pacman.network.messages import Reply
    from client.games.pacman.network.transport import Answerer
    from client.net.remote import OpponentInfo
    from games.pacman.names import GhostName

SEAT = "ghosts"


@dataclass(frozen=True, slots=True)
class Driver:
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
    """The driver of every ghost."""

    drivers: Mapping[GhostName, Driver]

    @classmethod
    def of(cls, driver: Driver) -> Team:
        """Return the team that one function moves."""
        return cls(dict.fromkeys(GHOSTS, driver))

    def give(self, ghosts: Iterable[GhostName], driver: Driver) -> Team:
        """Return the team in which ``driver`` moves these ghosts."""
        return Team({**self.drivers, **dict.fromkeys(ghosts, driver)})

    def heard(self, reply: Reply, ghost: GhostName) -> Team:
        """Return the team after ``ghost``'s function has said in ``reply`` who it is."""
        driver = self.drivers[ghost]
        if (driver.version, driver.sha256) == (reply.version, reply.sha256):
            return self
        known = replace(driver, version=reply.version, sha256=reply.sha256)
        mine = [other for other in GHOSTS if self.drivers[other].key == driver.key]
        return self.give(mine, known)

    def participant(self) -> Participant:
        """Return how a record names the team; of several functions it tells ghost by ghost: ``blinky:name …``."""
        return Participant(
            SEAT,
            FUNCTION,
            self._told({ghost: driver.info.name for ghost, driver in self.drivers.items()}),
            self._told({ghost: driver.version for ghost, driver in self.drivers.items()}),
            self._told({ghost: driver.sha256 for ghost, driver in self.drivers.items()}),
        )

    def _told(self, words: Mapping[GhostName, str]) -> str:
        if len({driver.key for driver in self.drivers.values()}) == 1:
            return words[GHOSTS[0]]
        return " ".join(f"{ghost}:{words[ghost]}" for ghost in GHOSTS)


def deployed(info: OpponentInfo) -> RemoteOpponent:
    """Return the function that ``info`` tells of, in the version that it tells of."""
    return RemoteOpponent.of(info)
