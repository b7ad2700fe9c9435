"""What stands beside the replay: how the move came to be, what the coach says of it, and where it says more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.net.causes import sentence
from client.ui import theme
from client.ui.widgets import inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.replay.notes import Note
    from client.scenes.replay import ReplayScene
    from client.ui.canvas import Box, Canvas
    from games.record import Turn

SIDE: Box = (924.0, 84.0, 320.0, 540.0)
INNER = 16.0
COACH_TOP = 190.0
LIST_TOP = 354.0
ROW = 22.0
ROWS = 7
SURE = 0.995
FORMS_SHOWN = 2


def draw_side(canvas: Canvas, scene: ReplayScene, turns: Sequence[Turn], notes: Sequence[Note], now: float) -> None:
    """Draw the panel.  ``turns`` led to the position shown, ``notes`` are what the coach says of them."""
    canvas.panel(SIDE)
    _draw_turns(canvas, scene, turns)
    top = SIDE[1] + COACH_TOP
    canvas.rect(theme.EDGE, (SIDE[0] + INNER, top - 10, SIDE[2] - 2 * INNER, 1))
    canvas.text("COACH", SIDE[0] + INNER, top + 2, theme.LABEL, theme.AMBER)
    found = scene.coach.notes
    label = found.label if found is not None else "at work" + "." * (1 + int(now * 2) % 3) if scene.coach.busy else ""
    canvas.text(label, SIDE[0] + SIDE[2] - INNER, top + 1, theme.SMALL, theme.HAZE, align="right", within=236)
    if found is None or not scene.show_coach:
        words = scene.coach.said if scene.show_coach else "The coach is hidden."
        box = (SIDE[0] + INNER, top + 26, SIDE[2] - 2 * INNER, 120)
        canvas.paragraph(words, box, theme.SMALL, theme.MIST)
        return
    if notes:
        _draw_note(canvas, scene, notes[0], top + 24)
    else:
        canvas.text("nothing to say of this position", SIDE[0] + INNER, top + 26, theme.SMALL, theme.HAZE)
    _draw_blunders(canvas, scene)


def blunder_at(scene: ReplayScene, x: float, y: float) -> int | None:
    """Return the position that the line under a point of the list leads to; None where there is none."""
    found = scene.coach.notes
    if found is None or not scene.show_coach:
        return None
    for index, note in enumerate(_shown(scene)):
        if inside(_line(index), x, y):
            return note.step + 1
    return None


def _draw_turns(canvas: Canvas, scene: ReplayScene, turns: Sequence[Turn]) -> None:
    left, top, width, _ = SIDE
    inner = left + INNER
    right = left + width - INNER
    canvas.text("THIS MOVE", inner, top + 14, theme.LABEL, theme.HAZE)
    if not turns:
        words = "the start" if scene.step == 0 else "time passed; nobody played"
        canvas.text(words, inner, top + 36, theme.BODY, theme.MIST)
        return
    y = top + 34
    for turn in turns[:2]:
        seated = scene.record.participants[turn.participant]
        canvas.text(seated.name, inner, y, theme.SUBHEADING, theme.FOAM, within=150)
        canvas.text(
            turn.action, right, y + 3, theme.FIGURE, theme.SIGNAL, align="right", within=width - 2 * INNER - 160
        )
        if turn.fallback is not None:
            why = f"A stand-in played. {sentence(turn.fallback, seated.name)}"
            y += 24 + canvas.paragraph(why, (inner, y + 24, width - 2 * INNER, 40), theme.SMALL, theme.AMBER)
        else:
            version = f" v{seated.version}" if seated.version else ""
            who = f"{seated.kind} {seated.name}{version}" if seated.kind == "function" else seated.kind
            canvas.text(who, inner, y + 24, theme.SMALL_FIGURE, theme.MIST, within=width - 2 * INNER)
            y += 40
        if turn.latency_ms is not None:
            words = f"{turn.latency_ms:.1f} ms round trip"
            if turn.compute_ms is not None:
                words += f", {turn.compute_ms:.1f} ms computing"
            if turn.cold is not None:
                words += ", cold" if turn.cold else ", warm"
            canvas.text(words, inner, y, theme.SMALL, theme.MIST, within=width - 2 * INNER)
            y += 18
        if turn.note:
            canvas.text(turn.note, inner, y, theme.SMALL, theme.HAZE, within=width - 2 * INNER)
            y += 18
        y += 10


def _draw_note(canvas: Canvas, scene: ReplayScene, note: Note, top: float) -> None:
    inner, width = SIDE[0] + INNER, SIDE[2] - 2 * INNER
    gave = note.gave_away
    if note.best == note.played:
        words = f"{note.played}: nothing was better"
    else:
        words = f"best {note.best}, played {note.played}"
    canvas.text(words, inner, top, theme.BODY, theme.FOAM, within=width)
    if gave is None:
        canvas.text("this coach does not judge it", inner, top + 22, theme.SMALL, theme.HAZE)
    else:
        canvas.text(_odds(note), inner, top + 22, theme.SMALL, theme.MIST, within=width)
        canvas.text("gave away", inner, top + 44, theme.SMALL, theme.HAZE)
        canvas.rect(theme.EDGE, (inner + 66, top + 48, width - 112, 6), 3)
        if gave > 0:
            canvas.rect(theme.AMBER, (inner + 66, top + 48, max(3.0, (width - 112) * note.part), 6), 3)
        canvas.text(note.gave, inner + width, top + 43, theme.FIGURE, theme.AMBER, align="right")
    canvas.paragraph(scene.describe(note), (inner, top + 66, width, 34), theme.SMALL, theme.FOAM)


def _odds(note: Note) -> str:
    """Return how likely the coach is to play the best move, and the one played; nothing where points say more."""
    if note.best_probability is None or note.by_equity:
        return ""
    best, own = note.best_probability, note.probability or 0.0
    if note.best == note.played:
        return "It is sure of it." if best > SURE else f"It plays {note.best} with {best:.0%}."
    return f"It plays {note.best} with {best:.0%}, {note.played} with {own:.0%}."


def _draw_blunders(canvas: Canvas, scene: ReplayScene) -> None:
    found = scene.coach.notes
    if found is None:
        return
    inner, width = SIDE[0] + INNER, SIDE[2] - 2 * INNER
    top = SIDE[1] + LIST_TOP
    canvas.rect(theme.EDGE, (inner, top - 42, width, 1))
    x = inner
    for index, (player, name) in enumerate(scene.names.items()):
        share, form = found.accuracy.get(player), found.forms.get(player)
        if form is not None and index < FORMS_SHOWN:
            told = f"{name}: error rate {form.error_rate:.1f}, luck {form.luck:+.2f}"
            canvas.text(told, inner, top - 39 + 15 * index, theme.SMALL, theme.FOAM, within=width)
        elif not found.forms:
            told = f"{name} {share:.0%}" if share is not None else f"{name}: not judged"
            x += canvas.text(told, x, top - 24, theme.SMALL, theme.FOAM, within=width / 2 - 6) + 12
    blunders = found.blunders
    count = "no blunders" if not blunders else "1 blunder" if len(blunders) == 1 else f"{len(blunders)} blunders"
    canvas.text(count.upper(), inner, top + 1, theme.LABEL, theme.HAZE)
    for index, note in enumerate(_shown(scene)):
        left, y, _, _ = _line(index)
        here = scene.step == note.step + 1
        if here:
            canvas.rect(theme.PANEL_LIT, (left - 6, y, width + 12, ROW), 5)
        canvas.text(f"{note.step + 1}", left, y + 4, theme.SMALL_FIGURE, theme.HAZE)
        who = scene.names.get(note.player, note.player)
        canvas.text(f"{who} {note.played}", left + 50, y + 3, theme.SMALL, theme.FOAM, within=width - 180)
        canvas.text(f"best {note.best}", left + width - 46, y + 3, theme.SMALL, theme.MIST, align="right", within=80)
        canvas.text(note.gave, left + width, y + 3, theme.SMALL_FIGURE, theme.AMBER, align="right")


def _shown(scene: ReplayScene) -> Sequence[Note]:
    """Return the blunders that are listed: those around the position that is shown."""
    found = scene.coach.notes
    if found is None:
        return []
    blunders = found.blunders
    ahead = sum(note.step + 1 <= scene.step for note in blunders)
    first = max(0, min(len(blunders) - ROWS, ahead - ROWS // 2))
    return blunders[first : first + ROWS]


def _line(index: int) -> Box:
    return SIDE[0] + INNER, SIDE[1] + LIST_TOP + 18 + index * ROW, SIDE[2] - 2 * INNER, ROW
