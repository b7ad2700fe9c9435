"""Pac-Man looked at again: the field, where every ghost steers, and which exits the functions chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.pacman.drawing.actors import COLOURS
from client.games.pacman.drawing.board import Board, Moment
from client.games.pacman.drawing.explanation import Insight
from client.replay.stage import STAGE
from client.ui import theme
from games.pacman.ghost_ai import target
from games.pacman.names import GHOSTS
from games.pacman.observation import ask_only
from games.pacman.rules import observe

if TYPE_CHECKING:
    from client.replay.notes import Note
    from client.replay.stage import View
    from client.ui.canvas import Canvas
    from games.pacman.maze import Maze
    from games.pacman.observation import Observation
    from games.pacman.rules import State
    from games.record import GameRecord

MARKED = frozenset({"energizer", "ghost_eaten", "fruit_eaten", "extra_life", "caught", "level_cleared", "over"})
FIELD = (STAGE[0] + 18.0, STAGE[1] + 18.0, 490.0, STAGE[3] - 36.0)
GROUND = (STAGE[0], STAGE[1], 526.0, STAGE[3])
WORDS = STAGE[0] + 540.0
ROW = 74.0


class HuntStage:
    """The field on the left; beside it each ghost, what it does and what it steers for."""

    def __init__(self, record: GameRecord) -> None:
        del record
        self._board: Board | None = None
        self._step = -1
        self._seen: Observation | None = None
        self._weighed: dict[int, tuple[Insight, ...]] = {}

    def draw(self, canvas: Canvas, view: View) -> None:
        """Draw the field and the panel beside it."""
        state: State = view.frame.state
        if self._board is None:
            self._board = Board(state.maze, FIELD)
        before, now = self._follow(self._board, view)
        insights = tuple(insight for note in view.notes for insight in self._insights(view, note))
        canvas.panel(GROUND, theme.ABYSS, theme.EDGE, 12, 1.0)
        self._board.draw(canvas, Moment(before, ask_only(now, ()), 1.0, view.still, insights))
        self._draw_targets(canvas, self._board, state, now)
        self._draw_team(canvas, view, state, now)

    def _follow(self, board: Board, view: View) -> tuple[Observation, Observation]:
        """Let the board's own clock follow; return the screen before and now."""
        step = view.frame.step
        if step == self._step and self._seen is not None:
            return self._seen, self._seen
        now = observe(view.frame.state, "ghosts")
        before = self._seen if self._seen is not None and step == self._step + 1 else now
        if before is now:
            board.effects.clear()
        for event in view.frame.events:
            board.note(event, now)
        board.tick(now)
        self._step, self._seen = step, now
        return before, now

    def _insights(self, view: View, note: Note) -> tuple[Insight, ...]:
        """Return what the coach saw before a turn; worked out once for each."""
        if note.step not in self._weighed:
            state = view.state_at(note.step)
            decisions = () if state is None or note.explanation is None else observe(state, "ghosts").decide
            self._weighed = {note.step: tuple(Insight(one, note.explanation) for one in decisions)}
        return self._weighed[note.step]

    def _draw_targets(self, canvas: Canvas, board: Board, state: State, now: Observation) -> None:
        """Draw a line from each hunting ghost to the tile that the arcade's rule would have it steer for."""
        for ghost, tile in _targets(state, now):
            x, y = board.picture.centre(tile)
            here = next(one for one in now.ghosts if one.name == ghost)
            colour = theme.mix(theme.ABYSS, COLOURS[ghost], 0.7)
            canvas.line(colour, board.point(here.x, here.y), (x, y), 1)
            reach = board.picture.tile * 0.42
            for across, down in ((1, 1), (1, -1)):
                canvas.line(
                    COLOURS[ghost],
                    (x - across * reach, y - down * reach),
                    (x + across * reach, y + down * reach),
                    2,
                )

    def _draw_team(self, canvas: Canvas, view: View, state: State, now: Observation) -> None:
        width = STAGE[0] + STAGE[2] - WORDS
        box = (WORDS, STAGE[1], width, STAGE[3])
        canvas.panel(box)
        inner = WORDS + 16
        canvas.text("SCORE", inner, STAGE[1] + 14, theme.LABEL, theme.HAZE)
        canvas.text(f"{now.score:,}".replace(",", " "), inner, STAGE[1] + 30, theme.BIG_FIGURE, theme.FOAM)
        canvas.text(
            f"level {now.level}   lives {now.lives}   tick {now.tick}", inner, STAGE[1] + 68, theme.SMALL, theme.MIST,
            within=width - 32,
        )  # fmt: skip
        chosen = _exits(view)
        targets = dict(_targets(state, now))
        for index, ghost in enumerate(now.ghosts):
            y = STAGE[1] + 100 + index * ROW
            canvas.rect(theme.EDGE, (inner, y, width - 32, 1))
            canvas.rect(COLOURS[ghost.name], (inner, y + 12, 5, ROW - 24), 2.5)
            canvas.text(ghost.name.capitalize(), inner + 16, y + 9, theme.BUTTON, COLOURS[ghost.name])
            state_words = "turns back" if ghost.reversing else ghost.state
            canvas.text(
                state_words, inner + width - 34, y + 10, theme.SMALL, theme.HAZE, align="right", within=width - 130
            )
            aim = _place(now.maze, targets[ghost.name]) if ghost.name in targets else "-"
            canvas.text(f"arcade's target {aim}", inner + 16, y + 29, theme.SMALL, theme.MIST, within=width - 52)
            words = f"chose {chosen[ghost.name]}" if ghost.name in chosen else ""
            canvas.text(words, inner + 16, y + 48, theme.SMALL, theme.FOAM, within=width - 52)


def open_stage(record: GameRecord) -> HuntStage:
    """Return the stage of a match of Pac-Man."""
    return HuntStage(record)


def describe(note: Note) -> str:
    """Return nothing: the arrows in the field say it."""
    del note
    return ""


def _targets(state: State, now: Observation) -> list[tuple[str, int]]:
    """Return the tile that each ghost on the hunt steers for by the arcade's rule, cut to the maze."""
    cells, maze = list(state.cells), state.maze
    found = []
    for index, name in enumerate(GHOSTS):
        ghost = now.ghosts[index]
        if ghost.state == "roaming":
            column, row = target(cells, maze.table, index)
            bounded = min(maze.width - 1, max(0, column)), min(maze.height - 1, max(0, row))
            found.append((name, bounded[1] * maze.width + bounded[0]))
    return found


def _exits(view: View) -> dict[str, str]:
    """Return the exits that were chosen last, by ghost."""
    words = [word for turn in view.latest if turn.player == "ghosts" for word in turn.action.split(" ")]
    return dict(word.split(":", 1) for word in words if ":" in word)


def _place(maze: Maze, tile: int) -> str:
    column, row = maze.tile(tile)
    return f"{column}, {row}"
