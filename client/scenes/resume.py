"""At the start of the program: the match that was left, or that a killed program left, is offered to be played on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.records.archive import ArchiveError
from client.scene_manager import AMBIENT, Beginning
from client.scenes.pages import leave_or_choose
from client.scenes.retry import RetryScene, play_on, seat_of_person
from client.ui import theme
from client.ui.widgets import Button, Group, overlay_panel
from games.catalog import find_game
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from client.net.remote import OpponentInfo
    from client.records.archive import Summary
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.record import GameRecord

BOX: Box = (390.0, 180.0, 500.0, 340.0)
GIVEN_UP = ".given-up"
"""Suffix of the mark beside a record that is not offered any more."""


def resumable(rows: Sequence[Summary], name: str) -> Summary | None:
    """Return the newest match of the person ``name`` that has no end, was not played on since, and was not given up."""
    continued = {row.origin for row in rows if row.origin}
    for row in rows:
        own = row.person is not None and row.person.name == name
        open_end = not row.trouble and not row.finished and row.steps > 0
        if own and open_end and row.match_id not in continued and not row.path.with_suffix(GIVEN_UP).exists():
            return row
    return None


def offer(manager: SceneManager) -> None:
    """Offer what can be resumed, once in the life of ``manager``, as soon as the archive has been read."""
    archive = manager.world.archive
    if manager.offered or archive is None or not archive.looked:
        return
    manager.offered = True
    found = resumable(archive.rows, manager.settings.name)
    if found is not None:
        manager.push(ResumeScene(manager, found, archive.read(found.path)))


class ResumeScene:
    """An overlay over the menu."""

    overlay = True
    pace = AMBIENT

    def __init__(self, manager: SceneManager, summary: Summary, reading: Future[GameRecord]) -> None:
        self._manager = manager
        self._summary = summary
        self._reading = reading
        self._trouble = ""
        left, wide = BOX[0] + 40, BOX[2] - 80
        self._group = Group(
            [
                Button((left, BOX[1] + 150, wide, 48), "Go on", self._go_on, "primary", enabled=False),
                Button((left, BOX[1] + 208, wide, 48), "Not now", manager.pop),
                Button((left, BOX[1] + 266, wide, 48), "Give it up", self._give_up, "quiet"),
            ]
        )
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Choose; back means not now."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Allow to go on once the record is read and the functions are known."""
        if self._reading.done() and not self._trouble:
            try:
                self._reading.result()
            except ArchiveError as error:
                self._trouble = str(error)
        self._group.widgets[0].enabled = self._reading.done() and not self._trouble and self._manager.ladder.looked

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw the choices."""
        overlay_panel(canvas, BOX)
        middle = BOX[0] + BOX[2] / 2
        canvas.text("Go on with your match?", middle, BOX[1] + 32, theme.HEADING, align="centre")
        row = self._summary
        try:
            title = find_game(row.game).INFO.title
        except GameError:
            title = row.game
        foe = row.opponent.name if row.opponent is not None else "nobody"
        words = f"{title} against {foe}, left after {row.steps} steps."
        canvas.text(words, middle, BOX[1] + 74, theme.BODY, theme.MIST, align="centre", within=BOX[2] - 40)
        told = self._trouble or self._how()
        canvas.text(told, middle, BOX[1] + 102, theme.SMALL, theme.AMBER, align="centre", within=BOX[2] - 40)
        self._group.draw(canvas)

    def leave(self) -> None:
        """Nothing is held."""

    def _how(self) -> str:
        info, seat = self._opponent(), self._summary.opponent
        if info is None:
            gone = "It is not deployed any more: another one can take its seat."
            return gone if self._manager.ladder.looked else ""
        if seat is not None and info.version != seat.version:
            return "Another version of it plays by now: the match will rate nobody."
        return "It goes on as the same match, and counts as if it had never been left."

    def _opponent(self) -> OpponentInfo | None:
        row = self._summary
        listed = self._manager.ladder.opponents(row.game)
        return next((info for info in listed if row.opponent is not None and info.name == row.opponent.name), None)

    def _go_on(self) -> None:
        record = self._reading.result()
        info = self._opponent()
        if info is None:
            self._manager.pop()
            self._manager.push(RetryScene(self._manager, record, record.steps))
            return
        begin = Beginning(record, record.steps, seat_of_person(record), resumed=True)
        self._trouble = play_on(self._manager, info, begin)

    def _give_up(self) -> None:
        try:
            self._summary.path.with_suffix(GIVEN_UP).touch()
        except OSError as error:
            self._trouble = f"That cannot be kept: {error.strerror or error}"
            return
        self._manager.pop()
