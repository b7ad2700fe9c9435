"""What passes between the schedule of the ghosts' questions, the line they travel on, and the match."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json
    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Decision
    from games.record_fields import Proof

PREFETCHED, REFRESHED, CLASSIC = "prefetched", "refreshed", "classic"
"""What a choice rests on: an early answer, a late one, or the arcade's rule."""


@dataclass(frozen=True, slots=True)
class Question:
    """One ghost's part of a request."""

    decision: Decision
    visit: int
    kind: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to send now: these ghosts, to this function."""

    number: int
    function: str
    tick: int
    questions: Mapping[GhostName, Question]


@dataclass(frozen=True, slots=True)
class AskResult:
    """What became of the ``Ask`` called ``number``: exits by ghost, or why there are none."""

    number: int
    exits: Mapping[GhostName, Direction] = field(default_factory=dict)
    latency_ms: float = 0.0
    compute_ms: float | None = None
    cold: bool | None = None
    init_ms: float | None = None
    name: str = ""
    version: str = ""
    sha256: str = ""
    explanation: Json = None
    request_id: str | None = None
    proof: Proof | None = None
    failure: str | None = None
    """One word: timeout, unreachable, throttled, error, refused, nonsense, illegal.  None: there is an answer."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one ghost does at the junction it has reached.  Without an ``exit`` the arcade's rule decides."""

    ghost: GhostName
    kind: str
    exit: Direction | None = None
    reply: AskResult | None = None
    cause: str | None = None
    """Why the arcade's rule decides: ``late``, ``unasked`` (no request was left), or the ``failure`` of a reply."""


@dataclass(slots=True)
class Counts:
    """What the head-up display tells.  ``requests`` counts requests; the others count single ghosts' decisions.

    ``asked`` = ``answered`` + ``illegal`` + ``failed`` + those under way.  ``answered`` = ``used`` + ``stale`` +
    ``late`` + those that still wait for their junction.  ``decisions`` = ``used`` + ``fallback``.
    """

    requests: int = 0
    decisions: int = 0
    asked: int = 0
    answered: int = 0
    used: int = 0
    refreshed: int = 0
    """Of ``used``: by an answer to a refresh."""
    age_ticks: int = 0
    """Of all ``used`` together: ticks from the screen that the answer saw to the junction."""
    stale: int = 0
    """A newer answer was there, or the ghost was turned round, frightened, eaten or given to another function."""
    late: int = 0
    """The ghost had passed the junction."""
    illegal: int = 0
    failed: int = 0
    fallback: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    """Why the arcade's rule decided, how often; ``missed``: the junction came sooner than foreseen."""
