"""The playing field: maze, fruit, actors and words, between two moments of a match."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from typing import TYPE_CHECKING

from client.games.pacman.drawing.actors import COLOURS, GOLD, draw_death, draw_ghost, draw_pacman
from client.games.pacman.drawing.effects import Effects
from client.games.pacman.drawing.explanation import draw_insights
from client.games.pacman.drawing.fruit import draw_fruit
from client.games.pacman.drawing.maze import DONE, DOT, MazePicture, place, wall_colour
from client.ui import theme
from client.ui.canvas import HEIGHT
from games.pacman.kernel import CAUGHT_TICKS
from games.pacman.levels import FLASH_TICKS, level
from games.pacman.observation import TILE

if TYPE_CHECKING:
    import pygame

    from client.games.pacman.drawing.explanation import Insight
    from client.ui.canvas import Box, Canvas, Point
    from games.core import Event
    from games.pacman.maze import Maze
    from games.pacman.observation import Ghost, Observation, PacMan

ROOM: Box = (324.0, 22.0, 632.0, HEIGHT - 44.0)
HOLD_TICKS = 60
"""Everything stands still so long before Pac-Man folds up, or the walls flash."""
FASTEST = 4
"""Pixels that nobody moves in a tick: who did was put somewhere else."""
WORDS = theme.Style("bold", 20, 3.0)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is between two ticks: the screen before and after, and how far it has come (``alpha``, 0 to 1)."""

    before: Observation
    now: Observation
    alpha: float
    still: bool
    """Leave out what only moves to please."""
    insights: tuple[Insight, ...] = ()
    """What the functions said they saw; under the actors."""


