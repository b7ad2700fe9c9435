"""A match of Battleship as the screen follows it.

The rules know at once what a shot does; a person should see the shell fly first.  So a ``Battle`` plays the match, asks
the opponent as early as it may, and hands out what happened bit by bit, as ``Moment``s in time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.games.battleship.explanation import Thought, read_thought
from client.games.two_seats import TwoSeats
from client.scene_manager import TICKS_PER_SECOND
from games.battleship import rules
from games.battleship.notation import CALLED, HIT, MISS, SUNK, Report, Shot, parse_cell
from games.core import IllegalActionError
from games.fairness import Pledge

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.scene_manager import Services, Setup
    from games.battleship.fleet import Cell, Placement
    from games.core import Event, Player

FLIGHT_S = 0.55
BETWEEN_SHOTS_S = 0.28
"""In a salvo."""
REST_S = {MISS: 0.30, HIT: 0.45, SUNK: 1.3}
"""How long a result is left to be seen."""
LAUNCHED, LANDED = "launched", "landed"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to show now: a shell leaves (``launched``) or a shot is heard of (``landed``)."""

    kind: str
    shooter: Player
    report: Report
    stood_in: bool = False
    """Whether a stand-in shot, because the function gave no answer."""


class Battle(TwoSeats):
    """The person ``me`` against the opponent ``foe``."""

    KEPT = "their fleet lay otherwise", "their fleet lay as sealed"

    def __init__(self, world: Services, setup: Setup, name: str, me: Player) -> None:
        super().__init__(world, setup, name, me, Pledge.of(world.new_secret()))
        self.shown: dict[Player, list[Report]] = {player: _heard(self.state, player) for player in rules.PLAYERS}
        """What each player's shots have been seen to do."""
        self._moments: deque[tuple[float, Moment]] = deque()
        self._rest_until = 0.0
        self.thought: Thought | None = None
        """What it thought before the last shot that was seen."""
        self._next_thought: Thought | None = None
        self.foe_fired = False
        """Whether the last shot that was seen to leave was the opponent's."""
        self._stood_in = False

    @property
    def state(self) -> rules.State:
        """The state of the match; more than the person may see."""
        state: rules.State = self.match.state
        return state

    @property
    def fleet(self) -> Placement | None:
        """Where the person's own ships lie, once all fleets are placed."""
        return self.state.fleet_of(self.me)

    @property
    def placed(self) -> bool:
        """Whether the person has put the fleet to sea."""
        return self.state.fleets is not None or self.me not in self.match.to_act()

    @property
    def settled(self) -> bool:
        """Whether all that has happened has been seen."""
        return not self._moments and self.now >= self._rest_until

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""
        return self.settled and self.me in self.match.to_act()

    def place(self, placement: Placement) -> None:
        """Put the person's fleet to sea."""
        self.match.submit(self.me, placement)

    def take_hint(self) -> bool:
        """Follow the hint that was asked for; return whether it was given now."""
        return self.hint.tick(self.client, self.match, self.me)

    def may_shoot(self, cell: Cell) -> bool:
        """Return whether the person may shoot at a cell now."""
        if not self.my_turn:
            return False
        try:
            rules.check(self.state, self.me, Shot(cell))
        except IllegalActionError:
            return False
        return True

    def shoot(self, cell: Cell) -> None:
        """Let the person shoot.  Raises IllegalActionError."""
        self.match.submit(self.me, Shot(cell))
        self._stood_in = False
        self._advance()

    def swap(self, info: OpponentInfo) -> None:
        """Let another function take the opponent's seat from now on."""
        super().swap(info)
        self._next_thought = self.thought = None

    def tick(self, pause_s: float) -> list[Moment]:
        """Let a tick pass; return what is to be shown now.  ``pause_s``: how long the opponent seems to think."""
        self.now += 1 / TICKS_PER_SECOND
        move = self._converse()
        if move is not None and self.state.fleets is not None:
            self._next_thought = read_thought(move.explanation, self.state.variant.size)
        if self._move is not None and self.settled and (self.now >= self._rest_until + pause_s or not self.placed):
            self._stood_in = self.stood_in
            placing = self.state.fleets is None
            seal = self.match.submit(self.foe, self._move.action, self._move.metadata, sealed=placing)
            if seal is not None:
                self.hud.promise = "their fleet is sealed", seal
            self._move = None
            if self.state.fleets is not None:
                self._advance()
        if self.state.fleets is None and not self.match.to_act():
            self._advance()
        due: list[Moment] = []
        while self._moments and self._moments[0][0] <= self.now:
            due.append(self._moments.popleft()[1])
        for moment in due:
            if moment.kind == LANDED:
                self._show(moment)
            else:
                self.foe_fired = moment.shooter == self.foe
                self.thought = self._next_thought if self.foe_fired else self.thought
        return due

    def _advance(self) -> None:
        """Play a step, and lay out in time what it did."""
        start = max(self.now, self._rest_until)
        for event in self.match.advance():
            report = _report(event)
            if report is None or event.player is None:
                continue
            if report.result == CALLED:
                self._moments.append((self.now, Moment(LANDED, event.player, report, self._stood_in)))
                continue
            self._moments.append((start, Moment(LAUNCHED, event.player, report, self._stood_in)))
            self._moments.append((start + FLIGHT_S, Moment(LANDED, event.player, report, self._stood_in)))
            self._rest_until = start + FLIGHT_S + REST_S[report.result]
            start += BETWEEN_SHOTS_S
        self._moments = deque(sorted(self._moments, key=lambda moment: moment[0]))
        if self.match.outcome is not None:
            self.close()

    def _show(self, moment: Moment) -> None:
        shown = self.shown[moment.shooter]
        shown[:] = [report for report in shown if report.cell != moment.report.cell]
        shown.append(moment.report)


def _heard(state: rules.State, player: Player) -> list[Report]:
    """Return what a player's shots are known to have done in a match that goes on."""
    called = state.called if player == state.turn else ()
    return [*state.shots_of(player), *(Report(cell, CALLED) for cell in called)]


def _report(event: Event) -> Report | None:
    """Return the shot that an event tells of; None for another event."""
    if event.kind not in (MISS, HIT, SUNK, CALLED):
        return None
    ship = event.detail.get("ship")
    return Report(parse_cell(str(event.detail["cell"])), event.kind, str(ship) if ship is not None else None)
