"""One finished (or abandoned) match as one JSON line that can be played again to the last bit.

``replay`` rebuilds every state; ``verify`` says whether a record is possible under the rules.  The schema is
versioned, and readers keep reading what earlier versions wrote.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from games.catalog import find_game
from games.core import Event, GameError, NotationError, Outcome
from games.fairness import Pledge
from games.record_fields import KINDS, MATCH_ID, MAX_STEPS, RECORD, SCHEMA, Proof
from games.schema import InvalidError, NotJsonError, load_json
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from games.core import AnyGame, Json, JsonObject, Player

PERSON, FUNCTION, BOT = KINDS


class RecordError(GameError):
    """A record that cannot be read, or that the rules do not allow.

    ``field`` is the path inside the record, such as ``turns[3]``; empty where no field can be named.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


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
    request_id: str | None = None
    """By which the cloud's logs know the request; None for someone in the process."""
    proofs: tuple[Proof, ...] = ()
    """That the participant answered so, from those who can know."""
    seal: str | None = None
    """What was shown of an action that was hidden at first: see ``games.fairness``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The match whose first ``step`` steps are the beginning of this one: it goes on from there.

    Who sits at the table from that step on is seated anew, so that such a match rates nobody; where a match was
    interrupted and its players go on, they keep their seats.
    """

    match_id: str
    step: int


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
    origin: Origin | None = None
    """None for a match that began at its beginning."""
    pledge: Pledge | None = None
    """What the seed follows from, where it was promised before the match."""

    def to_json(self) -> JsonObject:
        """Return the record as JSON; ``from_json`` is its inverse."""
        data = asdict(self)
        if self.origin is None:
            del data["origin"]  # earlier versions know no such field
        if self.pledge is None:
            del data["pledge"]
        data["turns"] = [pack(turn) for turn in self.turns]
        return data

    def to_line(self) -> str:
        """Return the record as one line of JSON, without the line's end."""
        return json.dumps(self.to_json(), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, data: Any) -> GameRecord:
        """Return the record that ``data`` means.  Raises RecordError, naming field, value and what is wanted."""
        if not isinstance(data, dict):
            raise RecordError(f"a record is an object, not {describe(data)}")
        if data.get("schema") != SCHEMA:
            written = describe(data.get("schema"))
            raise RecordError(f"schema {written} is not one that this version reads ({SCHEMA})", "schema")
        try:
            fields = RECORD.parse(data, "")
        except InvalidError as error:
            raise RecordError(f"{_named(data)}{error}", error.field) from error
        outcome = fields["outcome"]
        return cls(
            **{
                **fields,
                "participants": tuple([Participant(**item) for item in fields["participants"]]),
                "turns": tuple([Turn(**item) for item in fields["turns"]]),
                "outcome": None if outcome is None else Outcome(**outcome),
                "origin": Origin(**fields["origin"]) if fields.get("origin") else None,
                "pledge": Pledge(**fields["pledge"]) if "pledge" in fields else None,
            }
        )

    @classmethod
    def from_line(cls, line: str | bytes) -> GameRecord:
        """Return the record in one line of JSON.  Raises RecordError."""
        try:
            data = load_json(line)
        except NotJsonError as error:
            raise RecordError(str(error)) from error
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
    try:
        game = find_game(record.game)
    except GameError as error:
        raise RecordError(f"{record.match_id}: {error}", "game") from error
    if record.rules_version != game.RULES_VERSION:
        raise RecordError(
            f"{record.match_id}: recorded under rules {record.rules_version}, these are {game.RULES_VERSION}",
            "rules_version",
        )
    _check_seats(record, game.PLAYERS)
    by_step = _by_step(record)
    try:
        state = game.start(record.options, Random(record.seed))  # noqa: S311 - a game, not a secret
    except GameError as error:
        raise RecordError(f"{record.match_id}: {error}", "options") from error
    yield Frame(0, state, (), ())
    for step in range(record.steps):
        if game.outcome(state) is not None:
            raise RecordError(
                f"{record.match_id}: goes on for {record.steps} steps, but was over after {step}", "steps"
            )
        turns = tuple(by_step.pop(step, {}).values())
        try:
            state, events = game.step(state, {turn.player: _action(game, turn) for turn in turns})
        except GameError as error:
            raise RecordError(f"{record.match_id}: step {step}: {error}", "turns") from error
        yield Frame(step + 1, state, turns, events)
    if by_step:
        raise RecordError(f"{record.match_id}: actions after the last step {record.steps}: {sorted(by_step)}", "turns")


