"""One finished (or abandoned) match as one JSON line that can be played again to the last bit.

``replay`` rebuilds every state; ``verify`` says whether a record is possible under the rules.  The schema is
versioned, and readers keep reading what earlier versions wrote.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from hashlib import blake2b
from random import Random
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from games.catalog import find_game
from games.core import Event, GameError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from games.core import Json, JsonObject, Player

SCHEMA = 1
PERSON, FUNCTION, BOT = "person", "function", "bot"
KINDS = (PERSON, FUNCTION, BOT)
MAX_STEPS = 10 * 3600 * 60
"""Ten hours of Pac-Man: a record that claims more is refused before it is replayed."""


class RecordError(GameError):
    """A record that cannot be read, or that the rules do not allow."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Who played a seat, from some step on.  A swapped opponent is a second participant in the same seat."""

    player: Player
    kind: str
    name: str
    version: str = ""
    sha256: str = ""
    since_step: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One action: at which step, whose, what it was, and how it came to be."""

    step: int
    player: Player
    action: str
    participant: int
    """Index into ``GameRecord.participants``."""
    at_ms: int = 0
    """Milliseconds since the match began."""
    latency_ms: float | None = None
    """Round trip of the answer; None for someone in the process."""
    compute_ms: float | None = None
    cold: bool | None = None
    fallback: str | None = None
    """Why a local stand-in played this action (``timeout``, ``error``…); None when the participant did.

    Such turns neither rate nor train anyone.
    """
    note: str | None = None
    """What else a viewer may want to know, such as ``prefetched``."""


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A match as it was played."""

    match_id: str
    game: str
    rules_version: int
    seed: int
    """Seed of the game itself; secret until the end."""
    policy_seed: int
    """Seed of the participants' choices: see ``move_seed``."""
    options: Mapping[str, Json]
    participants: tuple[Participant, ...]
    turns: tuple[Turn, ...]
    steps: int
    """Steps of the game that were played; in Pac-Man, ticks."""
    started_at: str
    """UTC, ISO 8601."""
    outcome: Outcome | None
    """None for an abandoned match."""
    digest: str
    """``Game.digest`` of the last state."""
    schema: int = SCHEMA

    def to_json(self) -> JsonObject:
        """Return the record as JSON; ``from_json`` is its inverse."""
        data = asdict(self)
        data["turns"] = [_pack(turn) for turn in self.turns]
        return data

    def to_line(self) -> str:
        """Return the record as one line of JSON, without the line's end."""
        return json.dumps(self.to_json(), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, data: Any) -> GameRecord:
        """Return the record that ``data`` means.  Raises RecordError, naming what is missing or odd."""
        if not isinstance(data, dict):
            raise RecordError(f"a record is an object, not {type(data).__name__}")
        if data.get("schema") != SCHEMA:
            raise RecordError(f"schema {data.get('schema')!r} is not one that this version reads ({SCHEMA})")
        try:
            outcome = data["outcome"]
            record = cls(
                **{
                    **data,
                    "participants": tuple(_checked(Participant(**item)) for item in data["participants"]),
                    "turns": tuple(_checked(Turn(**item)) for item in data["turns"]),
                    "outcome": None if outcome is None else Outcome(**outcome),
                }
            )
            _checked(record)
        except (KeyError, TypeError) as error:
            raise RecordError(f"not a record of schema {SCHEMA}: {error}") from error
        for one in record.participants:
            if one.kind not in KINDS:
                raise RecordError(f"{record.match_id}: {one.name} is a {one.kind!r}; there are {', '.join(KINDS)}")
        if not 0 <= record.steps <= MAX_STEPS:
            raise RecordError(f"{record.match_id}: {record.steps} steps, not within 0 to {MAX_STEPS}")
        return record

    @classmethod
    def from_line(cls, line: str) -> GameRecord:
        """Return the record in one line of JSON.  Raises RecordError."""
        try:
            data = json.loads(line)
        except ValueError as error:
            raise RecordError(f"not JSON: {error}") from error
        return cls.from_json(data)


