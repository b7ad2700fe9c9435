"""Draws the scene of backgammon.  Reads, and changes nothing."""

from __future__ import annotations

from math import sin
from typing import TYPE_CHECKING, Protocol

from client.games.backgammon import board as wood
from client.games.backgammon.dice import draw_cube, draw_dice
from client.games.backgammon.duel import MOVED, ROLLED
from client.games.backgammon.explanation import draw_thought
from client.games.backgammon.geometry import CHECKER, FRAME, MIDDLE, centre
from client.games.backgammon.panels import draw_moves, draw_score
from client.games.two_seats_scene import draw_banner
from client.ui import theme
from client.ui.hud import draw_hash
from client.ui.inputs import ACCEPT, BACK, MOUSE, NEXT, TURN
from client.ui.sea import draw_backdrop
from client.ui.widgets import hint_line
from games.backgammon.observation import ANSWER, MOVE, ROLL
from games.backgammon.turns import NO_MOVE, print_turn

if TYPE_CHECKING:
    from client.games.backgammon.duel import Duel
    from client.games.backgammon.hand import Hand
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.widgets import Group
    from games.backgammon.turns import Board

HUD_BOX: Box = (980.0, 92.0, 264.0, 520.0)
SCORE: Box = (768.0, 92.0, 196.0, 176.0)
MOVES: Box = (768.0, 276.0, 196.0, 336.0)
BELOW: Box = (64.0, 618.0, 696.0, 90.0)
RESULT: Box = (64.0, 620.0, 696.0, 84.0)
REFUSED_S = 1.2
"""For so long it is said why something was refused."""


class Drawable(Protocol):
    """What is drawn: ``client.games.backgammon.scene.BackgammonScene`` has it."""

    manager: SceneManager
    duel: Duel
    hand: Hand
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


def draw_scene(canvas: Canvas, scene: Drawable, now: float) -> None:
    """Draw everything, as it is ``now`` seconds into the scene."""
    still = scene.manager.settings.reduced_motion
    duel = scene.duel
    draw_backdrop(canvas, now, still=still)
    wood.draw_field(canvas, now, still=still)
    _play(canvas, scene, 0.0 if still else now, still=still)
    names = scene.manager.settings.name, scene.name_of_foe
    draw_score(canvas, SCORE, duel.shown, duel.points, names, cube=duel.state.variant.cube)
    draw_moves(canvas, MOVES, duel.log)
    duel.hud.draw(canvas, HUD_BOX, duel.waiting_s, scene.manager.settings.hud)
    _heading(canvas, scene, now, still=still)
    if scene.ended:
        _result(canvas, scene)
    elif duel.explain:
        draw_thought(canvas, BELOW, duel.thought, scene.name_of_foe)
    scene.buttons.draw(canvas)
    draw_banner(canvas, scene.banner, now, (FRAME[0] + FRAME[2] / 2, MIDDLE - 96), FRAME[2] - 40, still=still)
    _hints(canvas, scene)


def _play(canvas: Canvas, scene: Drawable, now: float, *, still: bool) -> None:
    """Draw checkers, dice and cube, and what the person may do with them."""
    duel, bold = scene.duel, scene.manager.settings.bold_marks
    shown, step, half = duel.shown, duel.step, duel.half
    standing, aloft = _standing(scene)
    wood.draw_checkers(canvas, standing, aloft=aloft, bold=bold)
    if duel.state.variant.cube and not shown.crawford:
        draw_cube(canvas, shown.cube, shown.owner, shown.offered)
    if shown.dice is not None and shown.offered is None:
        rolling = step is not None and step.kind == ROLLED
        draw_dice(
            canvas,
            shown.dice,
            mine=shown.dice_mine,
            opening=shown.opening,
            left=half.left if half is not None else None,
            age=duel.age if rolling else 1.0,
            still=still,
        )
    if step is not None and step.kind == MOVED:
        ends = (step.mine, step.source), (step.mine, step.target)
        wood.draw_flight(canvas, shown.board, *ends, 1.0 if still else duel.age, bold=bold)
    if half is None or not duel.settled:
        return
    if scene.hand.selected is None:
        wood.draw_sources(canvas, standing, half.sources(), now)
        legal = scene.hand.cursor in half.sources()
    else:
        landings = half.landings(scene.hand.selected)
        wood.draw_landings(canvas, standing, landings)
        legal = scene.hand.cursor in landings
        if scene.hand.held_at is None:
            count = standing[scene.hand.selected]
            x, y = centre((True, scene.hand.selected), count - 1, count)
            wood.draw_checker(canvas, (x, y - 3), mine=True, bold=bold, size=CHECKER * wood.HELD)
            canvas.circle(theme.SIGNAL, x, y - 3, CHECKER * wood.HELD / 2 + 1, 2.5)
    if scene.on_board and scene.manager.device != MOUSE:
        wood.draw_cursor(canvas, scene.hand.cursor, now, legal=legal)
    if scene.hand.held_at is not None:
        wood.draw_checker(canvas, scene.hand.held_at, mine=True, bold=bold, size=CHECKER * wood.HELD)


