"""A match of backgammon as the screen follows it.

The rules know at once what a turn leads to; a person should see dice roll and checkers move first.  So a ``Duel`` plays
the match, asks the opponent as early as it may, and lets what happened be seen step by step.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.games.backgammon.explanation import Thought, read_thought
from client.games.backgammon.geometry import OFF
from client.games.backgammon.half_turn import HalfTurn, Hop, hops_of
from client.games.two_seats import TwoSeats
from client.scene_manager import TICKS_PER_SECOND
from games.backgammon import rules
from games.backgammon.kernel import BAR
from games.backgammon.observation import ANSWER, MIDDLE, MOVE, OTHER, OWN
from games.backgammon.turns import OPENING, Turn, flipped

if TYPE_CHECKING:
    from client.games.backgammon.geometry import Spot
    from client.net.remote import OpponentInfo
    from client.scene_manager import Services, Setup
    from games.backgammon.observation import Observation
    from games.backgammon.turns import Board, Dice
    from games.core import Event, Player
    from games.fairness import Pledge

ROLLED, MOVED, SAID, GAME = "rolled", "moved", "said", "game"
LASTS_S = {ROLLED: 0.75, MOVED: 0.34, SAID: 1.1, GAME: 2.2}
QUICK_S = 0.16
"""How long a checker takes that the person has moved."""
KNOCKED_S = 0.3
LOOK_S = 0.7
"""How long a forced turn is left to be seen before it is played."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is being shown: dice that roll, a checker that moves, words."""

    kind: str
    mine: bool
    """Whether it is the person's."""
    lasts_s: float
    dice: Dice | None = None
    opening: bool = False
    """Whether a game begins: each side has thrown one of the dice."""
    source: int = 0
    target: int = 0
    """Places of the checker that moves, counted from the home of whose it is."""
    hit: bool = False
    lifted: bool = False
    """Whether it is no longer where it came from: it was hit."""
    words: str = ""


