"""The referee: the one mutable object of the rules.  It observes, asks, checks, steps and records.

A match never waits for anyone.  Whoever runs it (a training loop, the window) takes ``observe`` to whoever sits
there, brings the answer back with ``submit`` and calls ``advance`` when time may pass; ``play`` does just that for
opponents that answer at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from games.catalog import find_game
from games.core import GameError, IllegalActionError
from games.fairness import Pledge
from games.record import GameRecord, Origin, Participant, Turn, is_kept, move_seed, replay
from games.record_fields import MAX_NAME
from games.texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from games.core import AnyGame, Event, Json, Opponent, Outcome, Player
    from games.record_fields import Proof


@dataclass(frozen=True, slots=True)
class MoveMetadata:
    """How an answer came to be: what the HUD shows and the record keeps.  Times in milliseconds."""

    latency_ms: float | None = None
    compute_ms: float | None = None
    cold: bool | None = None
    fallback: str | None = None
    note: str | None = None
    init_ms: float | None = None
    """What the start took that the answer waited for; no record keeps it."""
    request_id: str | None = None
    proofs: tuple[Proof, ...] = ()


IN_PROCESS = MoveMetadata()


class Journal(Protocol):
    """Someone who writes a match down while it goes on (see ``client.records.recorder``)."""

    def begin(self, record: GameRecord) -> None:
        """Note the match's head: everything of the record that is known at the start."""

    def joined(self, participant: Participant) -> None:
        """Note that someone took a seat in the middle of the match."""

    def turn(self, turn: Turn) -> None:
        """Note one action, in order."""

    def end(self, record: GameRecord) -> None:
        """Note the whole record, finished or abandoned."""