class Board:
    """The field of one match; it follows the match by ``note`` and ``tick``."""

    def __init__(self, maze: Maze, room: Box = ROOM) -> None:
        self.picture = MazePicture(maze, place(maze, room))
        self.effects = Effects()
        self.ticks = 0
        self._phase = ""
        self._phase_ticks = 0
        self._touched: tuple[Canvas | None, list[pygame.Rect]] = (None, [])
        """Where the last picture was drawn, and the pixels that lie over the maze since then."""
        self._eaten: str | None = None
        """The ghost that was just eaten: its points are shown in its place."""

    def tick(self, now: Observation) -> None:
        """Let a tick pass that ended in ``now``."""
        self.ticks += 1
        self._phase_ticks = self._phase_ticks + 1 if now.phase == self._phase else 0
        self._phase = now.phase
        if now.phase != "eaten":
            self._eaten = None
        self.effects.tick()

    def note(self, event: Event, now: Observation) -> None:
        """Show what happened."""
        if event.kind == "ghost_eaten":
            self._eaten = str(event.detail["ghost"])
            self.effects.points(_number(event), self.point(now.pacman.x, now.pacman.y), theme.SIGNAL)
            self.effects.burst(self.point(now.pacman.x, now.pacman.y), COLOURS[self._eaten], self.picture.tile * 2)
        elif event.kind == "fruit_eaten":
            self.effects.points(_number(event), self.picture_fruit(), theme.AMBER)
        elif event.kind == "energizer":
            self.effects.burst(self.point(now.pacman.x, now.pacman.y), DOT, self.picture.tile * 2.4)
        elif event.kind == "extra_life":
            self.effects.burst(self.point(now.pacman.x, now.pacman.y), GOLD, self.picture.tile * 3)
        elif event.kind == "ready":
            self.effects.clear()

    def point(self, x: float, y: float) -> Point:
        """Return the logical point of an actor's pixel; a tile's centre pixel (3, 4) lies in the tile's middle."""
        scale = self.picture.tile / TILE
        return self.picture.box[0] + (x + 1) * scale, self.picture.box[1] + y * scale

    def picture_fruit(self) -> Point:
        """Return where fruit is shown: between the two middle columns."""
        column, row = self.picture.maze.fruit
        return self.point(column * TILE + TILE - 1, row * TILE + TILE / 2)

    def draw(self, canvas: Canvas, moment: Moment, *, kept: bool = False) -> None:
        """Draw everything, on the maze's picture alone: what is around it may stay from the picture before.

        ``kept`` says that the canvas still shows what was drawn here the last time: then only changes are drawn.
        """
        before = canvas.surface.get_clip()
        canvas.surface.set_clip(self.picture.area(canvas).clip(before))
        last, touched = self._touched
        canvas.touched = []
        self._draw(canvas, moment, touched if kept and last is canvas else None)
        self._touched, canvas.touched = (canvas, canvas.touched), None
        canvas.surface.set_clip(before)

    def _draw(self, canvas: Canvas, moment: Moment, stale: list[pygame.Rect] | None) -> None:
        now = moment.now
        colour = wall_colour(now.level)
        flashing = now.phase == "cleared" and self._phase_ticks > HOLD_TICKS
        if flashing and not moment.still and self._phase_ticks // FLASH_TICKS % 2:
            colour = DONE
        self.picture.draw(canvas, colour, frozenset(now.dots), stale)
        self._energizers(canvas, moment)
        if now.fruit:
            draw_fruit(canvas, self.picture_fruit(), self.picture.tile, now.level)
        draw_insights(canvas, self.picture, moment.insights)
        before = canvas.surface.get_clip()
        canvas.surface.set_clip(canvas.area(self.picture.box).clip(before))
        self._actors(canvas, moment, hide_ghosts=flashing)
        canvas.surface.set_clip(before)
        self.effects.draw(canvas, still=moment.still)
        self._words(canvas, now)

    def _energizers(self, canvas: Canvas, moment: Moment) -> None:
        pulse = 1.0 if moment.still else 0.82 + 0.18 * sin((self.ticks + moment.alpha) / 60 * 2 * pi * 1.6)
        radius = self.picture.tile * 0.36
        size = radius * 2 + 2
        sprite = canvas.sprite(("energizer", size), size, size, lambda pen: pen.circle(DOT, size / 2, size / 2, radius))
        for number in moment.now.energizers:
            x, y = self.picture.centre(number)
            canvas.glow((150, 110, 60), x, y, self.picture.tile * 1.1, pulse)
            canvas.blit_centred(sprite, x, y)

    def _actors(self, canvas: Canvas, moment: Moment, *, hide_ghosts: bool) -> None:
        now = moment.now
        folding = now.phase == "caught" and self._phase_ticks > HOLD_TICKS
        if folding:
            share = (self._phase_ticks - HOLD_TICKS) / (CAUGHT_TICKS - HOLD_TICKS)
            draw_death(canvas, self.point(now.pacman.x, now.pacman.y), self.picture.tile, share)
        elif self._eaten is None and now.phase != "over":
            for where in self._places(moment.before.pacman, now.pacman, moment.alpha):
                step = self.ticks // 2 if now.pacman.moving or now.phase == "ready" else 2
                mouth = 2 if now.phase == "ready" else step
                draw_pacman(canvas, where, self.picture.tile, now.pacman.heading, mouth)
        if folding or hide_ghosts or now.phase == "over":
            return
        for before, ghost in reversed(list(zip(moment.before.ghosts, now.ghosts, strict=True))):
            if ghost.name == self._eaten:
                continue
            for where in self._places(before, ghost, moment.alpha):
                rage = now.elroy if ghost.name == "blinky" else 0
                look = ghost_look(now, ghost)
                hem = 0 if moment.still else self.ticks // 6
                draw_ghost(canvas, where, self.picture.tile, ghost.name, ghost.heading, look=look, hem=hem, rage=rage)

    def _places(self, before: PacMan | Ghost, now: PacMan | Ghost, alpha: float) -> list[Point]:
        """Return where an actor is seen: twice while it passes through a tunnel's end."""
        x, y = float(now.x), float(now.y)
        if abs(now.x - before.x) < FASTEST and abs(now.y - before.y) < FASTEST:
            x = before.x + (now.x - before.x) * alpha
            y = before.y + (now.y - before.y) * alpha
        whole = self.picture.maze.width * TILE
        xs = [x]
        if x < 2 * TILE:
            xs.append(x + whole)
        elif x > whole - 2 * TILE:
            xs.append(x - whole)
        return [self.point(one, y) for one in xs]

    def _words(self, canvas: Canvas, now: Observation) -> None:
        x, y = self.picture_fruit()
        if now.phase == "ready":
            canvas.text("READY!", x, y - WORDS.size * 0.58, WORDS, GOLD, align="centre")
        elif now.phase == "over":
            canvas.text("GAME OVER", x, y - WORDS.size * 0.58, WORDS, theme.CORAL, align="centre")


def ghost_look(now: Observation, ghost: Ghost) -> str:
    """Return how a ghost looks: hunting, frightened, flashing or eyes.

    Frightened ghosts flash as often as the level says, counted back from the end of the fright.
    """
    if ghost.state in ("eyes", "entering"):
        return "eyes"
    if ghost.state != "frightened":
        return "hunting"
    interval = now.fright // FLASH_TICKS
    return "flashing" if interval < 2 * level(now.level).flashes and interval % 2 == 0 else "frightened"


def _number(event: Event) -> int:
    points = event.detail["points"]
    return points if isinstance(points, int) else 0
