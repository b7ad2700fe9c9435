"""The plain scene: any turn-based game can be played in it before anybody has drawn one for it.

The board stands there as text.  An action is chosen from the list of legal ones, or typed; where there are too many to
list it is typed, or drawn at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from client.games.words import event_text, quiet_events, winner_text
from client.net.hint import Hint
from client.net.turn_based_match import TurnBasedMatch
from client.scene_manager import AMBIENT, TICKS_PER_SECOND, Setup
from client.scenes.pause import PauseScene
from client.scenes.review import Review
from client.scenes.settings import LONGEST_PAUSE_S
from client.scenes.swap import SwapScene
from client.ui import theme
from client.ui.hud import Hud
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DIRECTIONS,
    ERASE,
    HINT,
    KEYBOARD,
    NEXT,
    PREVIOUS,
    SHUFFLE,
    SWAP,
    UP,
    Command,
    Pointer,
    Typed,
)  # fmt: skip
from client.ui.lists.action_panel import INNER, ActionPanel
from client.ui.sea import draw_backdrop
from client.ui.text.text_board import draw_text_board
from client.ui.widgets import Button, Group, Widget, hint_line
from games.core import GameError
from games.record import is_kept

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.match import Match

BOARD: Box = (64.0, 92.0, 500.0, 388.0)
LOG: Box = (64.0, 492.0, 500.0, 174.0)
ACTIONS: Box = (580.0, 92.0, 384.0, 520.0)
HUD: Box = (980.0, 92.0, 264.0, 520.0)
LOG_LINES = 6


class TurnBasedScene:
    """One match; the person sits where the game's ``INFO`` says."""

    overlay = False
    pace = AMBIENT

    def __init__(self, manager: SceneManager, setup: Setup) -> None:
        self.match = TurnBasedMatch(manager.world, setup, manager.settings.name)
        self.hud = Hud(setup.opponent)
        if self.match.game.INFO.chance:
            self.hud.promise = "chance promised", self.match.pledge.commitment
        self.log: list[str] = []
        self.hint = Hint()
        self.panel = ActionPanel(ACTIONS, self._play)
        self.buttons = Group([])
        self._manager = manager
        self._setup = setup
        self._quiet = quiet_events(setup.game)
        self._ticks = 0
        self._asked_step = -1
        """The step for which the list was made."""
        self._ended = False
        self.review = Review(manager, self, self.match.match, self.match.me, self._again)
        self._set_buttons()

    @property
    def referee(self) -> Match:
        """The match itself."""
        return self.match.match

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""
        return self.match.my_turn

    def act(self, action: Any) -> None:
        """Play for the person, as if it had been done by hand."""
        self._play(self.match.game.print_action(action))

    def handle(self, event: Input) -> None:
        """Type, choose, or press a button."""
        if isinstance(event, Pointer):
            if self._ended or not self.panel.handle(event):
                self.buttons.handle(event)
        elif isinstance(event, Typed):
            if not self._ended:
                self.panel.add(event.text)
                self.buttons.focus = None
        elif isinstance(event, Command) and (not event.from_letter or self._ended):
            self._command(event)

    def tick(self) -> None:
        """Let the match go on."""
        self._ticks += 1
        self.panel.tick()
        client = self.match.client
        self._take_hint()
        for event in self.match.tick(1 / TICKS_PER_SECOND, self._manager.settings.enemy_pause * LONGEST_PAUSE_S):
            self._manager.refresh()
            if event.kind not in self._quiet:
                self.log.append(event_text(event, self.match.names))
                self._manager.sounds.play("turn")
        for move in self.match.moves:
            self.hud.note(client.info, move)
            self._manager.refresh()
        if self._ended:
            self.review.tick()
        elif self.match.over:
            self._end()
        elif self.match.my_turn and self._asked_step != self.match.match.step_number:
            self._ask()
        if not self._ended:
            for button in self.buttons.widgets[:3]:
                button.enabled = self.match.my_turn

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw everything."""
        still = self._manager.settings.reduced_motion
        draw_backdrop(canvas, (self._ticks + alpha) / TICKS_PER_SECOND, still=still)
        self._draw_heading(canvas)
        for box, label in ((BOARD, "BOARD"), (LOG, "WHAT HAPPENED")):
            canvas.panel(box)
            canvas.text(label, box[0] + INNER, box[1] + 13, theme.LABEL, theme.HAZE)
        draw_text_board(canvas, self.match.board, _within(BOARD))
        for index, line in enumerate(self.log[::-1][:LOG_LINES]):
            shade = theme.mix(theme.FOAM, theme.PANEL, 0.13 * index)
            place = (LOG[0] + INNER, LOG[1] + 36 + 22 * index)
            canvas.text(line, *place, theme.BODY, shade, within=LOG[2] - 2 * INNER)
        if self._ended:
            self._draw_result(canvas)
        else:
            self.panel.draw(canvas, focused=self.on_list, caret=self._ticks // 30 % 2 == 0)
        self.hud.draw(canvas, HUD, self.match.waiting_s, self._manager.settings.hud)
        self.buttons.draw(canvas)
        hints = [(ACCEPT, "play"), (SWAP, "swap"), (BACK, "pause")]
        if self._manager.device == KEYBOARD:
            hints = [("A-Z", "narrow the list" if self.panel.listed else "type an action"), *hints]
        if not self._ended:
            hint_line(canvas, self._manager.device, hints, BOARD[0], 684)

    def leave(self) -> None:
        """Close the match, finished or not."""
        self.match.close()
        self.review.close()

    @property
    def on_list(self) -> bool:
        """Whether the list or the typed text has the focus, rather than a button."""
        return self.buttons.focus is None

    def _command(self, event: Command) -> None:
        if event.name == BACK and not event.repeat:
            self._back()
        elif event.name == SWAP and not self._ended:
            self._open_swap()
        elif event.name == ERASE:
            self.panel.erase()
        elif event.name == SHUFFLE and not self._ended:
            self._draw_lots()
        elif event.name == HINT and not self._ended:
            self._ask_hint()
        elif not self.on_list:
            self._press(event)
        elif event.name == ACCEPT and not event.repeat:
            self._accept()
        elif event.name in (*DIRECTIONS, NEXT, PREVIOUS):
            moved = self.panel.handle(event)
            if not moved and event.name != UP and not event.repeat and event.name in DIRECTIONS:
                self.buttons.focus = 0

    def _press(self, event: Command) -> None:
        """Move among the buttons, or press one; what leads up from them leads to the list."""
        if not self.buttons.handle(event) and event.name == UP and not self._ended:
            self.buttons.focus = None

    def _back(self) -> None:
        if self._ended:
            if not self.buttons.unseen:
                self._manager.to_menu()
        elif self.panel.typed:
            self.panel.write("")
        else:
            self._pause()

    def _pause(self) -> None:
        self._manager.push(PauseScene(self._manager, self._open_swap, self._manager.to_menu))

    def _open_swap(self) -> None:
        self._manager.push(SwapScene(self._manager, self._setup.game, self.match.client.info, self._swap))

    def _swap(self, info: OpponentInfo) -> None:
        self.match.swap(info)
        self.hud.seat(info)
        self.log.append(f"{info.title} takes over")
        self._manager.sounds.play("swap")

    def _ask(self) -> None:
        """List what the person may play now."""
        self._asked_step = self.match.match.step_number
        self._manager.refresh()
        self.panel.ask(self.match.legal_actions())

    def _draw_lots(self) -> None:
        """Put an action drawn at random where it can be looked at, and played."""
        if not self.match.my_turn:
            self._refuse("it is not your turn")
            return
        self.panel.offer(self.match.sample())

    def _ask_hint(self) -> None:
        """Ask what the opponent's function would play; the match then rates nobody."""
        if not self.match.my_turn:
            self._refuse("it is not your turn")
            return
        self.hint.ask(self.match.client, self.match.match, self.match.me)
        self.buttons.focus = None

    def _take_hint(self) -> None:
        if self.hint.tick(self.match.client, self.match.match, self.match.me):
            self.panel.offer(self.hint.text)
            self.log.append(self.hint.said)
            self._manager.sounds.play("ping")

    def _accept(self) -> None:
        """Play what is marked in the list, or what was typed."""
        self._play(self.panel.wanted)

    def _play(self, text: str) -> None:
        if not self.match.my_turn:
            self._refuse("it is not your turn")
            return
        try:
            self.match.play(text)
        except GameError as error:
            self._refuse(str(error) if text else "type an action first")
            return
        self._manager.sounds.play("accept")
        self.panel.write("")
        self.panel.ask(())

    def _refuse(self, why: str) -> None:
        self.panel.error = why
        self._manager.sounds.play("refuse")

    def _end(self) -> None:
        self._ended = True
        self._manager.refresh()
        self.match.close()
        if self.hud.promise is not None:
            kept = is_kept(self.match.match.record())
            self.hud.promise = f"chance {'' if kept else 'not '}as promised", self.match.pledge.commitment
        outcome = self.match.match.outcome
        lost = outcome is not None and outcome.winner not in (None, self.match.me)
        self._manager.sounds.play("lost" if lost else "won")
        self._set_buttons()

    def _again(self) -> None:
        setup = Setup(self._setup.game, self.match.client.info, self._setup.options)
        self._manager.replace(TurnBasedScene(self._manager, setup))

    def _set_buttons(self) -> None:
        left, y = ACTIONS[0], 622.0
        widgets: list[Widget] = [
            Button((left, y, 122, 44), "Play again", self._again, "primary"),
            Button((left + 262, y, 122, 44), "Menu", self._manager.to_menu),
            Button((left + 131, y, 122, 44), "Review", self.review.open),
        ]
        if not self._ended:
            widgets = [
                Button((left, y, 122, 44), "Play", self._accept, "primary", enabled=False),
                Button((left + 131, y, 122, 44), "Random", self._draw_lots, enabled=False),
                Button((left + 262, y, 122, 44), "Hint", self._ask_hint, enabled=False),
                Button((HUD[0], y, 128, 44), "Swap", self._open_swap, hint="Tab"),
                Button((HUD[0] + 136, y, 128, 44), "Pause", self._pause, hint="Esc"),
            ]
        self.buttons = Group(widgets, unseen=self._ended)
        self.buttons.focus = 0 if self._ended else None
        self.buttons.on_move = lambda: self._manager.sounds.play("move")

    def _draw_heading(self, canvas: Canvas) -> None:
        match, title = self.match, self.match.client.info.title
        outcome = match.match.outcome
        if outcome is not None:
            words = "You win" if outcome.winner == match.me else winner_text(outcome, match.names)
            more = outcome.reason
        elif match.my_turn:
            words, more = "Your turn", self.hint.said or f"You are {match.me} against {title}"
        else:
            words = f"{title} thinks" + "." * (1 + self._ticks // 20 % 3)
            more = "The function has the observation"
        canvas.text(words, BOARD[0], 24, theme.HEADING, theme.FOAM, within=900)
        canvas.text(more, BOARD[0], 56, theme.BODY, theme.MIST, within=900)
        right = HUD[0] + HUD[2]
        canvas.text("LAMBDA ARCADE", right, 32, theme.Style("bold", 13, 3.5), theme.HAZE, align="right")
        where = f"{match.game.INFO.title} in the {self._manager.world.where}"
        where += "" if match.match.rated else "; rates nobody"
        canvas.text(where, right, 54, theme.SMALL, theme.HAZE, align="right")

    def _draw_result(self, canvas: Canvas) -> None:
        """Write everybody's score where the actions were."""
        outcome = self.match.match.outcome
        canvas.panel(ACTIONS)
        left, top = ACTIONS[0] + INNER, ACTIONS[1]
        canvas.text(self.match.game.INFO.score.upper(), left, top + 13, theme.LABEL, theme.HAZE)
        for index, (player, score) in enumerate(outcome.scores.items() if outcome else ()):
            y = top + 44 + 34 * index
            name = "You" if player == self.match.me else self.match.names[player]
            used = canvas.text(str(score), left + ACTIONS[2] - 2 * INNER, y, theme.HEADING, theme.FOAM, align="right")
            canvas.text(name, left, y + 5, theme.BODY, theme.MIST, within=ACTIONS[2] - 3 * INNER - used)


def _within(box: Box) -> Box:
    """Return what of a panel is below its label and inside its margins."""
    return box[0] + INNER, box[1] + 40, box[2] - 2 * INNER, box[3] - 40 - INNER
