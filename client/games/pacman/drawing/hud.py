"""The two panels beside the field: the game's own figures, and what is known of the functions that hunt.

A late answer is shown as what it is: the ghost played the arcade's rule, and why.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

from client.games.pacman.drawing.actors import COLOURS, draw_ghost, draw_pacman
from client.games.pacman.drawing.board import ghost_look
from client.games.pacman.drawing.fruit import draw_fruit
from client.games.pacman.network.messages import CLASSIC, PREFETCHED, REFRESHED
from client.games.pacman.network.schedule import REQUESTS_A_MINUTE
from client.net.causes import sentence
from client.net.cost import Bill
from client.net.local import is_local
from client.ui import theme
from client.ui.canvas import HEIGHT
from client.ui.hud import draw_connection
from games.pacman.names import GHOSTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.games.pacman.network.controllers import Controller, Team
    from client.games.pacman.network.messages import AskResult, Choice, Counts
    from client.games.pacman.network.schedule import Schedule
    from client.net.cost import Price
    from client.ui.canvas import Box, Canvas
    from games.pacman.names import GhostName
    from games.pacman.observation import Observation

LEFT_PANEL: Box = (22.0, 22.0, 286.0, HEIGHT - 44.0)
RIGHT_PANEL: Box = (972.0, 22.0, 286.0, HEIGHT - 44.0)
ROW = 68.0
PLAYER_ROW = 58.0
KEPT = 48
"""Decisions that the chart shows."""
FASTEST_MS, SLOWEST_MS = 1.0, 1000.0
KINDS = {REFRESHED: "fresh", PREFETCHED: "early", CLASSIC: "arcade"}
"""How a choice is told: by a fresh answer, by an earlier one, or by the arcade's rule."""
TINY = theme.Style("bold", 10, 0.5)
SCORE = theme.Style("bold", 40, 1.0)
LIVES_SHOWN = 5
COLUMNS = (0.0, 0.24, 0.53, 0.75)
"""Where the counters stand, as shares of the width."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One decision as the chart shows it."""

    ghost: GhostName
    latency_ms: float
    kind: str
    cold: bool


