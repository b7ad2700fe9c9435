"""The head-up display: which function answered, which version, how long it took, cold or warm, and who played.

A late move is shown as what it is, a timeout with its cause, never as zero milliseconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

from client.net.causes import sentence
from client.net.cost import Bill, cents
from client.net.local import is_local
from client.ui import theme

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.net.request_pool import Move
    from client.ui.canvas import Box, Canvas, Point

PLAYER, ENGINEER = "player", "engineer"
PLAYER_HEIGHT = 106.0
LONG_S = 3.0
"""A wait that a player is told of."""
KEPT = 36
"""Answers that the chart shows."""
FASTEST_MS, SLOWEST_MS = 1.0, 4000.0
"""Ends of the chart's logarithmic scale."""
REQUEST_SHOWN = 13
MOST_RUNGS = 9
"""A stranger may call itself harder than that; the bars would leave the panel."""
PROMISE = 70.0
"""Height of what was promised."""
DIGITS = 22
"""Of a hash in one line: as many as can be read whole in the smallest window."""
WAIT_SHOWN_S = 0.25
"""A wait shorter than this is not worth a word."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One answer as the chart shows it."""

    title: str
    name: str
    version: str
    latency_ms: float
    compute_ms: float
    cold: bool
    fallback: str
    detail: str
    note: str
    colour: str
    """Of the function that was asked, which may have left its seat since."""
    request: str = ""
    """The beginning of the cloud's id of the request, which is enough to find it."""
    spent_usd: float | None = None
    """What it cost, its start included; None where nobody says."""


