"""Draws the scene of Battleship.  Reads, and changes nothing."""

from __future__ import annotations

from math import sin
from typing import TYPE_CHECKING, Protocol

from client.games.battleship.effects import shake
from client.games.battleship.explanation import draw_heat, draw_thought
from client.games.battleship.panels import accuracy, draw_fleet, draw_log
from client.games.battleship.ships import ship_sprite
from client.games.two_seats_scene import draw_banner
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, ERASE, HINT, NEXT, SHUFFLE, TURN
from client.ui.sea import draw_backdrop
from client.ui.widgets import hint_line
from games.battleship.fleet import placement_board
from games.battleship.notation import print_cell

if TYPE_CHECKING:
    from client.games.battleship.battle import Battle
    from client.games.battleship.board import Board
    from client.games.battleship.effects import Effect
    from client.games.battleship.placing import Placing
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.widgets import Group
    from games.battleship.fleet import Cell, Variant
    from games.battleship.notation import Report

HUD_BOX: Box = (980, 92, 264, 520)
DOCK: Box = (620, 140, 320, 392)


class Drawable(Protocol):
    """What is drawn: ``client.games.battleship.scene.BattleshipScene`` has it."""

    manager: SceneManager
    battle: Battle
    enemy_board: Board
    own_board: Board
    placing: Placing | None
    cursor: Cell
    log: list[tuple[str, Report]]
    effects: list[Effect]
    banner: tuple[str, float]
    refused: tuple[str, float]
    buttons: Group
    on_board: bool

    @property
    def name_of_foe(self) -> str:
        """Whom the person plays against now."""

    @property
    def ended(self) -> bool:
        """Whether the match is over and all of it has been seen."""


def dock_boxes(variant: Variant) -> dict[str, Box]:
    """Return where each ship waits before it is placed."""
    pitch = min(68.0, (DOCK[3] - 60) / len(variant.fleet))
    cell = min(44.0, pitch * 0.62, (DOCK[2] - 40) / max(length for _, length in variant.fleet))
    return {
        name: (DOCK[0] + 20, DOCK[1] + 52 + index * pitch, length * cell, cell)
        for index, (name, length) in enumerate(variant.fleet)
    }


def draw_scene(canvas: Canvas, scene: Drawable, now: float) -> None:
    """Draw everything, as it is ``now`` seconds into the scene."""
    still = scene.manager.settings.reduced_motion
    draw_backdrop(canvas, now, still=still)
    left, top = canvas.left, canvas.top
    if not still:
        across, down = shake(scene.effects, now)
        canvas.left, canvas.top = left + canvas.scale * across, top + canvas.scale * down
    if scene.placing is not None:
        _placing(canvas, scene, scene.placing, now, still=still)
    else:
        _shooting(canvas, scene, now, still=still)
    for effect in scene.effects:
        effect.draw(canvas, now)
    canvas.left, canvas.top = left, top
    scene.battle.hud.draw(canvas, HUD_BOX, scene.battle.waiting_s, scene.manager.settings.hud)
    _heading(canvas, scene, now)
    if scene.ended:
        _result(canvas, scene)
    scene.buttons.draw(canvas)
    board = scene.enemy_board
    draw_banner(canvas, scene.banner, now, (board.left + board.side / 2, 328), 560, still=still)
    _hints(canvas, scene)