@dataclass(slots=True)
class Shown:
    """What is seen now.  ``board`` is from the person's side, without a checker that is in the air."""

    board: Board = OPENING
    dice: Dice | None = None
    dice_mine: bool = True
    opening: bool = False
    cube: int = 1
    owner: bool | None = None
    """Whether the cube is the person's; None while it is nobody's."""
    offered: bool | None = None
    """Who has doubled and waits for an answer: True for the person."""
    score: tuple[int, int] = (0, 0)
    crawford: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the move list."""

    mine: bool
    dice: str
    words: str
    stood_in: bool = False


class Duel(TwoSeats):
    """The person against the opponent; who sits where is as the rules' ``INFO`` says."""

    KEPT = "dice not as promised", "dice kept as promised"

    def __init__(self, world: Services, setup: Setup, name: str, pledge: Pledge) -> None:
        me = rules.INFO.person if setup.begin is None else setup.begin.me
        super().__init__(world, setup, name, me, pledge)
        if self.match.pledge is not None:
            self.hud.promise = "dice promised", self.match.pledge.commitment
        self.shown = Shown(crawford=self.state.view.crawford)
        self.log: list[Line] = []
        self.half: HalfTurn | None = None
        """The person's turn that is being made."""
        self.thought: Thought | None = None
        """What it thought before the last turn that was seen."""
        self.step: Step | None = None
        """What is being shown."""
        self._began = 0.0
        self._steps: deque[Step] = deque()
        self._rested_at = 0.0
        self._dice: Dice | None = self.state.view.dice
        """Those of the turn to be played next."""
        if setup.begin is None:
            self._steps.append(self._rolled(self.state.turn, self.state.view.dice or (1, 1), opening=True))
        else:
            self._take_up()

    @property
    def state(self) -> rules.State:
        """The state of the match; more than the person may see."""
        state: rules.State = self.match.state
        return state

    @property
    def points(self) -> int:
        """How many points the match goes to; 0 for a single game."""
        return self.state.variant.points

    @property
    def settled(self) -> bool:
        """Whether all that has happened has been seen."""
        return self.step is None and not self._steps

    @property
    def phase(self) -> str | None:
        """What the person has to do now: move, roll (or double), answer a double; None while nothing."""
        if not self.settled or self.me not in self.match.to_act():
            return None
        return self.state.view.phase

    @property
    def age(self) -> float:
        """How much of what is being shown has passed, 0 to 1."""
        return 0.0 if self.step is None else min(1.0, (self.now - self._began) / self.step.lasts_s)

    def move(self, source: int, target: int, *, dragged: bool = False) -> None:
        """Let the person move a checker; ``dragged``: it has been carried there.  Raises KeyError for no such move."""
        if self.half is None:
            raise KeyError(target)
        for hop in self.half.play(source, target):
            self._steps.append(_moved(hop, QUICK_S / 8 if dragged else QUICK_S, mine=True))

    def undo(self) -> bool:
        """Take the person's last move back; return whether there was one."""
        if self.half is None or self.half.undo() is None:
            return False
        self._steps.clear()
        self.step = None
        self.shown.board = self.half.board
        return True

    def confirm(self) -> bool:
        """Play the person's turn; return whether it was whole."""
        if self.half is None or not self.half.ready:
            return False
        self._log(self.half.turn(), mine=True)
        self.match.submit(self.me, self.half.turn())
        self.half = None
        self._advance()
        return True

    def decide(self, action: str) -> None:
        """Let the person roll, double, take or drop.  Raises IllegalActionError."""
        self.match.submit(self.me, action)
        self._advance()

    def swap(self, info: OpponentInfo) -> None:
        """Let another function take the opponent's seat from now on."""
        super().swap(info)
        self.thought = None

    def tick(self, pause_s: float, *, play_forced: bool = False) -> list[Step]:
        """Let a tick pass; return what begins to be shown now.

        ``pause_s``: how long the opponent seems to think; ``play_forced``: the person's only legal turn is played.
        """
        self.now += 1 / TICKS_PER_SECOND
        self._converse()
        self.hint.tick(self.client, self.match, self.me)
        begun = self._show()
        if self.settled and not self.match.outcome:
            self._go_on(pause_s, play_forced=play_forced)
        return begun

    def play(self, turn: Turn) -> None:
        """Play a whole turn for the person; what they had begun of it is taken back.  Raises IllegalActionError."""
        self.match.game.check(self.state, self.me, turn)
        self._steps.clear()
        self.step = None
        self.shown.board = self.state.view.board
        self._play_whole(turn)

    def _take_up(self) -> None:
        """Show the position that the match goes on from."""
        self._settle()
        view, mine = self.state.view, self.me in self.match.to_act()
        self.shown.dice, self.shown.dice_mine = view.dice, mine
        self.shown.offered = not mine if view.phase == ANSWER else None

    def _go_on(self, pause_s: float, *, play_forced: bool) -> None:
        """Play what is to be played once all has been seen."""
        if self._move is not None and self.now >= self._rested_at + pause_s:
            move, self._move = self._move, None
            self.thought = read_thought(move.explanation) if self.explain else None
            stood_in = move.metadata.fallback is not None
            if isinstance(move.action, Turn):
                self._log(move.action, mine=False, stood_in=stood_in)
                board = flipped(self.shown.board)
                self._steps.extend(_moved(hop, LASTS_S[MOVED], mine=False) for hop in hops_of(board, move.action))
            self.match.submit(self.foe, move.action, move.metadata)
            self._advance()
        elif self.phase == MOVE:
            if self.half is None and self._dice is not None:
                self.half = HalfTurn(self.state.view.board, self._dice)
            forced = self.half.forced if self.half is not None else None
            untouched = self.half is not None and not self.half.hops
            if play_forced and forced is not None and untouched and self.now >= self._rested_at + LOOK_S:
                self._play_whole(forced)

    def _play_whole(self, turn: Turn) -> None:
        hops = hops_of(self.state.view.board, turn)
        self._steps.extend(_moved(hop, LASTS_S[MOVED], mine=True) for hop in hops)
        self._log(turn, mine=True)
        self.half = None
        self.match.submit(self.me, turn)
        self._advance()

    def _show(self) -> list[Step]:
        """End what has been shown long enough, and begin what follows."""
        begun: list[Step] = []
        if self.step is not None and self.now - self._began >= self.step.lasts_s:
            done, self.step = self.step, None
            self._finish(done)
            if not self._steps:
                self._rested_at = self.now
                self._settle()
        if self.step is None and self._steps:
            self.step = self._steps.popleft()
            self._began = self.now
            self._begin(self.step)
            begun.append(self.step)
        return begun

    def _begin(self, step: Step) -> None:
        shown = self.shown
        if step.kind == ROLLED:
            shown.dice, shown.dice_mine, shown.opening = step.dice, step.mine, step.opening
            shown.offered = None
            if step.opening:
                shown.board = OPENING
        elif step.kind == MOVED:
            if not step.lifted:
                shown.board = _changed(shown.board, (step.mine, step.source), -1)
        elif step.kind == GAME:
            shown.dice, shown.offered = None, None

    def _finish(self, step: Step) -> None:
        """Let a checker that was in the air stand; whom it hits goes to the bar."""
        if step.kind != MOVED:
            return
        board = self.shown.board
        if step.hit:
            struck = BAR - step.target
            board = _changed(board, (not step.mine, struck), -1)
            knocked = Step(MOVED, not step.mine, min(step.lasts_s, KNOCKED_S), source=struck, target=BAR, lifted=True)
            self._steps.appendleft(knocked)
        self.shown.board = _changed(board, (step.mine, step.target), 1)

    def _settle(self) -> None:
        """Show what is true, once all that led to it has been seen."""
        view: Observation = self.match.observe(self.me)
        shown = self.shown
        shown.board = view.board if self.half is None else self.half.board
        shown.cube, shown.score, shown.crawford = view.cube.value, view.score, view.crawford
        shown.owner = {OWN: True, OTHER: False, MIDDLE: None}[view.cube.owner]

    def _advance(self) -> None:
        """Play a step, and lay out what it did."""
        opening = False
        for event in self.match.advance():
            opening = opening or event.kind == "game"
            self._lay_out(event, opening=opening)
        self._dice = self.state.view.dice
        if self.settled:
            self._settle()
        if self.match.outcome is not None:
            self.close()

    def _lay_out(self, event: Event, *, opening: bool) -> None:
        mine = event.player == self.me
        if event.kind == "rolled":
            dice = int(str(event.detail["one"])), int(str(event.detail["two"]))
            self._steps.append(self._rolled(event.player or self.me, dice, opening=opening))
        elif event.kind in {"doubled", "took", "dropped"}:
            words = {"doubled": "doubles to {value}", "took": "takes", "dropped": "drops"}[event.kind]
            said = words.format(**event.detail)
            self.log.append(Line(mine, "", said))
            self._steps.append(Step(SAID, mine, LASTS_S[SAID], words=said))
            if event.kind == "doubled":
                self.shown.offered, self.shown.dice = mine, None
        elif event.kind == "game":
            points = int(str(event.detail["points"]))
            worth = f"{points} point{'s' if points != 1 else ''}"
            kind = str(event.detail["kind"])
            won = f"wins a {kind}: {worth}" if kind in {"gammon", "backgammon"} else f"wins {worth}"
            self.log.append(Line(mine, "", won.removeprefix("wins a ")))
            self._steps.append(Step(GAME, mine, LASTS_S[GAME], words=won))

    def _rolled(self, player: Player, dice: Dice, *, opening: bool = False) -> Step:
        return Step(ROLLED, player == self.me, LASTS_S[ROLLED], dice=dice, opening=opening)

    def _log(self, turn: Turn, *, mine: bool, stood_in: bool = False) -> None:
        dice = "".join(map(str, self._dice or ()))
        self.log.append(Line(mine, dice, rules.print_action(turn), stood_in))


def _moved(hop: Hop, lasts_s: float, *, mine: bool) -> Step:
    return Step(MOVED, mine, lasts_s, source=hop.source, target=hop.target, hit=hop.hit)


def _changed(board: Board, spot: Spot, by: int) -> Board:
    """Return the board, from the person's side, with so many checkers more on a spot; what is off is not counted."""
    mine, place = spot
    if place == OFF:
        return board
    cells = list(board)
    if mine:
        cells[place] += by
    else:
        cells[BAR - place] -= by
    return tuple(cells)
