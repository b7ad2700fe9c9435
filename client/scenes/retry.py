"""From a position of a record into a new match: against the same function or any other.  It rates nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.scene_manager import AMBIENT, Beginning, Setup
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, LEFT_BUTTON, Command, Pointer
from client.ui.lists.picker import Picker
from client.ui.widgets import hint_line, inside, overlay_panel
from games.catalog import find_game
from games.core import GameError
from games.record import FUNCTION, PERSON

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.core import Player
    from games.record import GameRecord

BOX = (340.0, 90.0, 600.0, 540.0)


class RetryScene:
    """An overlay over the replay, with the game's opponents."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, record: GameRecord, step: int) -> None:
        self._manager = manager
        self._record = record
        self._step = step
        self._me = seat_of_person(record)
        self._trouble = ""
        before = [item.name for item in record.participants if item.kind == FUNCTION and item.player != self._me]
        self._picker = Picker(
            (BOX[0] + 32, BOX[1] + 96, BOX[2] - 76, BOX[3] - 156), self._take, before[-1] if before else ""
        )

    def handle(self, event: Input) -> None:
        """Choose, begin, or leave things as they are."""
        outside = isinstance(event, Pointer) and not inside(BOX, event.x, event.y)
        if isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        elif isinstance(event, Pointer) and outside and event.kind == "press":
            if event.button == LEFT_BUTTON:
                self._manager.pop()
        else:
            self._picker.handle(event)

    def tick(self) -> None:
        """Follow what is deployed."""
        self._picker.update(self._manager.ladder.opponents(self._record.game))
        self._picker.tick()

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves between ticks
        """Draw the list over the replay."""
        overlay_panel(canvas, BOX)
        canvas.text(f"Play on from step {self._step}", BOX[0] + 32, BOX[1] + 26, theme.HEADING)
        words = self._trouble or f"You sit as {self._me}.  The new match names this one, and rates nobody."
        if self._picker.chosen is None:
            words = self._trouble or self._manager.ladder.trouble or "No function plays this game here."
        canvas.text(words, BOX[0] + 32, BOX[1] + 60, theme.SMALL, theme.MIST, within=BOX[2] - 64)
        self._picker.draw(canvas)
        hints = [(ACCEPT, "play against it"), (BACK, "back to the replay")]
        hint_line(canvas, self._manager.device, hints, BOX[0] + 32, BOX[1] + BOX[3] - 38)

    def leave(self) -> None:
        """Nothing is held."""

    def _take(self, info: OpponentInfo) -> None:
        begin = Beginning(self._record, self._step, self._me)
        self._trouble = play_on(self._manager, info, begin)
        self._manager.sounds.play("refuse" if self._trouble else "accept")


def seat_of_person(record: GameRecord) -> Player:
    """Return the seat that a person takes in a match that goes on from ``record``."""
    people = {item.player for item in record.participants if item.kind == PERSON}
    usual = find_game(record.game).INFO.person
    return people.pop() if len(people) == 1 else usual


def play_on(manager: SceneManager, info: OpponentInfo, begin: Beginning) -> str:
    """Begin a match where ``begin`` says, in place of everything; return why that cannot be, empty if it can.

    A match in real time stands still until the person lets it go on.
    """
    from client.scenes import open_scene  # noqa: PLC0415 - a match leads to its replay, and that to a match

    record = begin.record
    try:
        scene = open_scene(manager, Setup(record.game, info, record.options, begin))
    except GameError as error:
        return str(error)
    manager.replace(scene)
    if find_game(record.game).INFO.real_time:
        scene.handle(Command(BACK))
    return ""