class Hud:
    """What is known of the answers of this match."""

    def __init__(self, info: OpponentInfo) -> None:
        self.info = info
        self.last: Noted | None = None
        self.answers = 0
        self.cold_starts = 0
        self.fallbacks = 0
        self.bill = Bill()
        self.promise: tuple[str, str] | None = None
        """Words, and the hash that was shown before it mattered: see ``games.fairness``."""
        self._recent: deque[Noted] = deque(maxlen=KEPT)

    def note(self, info: OpponentInfo, move: Move) -> None:
        """Take in an answer that ``info`` was asked for."""
        metadata = move.metadata
        fallback = metadata.fallback or ""
        spent = None
        if not fallback:
            spent = self.bill.add(info.price, metadata.compute_ms or 0.0, metadata.init_ms or 0.0)
        noted = Noted(
            title=info.title,
            name=move.name or info.name,
            version=move.version or info.version,
            latency_ms=metadata.latency_ms or 0.0,
            compute_ms=metadata.compute_ms or 0.0,
            cold=bool(metadata.cold),
            fallback=fallback,
            request=(metadata.request_id or "")[:REQUEST_SHOWN],
            detail=move.detail,
            note=metadata.note or "",
            colour=info.colour,
            spent_usd=spent,
        )
        self.info = info
        self.last = noted
        self._recent.append(noted)
        self.answers += 1
        self.cold_starts += noted.cold
        self.fallbacks += bool(noted.fallback)

    def seat(self, info: OpponentInfo) -> None:
        """Show another opponent: it plays from now on."""
        self.info = info

    def draw(self, canvas: Canvas, box: Box, waiting_s: float | None = None, grade: str = ENGINEER) -> None:
        """Draw into a box at least 220 wide and 330 high; ``waiting_s``: how long an answer has been under way.

        ``grade`` is one of ``client.settings.HUDS``.
        """
        if grade == PLAYER:
            self._draw_player(canvas, box, waiting_s)
            self._draw_promise(canvas, box)
        if grade != ENGINEER:
            return
        left, top, width, height = box
        canvas.panel(box)
        inner = (left + 18, width - 36)
        y = draw_card(canvas, self.info, (inner[0], top + 16, inner[1], 64)) + 14
        y = self._last_answer(canvas, inner, y, waiting_s)
        totals = top + height - 62
        room = totals - y - (0 if self.promise is None else PROMISE)
        if room > 60:  # noqa: PLR2004 - a lower chart tells nothing
            self._chart(canvas, (inner[0], y, inner[1], min(170.0, room - 18)))
        if self.promise is not None:
            _promise(canvas, inner, totals - PROMISE, *self.promise)
        self._totals(canvas, inner, totals)

    def _draw_promise(self, canvas: Canvas, box: Box) -> None:
        """Draw what was promised, in a panel of its own below who plays."""
        if self.promise is not None:
            left, top, width, _ = box
            below = top + PLAYER_HEIGHT + 10
            canvas.panel((left, below, width, PROMISE + 18))
            _promise(canvas, (left + 18, width - 36), below + 14, *self.promise)

    def _draw_player(self, canvas: Canvas, box: Box, waiting_s: float | None) -> None:
        """Draw who plays, and a dot for the connection."""
        left, top, width, _ = box
        canvas.panel((left, top, width, PLAYER_HEIGHT))
        colour = theme.parse_colour(self.info.colour)
        canvas.rect(colour, (left + 18, top + 18, 5, 46), 2.5)
        canvas.text("OPPONENT", left + 36, top + 16, theme.LABEL, theme.HAZE)
        draw_rungs(canvas, self.info.difficulty, left + width - 18, top + 17, colour)
        canvas.text(self.info.title, left + 36, top + 34, theme.SUBHEADING, theme.FOAM, within=width - 54)
        long = waiting_s is not None and waiting_s >= LONG_S
        stood_in = self.last is not None and bool(self.last.fallback)
        if is_local(self.info):
            canvas.text("in this program", left + 36, top + 77, theme.SMALL, theme.MIST)
            return
        draw_connection(canvas, (left + 24, top + 84), stood_in=stood_in, waits=long, begun=self.last is not None)

    def _last_answer(self, canvas: Canvas, inner: tuple[float, float], y: float, waiting_s: float | None) -> float:
        left, width = inner
        canvas.rect(theme.EDGE, (left, y, width, 1))
        y += 12
        canvas.text("LAST ANSWER", left, y, theme.LABEL, theme.HAZE)
        last = self.last
        if waiting_s is not None and waiting_s >= WAIT_SHOWN_S:
            canvas.text(
                f"waiting {waiting_s:.1f} s", left + width, y - 1, theme.SMALL_FIGURE, theme.AMBER, align="right"
            )
        elif last is not None:
            _badge(canvas, last, left + width, y - 3)
        y += 18
        if last is None:
            canvas.text("none yet", left, y + 4, theme.BODY, theme.HAZE)
            return y + 96
        if last.fallback:
            return self._draw_fallback(canvas, last, inner, y)
        shown = canvas.text(_figure(last.latency_ms), left, y, theme.BIG_FIGURE, theme.FOAM)
        canvas.text("ms round trip", left + shown + 8, y + 13, theme.SMALL, theme.HAZE)
        y += 42
        _pair(canvas, inner, y, "computed in", f"{_figure(last.compute_ms)} ms")
        _pair(canvas, inner, y + 18, "answered by", f"{last.name} v{last.version}" if last.version else last.name)
        if last.request:
            _pair(canvas, inner, y + 36, "request", last.request)
        if last.note:
            _pair(canvas, inner, y + 54, "note", last.note)
        elif last.cold and last.spent_usd is not None:
            _pair(canvas, inner, y + 54, "this start cost", cents(last.spent_usd, 4))
        return y + 78

    def _draw_fallback(self, canvas: Canvas, last: Noted, inner: tuple[float, float], y: float) -> float:
        left, width = inner
        why = sentence(last.fallback, last.title)
        down = y + 2 + canvas.paragraph(why, (left, y + 2, width, 40), theme.BODY, theme.AMBER)
        canvas.text("A stand-in played this move.", left, down + 4, theme.SMALL, theme.FOAM, within=width)
        canvas.paragraph(last.detail, (left, down + 24, width, y + 98 - down - 24), theme.SMALL, theme.MIST)
        return y + 100

    def _chart(self, canvas: Canvas, box: Box) -> None:
        """Draw a bar an answer on a logarithmic scale: cold ones hollow, stand-ins full height and crossed."""
        left, top, width, height = box
        canvas.text("ROUND TRIPS", left, top, theme.LABEL, theme.HAZE)
        base = top + height - 2
        room = height - 22
        for mark in (10.0, 100.0, 1000.0):
            y = base - room * _share(mark)
            words = "1 s" if mark >= 1000 else f"{mark:.0f} ms"  # noqa: PLR2004 - milliseconds in a second
            used = canvas.text(words, left + width, y - 6, theme.SMALL_FIGURE, theme.STEEL_DARK, align="right")
            canvas.rect(theme.EDGE, (left, y, width - used - 4, 1))
        pitch = (width - 46) / KEPT
        for index, one in enumerate(self._recent):
            x = left + index * pitch
            bar = (
                x,
                base - max(2.0, room * _share(one.latency_ms)),
                max(2.0, pitch - 2),
                max(2.0, room * _share(one.latency_ms)),
            )
            if one.fallback:
                canvas.rect(theme.AMBER, (x, base - room, pitch - 2, room))
                canvas.rect(theme.PANEL, (x, base - room / 2 - 1, pitch - 2, 2))
            elif one.cold:
                canvas.rect(theme.FOAM, bar, 0, 1)
            else:
                canvas.rect(theme.readable(theme.parse_colour(one.colour)), bar)

    def _totals(self, canvas: Canvas, inner: tuple[float, float], y: float) -> None:
        left, width = inner
        canvas.rect(theme.EDGE, (left, y, width, 1))
        cells = (
            ("MOVES", str(self.answers)),
            ("COLD", str(self.cold_starts)),
            ("STAND-IN", str(self.fallbacks)),
            ("ON AWS", self.bill.text(4)),
        )
        places = (0.0, 0.24, 0.435, 1.0)
        for (label, value), place in zip(cells, places, strict=True):
            align = "right" if place == 1.0 else "left"
            small = theme.Style("bold", 10, 1.0)
            canvas.text(label, left + width * place, y + 12, small, theme.HAZE, align=align)
            canvas.text(value, left + width * place, y + 26, theme.FIGURE, theme.FOAM, align=align)