class TeamHud:
    """What is known of the answers of this match."""

    def __init__(self) -> None:
        self.last: dict[GhostName, Choice] = {}
        self.bill = Bill()
        self._bars: deque[_Bar] = deque(maxlen=KEPT)

    def note(self, choices: Sequence[Choice], replies: Sequence[AskResult], prices: Mapping[str, Price | None]) -> None:
        """Take in what was decided and what has come back in a tick; ``prices`` by the functions' names."""
        for answered in replies:
            if answered.compute_ms is not None:
                self.bill.add(prices.get(answered.name), answered.compute_ms, answered.init_ms or 0.0)
        for choice in choices:
            self.last[choice.ghost] = choice
            reply = choice.reply
            latency = reply.latency_ms if reply is not None else 0.0
            self._bars.append(_Bar(choice.ghost, latency, choice.kind, bool(reply is not None and reply.cold)))

    def draw(self, canvas: Canvas, now: Observation, team: Team, schedule: Schedule, ticks: int) -> None:
        """Draw the panel of the team."""
        left, top, width, height = RIGHT_PANEL
        canvas.panel(RIGHT_PANEL)
        inner = (left + 16, width - 32)
        canvas.text("THE TEAM", inner[0], top + 16, theme.LABEL, theme.HAZE)
        functions = len({controller.key for controller in team.controllers.values()})
        told = "one function" if functions == 1 else f"{functions} functions"
        canvas.text(told, inner[0] + inner[1], top + 14, theme.SMALL, theme.HAZE, align="right")
        y = top + 38
        for index, name in enumerate(GHOSTS):
            self._ghost(canvas, inner, y + index * ROW, now, team.controllers[name], index, ticks)
        y += 4 * ROW + 2
        y = self._schedule(canvas, inner, y, team, schedule)
        y = self._shares(canvas, inner, y + 6, schedule.counts)
        totals = top + height - 50
        slowest_ms = schedule.slowest_twentieth_ms(slowest(team, schedule))
        self._chart(canvas, (inner[0], y + 6, inner[1], totals - y - 16), slowest_ms)
        self._totals(canvas, inner, totals, schedule)

    def draw_players(self, canvas: Canvas, now: Observation, team: Team, ticks: int) -> None:
        """Draw who moves which ghost, and a dot for each connection."""
        left, top, width, _ = RIGHT_PANEL
        canvas.panel((left, top, width, 52 + len(GHOSTS) * PLAYER_ROW))
        canvas.text("THE TEAM", left + 16, top + 16, theme.LABEL, theme.HAZE)
        for index, ghost in enumerate(now.ghosts):
            y = top + 42 + index * PLAYER_ROW
            look = ghost_look(now, ghost)
            draw_ghost(canvas, (left + 33, y + 22), 15, ghost.name, ghost.heading, look=look, hem=ticks // 8)
            title = team.controllers[ghost.name].info.title
            canvas.text(title, left + 60, y + 4, theme.BUTTON, COLOURS[ghost.name], within=width - 76)
            last = self.last.get(ghost.name)
            stood_in = last is not None and last.reply is None
            if is_local(team.controllers[ghost.name].info):
                canvas.text("in this program", left + 60, y + 27, theme.SMALL, theme.MIST)
            else:
                draw_connection(canvas, (left + 66, y + 34), stood_in=stood_in, waits=False, begun=last is not None)

    def _ghost(
        self,
        canvas: Canvas,
        inner: tuple[float, float],
        y: float,
        now: Observation,
        controller: Controller,
        index: int,
        ticks: int,
    ) -> None:
        left, width = inner
        right = left + width
        ghost = now.ghosts[index]
        colour = COLOURS[ghost.name]
        canvas.rect(theme.EDGE, (left, y, width, 1))
        draw_ghost(
            canvas, (left + 17, y + 36), 15, ghost.name, ghost.heading, look=ghost_look(now, ghost), hem=ticks // 8
        )
        x = left + 44
        canvas.text(ghost.name.capitalize(), x, y + 9, theme.BUTTON, colour)
        version = f" v{controller.version}" if controller.version else ""
        canvas.text(f"{controller.info.name}{version}", x, y + 28, theme.SMALL_FIGURE, theme.MIST, within=width - 44)
        last = self.last.get(ghost.name)
        if last is None:
            canvas.text("no junction yet", x, y + 46, theme.SMALL, theme.HAZE)
        elif last.reply is None:
            why = sentence(last.cause or "", controller.info.title)
            canvas.text(why, x, y + 46, theme.SMALL, theme.AMBER, within=width - 44)
        else:
            reply = last.reply
            words = f"{_figure(reply.latency_ms)} ms"
            used = canvas.text(words, x, y + 45, theme.FIGURE, theme.FOAM)
            compute = f"{_figure(reply.compute_ms or 0.0)} ms computing"
            canvas.text(compute, x + used + 8, y + 47, theme.SMALL, theme.HAZE, within=right - x - used - 8)
        if last is not None:
            _badge(canvas, last, right, y + 8)

    def _schedule(self, canvas: Canvas, inner: tuple[float, float], y: float, team: Team, schedule: Schedule) -> float:
        left, width = inner
        canvas.rect(theme.EDGE, (left, y, width, 1))
        canvas.text("SCHEDULE", left, y + 11, theme.LABEL, theme.HAZE)
        lead = f"asks {schedule.lead_ticks(slowest(team, schedule))} ticks ahead"
        canvas.text(lead, left + width, y + 9, theme.SMALL, theme.MIST, align="right")
        counts = schedule.counts
        cells = (
            ("ASKED", counts.asked, theme.FOAM),
            ("ANSWERS", counts.answered, theme.FOAM),
            ("USED", counts.used, theme.FOAM),
            ("FRESH", counts.refreshed, theme.SIGNAL),
            ("STALE", counts.stale, theme.MIST),
            ("LATE", counts.late, theme.MIST),
            ("FAILED", counts.illegal + counts.failed, _warned(counts.illegal + counts.failed)),
            ("ARCADE", counts.fallback, _warned(counts.fallback)),
        )
        for index, (label, value, colour) in enumerate(cells):
            x = left + width * COLUMNS[index % 4]
            top = y + 32 + 34 * (index // 4)
            canvas.text(label, x, top, TINY, theme.HAZE)
            canvas.text(str(value), x, top + 12, theme.FIGURE, colour)
        return y + 32 + 2 * 34

    def _shares(self, canvas: Canvas, inner: tuple[float, float], y: float, counts: Counts) -> float:
        """Draw what the decisions of this match rest on, as one bar of three parts and in words."""
        left, width = inner
        parts = (
            (KINDS[REFRESHED], counts.refreshed, theme.SIGNAL),
            (KINDS[PREFETCHED], counts.used - counts.refreshed, theme.mix(theme.SIGNAL, theme.PANEL, 0.55)),
            (KINDS[CLASSIC], counts.fallback, theme.AMBER),
        )
        canvas.rect(theme.EDGE, (left, y, width, 6), 3)
        shares = [count / max(1, counts.decisions) for _, count, _ in parts]
        told = [f"{share:.0%} {word}" for (word, _, _), share in zip(parts, shares, strict=True)]
        used = sum(11 + canvas.measure(words, theme.SMALL) for words in told)
        gap = min(12.0, (width - used) / (len(parts) - 1))
        x, word_x = left, left
        for (_, count, colour), share, words in zip(parts, shares, told, strict=True):
            if count:
                canvas.rect(colour, (x, y, max(2.0, width * share), 6), 2)
            x += width * share
            canvas.rect(colour, (word_x, y + 15, 7, 7), 2)
            word_x += 11 + canvas.text(words, word_x + 11, y + 11, theme.SMALL, theme.MIST) + gap
        return y + 34

    def _chart(self, canvas: Canvas, box: Box, slowest_ms: float) -> None:
        """Draw a bar a decision on a logarithmic scale, in the ghost's colour; the arcade's rule is hollow."""
        left, top, width, height = box
        canvas.text("ROUND TRIPS", left, top, theme.LABEL, theme.HAZE)
        canvas.text(f"p95 {slowest_ms:.0f} ms", left + width, top - 2, theme.SMALL, theme.MIST, align="right")
        base = top + height
        top, height = top + 20, height - 20
        for mark in (10.0, 100.0):
            y = base - height * _share(mark)
            words = f"{mark:.0f} ms"
            used = canvas.text(words, left + width, y - 6, theme.SMALL_FIGURE, theme.STEEL_DARK, align="right")
            canvas.rect(theme.EDGE, (left, y, width - used - 4, 1))
        pitch = (width - 42) / KEPT
        for index, bar in enumerate(self._bars):
            x = left + index * pitch
            if bar.kind == CLASSIC:
                canvas.rect(theme.AMBER, (x, top, max(2.0, pitch - 1), height), 0, 1)
                continue
            high = max(2.0, height * _share(bar.latency_ms))
            colour = theme.FOAM if bar.cold else COLOURS[bar.ghost]
            shown = colour if bar.kind == REFRESHED else theme.mix(colour, theme.PANEL, 0.5)
            canvas.rect(shown, (x, base - high, max(2.0, pitch - 1), high))

    def _totals(self, canvas: Canvas, inner: tuple[float, float], y: float, schedule: Schedule) -> None:
        left, width = inner
        canvas.rect(theme.EDGE, (left, y, width, 1))
        counts = schedule.counts
        share = f"{counts.fallback / counts.decisions:.1%}" if counts.decisions else "none yet"
        cells = (
            ("REQUESTS/MIN", f"{schedule.requests_in_last_minute} of {REQUESTS_A_MINUTE}", "left", 0.0),
            ("FELL BACK", share, "left", 0.46),
            ("ON AWS", self.bill.text(3), "right", 1.0),
        )
        for label, value, align, place in cells:
            canvas.text(label, left + width * place, y + 10, TINY, theme.HAZE, align=align)
            canvas.text(value, left + width * place, y + 23, theme.SMALL_FIGURE, theme.FOAM, align=align)


def slowest(team: Team, schedule: Schedule) -> str:
    """Return the function of the team that takes longest to answer."""
    return max((controller.key for controller in team.controllers.values()), key=schedule.slowest_twentieth_ms)


def draw_game(canvas: Canvas, now: Observation, name: str, dots: int, ticks: int) -> None:
    """Draw the panel of the game: score, level, lives, clock.  ``dots`` is how many the maze began with."""
    left, top, width, _ = LEFT_PANEL
    canvas.panel(LEFT_PANEL)
    x, inner = left + 22, width - 44
    canvas.text("PAC-MAN", x, top + 22, theme.HEADING, theme.FOAM)
    draw_pacman(canvas, (left + width - 46, top + 38), 17, "left", ticks // 4)
    canvas.text("SCORE", x, top + 74, theme.LABEL, theme.HAZE)
    canvas.text(f"{now.score:,}".replace(",", " "), x, top + 92, SCORE, theme.FOAM)
    canvas.text(name, x, top + 140, theme.SMALL, theme.MIST, within=inner)
    y = top + 176
    canvas.rect(theme.EDGE, (x, y, inner, 1))
    canvas.text("LEVEL", x, y + 16, theme.LABEL, theme.HAZE)
    canvas.text(str(now.level), x, y + 34, theme.BIG_FIGURE, theme.FOAM)
    canvas.text("FRUIT", x + inner / 2, y + 16, theme.LABEL, theme.HAZE)
    for index, level in enumerate(range(max(1, now.level - 3), now.level + 1)):
        draw_fruit(canvas, (x + inner / 2 + 13 + index * 29, y + 52), 13, level)
    y += 86
    canvas.text("LIVES", x, y, theme.LABEL, theme.HAZE)
    for index in range(min(now.lives, LIVES_SHOWN)):
        draw_pacman(canvas, (x + 14 + index * 36, y + 36), 15, "left", 2)
    if now.lives > LIVES_SHOWN:
        canvas.text(f"+{now.lives - LIVES_SHOWN}", x + 14 + LIVES_SHOWN * 36, y + 28, theme.FIGURE)
    y += 76
    dots_left = len(now.dots) + len(now.energizers)
    _meter(canvas, (x, y, inner), "DOTS", f"{dots_left} left", 1 - dots_left / max(1, dots), theme.AMBER)
    clock, share, colour = _clock(now)
    _meter(canvas, (x, y + 52, inner), "GHOSTS", clock, share, colour)


def _clock(now: Observation) -> tuple[str, float, theme.Colour]:
    """Return what the ghosts are up to, in words, with a share for the meter."""
    if now.fright:
        return f"flee for {now.fright / 60:.1f} s", min(1.0, now.fright / 360), theme.SIGNAL
    if now.mode == "scatter":
        return "fall back to their corners", 0.0, theme.MIST
    return "hunt" if not now.elroy else "hunt, Blinky enraged", 0.0, theme.CORAL


def _meter(
    canvas: Canvas, place: tuple[float, float, float], label: str, words: str, share: float, colour: theme.Colour
) -> None:
    x, y, width = place
    canvas.text(label, x, y, theme.LABEL, theme.HAZE)
    canvas.text(words, x + width, y - 2, theme.SMALL, theme.FOAM, align="right")
    canvas.rect(theme.EDGE, (x, y + 22, width, 5), 2.5)
    if share > 0:
        canvas.rect(colour, (x, y + 22, max(5.0, width * share), 5), 2.5)


def _badge(canvas: Canvas, choice: Choice, right: float, y: float) -> None:
    """Say what the choice rests on, by word, with an outline for what is unusual."""
    cold = choice.reply is not None and choice.reply.cold
    word = "cold start" if cold else KINDS[choice.kind]
    colour = theme.AMBER if choice.kind == CLASSIC else theme.FOAM if cold else theme.SIGNAL
    width = canvas.measure(word, theme.SMALL) + 16
    box = (right - width, y, width, 19)
    if cold or choice.kind != REFRESHED:
        canvas.rect(colour, box, 9, 1)
    else:
        canvas.rect(theme.SIGNAL_DIM, box, 9)
    canvas.text(word, right - width + 8, y + 2, theme.SMALL, colour)


def _warned(count: int) -> theme.Colour:
    return theme.AMBER if count else theme.MIST


def _share(latency_ms: float) -> float:
    bounded = min(SLOWEST_MS, max(FASTEST_MS, latency_ms))
    return log10(bounded / FASTEST_MS) / log10(SLOWEST_MS / FASTEST_MS)


def _figure(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"  # noqa: PLR2004 - three digits do
