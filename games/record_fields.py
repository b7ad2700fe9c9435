"""The fields of a record and their bounds: what a line of JSON must hold to be read as one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from games.fairness import HEX, MAX_WORD
from games.schema import (
    AnyJson,
    AnyObject,
    Boolean,
    Choice,
    Dictionary,
    Integer,
    List,
    Nullable,
    Number,
    Object,
    Text,
    refuse,
)

SCHEMA = 1
KINDS = ("person", "function", "bot")
MAX_STEPS = 10 * 3600 * 60
"""Ten hours of Pac-Man: a record that claims more is refused before it is replayed."""
MAX_NAME, MAX_VERSION, MAX_SHA256 = 300, 200, 300
"""Four functions that move a ghost each are one participant: ``blinky:NAME pinky:NAME …``."""
MAX_PARTICIPANTS, MAX_TURNS = 100_000, 5_000_000
MAX_MS = 1e9
MAX_ACTION = 400
"""Characters; the longest placement of a fleet has 207."""
FIRST_YEAR, LAST_YEAR = 2020, 2099


class Time:
    """A moment as ISO 8601 text in UTC."""

    def parse(self, value: object, path: str, /) -> str:
        """Return the text."""
        text = Text(40).parse(value, path)
        wanted = f"a time in UTC of the years {FIRST_YEAR} to {LAST_YEAR}, such as 2026-01-01T00:00:00+00:00"
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            refuse(path, value, wanted)
        if moment.utcoffset() != UTC.utcoffset(None) or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            refuse(path, value, wanted)
        return text


_HASH = Text(HEX, HEX, "[0-9a-f]+", f"{HEX} hexadecimal digits")
SEAT = Text(40, 1, r"[a-z0-9_]+", "small letters, digits and _")
MATCH_ID = Text(128, 1, r"[0-9A-Za-z_-]+", "letters, digits, - and _")
"""It names a file and an object in a bucket."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A function's word for an answer: ``ai_functions.runtime.proof`` says what it is made of.

    What is at its default is as the turn, or the turn's participant, has it.
    """

    proof: str
    """Which key of the platform's, a dot, and the code that nobody makes without it."""
    step: int = -1
    """At which it was asked."""
    action: str = ""
    """What it answered."""
    asked: tuple[str, ...] = ()
    """What of the observation it was asked about, where it was not all that was to be decided: names of ghosts."""
    name: str = ""
    version: str = ""
    sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it without what is at its default."""
        return {
            key: list(value) if key == "asked" else value for key, value in asdict(self).items() if value not in _SAME
        }


_SAME: tuple[Any, ...] = (-1, "", ())
MAX_PROOFS = 8
"""Of a turn: four ghosts may be moved by four functions, each of which answered once."""


PROOF = Object(
    {"proof": Text(120, 1, r"[0-9A-Za-z_.-]+", "letters, digits, ., - and _")},
    {
        "step": Integer(-1, MAX_STEPS),
        "action": Text(MAX_ACTION),
        "asked": List(SEAT, 8),
        "name": Text(MAX_NAME),
        "version": Text(MAX_VERSION),
        "sha256": Text(MAX_SHA256),
    },
)


class Proofs(List[Any]):
    """The proofs of a turn."""

    def __init__(self) -> None:
        super().__init__(PROOF, MAX_PROOFS)

    def parse(self, value: object, path: str, /) -> Any:
        """Return them."""
        found = super().parse(value, path)
        return tuple([Proof(**{**item, "asked": tuple(item.get("asked", ()))}) for item in found])


PARTICIPANT = Object(
    {"player": SEAT, "kind": Choice(KINDS), "name": Text(MAX_NAME)},
    {"version": Text(MAX_VERSION), "sha256": Text(MAX_SHA256), "since_step": Integer(0, MAX_STEPS)},
)
TURN = Object(
    {
        "step": Integer(0, MAX_STEPS),
        "player": SEAT,
        "action": Text(MAX_ACTION, 1),
        "participant": Integer(0, MAX_PARTICIPANTS),
    },
    {
        "at_ms": Integer(0, int(MAX_MS)),
        "latency_ms": Nullable(Number(0, MAX_MS)),
        "compute_ms": Nullable(Number(0, MAX_MS)),
        "cold": Nullable(Boolean()),
        "fallback": Nullable(Text(40, 1)),
        "note": Nullable(Text(200)),
        "request_id": Nullable(Text(100)),
        "proofs": Proofs(),
        "seal": Nullable(_HASH),
    },
)
PLEDGE = Object({"commitment": _HASH, "secret": _HASH}, {"word": Text(MAX_WORD)})
OUTCOME = Object(
    {
        "winner": Nullable(SEAT),
        "scores": Dictionary(SEAT, Integer(-(10**12), 10**12), 8),
        "reason": Text(200),
    }
)
RECORD = Object(
    {
        "match_id": MATCH_ID,
        "game": SEAT,
        "rules_version": Integer(0, 10**6),
        "seed": Integer(0, 2**64 - 1),
        "policy_seed": Integer(0, 2**64 - 1),
        "options": AnyObject(AnyJson(values=1000, text=Text(5_000, lines=True))),
        "participants": List(PARTICIPANT, MAX_PARTICIPANTS),
        "turns": List(TURN, MAX_TURNS),
        "steps": Integer(0, MAX_STEPS),
        "started_at": Time(),
        "outcome": Nullable(OUTCOME),
        "digest": Text(128, 1, "[0-9a-f]+", "hexadecimal digits"),
        "schema": Integer(SCHEMA, SCHEMA),
    },
    {"origin": Nullable(Object({"match_id": MATCH_ID, "step": Integer(0, MAX_STEPS)})), "pledge": PLEDGE},
)
