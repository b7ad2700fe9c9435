"""How a position of a recorded match is drawn.  A game may bring a stage of its own; any other is drawn as text.

``open_stage(record)`` of ``client/games/<game>/replay.py`` (or of ``replay`` in a registered game's own package)
returns a game's stage; ``MARKED`` there names the kinds of events that the time line marks, and ``describe(note)`` says
what a coach's numbers mean.  ``BY_POINTS`` there says that moves are judged by points: error rates and luck are shown
then, and ``grade(error_rate)`` names a rate in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from client.games.words import quiet_events
from client.ui import theme
from client.ui.text.text_board import draw_text_board
from games.catalog import find_game, find_part
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from client.replay.notes import Note
    from client.ui.canvas import Box, Canvas
    from games.core import Event, Player
    from games.record import Frame, GameRecord, Turn

STAGE: Box = (36.0, 84.0, 872.0, 492.0)
"""Where a stage draws.  It has nothing to press."""


@dataclass(frozen=True, slots=True)
class View:
    """What is to be drawn: a position, and what the coach says of the move that led to it."""

    frame: Frame
    names: Mapping[Player, str]
    latest: Sequence[Turn]
    """The last turn of every player, those that led here among them."""
    state_at: Callable[[int], Any]
    """Returns the state of an earlier position; None where it is not known."""
    notes: Sequence[Note] = ()
    """Of the turns that led here, in real time of those of the last moment; empty while the coach is not to be seen."""
    still: bool = False
    """Leave out what only moves to please."""
    bold: bool = False
    """Marks that need no colour."""
    now: float = 0.0
    """Seconds, for water and blinking."""


class Stage(Protocol):
    """Draws the positions of one match.  Main thread only; nothing may wait."""

    def draw(self, canvas: Canvas, view: View) -> None:
        """Draw a position into ``STAGE``: all of it, what was hidden from a player too."""


def find_stage(record: GameRecord) -> Stage:
    """Return the stage of the record's game.  Raises GameError for a game that is not known here."""
    part = find_part(record.game, "replay", "client.games")
    if part is None:
        return TextStage(record)
    stage: Stage = part.open_stage(record)
    return stage


def marker_of(game: str) -> Callable[[Event], bool]:
    """Return what says whether the time line marks an event.  Raises GameError for a game that is not known here."""
    marked: frozenset[str] | None = getattr(find_part(game, "replay", "client.games"), "MARKED", None)
    quiet = quiet_events(game)
    return lambda event: event.kind not in quiet if marked is None else event.kind in marked


def describer_of(game: str) -> Callable[[Note], str]:
    """Return what says in words what a coach's numbers mean in a game: ``describe(note)`` of its module ``replay``.

    Raises GameError for a game that is not known here.
    """
    part = find_part(game, "replay", "client.games")
    describe: Callable[[Note], str] = getattr(part, "describe", lambda _: "")
    return describe


def judged_by_points(game: str) -> bool:
    """Return whether a game's pages show what moves are worth in points: ``BY_POINTS`` of its module ``replay``."""
    try:
        return bool(getattr(find_part(game, "replay", "client.games"), "BY_POINTS", False))
    except GameError:
        return False


def grader_of(game: str) -> Callable[[float], str]:
    """Return what names an error rate in words: ``grade(error_rate)`` of its module ``replay``."""
    grade: Callable[[float], str] = getattr(find_part(game, "replay", "client.games"), "grade", lambda _: "")
    return grade


class TextStage:
    """Any game, as its rules print it."""

    def __init__(self, record: GameRecord) -> None:
        self._game = find_game(record.game)
        self._shown = (-1, "")

    def draw(self, canvas: Canvas, view: View) -> None:
        """Draw the whole board."""
        if self._shown[0] != view.frame.step:
            self._shown = view.frame.step, self._game.board(view.frame.state)
        left, top, width, height = STAGE
        canvas.panel(STAGE)
        canvas.text("BOARD", left + 16, top + 13, theme.LABEL, theme.HAZE)
        draw_text_board(canvas, self._shown[1], (left + 16, top + 40, width - 32, height - 56))
