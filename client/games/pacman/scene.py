"""Pac-Man in the window: the person runs, functions hunt, and no frame waits for any of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from client.games.pacman.drawing.board import Board, Moment
from client.games.pacman.drawing.explanation import Insight
from client.games.pacman.drawing.hud import LEFT_PANEL, RIGHT_PANEL, TeamHud, draw_game
from client.games.pacman.network.controllers import SEAT, Controller, Team, deployed
from client.games.pacman.network.networked_match import NetworkedMatch
from client.games.pacman.network.transport import ThreadedLine
from client.games.pacman.sounds import EYES, FLEE, MUNCH, SIRENS, SYNTHS
from client.games.pacman.swap import TeamSwapScene
from client.net.seating import new_match
from client.scene_manager import AMBIENT, EVERY
from client.scenes.pause import PauseScene
from client.scenes.review import Review
from client.ui import theme
from client.ui.canvas import HEIGHT
from client.ui.hud import ENGINEER, PLAYER
from client.ui.inputs import BACK, DIRECTIONS, HINT, LEFT_BUTTON, SHUFFLE, SWAP, Command, Pointer
from client.ui.widgets import Button, Group, hint_line
from games.record import PERSON, Participant

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.games.pacman.network.transport import Answerer
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager, Setup
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.core import Event
    from games.match import Match
    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Observation

JINGLE_AT = 15
"""Ticks after which the opening is played: it is synthesised meanwhile."""
OVER_TICKS = 90
"""Ticks for which GAME OVER stands alone."""
PANEL_TICKS = 4
"""How often a panel is drawn again."""
REACH = 12.0
"""Logical pixels that the pointer must be away from Pac-Man to steer him."""


class PacmanScene:
    """One match.  ``reach`` makes a function that can be asked out of what the ladder says of it."""

    overlay = False
    keeps = True

    def __init__(
        self, manager: SceneManager, setup: Setup, reach: Callable[[OpponentInfo], Answerer] = deployed
    ) -> None:
        self._manager = manager
        self._setup = setup
        self._reach = reach
        self._world = manager.world
        team = Team.of(self._controller(setup.opponent))
        seats = {"pacman": Participant("pacman", PERSON, manager.settings.name), SEAT: team.participant()}
        self.match = new_match(manager.world, setup, seats)
        self._counts = self.match.rated
        self._line = ThreadedLine()
        self.networked = NetworkedMatch(self.match, team, self._line)
        self._before = self.networked.observation
        self._maze = self._before.maze
        self.board = Board(self._maze)
        self.hud = TeamHud()
        self._wish: Direction | None = None
        self._pressed: Direction | None = None
        """The direction whose key was pressed last; only this one may repeat."""
        self._pointing = False
        self._munches = 0
        self._since_over = 0
        self._panels = (-1, -1)
        """When the panels on the left and on the right were drawn last."""
        self._closed = False
        self.review = Review(manager, self, self.match, "pacman", self._again)
        self._end = Group(
            [
                Button((LEFT_PANEL[0] + 22, 560, LEFT_PANEL[2] - 44, 46), "Play again", self._again, "primary"),
                Button((LEFT_PANEL[0] + 22, 616, LEFT_PANEL[2] - 44, 46), "Choose another", self._manager.to_menu),
                Button((LEFT_PANEL[0] + 22, 504, LEFT_PANEL[2] - 44, 46), "Review", self.review.open),
            ],
            unseen=True,
        )
        self._end.on_move = lambda: manager.sounds.play("move")
        manager.sounds.add(SYNTHS)

    def handle(self, event: Input) -> None:
        """Steer, swap, explain, pause."""
        if self.over:
            if isinstance(event, Command) and event.name == BACK and not self._end.unseen:
                self._manager.to_menu()
            else:
                self._end.handle(event)
        elif isinstance(event, Pointer):
            self._point(event)
        elif isinstance(event, Command) and event.name in DIRECTIONS:
            self._steer(event)
        elif isinstance(event, Command) and event.name == SWAP:
            self._open_swap()
        elif isinstance(event, Command) and event.name == SHUFFLE:
            self.networked.explain = not self.networked.explain
        elif isinstance(event, Command) and event.name == HINT:
            self._pause("No function here plays Pac-Man: there is no hint.")
        elif isinstance(event, Command) and event.name == BACK:
            self._pause()

    @property
    def referee(self) -> Match:
        """The match itself."""
        return self.match

    @property
    def my_turn(self) -> bool:
        """Whether the person is asked where to go."""
        return "pacman" in self.match.to_act()

    def act(self, action: Direction) -> None:
        """Turn as if a key had been pressed."""
        self._wish = action

    @property
    def pace(self) -> float:
        """Every picture until the end has been seen."""
        return AMBIENT if self.over and self._since_over > OVER_TICKS else EVERY

    @property
    def name(self) -> str:
        """Who plays, and whether that rates anybody."""
        return self._manager.settings.name + ("" if self._counts else ", rates nobody")

    @property
    def over(self) -> bool:
        """Whether the match has ended."""
        return self.match.outcome is not None

    def tick(self) -> None:
        """Let 1/60 second pass."""
        if self._manager.away and not self.over:
            self._pause("The window was left: nothing has moved since")
            return
        self._before = self.networked.observation
        if self.over:
            self._since_over += 1
            self.review.tick()
            self.board.tick(self._before)
            return
        events = self.networked.tick(self._wish)
        self._wish = None
        now = self.networked.observation
        for event in events:
            self.board.note(event, now)
            self._sound(event)
        self.board.tick(now)
        self.hud.note(self.networked.choices, self.networked.replies, self.networked.team.prices)
        self._hum()
        if any(event.kind == "over" for event in events):
            self._close()

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the field, and the panels beside it in turns: they tell figures, fifteen times a second."""
        now = self.networked.observation
        still = self._manager.settings.reduced_motion
        insights = tuple(Insight(*one) for one in self.networked.explained) if self.networked.explain else ()
        kept = canvas.drawn_by is self and not self.over
        self.board.draw(canvas, Moment(self._before, now, alpha, still, insights), kept=kept)
        panels = self.board.ticks // PANEL_TICKS, (self.board.ticks + PANEL_TICKS // 2) // PANEL_TICKS
        if not kept or panels[0] != self._panels[0]:
            canvas.rect(theme.ABYSS, LEFT_PANEL)
            self._draw_left(canvas, now)
        if not kept or panels[1] != self._panels[1]:
            canvas.rect(theme.ABYSS, RIGHT_PANEL)
            self._draw_right(canvas, now)
        self._panels = panels

    def _draw_right(self, canvas: Canvas, now: Observation) -> None:
        if self._manager.settings.hud == ENGINEER:
            self.hud.draw(canvas, now, self.networked.team, self.networked.schedule, self.board.ticks)
        elif self._manager.settings.hud == PLAYER:
            self.hud.draw_players(canvas, now, self.networked.team, self.board.ticks)

    def _draw_left(self, canvas: Canvas, now: Observation) -> None:
        draw_game(canvas, now, self.name, len(self._maze.dot_tiles), self.board.ticks)
        if self.over and self._since_over > OVER_TICKS:
            self._end.draw(canvas)
        elif not self.over:
            x, y = LEFT_PANEL[0] + 22, HEIGHT - 108
            hint_line(canvas, self._manager.device, [("↑↓←→", "run"), (SWAP, "swap")], x, y)
            hint_line(canvas, self._manager.device, [(SHUFFLE, "explain"), (BACK, "pause")], x, y + 30)

    def leave(self) -> None:
        """End the match and hand its record over."""
        self._hush()
        self._close()
        self.review.close()

    def _controller(self, info: OpponentInfo) -> Controller:
        return Controller(info, self._reach(info), info.version, info.sha256)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self._line.close()
            self._world.finished(self.match.close())

    def _again(self) -> None:
        setup = replace(self._setup, begin=None)
        self._manager.replace(PacmanScene(self._manager, setup, self._reach))

    def _open_swap(self) -> None:
        self._hush()
        self._manager.push(TeamSwapScene(self._manager, self.networked.team, self._swap))

    def _pause(self, why: str = "") -> None:
        self._hush()
        self._pointing = False
        self._manager.push(PauseScene(self._manager, self._open_swap, self._manager.to_menu, why))

    def _swap(self, ghosts: tuple[GhostName, ...], info: OpponentInfo) -> None:
        self._manager.sounds.play("swap")
        self.networked.give(ghosts, self._controller(info))

    def _steer(self, event: Command) -> None:
        """Take the direction pressed last.  A key that is merely still held down from before says nothing new."""
        if not event.repeat:
            self._pressed = event.name
        if event.name == self._pressed:
            self._wish = event.name

    def _point(self, event: Pointer) -> None:
        """Steer towards the pointer while its button is down."""
        if event.kind in ("press", "release"):
            self._pointing = event.kind == "press" and event.button == LEFT_BUTTON
        if not self._pointing:
            return
        now = self.networked.observation.pacman
        x, y = self.board.point(now.x, now.y)
        right, down = event.x - x, event.y - y
        if max(abs(right), abs(down)) < REACH:
            return
        if abs(right) > abs(down):
            self._wish = "right" if right > 0 else "left"
        else:
            self._wish = "down" if down > 0 else "up"

    def _sound(self, event: Event) -> None:
        play = self._manager.sounds.play
        if event.kind == "dot":
            self._munches += 1
            play(MUNCH[self._munches % len(MUNCH)], 0.7)
        elif event.kind in SOUNDS:
            play(SOUNDS[event.kind])

    def _hum(self) -> None:
        """Keep the sound going that tells what the ghosts are up to."""
        sounds, now = self._manager.sounds, self.networked.observation
        if self.board.ticks == JINGLE_AT:
            sounds.play("jingle", tune=True)
        wanted = None
        if now.phase == "play":
            if any(ghost.state == "eyes" for ghost in now.ghosts):
                wanted = EYES
            elif now.fright:
                wanted = FLEE
            else:
                eaten = 1 - (len(now.dots) + len(now.energizers)) / len(self._maze.dot_tiles)
                wanted = SIRENS[min(len(SIRENS) - 1, int(eaten * len(SIRENS)))]
        for name in (*SIRENS, FLEE, EYES):
            if name != wanted:
                sounds.stop(name)
        if wanted is not None:
            sounds.loop(wanted, 0.5)

    def _hush(self) -> None:
        for name in (*SIRENS, FLEE, EYES):
            self._manager.sounds.stop(name)


SOUNDS = {
    "energizer": "power",
    "ghost_eaten": "bite",
    "fruit_eaten": "fruit",
    "fruit_shown": "fruit-shown",
    "extra_life": "extra-life",
    "caught": "caught",
    "level_cleared": "cleared",
    "over": "lost",
}
"""The sound of an event."""


def open_scene(manager: SceneManager, setup: Setup) -> PacmanScene:
    """Return a new match."""
    return PacmanScene(manager, setup)
