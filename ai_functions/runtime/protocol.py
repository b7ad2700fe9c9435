"""The contract between client and function, protocol 1, as types: parsed once here, at the edge.

Anything wrong is an RFC 9457 problem document that names the field.  ``docs/openapi.json`` is generated from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.core import Json, JsonObject

PROTOCOL = 1
PROBLEM_TYPE = "application/problem+json"
MAX_BODY_BYTES = 256 * 1024
"""Larger requests are refused before they are parsed.  The largest honest one (Pac-Man, explained) is about 8 KB."""
MAX_SEED = 2**63 - 1
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

    def to_json(self) -> JsonObject:
        """Return the answer's body."""
        return {
            "action": self.action,
            "model": {"name": self.name, "version": self.version, "sha256": self.sha256},
            "compute_ms": self.compute_ms,
            "cold": self.cold,
            "explanation": self.explanation,
        }

    @classmethod
    def from_json(cls, data: Any) -> MoveResponse:
        """Return the answer that ``data`` means.  Raises ValueError for what a function must not answer."""
        try:
            model = data["model"]
            return cls(
                action=_typed(data, "action", str),
                name=_typed(model, "name", str),
                version=_typed(model, "version", str),
                sha256=_typed(model, "sha256", str),
                compute_ms=float(_typed(data, "compute_ms", (int, float))),
                cold=_typed(data, "cold", bool),
                explanation=data.get("explanation"),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not an answer of protocol {PROTOCOL}: {error!r}") from error


def parse_move_request(data: Any, *, game: str) -> MoveRequest:
    """Return the request that ``data`` means, for an opponent of ``game``.  Raises Problem, naming the field."""
    if not isinstance(data, dict):
        raise Problem(BAD_REQUEST, "Not a move request", f"the body is {_kind(data)}, not an object", "")
    for key in data:
        if key not in _FIELDS:
            detail = f"{key!r} is not a field of protocol {PROTOCOL}; there are {', '.join(_FIELDS)}"
            raise Problem(UNPROCESSABLE, "Unknown field", detail, str(key))
    protocol = _field(data, "protocol", int)
    if protocol != PROTOCOL:
        raise Problem(UNPROCESSABLE, "Unknown protocol", f"this function speaks {PROTOCOL}, not {protocol}", "protocol")
    played = _field(data, "game", str)
    if played != game:
        raise Problem(UNPROCESSABLE, "Another game", f"this function plays {game}, not {played!r}", "game")
    if "observation" not in data:
        raise Problem(UNPROCESSABLE, "Missing field", "observation is missing", "observation")
    latency = data.get("last_latency_ms")
    if latency is not None:
        latency = _number(data, "last_latency_ms", 0, 3_600_000)
    return MoveRequest(
        game=played,
        match_id=_text(data, "match_id", 128),
        turn=_whole(data, "turn", 0, 10**9),
        seed=_whole(data, "seed", 0, MAX_SEED),
        observation=data["observation"],
        deadline_ms=_whole(data, "deadline_ms", 1, 900_000) if "deadline_ms" in data else 2000,
        last_latency_ms=latency,
        explain=_field(data, "explain", bool) if "explain" in data else False,
    )


_FIELDS = (
    "protocol", "game", "match_id", "turn", "seed", "deadline_ms", "last_latency_ms", "explain", "observation",
)  # fmt: skip


def _typed(data: Mapping[str, Any], key: str, kind: Any) -> Any:
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{key} is {value!r}")
    return value


def _field(data: Mapping[str, Any], key: str, kind: type) -> Any:
    if key not in data:
        raise Problem(UNPROCESSABLE, "Missing field", f"{key} is missing", key)
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Problem(UNPROCESSABLE, "Wrong type", f"{key} is {_kind(value)}, not {_NAMES[kind]}", key)
    return value


def _whole(data: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value: int = _field(data, key, int)
    if not least <= value <= most:
        raise Problem(UNPROCESSABLE, "Out of range", f"{key} is {value}, not within {least} to {most}", key)
    return value


def _number(data: Mapping[str, Any], key: str, least: float, most: float) -> float:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem(UNPROCESSABLE, "Wrong type", f"{key} is {_kind(value)}, not a number", key)
    if not least <= value <= most:
        raise Problem(UNPROCESSABLE, "Out of range", f"{key} is {value}, not within {least} to {most}", key)
    return float(value)


def _text(data: Mapping[str, Any], key: str, most: int) -> str:
    value: str = _field(data, key, str)
    if len(value) > most:
        raise Problem(UNPROCESSABLE, "Too long", f"{key} has {len(value)} characters, more than {most}", key)
    return value


_NAMES = {int: "a whole number", str: "a text", bool: "true or false"}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)
