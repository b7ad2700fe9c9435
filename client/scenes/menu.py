"""Choose a game and who to play it against.  What is deployed meanwhile appears by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT, TICKS_PER_SECOND, Setup
from client.scenes import open_scene
from client.scenes.acquaintance import AcquaintanceScene, offered_words
from client.scenes.before import BeforeScene, Idle
from client.scenes.game_cards import GameCards
from client.scenes.name import NameScene
from client.scenes.profile import ProfileScene
from client.scenes.prospects import Prospects
from client.scenes.records import RecordsScene
from client.scenes.resume import offer
from client.scenes.settings import SettingsScene
from client.ui import theme
from client.ui.icon import draw_mark
from client.ui.inputs import ACCEPT, BACK, DIRECTIONS, DOWN, LEFT, LEFT_BUTTON, RIGHT, UP, Command, Pointer
from client.ui.lists.picker import Picker
from client.ui.sea import draw_backdrop
from client.ui.widgets import Button, Group, hint_line, inside
from games.core import GameError

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

LIST: Box = (512.0, 168.0, 690.0, 446.0)
OFFER: Box = (862.0, 42.0, 340.0, 46.0)
GAMES, OPPONENTS, BAR, TOP = "games", "opponents", "bar", "top"


class MenuScene:
    """Places for the focus: the games, their opponents, the bar below, and what is offered on top."""

    overlay = False
    pace = AMBIENT

    def __init__(self, manager: SceneManager) -> None:
        self._manager = manager
        self._ticks = 0
        self._zone = GAMES
        self._from = GAMES
        settings = manager.settings
        self._cards = GameCards(settings.last_game)
        self._trouble = ""
        """Why the chosen game cannot be played."""
        self._idle = Idle(manager)
        self._ladder = manager.ladder
        self._picker = Picker(LIST, self._play, settings.last_opponent)
        self._prospects = Prospects()
        self._bar = Group(
            [
                Button((64, 640, 200, 48), "", lambda: manager.push(NameScene(manager))),
                Button((274, 640, 116, 48), "Settings", lambda: manager.push(SettingsScene(manager))),
                Button((400, 640, 92, 48), "Learn", lambda: manager.push(BeforeScene(manager, self._game))),
                Button((502, 640, 112, 48), "Matches", lambda: manager.push(RecordsScene(manager))),
                Button((624, 640, 150, 48), "How you stand", lambda: manager.push(ProfileScene(manager, self._game))),
                Button((784, 640, 88, 48), "Close", manager.close, "quiet"),
                Button((982, 640, 220, 48), "Play", self._play_chosen, "primary"),
            ]
        )
        self._bar.focus = None
        self._bar.on_move = self._sound
        self._offer = Button(OFFER, "", lambda: manager.push(AcquaintanceScene(manager, self._game)))
        """An opponent that knows the person; without words it is not there."""

    def handle(self, event: Input) -> None:
        """Choose, and play."""
        self._idle.stir()
        if isinstance(event, Pointer):
            self._pointer(event)
        elif isinstance(event, Command) and event.name in DIRECTIONS:
            self._direction(event)
        elif isinstance(event, Command) and event.name == BACK and not event.repeat:
            self._focus(GAMES)
        elif isinstance(event, Command) and event.name == ACCEPT:
            if self._zone == GAMES:
                self._focus(OPPONENTS)
            elif self._zone == OPPONENTS:
                self._picker.handle(event)
            elif self._zone == TOP:
                self._offer.press()
            else:
                self._bar.handle(event)

    def tick(self) -> None:
        """Follow what is deployed."""
        self._ticks += 1
        offer(self._manager)
        self._idle.tick(self._game)
        self._cards.tick()
        self._picker.update(self._ladder.opponents(self._game))
        self._picker.remarks = self._prospects.remarks(self._manager, self._game)
        self._picker.focused = self._zone == OPPONENTS
        self._picker.tick()
        self._bar.widgets[-1].enabled = self._picker.chosen is not None
        self._offer.label = offered_words(self._manager, self._game)
        if self._zone == TOP and not self._offer.label:
            self._focus(GAMES)

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the menu."""
        now = (self._ticks + alpha) / TICKS_PER_SECOND
        still = self._manager.settings.reduced_motion
        draw_backdrop(canvas, now, still=still)
        draw_mark(canvas, 64, 34, 62)
        canvas.text("LAMBDA ARCADE", 148, 47, theme.TITLE)
        self._cards.draw(canvas, self._ladder, 0.0 if still else now, focused=self._zone == GAMES)
        title = self._cards.chosen.info.title
        canvas.text("Choose your opponent", LIST[0], 128, theme.SUBHEADING)
        found = self._ladder.opponents(self._game)
        functions = "1 function" if len(found) == 1 else f"{len(found)} functions"
        told = f"{functions} play {title} in the {self._manager.world.where}"
        canvas.text(told, LIST[0] + LIST[2], 133, theme.SMALL, theme.HAZE, align="right")
        self._picker.draw(canvas)
        if not found:
            self._empty(canvas)
        canvas.text(self._trouble, LIST[0], LIST[1] + LIST[3] + 4, theme.SMALL, theme.AMBER, within=LIST[2])
        name = self._bar.widgets[0]
        if isinstance(name, Button):
            name.label = self._manager.settings.name
            name.hint = "your name"
        self._bar.draw(canvas)
        if self._offer.label:
            self._offer.draw(canvas, focused=self._zone == TOP)
        hints = [("↑↓←→", "move"), (ACCEPT, "choose"), ("F11", "window")]
        hint_line(canvas, self._manager.device, hints, 64, 698)

    def leave(self) -> None:
        """Nothing is held."""

    @property
    def _game(self) -> str:
        return self._cards.chosen.name

    def _empty(self, canvas: Canvas) -> None:
        """Say why there is nobody to play."""
        canvas.panel((LIST[0], LIST[1], LIST[2], 110), theme.PANEL, theme.EDGE, 12, 0.8)
        if not self._ladder.looked:
            canvas.text("Looking who is there…", LIST[0] + 28, LIST[1] + 44, theme.BODY, theme.MIST)
            return
        said = self._ladder.trouble or "No function plays this game yet."
        canvas.text(said, LIST[0] + 28, LIST[1] + 28, theme.BODY, theme.AMBER, within=LIST[2] - 56)
        hint = "Deploy one with:  lambda-arcade deploy   It appears here by itself."
        canvas.text(hint, LIST[0] + 28, LIST[1] + 62, theme.SMALL, theme.MIST)

    def _pointer(self, event: Pointer) -> None:
        game = self._cards.point(event)
        if game is not None:
            self._game_changed(changed=self._cards.choose(game))
            self._focus(GAMES)
            return
        if inside(LIST, event.x, event.y):
            self._picker.focused = self._zone == OPPONENTS
            self._picker.handle(event)
            if event.kind == "press" and event.button == LEFT_BUTTON:
                self._focus(OPPONENTS)
        elif self._offer.label and inside(OFFER, event.x, event.y):
            self._focus(TOP)
            if event.kind == "press" and event.button == LEFT_BUTTON:
                self._offer.press()
        elif self._bar.handle(event):
            self._zone = BAR

    def _direction(self, event: Command) -> None:
        if self._zone == GAMES:
            self._from_games(event)
        elif self._zone == OPPONENTS:
            self._from_opponents(event)
        elif self._zone == TOP:
            if event.name in (DOWN, LEFT):
                self._focus(OPPONENTS if event.name == DOWN else GAMES)
        elif event.name == UP:
            self._focus(self._from)
        else:
            self._bar.handle(event)

    def _from_games(self, event: Command) -> None:
        moved = self._cards.move({UP: -1, DOWN: 1}.get(event.name, 0))
        self._game_changed(changed=moved)
        if event.name == RIGHT:
            self._focus(OPPONENTS)
        elif not moved:
            self._leave_list(event)

    def _from_opponents(self, event: Command) -> None:
        if event.name == LEFT:
            self._focus(GAMES)
        elif event.name in (UP, DOWN):
            if self._picker.handle(event):
                self._sound()
            else:
                self._leave_list(event)

    def _leave_list(self, event: Command) -> None:
        """Go on from the end of a list: to the bar below, or to what is offered on top."""
        if event.name == DOWN and not event.repeat:
            self._focus(BAR)
        elif event.name == UP and self._offer.label and not event.repeat:
            self._focus(TOP)

    def _focus(self, zone: str) -> None:
        if zone == self._zone:
            return
        self._sound()
        if zone == BAR:
            self._from = self._zone
            self._bar.focus = 0 if self._zone == GAMES else len(self._bar.widgets) - 1
        else:
            self._bar.focus = None
        self._zone = zone

    def _game_changed(self, *, changed: bool) -> None:
        if changed:
            self._trouble = ""
            self._picker.update(self._ladder.opponents(self._game))
            self._sound()

    def _play_chosen(self) -> None:
        if self._picker.chosen is not None:
            self._play(self._picker.chosen)

    def _play(self, info: OpponentInfo) -> None:
        try:
            scene = open_scene(self._manager, Setup(self._game, info, {}))
        except GameError as error:
            self._trouble = str(error)
            self._manager.sounds.play("refuse")
            return
        settings = self._manager.settings
        settings.last_game, settings.last_opponent = self._game, info.name
        self._manager.save_settings()
        self._manager.sounds.play("accept")
        self._manager.replace(scene)

    def _sound(self) -> None:
        self._manager.sounds.play("move")
