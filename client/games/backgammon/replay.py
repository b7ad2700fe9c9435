"""Backgammon looked at again: the position, the turn that led there, and what the coach would have played."""

from __future__ import annotations

from itertools import pairwise
from math import atan2, cos, sin
from typing import TYPE_CHECKING

from client.games.backgammon import board as wood
from client.games.backgammon.dice import draw_cube, draw_dice
from client.games.backgammon.duel import Shown
from client.games.backgammon.explanation import read_thought
from client.games.backgammon.geometry import OFF, centre
from client.games.backgammon.panels import draw_score
from client.replay.stage import STAGE
from client.ui import theme
from client.ui.canvas import HEIGHT, WIDTH, Canvas
from games.backgammon import rules
from games.backgammon.observation import ANSWER, MIDDLE, MOVE, OTHER, OWN, ROLL, seen_by_other
from games.backgammon.turns import Turn
from games.core import GameError
from games.record import PERSON

if TYPE_CHECKING:
    from client.games.backgammon.geometry import Spot
    from client.replay.notes import Note
    from client.replay.stage import View
    from client.ui.canvas import Box, Point
    from client.ui.theme import Colour
    from games.backgammon.rules import State
    from games.backgammon.turns import Board
    from games.core import Player
    from games.record import GameRecord

MARKED = frozenset({"hit", "doubled", "took", "dropped", "game"})
BY_POINTS = True
"""Moves are judged by the points that they are expected to bring: error rate and luck."""
GRADES = (
    (2, "Supernatural"), (5, "World class"), (8, "Expert"), (12, "Advanced"), (18, "Intermediate"), (26, "Casual"),
    (35, "Beginner"),
)  # fmt: skip
"""Error rates below these are called so by GNU Backgammon ("Overall rating" in its manual)."""
SHRUNK = 0.93
"""The board as a part of its size while it is played on."""
PANEL: Box = (720.0, STAGE[1] + 2, STAGE[0] + STAGE[2] - 720.0, 176.0)
WORDS: Box = (PANEL[0], PANEL[1] + PANEL[3] + 8, PANEL[2], STAGE[3] - PANEL[3] - 16)
INNER = 14.0
HEAD = 11.0
"""The length of an arrow's head."""


class TableStage:
    """The board from the side of the person, or of the seat that a person would have."""

    def __init__(self, record: GameRecord) -> None:
        people = [item.player for item in record.participants if item.kind == PERSON]
        self._me: Player = people[0] if people else rules.INFO.person
        self._small: Canvas | None = None

    def draw(self, canvas: Canvas, view: View) -> None:
        """Draw the board, who stands how, and what was and is to be played."""
        state: State = view.frame.state
        shown = self._shown(state)
        small = self._shrunk(canvas)
        wood.draw_field(small, view.now, still=view.still)
        wood.draw_checkers(small, shown.board, aloft=None, bold=view.bold)
        if state.variant.cube and not shown.crawford:
            draw_cube(small, shown.cube, shown.owner, shown.offered)
        if shown.dice is not None:
            draw_dice(small, shown.dice, mine=shown.dice_mine, opening=False, left=None, age=1.0, still=True)
        self._draw_turns(small, view, shown.board)
        other = next(player for player in rules.PLAYERS if player != self._me)
        names = view.names.get(self._me, self._me), view.names.get(other, other)
        draw_score(canvas, PANEL, shown, state.variant.points, names, cube=state.variant.cube)
        _draw_words(canvas, view, state)

    def _shrunk(self, canvas: Canvas) -> Canvas:
        """Return a canvas on whose upper left part everything is smaller."""
        size = (max(1, int(WIDTH * canvas.scale * SHRUNK)), max(1, int(HEIGHT * canvas.scale * SHRUNK)))
        part = canvas.surface.subsurface((canvas.left, canvas.top, *size))
        if self._small is None:
            self._small = Canvas(part)
        self._small.fit(part)
        self._small.least_size = canvas.least_size
        return self._small

    def _shown(self, state: State) -> Shown:
        mine = state.turn == self._me
        seen = state.view if mine else seen_by_other(state.view)
        offered = None if state.ended or state.view.phase != ANSWER else not mine
        dice = state.view.dice if not state.ended and state.view.phase == MOVE else None
        owner = {OWN: True, OTHER: False, MIDDLE: None}[seen.cube.owner]
        return Shown(
            board=seen.board, dice=dice, dice_mine=mine, cube=seen.cube.value, owner=owner, offered=offered,
            score=seen.score, crawford=seen.crawford,
        )  # fmt: skip

    def _draw_turns(self, canvas: Canvas, view: View, board: Board) -> None:
        """Draw where the checkers came from that were moved, and where the coach would have moved them."""
        state: State = view.frame.state
        if any(event.kind == "game" for event in view.frame.events) and not state.ended:
            return  # another game has begun: these checkers are where they begin
        for note in view.notes:
            if note.best != note.played:
                self._draw_turn(canvas, board, note.player, note.best, theme.SIGNAL, moved=False)
        for turn in view.frame.turns:
            self._draw_turn(canvas, board, turn.player, turn.action, theme.AMBER, moved=True)

    def _draw_turn(
        self, canvas: Canvas, board: Board, player: Player, text: str, colour: Colour, *, moved: bool
    ) -> None:
        """Draw an arrow for each checker; ``moved``: it stands where the arrow ends."""
        mine = player == self._me
        for path in _paths(text):
            for source, target in pairwise(path):
                start, end = (
                    _place(board, (mine, place), stands=stands)
                    for place, stands in ((source, not moved), (target, moved))
                )
                _arrow(canvas, start, end, colour)