def _heading(canvas: Canvas, scene: Drawable, now: float) -> None:
    battle = scene.battle
    if scene.placing is not None:
        words, more = "Put your fleet to sea", "Drag the ships onto the board, or let chance decide"
    elif scene.ended:
        won = battle.match.outcome is not None and battle.match.outcome.winner == battle.me
        words = "Victory" if won else "Defeat"
        more = "Their whole fleet is sunk" if won else f"{scene.name_of_foe} has found your last ship"
    elif battle.state.fleets is None:
        words, more = f"{scene.name_of_foe} places a fleet", "The battle begins at once"
    elif battle.my_turn:
        words, more = "Your shot", battle.hint.said or f"Fire at {print_cell(scene.cursor)}"
        if not battle.may_shoot(scene.cursor):
            more = f"{print_cell(scene.cursor)} has been shot at already"
    elif not battle.settled:
        words, more = (
            ("Incoming", f"{scene.name_of_foe} has fired") if battle.foe_fired else ("Fire!", "The shell is on its way")
        )
    else:
        dots = "." * (1 + int(now * 3) % 3)
        words, more = f"{scene.name_of_foe} takes aim{dots}", "The function has the observation"
        if battle.stood_in:
            words, more = f"A stand-in takes aim{dots}", f"{scene.name_of_foe} gave no answer"
    refused = now - scene.refused[1] < 0.5  # noqa: PLR2004 - half a second is seen
    shift = 4 * sin(now * 60) if refused and not scene.manager.settings.reduced_motion else 0
    canvas.text(words, 76 + shift, 24, theme.HEADING, theme.FOAM, within=470)
    canvas.text(more, 76 + shift, 56, theme.BODY, theme.AMBER if refused else theme.MIST, within=470)
    canvas.text("LAMBDA ARCADE", 1244, 32, theme.Style("bold", 13, 3.5), theme.HAZE, align="right")
    where = f"Battleship in the {scene.manager.world.where}"
    where += "" if battle.match.rated else "; rates nobody"
    canvas.text(where, 1244, 54, theme.SMALL, theme.HAZE, align="right")


def _shooting(canvas: Canvas, scene: Drawable, now: float, *, still: bool) -> None:
    battle, bold = scene.battle, scene.manager.settings.bold_marks
    mine, theirs = battle.shown[battle.me], battle.shown[battle.foe]
    enemy, own = scene.enemy_board, scene.own_board
    enemy.draw_sea(canvas, now, still=still, sweep=not scene.ended)
    hidden = battle.state.fleet_of(battle.foe)
    if scene.ended and hidden is not None:
        sunk = {report.ship for report in mine}
        for placement in hidden.ships:
            enemy.draw_ship(canvas, placement, wreck=placement.ship in sunk)
    for report in mine:
        enemy.draw_report(canvas, report, now, bold=bold, still=still)
    own.draw_sea(canvas, now + 3, still=still, sweep=False)
    struck = {report.cell for report in theirs}
    for placement in battle.fleet.ships if battle.fleet is not None else ():
        cells = set(own.variant.cells(placement_board(own.variant, placement)))
        own.draw_ship(canvas, placement, wreck=cells <= struck)
    for report in theirs:
        own.draw_report(canvas, report, now, bold=bold, still=still)
    if battle.explain and battle.thought is not None and not scene.ended:
        draw_heat(canvas, own, battle.thought, {report.cell for report in theirs[:-1]})
    canvas.text("THEIR SEA", enemy.left - 6, 92, theme.LABEL, theme.SIGNAL)
    canvas.text("YOUR SEA", own.left - 6, 92, theme.LABEL, theme.readable((84, 156, 255)))
    if scene.on_board and not scene.ended:
        enemy.draw_cursor(canvas, scene.cursor, legal=battle.may_shoot(scene.cursor), now=0.0 if still else now)
    draw_fleet(canvas, (73, 618, 474, 76), "THEIR FLEET", enemy.variant, mine, None)
    draw_fleet(canvas, (611, 482, 338, 96), "YOUR FLEET", own.variant, theirs, battle.fleet)
    if battle.explain and not scene.ended:
        draw_thought(canvas, (611, 588, 338, 106), battle.thought, scene.name_of_foe)
    elif not scene.ended:
        draw_log(canvas, (611, 588, 338, 106), scene.log)


