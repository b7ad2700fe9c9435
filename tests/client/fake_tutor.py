"""What trains and deploys, as a test says: nothing is trained, and jobs end when they are told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from client.acquaintances import Offer
from client.records.acquaintance import KNOWS, Acquaintance

FOUND = ("You like the right edge: 31%, against 17% by chance.", "You seldom put the carrier across: 9%, against 50%.")
KNOWN = Acquaintance(
    "battleship", "Ada", "battleship_expert_for_ada", "Admiral", KNOWS, matches=12, found=FOUND,
    learned_to="2026-01-01T00:00:11+00:00", consented_at="2026-01-02T00:00:00+00:00",
)  # fmt: skip


@dataclass
class FakeJob:
    """A piece of work."""

    share: float = 0.0
    doing: str = ""
    over: bool = False
    trouble: str | None = None
    result: object = None

    def cancel(self) -> None:
        self.over, self.trouble = True, "cancelled"


@dataclass
class FakeTutor:
    """Does what the test says; ``kept`` is what it has on disk."""

    kept: Acquaintance | None = None
    said: Offer = field(default_factory=lambda: Offer("Admiral"))
    begun: list[str] = field(default_factory=list)
    jobs: list[FakeJob] = field(default_factory=list)

    def offer(self, game: str, player: str) -> Offer:
        assert game == "battleship"
        assert player
        return self.said

    def read(self, game: str, player: str) -> Acquaintance | None:
        assert game == "battleship"
        assert player
        return self.kept

    def begin(self, what: str, game: str, player: str) -> Any:
        assert (game, player) == ("battleship", "Ada")
        self.begun.append(what)
        self.jobs.append(FakeJob())
        return self.jobs[-1]
