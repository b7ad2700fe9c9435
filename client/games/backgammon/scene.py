"""The scene of backgammon: what a person does, and what that sets off.  ``Duel`` holds the match itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.backgammon import drawing, sounds
from client.games.backgammon.before import BeforeScene
from client.games.backgammon.duel import GAME, MOVED, ROLLED, SAID, Duel, Step
from client.games.backgammon.geometry import OFF
from client.games.backgammon.hand import Hand
from client.games.two_seats_scene import TwoSeatsScene
from client.net.local import is_local
from client.scene_manager import AMBIENT, EVERY, TICKS_PER_SECOND, Setup
from client.scenes.pause import PauseScene
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DIRECTIONS,
    ERASE,
    HINT,
    LEFT,
    LEFT_BUTTON,
    NEXT,
    PREVIOUS,
    RIGHT_BUTTON,
    SHUFFLE,
    SWAP,
    TURN,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from client.ui.widgets import Button, Group, Widget
from games.backgammon.observation import ANSWER, MOVE, ROLL
from games.backgammon.rules import DOUBLE, DROP, TAKE, THROW
from games.backgammon.turns import NO_MOVE, Turn
from games.fairness import Pledge

if TYPE_CHECKING:
    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.backgammon.rules import Action

LEFT_PLACE = (768.0, 622.0, 94.0, 44.0)
RIGHT_PLACE = (870.0, 622.0, 94.0, 44.0)
OVER = "over"


class BackgammonScene(TwoSeatsScene):
    """One match.  The person's home is at the lower right."""

    def __init__(self, manager: SceneManager, setup: Setup, pledge: Pledge) -> None:
        self.duel = Duel(manager.world, setup, manager.settings.name, pledge)
        super().__init__(manager, setup, self.duel)
        self.hand = Hand(self.duel, self._refuse, manager.sounds.play)
        self._phase: str | None = ""
        """For what the buttons are there."""
        manager.sounds.add(sounds.SYNTHS)
        self._follow()

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""
        return self.duel.phase is not None

    def act(self, action: Action) -> None:
        """Play for the person, as if it had been done by hand."""
        if isinstance(action, Turn):
            self.hand.drop()
            self.duel.play(action)
        else:
            self._decide(action)

    @property
    def pace(self) -> float:
        """Every picture while checkers, dice or words are on their way."""
        refused = self.lapse - self.refused[1] < drawing.REFUSED_S
        moving = not self.duel.settled or self.hand.held_at is not None
        return EVERY if moving or self.has_banner or refused else AMBIENT

    def handle(self, event: Input) -> None:
        """Move a checker, decide about the cube, or press a button."""
        if isinstance(event, Command) and event.name == BACK and not event.repeat:
            self._back()
        elif isinstance(event, Command) and event.name == SWAP and not self._ended:
            self.open_swap()
        elif isinstance(event, Command) and event.name == SHUFFLE and not self._ended:
            self._explain()
        elif isinstance(event, Pointer):
            self._point(event)
        elif isinstance(event, Command):
            self._command(event)
        self._follow()

    def tick(self) -> None:
        """Let the match go on."""
        self.lapse += 1 / TICKS_PER_SECOND
        for step in self.duel.tick(self.pause_s, play_forced=self.manager.settings.play_forced):
            self._show(step)
        if self._ended:
            self.review.tick()
        elif self.duel.over:
            self._end()
        self._follow()

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw everything."""
        drawing.draw_scene(canvas, self, self.lapse + alpha / TICKS_PER_SECOND)

    def open_swap(self) -> None:
        """Show who could take the opponent's seat."""
        self.hand.drop()
        super().open_swap()

    def _back(self) -> None:
        """Let go of the checker that is taken; without one, pause, or leave when all is over."""
        if self.hand.selected is not None:
            self.hand.drop()
        elif self._ended:
            if not self.buttons.unseen:
                self.manager.to_menu()
        else:
            self.manager.push(PauseScene(self.manager, self.open_swap, self.manager.to_menu))

    def _explain(self) -> None:
        """Show, or no longer, what the opponent thinks; it is asked to say so from its next turn on."""
        super()._explain()
        self._phase = ""

    def _command(self, event: Command) -> None:
        if event.name in (TURN, ERASE):
            self.hand.undo()
        elif event.name == HINT and not self._ended:
            self._hint()
        elif not self.on_board:
            self._press(event)
        elif event.name in DIRECTIONS:
            if self.hand.steer(event):
                self.on_board, self.buttons.focus = False, 0
        elif event.name in (NEXT, PREVIOUS):
            self.hand.jump(1 if event.name == NEXT else -1)
        elif event.name == ACCEPT and not event.repeat:
            self._accept()

    def _press(self, event: Command) -> None:
        """Move among the buttons, or press one; what leads left from them leads to the board."""
        focus = self.buttons.focus
        leftmost = focus is None or self.buttons.widgets[focus].box[0] <= LEFT_PLACE[0]
        leads_out = event.name == LEFT and leftmost
        if self._ended or not (leads_out or (event.name == UP and focus is not None)):
            self.buttons.handle(event)
        else:
            self.on_board, self.buttons.focus = True, None

    def _accept(self) -> None:
        """Take or put down a checker at the cursor; play the turn if it is whole."""
        half = self.duel.half
        if half is not None and half.ready:
            self._confirm()
        else:
            self.hand.act()

    def _confirm(self) -> None:
        self.hand.drop()
        if self.duel.confirm():
            self.manager.sounds.play("accept")
        else:
            self._refuse("The turn is not whole yet")

    def _decide(self, action: str) -> None:
        if self.duel.phase in (ROLL, ANSWER):
            self.manager.sounds.play("accept")
            self.duel.decide(action)
            self.on_board, self.buttons.focus = True, None

    def _point(self, event: Pointer) -> None:
        if event.kind == "press" and event.button == RIGHT_BUTTON:
            self.hand.undo()
        elif self.hand.busy:
            self.hand.drag(event)
        elif event.kind == "press" and event.button == LEFT_BUTTON and not self._ended and self.hand.grab(event):
            self.on_board, self.buttons.focus = True, None
        elif self.buttons.handle(event):
            self.on_board = False

    def _show(self, step: Step) -> None:
        play = self.manager.sounds.play
        if step.kind == ROLLED:
            play(sounds.DICE)
        elif step.kind == MOVED:
            play(sounds.STRUCK if step.hit else sounds.BORNE if step.target == OFF else sounds.CHECKER, 0.8)
        elif step.kind in (SAID, GAME):
            play(sounds.CUBE if step.kind == SAID else "ping")
            who = self.manager.settings.name if step.mine else self.name_of_foe
            self.banner = (f"{who} {step.words}", self.lapse)

    def _end(self) -> None:
        super()._end()
        self.hand.drop()

    def _again(self) -> None:
        setup = Setup(self.setup.game, self.duel.client.info, self.setup.options)
        self.manager.replace(open_scene(self.manager, setup))

    def _follow(self) -> None:
        """Have the buttons that belong to what there is to do now."""
        half = self.duel.half
        phase = OVER if self._ended else self.duel.phase or (MOVE if half is not None else None)
        if phase != self._phase:
            self._set_buttons(phase)
        if phase == MOVE and half is not None:
            undo, play = self.buttons.widgets[:2]
            undo.enabled, play.enabled = bool(half.hops), half.ready
            if isinstance(play, Button):
                play.label = "Pass" if half.forced == NO_MOVE else "Play"

    def _set_buttons(self, phase: str | None) -> None:
        self._phase = phase
        over = phase == OVER
        self.buttons = Group(self._choices(phase) if over else [*self._choices(phase), *self._others()], unseen=over)
        self.buttons.on_move = lambda: self.manager.sounds.play("move")
        self.on_board = phase in (MOVE, None)
        self.buttons.focus = None if self.on_board else 1

    def _choices(self, phase: str | None) -> list[Widget]:
        """Return two buttons: what there is to do now; the second is what accept presses first."""
        if phase == ROLL:
            return [
                Button(LEFT_PLACE, "Double", lambda: self._decide(DOUBLE)),
                Button(RIGHT_PLACE, "Roll", lambda: self._decide(THROW), "primary"),
            ]
        if phase == ANSWER:
            return [
                Button(LEFT_PLACE, "Drop", lambda: self._decide(DROP)),
                Button(RIGHT_PLACE, "Take", lambda: self._decide(TAKE), "primary"),
            ]
        if phase == OVER:
            return [
                Button(LEFT_PLACE, "Menu", self.manager.to_menu),
                Button(RIGHT_PLACE, "Again", self._again, "primary"),
                Button((980, 622, 264, 44), "Review", self.review.open),
            ]
        return [
            Button(LEFT_PLACE, "Undo", self.hand.undo, enabled=False),
            Button(RIGHT_PLACE, "Play", self._confirm, "primary", enabled=False),
        ]

    def _others(self) -> list[Widget]:
        return [
            Button((980, 622, 128, 44), "Swap", self.open_swap, hint="Tab"),
            Button((1116, 622, 128, 44), "Hide mind" if self.duel.explain else "Its mind", self._explain, hint="X"),
        ]


def open_scene(manager: SceneManager, setup: Setup) -> BeforeScene | BackgammonScene:
    """Return the screen before a new match, which leads to it; practice, and a match that goes on, begin at once."""
    if setup.begin is not None or is_local(setup.opponent):
        return BackgammonScene(manager, setup, Pledge.of(manager.world.new_secret()))
    return BeforeScene(manager, setup, lambda chosen, pledge: manager.replace(BackgammonScene(manager, chosen, pledge)))