def verify(record: GameRecord) -> None:
    """Raise RecordError unless the rules allow this record and lead to its end, and what was pledged is kept."""
    verify_pledge(record)
    (frame,) = deque(replay(record), maxlen=1)
    game = find_game(record.game)
    outcome = game.outcome(frame.state)
    if outcome != record.outcome:
        raise RecordError(f"{record.match_id}: says {record.outcome}, the rules say {outcome}", "outcome")
    digest = game.digest(frame.state)
    if digest != record.digest:
        raise RecordError(f"{record.match_id}: ends in state {record.digest}, the rules lead to {digest}", "digest")


def continues(record: GameRecord, left: GameRecord) -> bool:
    """Say whether ``record`` is the match that was ``left`` without an end, played on: all of that, and more."""
    known = len(left.participants)
    begun = replace(
        record,
        participants=record.participants[:known],
        turns=tuple(turn for turn in record.turns if turn.step < left.steps),
        steps=left.steps,
        outcome=None,
        digest=left.digest,
    )
    joined = record.participants[known:]
    later = record.steps > left.steps and all(one.since_step >= left.steps for one in joined)
    return left.outcome is None and later and begun == left


def bears_proofs(record: GameRecord) -> bool:
    """Whether a function played, and each of its turns has a proof; whether those are valid is another matter."""
    functions = {index for index, one in enumerate(record.participants) if one.kind == FUNCTION}
    turns = [turn for turn in record.turns if turn.participant in functions]
    return bool(turns) and all(turn.proofs for turn in turns)


def is_unreferred(record: GameRecord) -> bool:
    """Whether a person played: nobody can say that they saw no more than they should."""
    return any(one.kind == PERSON for one in record.participants)


def verify_pledge(record: GameRecord) -> None:
    """Raise RecordError unless seed and sealed actions are what was promised, where anything was."""
    pledge = record.pledge
    sealed = [(index, turn) for index, turn in enumerate(record.turns) if turn.seal is not None]
    if pledge is None:
        if sealed:
            raise RecordError(f"{record.match_id}: sealed without a pledge", f"turns[{sealed[0][0]}].seal")
        return
    if not pledge.kept:
        raise RecordError(f"{record.match_id}: the secret is not the one that was promised", "pledge.secret")
    if pledge.seed != record.seed:
        raise RecordError(f"{record.match_id}: says seed {record.seed}, secret and word give {pledge.seed}", "seed")
    for index, turn in sealed:
        if turn.seal != pledge.seal(turn.step, turn.player, turn.action):
            raise RecordError(f"{record.match_id}: turn {index} is not the one that was sealed", f"turns[{index}].seal")


def is_kept(record: GameRecord) -> bool:
    """Return whether what was promised before the match was kept, so that whoever shows its end can say so."""
    try:
        verify_pledge(record)
    except RecordError:
        return False
    return record.pledge is not None


def headline(record: GameRecord) -> str:
    """Return how the match ended, in one line: who won, why, and the scores in the game's unit (``GameInfo.score``).

    Such as ``Ada won: fleet sunk (Ada 41, Deckhand 40 shots)``.  The unit is left out where the game is unknown here.
    """
    outcome = record.outcome
    if outcome is None:
        return f"abandoned after {record.steps} steps"
    names = {item.player: item.name for item in record.participants}  # who sat there last, where somebody was swapped
    try:
        unit = f" {find_game(record.game).INFO.score}"
    except GameError:
        unit = ""
    scores = ", ".join(f"{names.get(player, player)} {score}" for player, score in outcome.scores.items())
    winner = "nobody" if outcome.winner is None else names.get(outcome.winner, outcome.winner)
    return f"{winner} won: {outcome.reason}{f' ({scores}{unit})' if scores else ''}"