class Frame(NamedTuple):
    """A moment of a replay: the state after ``step`` steps, what led there, and what happened."""

    step: int
    state: Any
    turns: tuple[Turn, ...]
    events: tuple[Event, ...]


def move_seed(policy_seed: int, step: int, player: Player) -> int:
    """Return the seed (63 bits) of one decision.  It depends on nothing that is hidden in the game."""
    key = f"{policy_seed}/{step}/{player}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def replay(record: GameRecord) -> Iterator[Frame]:
    """Yield every state of the match, the first one included.  Raises RecordError at an impossible turn."""
    game = find_game(record.game)
    if record.rules_version != game.RULES_VERSION:
        raise RecordError(
            f"{record.match_id}: recorded under rules {record.rules_version}, these are {game.RULES_VERSION}"
        )
    by_step: dict[int, list[Turn]] = {}
    for turn in record.turns:
        by_step.setdefault(turn.step, []).append(turn)
    try:
        state = game.start(record.options, Random(record.seed))  # noqa: S311 - a game, not a secret
    except GameError as error:
        raise RecordError(f"{record.match_id}: {error}") from error
    yield Frame(0, state, (), ())
    for step in range(record.steps):
        if game.outcome(state) is not None:
            raise RecordError(f"{record.match_id}: goes on for {record.steps} steps, but was over after {step}")
        turns = tuple(by_step.pop(step, ()))
        try:
            actions = {turn.player: game.parse_action(turn.action) for turn in turns}
            state, events = game.step(state, actions)
        except GameError as error:
            raise RecordError(f"{record.match_id}: step {step}: {error}") from error
        yield Frame(step + 1, state, turns, events)
    if by_step:
        raise RecordError(f"{record.match_id}: actions after the last step {record.steps}: {sorted(by_step)}")


def verify(record: GameRecord) -> None:
    """Raise RecordError unless the rules allow this record and lead to its outcome and digest."""
    for index, turn in enumerate(record.turns):
        if not 0 <= turn.participant < len(record.participants):
            raise RecordError(
                f"{record.match_id}: turn {index} names participant {turn.participant} of {len(record.participants)}"
            )
        if record.participants[turn.participant].player != turn.player:
            raise RecordError(f"{record.match_id}: turn {index} is {turn.player}'s, its participant sits elsewhere")
    game = find_game(record.game)
    (frame,) = deque(replay(record), maxlen=1)
    outcome = game.outcome(frame.state)
    if record.outcome is not None and outcome != record.outcome:
        raise RecordError(f"{record.match_id}: says {record.outcome}, the rules say {outcome}")
    digest = game.digest(frame.state)
    if digest != record.digest:
        raise RecordError(f"{record.match_id}: ends in state {record.digest}, the rules lead to {digest}")


_TURN_DEFAULTS: dict[str, Any] = {
    name: Turn.__dataclass_fields__[name].default
    for name in ("at_ms", "latency_ms", "compute_ms", "cold", "fallback", "note")
}


def _pack(turn: Turn) -> dict[str, Any]:
    """Return a turn without what it leaves at its default: Pac-Man's records hold thousands."""
    data = asdict(turn)
    return {key: value for key, value in data.items() if key not in _TURN_DEFAULTS or value != _TURN_DEFAULTS[key]}


_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "str": (str,),
    "str | None": (str, NoneType),
    "bool | None": (bool, NoneType),
    "float | None": (float, int, NoneType),
    "Mapping[str, Json]": (dict,),
}

_PartT = TypeVar("_PartT", Participant, Turn, GameRecord)


def _checked(part: _PartT) -> _PartT:
    """Return ``part`` if its plain fields are of their declared types.  Raises TypeError, naming the field."""
    for name, item in part.__dataclass_fields__.items():
        value = getattr(part, name)
        kinds = _TYPES.get(str(item.type))
        if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
            raise TypeError(f"{name} is {value!r}, not {item.type}")
    return part