def _standing(scene: Drawable) -> tuple[Board, bool | None]:
    """Return the checkers that stand on the board, and whose is in the air or in the hand."""
    duel = scene.duel
    if scene.hand.held_at is not None and scene.hand.selected is not None:
        cells = list(duel.shown.board)
        cells[scene.hand.selected] -= 1
        return tuple(cells), True
    moving = duel.step is not None and duel.step.kind == MOVED
    return duel.shown.board, duel.step.mine if moving and duel.step is not None else None


def _heading(canvas: Canvas, scene: Drawable, now: float, *, still: bool) -> None:
    words, more = _situation(scene, now)
    why, when = scene.refused
    refused = now - when < REFUSED_S
    shift = 4 * sin(now * 60) if now - when < 0.4 and not still else 0  # noqa: PLR2004 - a shake
    canvas.text(words, 76 + shift, 24, theme.HEADING, theme.FOAM, within=680)
    told = why if refused else scene.duel.hint.said or more
    canvas.text(told, 76 + shift, 56, theme.BODY, theme.AMBER if refused else theme.MIST, within=680)
    canvas.text("LAMBDA ARCADE", 1244, 32, theme.Style("bold", 13, 3.5), theme.HAZE, align="right")
    canvas.text(f"Backgammon in the {scene.manager.world.where}", 1244, 54, theme.SMALL, theme.HAZE, align="right")


def _situation(scene: Drawable, now: float) -> tuple[str, str]:  # noqa: PLR0911 - one line a situation
    """Return what happens, and what there is to do."""
    duel, foe = scene.duel, scene.name_of_foe
    outcome = duel.match.outcome
    if scene.ended and outcome is not None:
        return (
            "You win" if outcome.winner == duel.me else f"{foe} wins",
            f"{outcome.reason.capitalize()}, in {sum(bool(line.dice) for line in duel.log)} turns",
        )
    if duel.half is not None:
        return "Your turn", _turn_words(scene)
    phase = duel.phase
    if phase == ROLL:
        return "Your turn", f"Roll, or double to {2 * duel.shown.cube}"
    if phase == ANSWER:
        value = duel.shown.cube
        return f"{foe} doubles", f"Take and play for {2 * value}, or drop and lose {value}"
    if not duel.settled:
        step = duel.step
        mine = step is not None and step.mine is not step.lifted  # who is hit moves nothing
        if step is not None and step.kind == ROLLED and step.opening:
            return "The opening roll", "The larger die begins, with both"
        who = "You" if mine else foe
        kind = step.kind if step is not None else ""
        doing = {ROLLED: "roll" if mine else "rolls", MOVED: "move" if mine else "moves"}
        return f"{who} {doing.get(kind, '')}".strip() if kind in doing else (
            step.words.capitalize() if step else ""
        ), ""
    dots = "." * (1 + int(now * 3) % 3)
    if phase == MOVE:
        return "Your turn", ""
    if duel.stood_in:
        return f"A stand-in thinks{dots}", f"{foe} gave no answer"
    return f"{foe} thinks{dots}", "The function has the observation"


def _turn_words(scene: Drawable) -> str:
    """Return what there is to do with the turn that is being made."""
    half = scene.duel.half
    if half is None:
        return ""
    if half.forced == NO_MOVE:
        return "No legal move: pass"
    if half.ready:
        return f"{print_turn(half.turn())}: play it, or take it back"
    left = " and ".join(map(str, half.left)) if len(half.left) <= 2 else f"{len(half.left)} times {half.left[0]}"  # noqa: PLR2004
    return f"Still to play: {left}"


def _result(canvas: Canvas, scene: Drawable) -> None:
    """Say how it ended, below the board."""
    duel = scene.duel
    outcome = duel.match.outcome
    if outcome is None:
        return
    left, top, width, _ = RESULT
    canvas.panel(RESULT, theme.PANEL_LIT, theme.SIGNAL if outcome.winner == duel.me else theme.EDGE_LIT)
    for index, (player, name) in enumerate(((duel.me, "You"), (duel.foe, scene.name_of_foe))):
        y = top + 15 + index * 30
        score = outcome.scores[player]
        wood.draw_checker(canvas, (left + 26, y + 10), mine=player == duel.me, bold=False, size=20)
        canvas.text(name, left + 46, y, theme.BODY, theme.FOAM, within=260)
        told = f"{score} point{'s' if score != 1 else ''}"
        canvas.text(told, left + 330, y, theme.FIGURE, theme.FOAM)
    if duel.match.pledge is not None:
        x = left + width - 200
        canvas.text("THE SECRET OF THE DICE", x, top + 13, theme.LABEL, theme.SIGNAL, within=190)
        draw_hash(canvas, duel.match.pledge.secret, x, top + 31, 190)


def _hints(canvas: Canvas, scene: Drawable) -> None:
    if scene.ended:
        return
    device = scene.manager.device
    hint_line(canvas, device, [(BACK, "pause")], HUD_BOX[0], 684)
    if scene.duel.explain:
        return
    if device == MOUSE:
        hints = [("Click, drag", "move a checker"), (TURN, "take back")]
    else:
        hints = [("←→↑↓", "point"), (NEXT, "next that may move"), (ACCEPT, "take, put, play"), (TURN, "take back")]
    hint_line(canvas, device, hints, BELOW[0] + 12, BELOW[1] + 16)