def _placing(canvas: Canvas, scene: Drawable, placing: Placing, now: float, *, still: bool) -> None:
    board = placing.board
    board.draw_sea(canvas, now, still=still, sweep=False)
    canvas.text("YOUR SEA", board.left - 6, 92, theme.LABEL, theme.readable((84, 156, 255)))
    for placement in placing.placed.values():
        board.draw_ship(canvas, placement)
    canvas.panel((DOCK[0] - 9, DOCK[1] - 9, DOCK[2] + 18, DOCK[3]))
    canvas.text("IN THE DOCK", DOCK[0] + 20, DOCK[1] + 12, theme.LABEL, theme.HAZE)
    waiting = len(board.variant.fleet) - len(placing.placed)
    left = "all at sea" if waiting == 0 else f"{waiting} to place"
    canvas.text(left, DOCK[0] + DOCK[2] - 12, DOCK[1] + 11, theme.SMALL, theme.MIST, align="right")
    for ship, box in placing.dock.items():
        held = placing.held is not None and placing.held.ship == ship
        length = board.variant.length(ship)
        away = ship in placing.placed or held
        sprite = ship_sprite(canvas, ship, length, box[3], vertical=False)
        canvas.blit(sprite, box[0], box[1], 0.16 if away else 1.0, key=("dock", ship))
        canvas.text(ship.replace("_", " ").capitalize(), box[0] + 4, box[1] + box[3] + 2, theme.SMALL, theme.HAZE)
    if placing.held is not None:
        _held(canvas, placing)
    elif placing.by_keys and scene.on_board:
        board.draw_cursor(canvas, placing.cursor, legal=True, now=0.0 if still else now)


def _held(canvas: Canvas, placing: Placing) -> None:
    """Draw the ship in the hand: where it would lie, and whether it may."""
    held, board = placing.held, placing.board
    if held is None:
        return
    placement = placing.settled(held)
    if placement is not None:
        legal = placing.legal(placement)
        board.draw_placement(canvas, placement, theme.SIGNAL if legal else theme.CORAL, 0.34)
        board.draw_ship(canvas, placement, alpha=1.0 if legal else 0.55)
        if not legal:
            x, y = board.centre(placement.cell)
            why = "touches another ship" if board.variant.no_touch else "no room here"
            canvas.text(why, x, y - board.cell * 0.95, theme.SMALL, theme.CORAL, align="centre")
        return
    length = board.variant.length(held.ship)
    sprite = ship_sprite(canvas, held.ship, length, board.cell, vertical=held.vertical)
    x, y = placing.pointer
    along = (held.grip + 0.5) * board.cell
    aside = board.cell / 2
    corner = (x - aside, y - along) if held.vertical else (x - along, y - aside)
    canvas.blit(sprite, *corner, 0.9, key=("held", held.ship, held.vertical))


def _result(canvas: Canvas, scene: Drawable) -> None:
    """Say how it ended, between the boards and the buttons."""
    battle = scene.battle
    outcome = battle.match.outcome
    if outcome is None:
        return
    box = (611.0, 588.0, 338.0, 106.0)
    canvas.panel(box, theme.PANEL_LIT, theme.SIGNAL if outcome.winner == battle.me else theme.EDGE_LIT)
    y = box[1] + 62
    you, they = accuracy(battle.shown[battle.me]), accuracy(battle.shown[battle.foe])
    canvas.text("you", box[0] + 16, y, theme.SMALL, theme.HAZE)
    canvas.text(you, box[0] + box[2] - 16, y, theme.SMALL_FIGURE, theme.FOAM, align="right")
    canvas.text(scene.name_of_foe, box[0] + 16, y + 20, theme.SMALL, theme.HAZE, within=150)
    canvas.text(they, box[0] + box[2] - 16, y + 20, theme.SMALL_FIGURE, theme.FOAM, align="right")


def _hints(canvas: Canvas, scene: Drawable) -> None:
    if scene.ended:
        return
    if scene.placing is not None:
        hints = [(ACCEPT, "take, put down"), (TURN, "turn"), (NEXT, "next ship"), (SHUFFLE, "random"), (ERASE, "undo")]
        hint_line(canvas, scene.manager.device, hints, 76, 624)
    else:
        hints = [(ACCEPT, "fire"), (HINT, "hint"), (BACK, "pause")]
        hint_line(canvas, scene.manager.device, hints, 980, 690)