def _paths(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the places of the checkers that a turn moves; nothing for a cube decision, or for what is no turn."""
    try:
        action = rules.parse_action(text)
    except GameError:
        return ()
    return action.paths if isinstance(action, Turn) else ()


def _place(board: Board, spot: Spot, *, stands: bool) -> Point:
    """Return where the last checker of a spot stands, or where the next one would."""
    count = wood.count_on(board, spot) + (spot[1] == OFF)  # counted for one that is in the air
    return centre(spot, max(0, count - stands), max(1, count + (not stands)))


def _arrow(canvas: Canvas, start: Point, end: Point, colour: Colour) -> None:
    (x, y), (to_x, to_y) = start, end
    angle = atan2(to_y - y, to_x - x)
    canvas.line(colour, (x, y), (to_x - HEAD * cos(angle), to_y - HEAD * sin(angle)), 2.5)
    canvas.circle(colour, x, y, 5, 2)
    wings = [(to_x - HEAD * cos(angle + turn), to_y - HEAD * sin(angle + turn)) for turn in (-0.5, 0.5)]
    canvas.polygon(colour, [(to_x, to_y), *wings])


def _draw_words(canvas: Canvas, view: View, state: State) -> None:
    left, top, width, _ = WORDS
    canvas.panel(WORDS)
    x, wide, y = left + INNER, width - 2 * INNER, top + 12
    for turn in view.frame.turns[:1]:
        before: State | None = view.state_at(view.frame.step - 1)
        dice = before.view.dice if before is not None and before.view.phase == MOVE else None
        canvas.text("PLAYED", x, y, theme.LABEL, theme.AMBER)
        rolled = f"{max(dice)}-{min(dice)}: " if dice is not None else ""
        y += 20 + canvas.paragraph(rolled + turn.action, (x, y + 18, wide, 40), theme.BODY, theme.FOAM, align="left")
        y += 12
    doing = {MOVE: "to play", ROLL: "to roll or double", ANSWER: "to take or drop"}
    if not state.ended:
        canvas.text(doing[state.view.phase].upper(), x, y, theme.LABEL, theme.HAZE)
        canvas.text(view.names.get(state.turn, state.turn), x, y + 18, theme.BODY, theme.MIST, within=wide)
        y += 48
    for note in view.notes[:1]:
        _draw_thought(canvas, note, (x, y, wide, WORDS[1] + WORDS[3] - y - 8))


def _draw_thought(canvas: Canvas, note: Note, box: Box) -> None:
    x, y, wide, high = box
    thought = read_thought(note.explanation)
    if thought is None:
        return
    canvas.text("THE COACH'S BEST", x, y, theme.LABEL, theme.SIGNAL)
    y += 20
    for turn, worth, _ in thought.best[: max(0, int((high - 20) // 38))]:
        canvas.text(turn, x, y, theme.SMALL_FIGURE, theme.FOAM, within=wide)
        canvas.text(worth, x + wide, y + 16, theme.SMALL_FIGURE, theme.AMBER, align="right")
        y += 38


def describe(note: Note) -> str:
    """Return what the coach's numbers mean here: equities, and what the roll gave."""
    if note.equity is None or note.best_equity is None:
        return ""
    words = f"Worth {note.equity:+.3f}"
    words += "." if note.best == note.played else f"; the best {note.best_equity:+.3f}."
    if not note.counts:
        words += " Nothing to decide."
    return words if note.luck is None else f"{words} The roll gave {note.luck:+.3f}."


def grade(error_rate: float) -> str:
    """Return what an error rate, in thousandths of a point a decision, is called."""
    return next((words for below, words in GRADES if error_rate < below), "Awful")


def open_stage(record: GameRecord) -> TableStage:
    """Return the stage of a match of backgammon."""
    return TableStage(record)
