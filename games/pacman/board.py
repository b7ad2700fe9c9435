"""The screen as ASCII: for tests, for logs, and for whoever has nothing but a terminal."""

from __future__ import annotations

from games.pacman import cells as c
from games.pacman.ghosts import ghost_at, see
from games.pacman.levels import fruit_name
from games.pacman.maze import CORRIDORS, DOOR, ENERGIZER, INSIDE, Maze
from games.pacman.names import DIRECTIONS, FRIGHTENED, GHOSTS

PACMAN_MARKS = dict(zip(DIRECTIONS, "v>^<", strict=True))
"""His mouth opens the way he goes."""
GHOST_MARKS = dict(zip(GHOSTS, "BPIC", strict=True))
EYES_MARK = '"'


def draw_board(s: list[int], maze: Maze, *, everything: bool) -> str:
    """Return the screen: Pac-Man as ``v > ^ <``, ghosts as ``B P I C`` (small when frightened, ``"`` for eyes)."""
    screen = see(s, maze)
    canvas = [[_bare(mark) for mark in row] for row in maze.rows]
    for tiles, mark in ((screen.dots, "."), (screen.energizers, ENERGIZER)):
        for tile in tiles:
            column, row = maze.tile(tile)
            canvas[row][column] = mark
    if screen.fruit:
        column, row = maze.fruit
        canvas[row][column] = "%"
    canvas[screen.pacman.y // 8][screen.pacman.x // 8] = PACMAN_MARKS[screen.pacman.heading]
    for ghost in screen.ghosts:
        mark = GHOST_MARKS[ghost.name]
        if ghost.state == FRIGHTENED:
            mark = mark.lower()
        elif ghost.state in {"eyes", "entering"}:
            mark = EYES_MARK
        canvas[ghost.y // 8][ghost.x // 8] = mark
    level = f"level {screen.level} ({fruit_name(screen.level)})"
    head = f"tick {screen.tick}  {level}  score {screen.score}  lives {screen.lives}"
    foot = f"{screen.phase}  {screen.mode}  fright {screen.fright}  dots {len(screen.dots)} + {len(screen.energizers)}"
    lines = [head, *("".join(row) for row in canvas), foot]
    if everything:
        wants = DIRECTIONS[s[c.PAC_WANT]]
        own = " ".join(str(s[ghost_at(g) + c.DOTS]) for g in range(1, 4))
        lines.append(f"wants {wants}  noise {s[c.NOISE]}  house {own}, all {s[c.GLOBAL_DOTS]}, timer {s[c.DOT_TIMER]}")
    return "\n".join(lines)


def _bare(mark: str) -> str:
    if mark in (DOOR, INSIDE):
        return "-" if mark == DOOR else " "
    return " " if mark in CORRIDORS else mark
