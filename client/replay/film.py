"""A recorded match, position by position, worked out off the main thread.

A thread plays the record once by the rules and keeps every so many states; any other state is at most as many steps
away from one that is kept.  A match that the rules stop halfway can be seen up to there.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from games.catalog import find_game
from games.core import GameError
from games.record import Frame, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from games.core import AnyGame, Event, Player
    from games.record import GameRecord, Turn

KEPT = 4000
"""States that are kept, at most: some 10 MB of Pac-Man."""
WORK_S, REST_S = 0.002, 0.001
"""How long the thread works at a time, and how long it then leaves the processor to whoever draws."""
MOST_MARKS = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """Something worth finding again: what happened at the step that led to position ``step``."""

    step: int
    event: Event


class Film:
    """The positions 0 to ``record.steps`` of a match.  ``ready`` of them can be asked for by now."""

    def __init__(self, record: GameRecord, marked: Callable[[Event], bool] = lambda _: True, kept: int = KEPT) -> None:
        self.record = record
        self.ready = 0
        """How many positions are known: 0 before the first."""
        self.trouble: str | None = None
        """Why the match cannot be seen (any further); None while all is well."""
        self.marks: list[Mark] = []
        self._marked = marked
        self._every = max(1, -(-record.steps // kept))
        self._states: list[Any] = []
        self._game: AnyGame | None = None
        self._turns: dict[int, tuple[Turn, ...]] = {}
        self._steps: list[int] = []
        """The steps at which somebody played, in order."""
        self._turns_of: dict[Player, list[Turn]] = {}
        self._last: Frame | None = None
        self._stop = Flag()
        Thread(target=self._work, name="film", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether all that can be seen is known."""
        return self.trouble is not None or self.ready == self.record.steps + 1

    def at(self, step: int) -> Frame | None:
        """Return position ``step``, with the turns and events that led to it; None while it is not known."""
        if not 0 <= step < self.ready:
            return None
        last = self._last
        if last is None or last.step != step:
            last = self._last = self._found(step, last)
        return last

    def state_at(self, step: int) -> Any:
        """Return the state of another position than the one that is shown; None while it is not known."""
        return self._found(step, None).state if 0 <= step < self.ready else None

    def turns_at(self, step: int) -> tuple[Turn, ...]:
        """Return the turns that led to position ``step``."""
        return self._turns.get(step - 1, ())

    def latest(self, step: int) -> tuple[Turn, ...]:
        """Return the last turn of every player that led to position ``step``, the newest first."""
        found = []
        for turns in self._turns_of.values():
            index = bisect_left(turns, step, key=attrgetter("step"))
            if index:
                found.append(turns[index - 1])
        return tuple(sorted(found, key=attrgetter("step"), reverse=True))

    def next_turn(self, step: int, by: int) -> int:
        """Return the nearest position after ``step`` (before it, with ``by`` -1) that a turn led to, or an end."""
        known = self._steps
        if by > 0:
            index = bisect_left(known, step)
            return known[index] + 1 if index < len(known) else max(0, self.ready - 1)
        index = bisect_left(known, step - 1) - 1
        return known[index] + 1 if index >= 0 else 0

    def close(self) -> None:
        """Stop working."""
        self._stop.set()

    def _found(self, step: int, last: Frame | None) -> Frame:
        game = self._game
        if game is None:
            raise RuntimeError("no position is known yet")
        start, state = self._before(step, last)
        events: tuple[Event, ...] = ()
        for number in range(start, step):
            state, events = game.step(state, self._actions(game, number))
        return Frame(step, state, self.turns_at(step), events)

    def _before(self, step: int, last: Frame | None) -> tuple[int, Any]:
        """Return the nearest known state before ``step``; only the first position has none."""
        if step == 0:
            return 0, self._states[0]
        kept = (step - 1) // self._every
        if last is not None and kept * self._every <= last.step < step:
            return last.step, last.state
        return kept * self._every, self._states[kept]

    def _actions(self, game: AnyGame, step: int) -> Mapping[Player, Any]:
        return {turn.player: game.parse_action(turn.action) for turn in self._turns.get(step, ())}

    def _work(self) -> None:
        try:
            self._game = find_game(self.record.game)
            self._group_turns()
            self._play()
        except GameError as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's rules raise, the window stays
            self.trouble = f"{self.record.match_id}: {type(error).__name__}: {error}"

    def _group_turns(self) -> None:
        grouped: dict[int, list[Turn]] = {}
        for turn in self.record.turns:
            grouped.setdefault(turn.step, []).append(turn)
            self._turns_of.setdefault(turn.player, []).append(turn)
        self._turns = {step: tuple(turns) for step, turns in grouped.items()}
        self._steps = sorted(grouped)

    def _play(self) -> None:
        began = monotonic()
        for frame in islice(replay(self.record), self.record.steps + 1):
            if self._stop.is_set():
                return
            if frame.step % self._every == 0:
                self._states.append(frame.state)
            if len(self.marks) < MOST_MARKS:
                self.marks += [Mark(frame.step, event) for event in frame.events if self._marked(event)]
            self.ready = frame.step + 1
            if monotonic() - began >= WORK_S:
                sleep(REST_S)
                began = monotonic()