class Match:
    """A game being played.

    ``seed``, or what was pledged before the match, starts the game and stays secret; ``policy_seed`` starts the
    participants' choices, and is drawn apart from it, since functions are sent what follows from it.  Raises GameError
    for options that the game does not know.
    """

    def __init__(
        self,
        game: AnyGame,
        participants: Mapping[Player, Participant],
        *,
        seed: int | Pledge,
        policy_seed: int,
        options: Mapping[str, Json] | None = None,
        journal: Journal | None = None,
        match_id: str | None = None,
    ) -> None:
        self.game = game
        self.pledge = seed if isinstance(seed, Pledge) else None
        seed = seed.seed if isinstance(seed, Pledge) else seed
        self.match_id = match_id or uuid4().hex
        self.state: Any = game.start(options or {}, Random(seed))  # noqa: S311 - a game, not a secret
        self.step_number = 0
        self._began = monotonic()
        self._policy_seed = policy_seed
        self._participants = [_seated(participants[player], player, 0) for player in game.PLAYERS]
        self._seated = {player: index for index, player in enumerate(game.PLAYERS)}
        self._turns: list[Turn] = []
        self._submitted: dict[Player, Any] = {}
        self._journal = journal
        self._head = GameRecord(
            match_id=self.match_id,
            game=game.NAME,
            rules_version=game.RULES_VERSION,
            seed=seed,
            policy_seed=policy_seed,
            options=dict(options or {}),
            participants=tuple(self._participants),
            turns=(),
            steps=0,
            started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            outcome=None,
            digest=game.digest(self.state),
            pledge=self.pledge,
        )
        if journal is not None:
            journal.begin(self._head)

    @classmethod
    def continued(
        cls,
        record: GameRecord,
        step: int,
        *,
        journal: Journal | None = None,
        match_id: str | None = None,
        resumed: bool = False,
    ) -> Match:
        """Return a match that goes on from position ``step`` of ``record``, which it names as its origin.

        One that is ``resumed`` is the very match that was left: it keeps its id, to which what functions answered is
        bound, and when it began.

        The seats are those of the record; ``seat`` whoever else plays on.  Raises RecordError for a record that the
        rules do not allow up to there, and GameError for a step that it has not.
        """
        if not 0 <= step <= record.steps:
            raise GameError(f"{record.match_id} has {record.steps} steps; there is no step {step}")
        *_, frame = islice(replay(record), step + 1)
        seated = [item for item in record.participants if item.since_step == 0 or item.since_step < step]
        game = find_game(record.game)
        if resumed and (step != record.steps or record.outcome is not None):
            raise GameError(f"{record.match_id} can only be resumed where it was left")
        first = {item.player: item for item in reversed(seated) if item.since_step == 0}
        promised = record.pledge if is_kept(record) else None
        match = cls(
            game,
            first,
            seed=promised or record.seed,
            policy_seed=record.policy_seed,
            options=record.options,
            match_id=record.match_id if resumed else match_id,
        )
        match.state, match.step_number = frame.state, step
        match._participants = seated
        match._seated = {item.player: index for index, item in enumerate(seated)}
        turns = [turn for turn in record.turns if turn.step < step]
        match._turns = turns if promised else [replace(turn, seal=None) for turn in turns]
        match._began -= (match._turns[-1].at_ms if match._turns else 0) / 1000
        origin = record.origin if resumed else Origin(record.match_id, step)
        began = record.started_at if resumed else match._head.started_at
        match._head = replace(match._head, participants=tuple(seated), origin=origin, started_at=began)
        match._journal = journal
        if journal is not None:
            journal.begin(match._head)
            for turn in match._turns:
                journal.turn(turn)
        return match

    @property
    def rated(self) -> bool:
        """Whether this match can count for ratings: nobody was swapped or helped, and no stand-in has played."""
        return len(self._participants) == len(self.game.PLAYERS) and not any(turn.fallback for turn in self._turns)

    @property
    def outcome(self) -> Outcome | None:
        """How the match ended, or None while it goes on."""
        return self.game.outcome(self.state)

    def to_act(self) -> tuple[Player, ...]:
        """Return who has still to be asked before the next step."""
        return tuple(player for player in self.game.to_act(self.state) if player not in self._submitted)

    def observe(self, player: Player) -> Any:
        """Return what ``player`` may know now."""
        return self.game.observe(self.state, player)

    def ask(self, player: Player) -> Any:
        """Return what ``player``, who is in ``to_act``, is asked now."""
        return self.game.ask(self.state, player)

    def seed_for(self, player: Player) -> int:
        """Return the seed of ``player``'s decision at this step."""
        return move_seed(self._policy_seed, self.step_number, player)

    def participant(self, player: Player) -> Participant:
        """Return who sits in ``player``'s seat now."""
        return self._participants[self._seated[player]]

    def seat(self, participant: Participant) -> None:
        """Let someone else take the seat ``participant.player`` from this step on."""
        joined = _seated(participant, participant.player, self.step_number)
        self._seated[joined.player] = len(self._participants)
        self._participants.append(joined)
        if self._journal is not None:
            self._journal.joined(joined)

    def submit(
        self, player: Player, action: Any, metadata: MoveMetadata = IN_PROCESS, *, sealed: bool = False
    ) -> str | None:
        """Take ``player``'s action for the next step.  Raises IllegalActionError; nothing changes then.

        ``sealed``: the others must not see it yet; return its seal, which may be shown to them.
        """
        if player in self._submitted:
            raise IllegalActionError(
                f"{player} has already played {self.game.print_action(self._submitted[player])} at this step"
            )
        self.game.check(self.state, player, action)
        text = self.game.print_action(action)
        seal = self.pledge.seal(self.step_number, player, text) if sealed and self.pledge is not None else None
        turn = Turn(
            step=self.step_number,
            player=player,
            action=text,
            participant=self._seated[player],
            at_ms=round((monotonic() - self._began) * 1000),
            latency_ms=metadata.latency_ms,
            compute_ms=metadata.compute_ms,
            cold=metadata.cold,
            fallback=metadata.fallback,
            note=metadata.note,
            request_id=metadata.request_id,
            proofs=metadata.proofs,
            seal=seal,
        )
        self._submitted[player] = action
        self._turns.append(turn)
        if self._journal is not None:
            self._journal.turn(turn)
        return seal

    def advance(self) -> tuple[Event, ...]:
        """Play one step with what was submitted, and return what happened."""
        self.state, events = self.game.step(self.state, self._submitted)
        self._submitted = {}
        self.step_number += 1
        return events

    def record(self) -> GameRecord:
        """Return the match so far as a record; abandoned unless the game is over."""
        return replace(
            self._head,
            participants=tuple(self._participants),
            turns=tuple(turn for turn in self._turns if turn.step < self.step_number),
            steps=self.step_number,
            outcome=self.outcome,
            digest=self.game.digest(self.state),
        )

    def close(self) -> GameRecord:
        """End the recording, whether the game is over or not, and return the record."""
        record = self.record()
        if self._journal is not None:
            self._journal.end(record)
        return record


def _seated(participant: Participant, player: Player, since_step: int) -> Participant:
    """Return ``participant`` as a record may name it: a name that no record may hold gives way to what can be read."""
    name = printable(participant.name, MAX_NAME, "unnamed")
    return replace(participant, player=player, name=name, since_step=since_step)


def play(
    match: Match,
    opponents: Mapping[Player, Opponent],
    *,
    max_steps: int | None = None,
    on_events: Callable[[tuple[Event, ...]], None] | None = None,
) -> GameRecord:
    """Play ``match`` to its end, or for ``max_steps`` steps, with opponents that answer at once.

    Every decision gets a random generator of its own, seeded by ``Match.seed_for``, so the record tells all.
    """
    while match.outcome is None and (max_steps is None or match.step_number < max_steps):
        for player in match.to_act():
            random = Random(match.seed_for(player))  # noqa: S311 - a game, not a secret
            match.submit(player, opponents[player](match.ask(player), random))
        events = match.advance()
        if on_events is not None:
            on_events(events)
    return match.close()
