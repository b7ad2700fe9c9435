"""The contract between client and function, protocol 1, as types: parsed once here, at the edge.

Anything wrong is an RFC 9457 problem document that names the field.  ``docs/openapi.json`` is generated from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from games.schema import AnyJson, Boolean, Integer, InvalidError, Nullable, Number, Object, Text, Unchecked
from games.texts import describe

if TYPE_CHECKING:
    from games.core import Json, JsonObject

PROTOCOL = 1
PROBLEM_TYPE = "application/problem+json"
MAX_BODY_BYTES = 256 * 1024
"""Larger requests are refused before they are parsed.  The largest honest one (Pac-Man, explained) is about 8 KB."""
MAX_SEED = 2**63 - 1
MAX_NAME, MAX_VERSION, MAX_SHA256 = 64, 32, 64
MAX_ACTION = 400
"""Characters of an action; the longest placement of a fleet has 207."""
BAD_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED, TOO_LARGE, UNPROCESSABLE = 400, 404, 405, 413, 422


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """A request that cannot be answered, as an RFC 9457 problem."""

    def __init__(self, status: int, title: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field

    def to_json(self) -> JsonObject:
        """Return the problem document."""
        document: JsonObject = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.field is not None:
            document["field"] = self.field
        return document


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """``POST {opponent}/move``."""

    game: str
    match_id: str
    turn: int
    seed: int
    observation: Json
    deadline_ms: int = 2000
    last_latency_ms: float | None = None
    explain: bool = False

    def to_json(self) -> JsonObject:
        """Return the request's body."""
        return {
            "protocol": PROTOCOL,
            "game": self.game,
            "match_id": self.match_id,
            "turn": self.turn,
            "seed": self.seed,
            "deadline_ms": self.deadline_ms,
            "last_latency_ms": self.last_latency_ms,
            "explain": self.explain,
            "observation": self.observation,
        }


@dataclass(frozen=True, slots=True)
class MoveResponse:
    """The answer to a ``MoveRequest``."""

    action: str
    name: str
    version: str
    sha256: str
    compute_ms: float
    cold: bool
    explanation: Json = None
    init_ms: float | None = None
    """What the start took that this answer waited for."""
    request_id: str | None = None
    """By which the cloud's logs know this request."""
    proof: str | None = None
    """That this function answered so: ``ai_functions.runtime.proof``."""

    def to_json(self) -> JsonObject:
        """Return the answer's body; what is not known is left out, but for the explanation."""
        body: JsonObject = {
            "action": self.action,
            "model": {"name": self.name, "version": self.version, "sha256": self.sha256},
            "compute_ms": self.compute_ms,
            "cold": self.cold,
            "explanation": self.explanation,
        }
        known: JsonObject = {"init_ms": self.init_ms, "request_id": self.request_id, "proof": self.proof}
        return body | {key: value for key, value in known.items() if value is not None}

    @classmethod
    def from_json(cls, data: Any) -> MoveResponse:
        """Return the answer that ``data`` means.  Raises InvalidError, naming the field no function may answer so."""
        fields = RESPONSE.parse(data, "")
        return cls(**fields.pop("model"), **fields)


REQUEST = Object(
    {
        "protocol": Integer(PROTOCOL, PROTOCOL),
        "game": Text(40, 1),
        "match_id": Text(128),
        "turn": Integer(0, 10**9),
        "seed": Integer(0, MAX_SEED),
        "observation": Unchecked(),
    },
    {
        "deadline_ms": Integer(1, 900_000),
        "last_latency_ms": Nullable(Number(0, 3_600_000)),
        "explain": Boolean(),
    },
)
MODEL = Object(
    {"name": Text(MAX_NAME, 1), "version": Text(MAX_VERSION), "sha256": Text(MAX_SHA256)},
    extra=True,
)
RESPONSE = Object(
    {"action": Text(MAX_ACTION, 1), "model": MODEL, "compute_ms": Number(0, 3_600_000), "cold": Boolean()},
    {
        "explanation": AnyJson(),
        "init_ms": Nullable(Number(0, 3_600_000)),
        "request_id": Nullable(Text(100)),
        "proof": Nullable(Text(120, 1, r"[0-9A-Za-z_.-]+", "letters, digits, ., - and _")),
    },
    extra=True,
)


def another_protocol(caller: int, function: int) -> str:
    """Return which side has to be updated where caller and function speak different protocols."""
    older = "the program that calls has" if caller < function else "the function has"
    return f"the caller speaks protocol {caller}, the function {function}: {older} to be updated"


def parse_move_request(data: Any, *, game: str) -> MoveRequest:
    """Return the request that ``data`` means, for an opponent of ``game``.  Raises Problem, naming the field."""
    spoken = data.get("protocol") if isinstance(data, dict) else None
    if isinstance(spoken, int) and not isinstance(spoken, bool) and spoken != PROTOCOL:
        raise Problem(UNPROCESSABLE, "Another protocol", another_protocol(spoken, PROTOCOL), "protocol")
    try:
        fields = REQUEST.parse(data, "")
    except InvalidError as error:
        status = UNPROCESSABLE if isinstance(data, dict) else BAD_REQUEST
        raise Problem(status, "Not a move request", str(error), error.field) from error
    if fields["game"] != game:
        detail = f"this function plays {game}, not {describe(fields['game'])}"
        raise Problem(UNPROCESSABLE, "Another game", detail, "game")
    del fields["protocol"]
    return MoveRequest(**fields)