def _check_seats(record: GameRecord, players: tuple[Player, ...]) -> None:
    """Raise RecordError unless every seat was taken at the start, and others sat down in the order of the list."""
    seated = record.participants
    first = [one.player for one in seated[: len(players)] if one.since_step == 0]
    if sorted(first) != sorted(players):
        raise RecordError(
            f"{record.match_id}: at step 0 {', '.join(first) or 'nobody'} is seated; wanted: {', '.join(players)}",
            "participants",
        )
    for index, one in enumerate(seated):
        if one.player not in players or one.since_step < seated[max(0, index - 1)].since_step:
            raise RecordError(
                f"{record.match_id}: participant {index} sits down as {one.player} at step {one.since_step}",
                f"participants[{index}]",
            )


def _by_step(record: GameRecord) -> dict[int, dict[Player, Turn]]:
    """Return the turns by step and player.

    Raises RecordError at a turn of somebody who did not sit there then, at a second one of a player in one step, and at
    one that is earlier than the turn before it.
    """
    last_step = [record.steps] * len(record.participants)
    """The last step at which each participant may have acted: the one at which the next sat down."""
    after: dict[Player, int] = {}
    for index in range(len(last_step) - 1, -1, -1):
        one = record.participants[index]
        last_step[index] = after.get(one.player, MAX_STEPS)
        after[one.player] = one.since_step
    found: dict[int, dict[Player, Turn]] = {}
    before = Turn(0, "", "", 0)
    for index, turn in enumerate(record.turns):
        wrong = _wrong(record, turn, before, last_step)
        if not wrong and turn.player in found.get(turn.step, ()):
            wrong = f"{turn.player} plays {turn.action} and has played {found[turn.step][turn.player].action} already"
        if wrong:
            raise RecordError(f"{record.match_id}: turn {index}, step {turn.step}: {wrong}", f"turns[{index}]")
        found.setdefault(turn.step, {})[turn.player] = turn
        before = turn
    return found


def _wrong(record: GameRecord, turn: Turn, before: Turn, last_step: list[int]) -> str:
    """Return why ``turn`` cannot have followed ``before``; empty if it can."""
    if turn.participant >= len(record.participants):
        return f"participant {turn.participant} of {len(record.participants)} played it"
    one = record.participants[turn.participant]
    if one.player != turn.player:
        return f"it is {turn.player}'s, and participant {turn.participant} sits as {one.player}"
    if not one.since_step <= turn.step <= last_step[turn.participant]:
        return f"participant {turn.participant} sat there from step {one.since_step} to {last_step[turn.participant]}"
    if turn.step < before.step or turn.at_ms < before.at_ms:
        return f"at {turn.at_ms} ms it comes after step {before.step} at {before.at_ms} ms"
    return ""


def _action(game: AnyGame, turn: Turn) -> Any:
    """Return the action that ``turn`` tells.  Raises NotationError unless it is written as the game prints it."""
    action = game.parse_action(turn.action)
    if (printed := game.print_action(action)) != turn.action:
        raise NotationError(f"{turn.action!r} is written {printed!r}")
    return action


def _named(data: Any) -> str:
    """Return the start of a message about a record that could not be read: its match id, if it has a sound one."""
    try:
        return f"{MATCH_ID.parse(data['match_id'], '')}: "
    except (InvalidError, KeyError, TypeError):
        return ""


_TURN_DEFAULTS: dict[str, Any] = {
    name: Turn.__dataclass_fields__[name].default
    for name in ("at_ms", "latency_ms", "compute_ms", "cold", "fallback", "note", "request_id", "proofs", "seal")
}


def pack(turn: Turn) -> dict[str, Any]:
    """Return a turn as JSON without what it leaves at its default: Pac-Man's records hold thousands."""
    data = asdict(turn)
    data["proofs"] = tuple([proof.to_json() for proof in turn.proofs])
    return {key: value for key, value in data.items() if key not in _TURN_DEFAULTS or value != _TURN_DEFAULTS[key]}
