"""A recorded match looked at again: step by step, at any speed, with what the coach says and who answered how.

The positions come from a ``Film``, which works them out in a thread; the coach's notes from ``Coach``.  Nothing here
waits: what is not known yet is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from client.games.words import event_text, quiet_events
from client.replay.film import Film
from client.replay.stage import STAGE, View, describer_of, find_stage, marker_of
from client.scene_manager import AMBIENT, EVERY, TICKS_PER_SECOND
from client.scenes.replay_panel import SIDE, blunder_at, draw_side
from client.scenes.retry import RetryScene
from client.scenes.share import ShareScene
from client.ui import theme
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    LEFT,
    LEFT_BUTTON,
    NEXT,
    PREVIOUS,
    RIGHT,
    SHUFFLE,
    TURN,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from client.ui.sea import draw_backdrop
from client.ui.widgets import Button, Group, hint_line, inside
from games.catalog import find_game
from games.core import GameError
from games.record import headline

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.replay.coach import Coach
    from client.replay.notes import Note
    from client.replay.stage import Stage
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.core import Player
    from games.record import GameRecord

LINE: Box = (STAGE[0], 590.0, STAGE[2], 34.0)
"""The time line."""
BUTTONS_TOP, HINTS_TOP = 634.0, 694.0
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
REMEMBERED_S = 0.5
"""For how long a note of a match in real time is shown."""


class ReplayScene:
    """One record.  ``back`` is where it leads when it is left; ``extra`` are further things to do with it."""

    overlay = False

    def __init__(self, manager: SceneManager, record: GameRecord, back: Callable[[], None], at: int = 0) -> None:
        self.record = record
        self.coach: Coach = manager.world.coach(record)
        self.step = 0
        self.playing = False
        self.trouble = ""
        self.show_coach = True
        self._manager = manager
        self._back = back
        self._wanted = max(0, min(record.steps, at))
        self._speed = SPEEDS.index(1.0)
        self._passed = 0.0
        """Steps that have passed since the one that is shown, while it plays."""
        self._ticks = 0
        self._dragging = False
        self._stage: Stage | None = None
        self._pace = 1.0
        self._real_time = False
        self._known = False
        self._quiet: frozenset[str] = frozenset()
        self.describe: Callable[[Note], str] = lambda _: ""
        """Says what the coach's numbers mean in this game."""
        try:
            info = find_game(record.game).INFO
            self._pace, self._real_time, self._known = info.steps_per_second, info.real_time, True
            self._stage, self._quiet = find_stage(record), quiet_events(record.game)
            self.describe = describer_of(record.game)
        except GameError as error:
            self.trouble = str(error)
        self.film = Film(record, marker_of(record.game)) if self._known else Film(record)
        self.names: dict[Player, str] = {item.player: item.name for item in record.participants}
        self.buttons = self._make_buttons()
        title = find_game(record.game).INFO.title if self._known else record.game
        when = record.started_at[:16].replace("T", " ")
        self._line = f"{title}, {when} UTC.  {headline(record)}"

    def handle(self, event: Input) -> None:
        """Step, play, drag the time line, or press a button."""
        if isinstance(event, Pointer):
            self._point(event)
        elif isinstance(event, Command):
            self._command(event)

    def tick(self) -> None:
        """Let the film and the coach go on."""
        self._ticks += 1
        self.coach.tick()
        self.buttons.widgets[7].enabled = self.can_retry
        known = max(0, self.film.ready - 1)
        if self._wanted > self.step:
            self.step = min(self._wanted, known)
        if self.playing:
            self._passed += self._pace * SPEEDS[self._speed] / TICKS_PER_SECOND
            whole = int(self._passed)
            self._passed -= whole
            self._go(min(self.step + whole, known))
            if self.film.done and self.step >= known:
                self._play(playing=False)

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the position and all that is known of it."""
        still = self._manager.settings.reduced_motion
        now = (self._ticks + alpha) / TICKS_PER_SECOND
        draw_backdrop(canvas, now, still=still)
        self._draw_heading(canvas)
        frame = self.film.at(self.step)
        notes = self.notes
        if frame is None or self._stage is None:
            canvas.panel(STAGE)
            words = self.trouble or self.film.trouble or "Playing the match again…"
            room = (STAGE[0] + 40, STAGE[1] + 200, STAGE[2] - 80, 200)
            canvas.paragraph(words, room, theme.BODY, theme.AMBER if self.film.trouble else theme.MIST, align="left")
        else:
            view = View(
                frame, self.names, self.film.latest(self.step), self._state_at, notes if self.show_coach else (),
                still, self._manager.settings.bold_marks, now,
            )  # fmt: skip
            self._stage.draw(canvas, view)
        self._draw_line(canvas)
        turns = self.film.turns_at(self.step) or self.film.latest(self.step)[: 1 if self._real_time else 0]
        draw_side(canvas, self, turns, notes if self.show_coach else (), now)
        self.buttons.draw(canvas)
        hints = [("←→", "step"), ("Space" if self.on_line else ACCEPT, "play" if self.on_line else "choose")]
        hints += [(NEXT, "next move"), (TURN, "speed"), (SHUFFLE, "coach"), (BACK, "leave")]
        hint_line(canvas, self._manager.device, hints, STAGE[0], HINTS_TOP)

    def leave(self) -> None:
        """Stop what works in the background."""
        self.film.close()
        self.coach.close()

    @property
    def on_line(self) -> bool:
        """Whether the time line has the focus, rather than a button."""
        return self.buttons.focus is None

    @property
    def notes(self) -> list[Note]:
        """What the coach says of the turns that led here; in real time, of those of the last moment."""
        found = self.coach.notes
        if found is None:
            return []
        turns = self.film.turns_at(self.step)
        if self._real_time:
            since = self.step - REMEMBERED_S * self._pace
            turns = tuple(turn for turn in self.film.latest(self.step) if turn.step >= since)
        noted = (found.by_turn.get((turn.step, turn.player)) for turn in turns)
        return [note for note in noted if note is not None]

    def go(self, step: int) -> None:
        """Show position ``step``, as soon as it is known; what plays stands still."""
        self._play(playing=False)
        self._go(step)

    def _go(self, step: int) -> None:
        self._wanted = max(0, min(self.record.steps, step))
        self.step = min(self._wanted, max(0, self.film.ready - 1))

    def _state_at(self, step: int) -> Any:
        return self.film.state_at(step)

    @property
    def pace(self) -> float:
        """Every picture while it plays."""
        return EVERY if self.playing else AMBIENT

    def _play(self, *, playing: bool) -> None:
        if playing and self.film.done and self.step >= self.film.ready - 1:
            self._go(0)
        self.playing, self._passed = playing, 0.0
        play = self.buttons.widgets[2]
        if isinstance(play, Button):
            play.label = "Pause" if playing else "Play"

    def _toggle(self) -> None:
        self._play(playing=not self.playing)

    def _faster(self) -> None:
        self._speed = (self._speed + 1) % len(SPEEDS)
        speed = self.buttons.widgets[5]
        if isinstance(speed, Button):
            speed.label = f"{SPEEDS[self._speed]:g} x"

    def _toggle_coach(self) -> None:
        self.show_coach = not self.show_coach
        coach = self.buttons.widgets[6]
        if isinstance(coach, Button):
            coach.label = "Hide coach" if self.show_coach else "Show coach"

    def _share(self) -> None:
        self._play(playing=False)
        self._manager.push(ShareScene(self._manager, self.record, self.step))

    def _retry(self) -> None:
        if self.can_retry:
            self._play(playing=False)
            self._manager.push(RetryScene(self._manager, self.record, self.step))

    @property
    def can_retry(self) -> bool:
        """Whether the position that is shown can become a match: the game is known, and not over there."""
        frame = self.film.at(self.step)
        known = self._known and frame is not None and self._manager.ladder.looked
        return known and frame is not None and find_game(self.record.game).outcome(frame.state) is None

    def _command(self, event: Command) -> None:
        if event.name == BACK and not event.repeat:
            self._back()
        elif event.name in (NEXT, PREVIOUS):
            self.go(self.film.next_turn(self.step, 1 if event.name == NEXT else -1))
        elif event.name == TURN and not event.repeat:
            self._faster()
        elif event.name == SHUFFLE and not event.repeat:
            self._toggle_coach()
        elif not self.on_line:
            if event.name == UP:
                self.buttons.focus = None
            else:
                self.buttons.handle(event)
        elif event.name in (LEFT, RIGHT):
            self.go(self.step + (1 if event.name == RIGHT else -1))
        elif event.name == ACCEPT and not event.repeat:
            self._toggle()
        elif event.name == DOWN:
            self.buttons.focus = 2

    def _point(self, event: Pointer) -> None:
        if event.kind == "release":
            self._dragging = False
        left, top, width, height = LINE
        on_line = inside((left - 10, top, width + 20, height), event.x, event.y)
        if event.kind == "press" and event.button == LEFT_BUTTON and on_line:
            self._dragging = True
        if self._dragging:
            self.go(round((event.x - left) / width * self.record.steps))
        elif event.kind == "wheel" and inside(SIDE, event.x, event.y):
            return
        elif event.kind == "wheel":
            self.go(self.step - event.wheel)
        elif event.kind == "press" and (step := blunder_at(self, event.x, event.y)) is not None:
            self.go(step)
        else:
            self.buttons.handle(event)

    def _make_buttons(self) -> Group:
        top = BUTTONS_TOP
        left = STAGE[0]
        wide = 66.0
        group = Group(
            [
                Button((left, top, 56, 44), "|<", lambda: self.go(0)),
                Button((left + 62, top, 56, 44), "<", lambda: self.go(self.step - 1)),
                Button((left + 124, top, 96, 44), "Play", self._toggle, "primary"),
                Button((left + 226, top, 56, 44), ">", lambda: self.go(self.step + 1)),
                Button((left + 288, top, 56, 44), ">|", lambda: self.go(self.record.steps)),
                Button((left + 350, top, wide, 44), "1 x", self._faster),
                Button((left + 422, top, 118, 44), "Hide coach", self._toggle_coach),
                Button((left + 548, top, 168, 44), "Play on from here", self._retry),
                Button((left + 724, top, 90, 44), "Share", self._share),
                Button((SIDE[0] + SIDE[2] - 100, top, 100, 44), "Back", self._back, hint="Esc"),
            ]
        )
        group.focus = None
        group.on_move = lambda: self._manager.sounds.play("move")
        return group

    def _draw_heading(self, canvas: Canvas) -> None:
        seats = "  -  ".join(f"{item.name}{f' v{item.version}' if item.version else ''}" for item in self._seated())
        canvas.text(seats, STAGE[0], 20, theme.HEADING, theme.FOAM, within=820)
        canvas.text(self._line, STAGE[0], 52, theme.BODY, theme.MIST, within=870)
        right = SIDE[0] + SIDE[2]
        canvas.text("LAMBDA ARCADE", right, 28, theme.Style("bold", 13, 3.5), theme.HAZE, align="right")
        exports = self._manager.exports
        told = f"Sharing: {exports.share:.0%}" if exports.busy else "Replay"
        canvas.text(told, right, 50, theme.SMALL, theme.HAZE, align="right")

    def _seated(self) -> list[Any]:
        last = {item.player: item for item in self.record.participants}
        return list(last.values())

    def _draw_line(self, canvas: Canvas) -> None:
        left, top, width, _ = LINE
        steps = max(1, self.record.steps)
        middle = top + 9
        canvas.rect(theme.EDGE, (left, middle - 2, width, 4), 2)
        known = width * max(0, self.film.ready - 1) / steps
        canvas.rect(theme.EDGE_LIT, (left, middle - 2, max(1.0, known), 4), 2)
        for mark in self.film.marks:
            canvas.rect(theme.CORAL, (left + width * mark.step / steps - 1, middle - 8, 2, 6))
        notes = self.coach.notes
        for note in notes.blunders if notes is not None and self.show_coach else ():
            x = left + width * (note.step + 1) / steps
            canvas.polygon(theme.AMBER, [(x - 4, middle + 11), (x + 4, middle + 11), (x, middle + 4)])
        canvas.rect(theme.SIGNAL, (left, middle - 2, max(1.0, width * self.step / steps), 4), 2)
        if self.on_line:
            canvas.circle(theme.SIGNAL_DIM, left + width * self.step / steps, middle, 11)
        canvas.circle(theme.FOAM, left + width * self.step / steps, middle, 7)
        told = f"{'tick' if self._real_time else 'step'} {self.step} of {self.record.steps}"
        if self._real_time:
            told += f"   {self.step / self._pace:.1f} s"
        used = canvas.text(told, left, top + 24, theme.SMALL_FIGURE, theme.MIST)
        frame = self.film.at(self.step)
        events = frame.events if frame is not None else ()
        happened = [event_text(event, self.names) for event in events if event.kind not in self._quiet]
        if self.film.trouble and not self.film.done:
            happened = [self.film.trouble]
        words = "   ".join(happened[:3])
        canvas.text(words, left + used + 20, top + 23, theme.SMALL, theme.FOAM, within=width - used - 24)
