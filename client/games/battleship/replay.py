"""Battleship looked at again: both fleets, both players' shots, and what the coach expected under each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.battleship.board import CHART, SONAR, Board
from client.games.battleship.explanation import draw_heat, read_thought
from client.replay.stage import STAGE
from client.ui import theme
from games.battleship.fleet import placement_board
from games.battleship.notation import parse_cell
from games.battleship.rules import PLAYERS
from games.core import GameError

if TYPE_CHECKING:
    from client.replay.notes import Note
    from client.replay.stage import View
    from client.ui.canvas import Canvas
    from games.battleship.fleet import Cell
    from games.battleship.rules import State
    from games.core import Player
    from games.record import GameRecord

MARKED = frozenset({"hit", "sunk"})
SIDE, TOP = 380.0, STAGE[1] + 66
LEFTS = (STAGE[0] + 40.0, STAGE[0] + 482.0)


class FleetStage:
    """The sea of ``one`` on the left, that of ``two`` on the right; each is shot at by the other."""

    def __init__(self, record: GameRecord) -> None:
        del record
        self._boards: dict[Player, Board] = {}

    def draw(self, canvas: Canvas, view: View) -> None:
        """Draw both seas."""
        state: State = view.frame.state
        if not self._boards:
            lights = (CHART, SONAR)
            self._boards = {
                player: Board(state.variant, left, TOP, SIDE, light)
                for player, left, light in zip(PLAYERS, LEFTS, lights, strict=True)
            }
        for player, board in self._boards.items():
            self._draw_sea(canvas, view, board, player)

    def _draw_sea(self, canvas: Canvas, view: View, board: Board, owner: Player) -> None:
        state: State = view.frame.state
        shooter = next(player for player in PLAYERS if player != owner)
        shots = state.shots_of(shooter)
        canvas.text(
            f"SEA OF {view.names.get(owner, owner).upper()}", board.left - 6, STAGE[1] + 4, theme.LABEL, theme.HAZE,
            within=SIDE - 70,
        )  # fmt: skip
        canvas.text(f"{len(shots)} shots", board.left + SIDE + 6, STAGE[1] + 3, theme.SMALL, theme.MIST, align="right")
        board.draw_sea(canvas, view.now, still=view.still, sweep=False)
        struck = {report.cell for report in shots}
        fleet = state.fleet_of(owner)
        for placement in fleet.ships if fleet is not None else ():
            cells = set(board.variant.cells(placement_board(board.variant, placement)))
            board.draw_ship(canvas, placement, wreck=cells <= struck)
        for report in shots:
            board.draw_report(canvas, report, view.now, bold=view.bold, still=view.still)
        for note in view.notes:
            if note.player == shooter:
                _draw_note(canvas, board, note, struck)
        for turn in view.frame.turns:
            if turn.player == shooter and (cell := _cell(turn.action)) is not None and board.variant.holds(cell):
                board.draw_cursor(canvas, cell, legal=True, now=0.0 if view.still else view.now)


def _draw_note(canvas: Canvas, board: Board, note: Note, struck: set[Cell]) -> None:
    """Lay the coach's heat over what was not shot at before this shot, and a ring around what it would have shot at."""
    thought = read_thought(note.explanation, board.variant.size)
    played = _cell(note.played)
    if played is None:
        return
    if thought is not None:
        draw_heat(canvas, board, thought, struck - {played})
    best = _cell(note.best)
    if best is not None and best != played and board.variant.holds(best):
        x, y = board.centre(best)
        canvas.circle(theme.SIGNAL, x, y, board.cell * 0.44, 2)
        canvas.circle(theme.SIGNAL, x, y, board.cell * 0.30, 1)


def describe(note: Note) -> str:
    """Return what the coach's numbers mean here: how likely the best shot and the one played were to hit."""
    thought = read_thought(note.explanation, _size(note))
    best, played = _cell(note.best), _cell(note.played)
    if thought is None or best is None or played is None:
        return ""
    size = len(thought.heat)
    if max(best.row, best.column, played.row, played.column) >= size:
        return ""
    chances = [thought.heat[cell.row][cell.column] for cell in (played, best)]
    if best == played:
        return f"It hits with {chances[0]:.0%}."
    return f"{note.played} hits with {chances[0]:.0%}, {note.best} with {chances[1]:.0%}."


def open_stage(record: GameRecord) -> FleetStage:
    """Return the stage of a match of Battleship."""
    return FleetStage(record)


def _size(note: Note) -> int:
    heat = note.explanation.get("heat") if isinstance(note.explanation, dict) else None
    return len(heat) if isinstance(heat, list) else 0


def _cell(text: str) -> Cell | None:
    """Return the cell that an action shoots at; None for a placement."""
    try:
        return parse_cell(text)
    except GameError:
        return None