def draw_connection(canvas: Canvas, where: Point, *, stood_in: bool, waits: bool, begun: bool) -> None:
    """Draw a dot and a word: filled where the function answers, hollow where a stand-in plays or an answer is late."""
    if stood_in:
        words, colour, hollow = "a stand-in plays", theme.AMBER, True
    elif waits:
        words, colour, hollow = "waiting for an answer", theme.AMBER, True
    else:
        words, colour, hollow = ("connected", theme.SIGNAL, False) if begun else ("not asked yet", theme.HAZE, True)
    canvas.circle(colour, *where, 5, 2 if hollow else 0)
    canvas.text(words, where[0] + 14, where[1] - 7, theme.SMALL, theme.MIST)


def draw_card(canvas: Canvas, info: OpponentInfo, box: Box) -> float:
    """Draw who an opponent is: colour, title, function, version and rung; return the lower end."""
    left, top, width, _ = box
    colour = theme.parse_colour(info.colour)
    canvas.rect(colour, (left, top, 5, 58), 2.5)
    x = left + 18
    canvas.text("OPPONENT", x, top, theme.LABEL, theme.HAZE)
    draw_rungs(canvas, info.difficulty, left + width, top + 1, colour)
    canvas.text(info.title, x, top + 15, theme.SUBHEADING, theme.FOAM, within=width - 18)
    version = f"  v{info.version}" if info.version else ""
    canvas.text(f"{info.name}{version}", x, top + 42, theme.SMALL_FIGURE, theme.MIST, within=width - 18)
    return top + 60


def draw_rungs(canvas: Canvas, difficulty: int, right: float, y: float, colour: theme.Colour, of: int = 5) -> None:
    """Draw a difficulty as a flight of rising bars, filled up to the rung."""
    of = min(MOST_RUNGS, max(of, difficulty))
    for rung in range(of):
        height = 4 + 2.2 * rung
        box = (right - (of - rung) * 8, y + 13 - height, 5, height)
        canvas.rect(theme.readable(colour) if rung < difficulty else theme.EDGE, box, 1)


def _badge(canvas: Canvas, last: Noted, right: float, y: float) -> None:
    """Say cold, warm or stand-in: by word, with an outline for what is unusual."""
    word = "stand-in" if last.fallback else "cold start" if last.cold else "warm"
    colour = theme.AMBER if last.fallback else theme.FOAM if last.cold else theme.SIGNAL
    width = canvas.measure(word, theme.SMALL) + 16
    box = (right - width, y, width, 19)
    if last.fallback or last.cold:
        canvas.rect(colour, box, 9, 1)
    else:
        canvas.rect(theme.SIGNAL_DIM, box, 9)
    canvas.text(word, right - width + 8, y + 2, theme.SMALL, colour)


def _promise(canvas: Canvas, inner: tuple[float, float], y: float, words: str, digest: str) -> None:
    """Write words, and a hash below them."""
    left, width = inner
    canvas.text(words.upper(), left, y, theme.LABEL, theme.SIGNAL, within=width)
    draw_hash(canvas, digest, left, y + 16, width)


def draw_hash(canvas: Canvas, digest: str, x: float, y: float, width: float) -> None:
    """Write a hash, or a secret, in three lines so that it can be noted down and compared."""
    for index, start in enumerate(range(0, len(digest), DIGITS)):
        part = digest[start : start + DIGITS]
        canvas.text(part, x, y + 14 * index, theme.SMALL_FIGURE, theme.MIST, within=width)


def _pair(canvas: Canvas, inner: tuple[float, float], y: float, label: str, value: str) -> None:
    left, width = inner
    used = canvas.text(label, left, y, theme.SMALL, theme.HAZE)
    canvas.text(value, left + width, y, theme.SMALL_FIGURE, theme.FOAM, align="right", within=width - used - 10)


def _share(latency_ms: float) -> float:
    """Return how high a bar stands, 0 to 1."""
    bounded = min(SLOWEST_MS, max(FASTEST_MS, latency_ms))
    return log10(bounded / FASTEST_MS) / log10(SLOWEST_MS / FASTEST_MS)


def _figure(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"  # noqa: PLR2004 - three digits suffice
