"""Pac-Man's rules, tick by tick (sources: the marks [D], [S], [F] and [M] of docs/pacman.md).

**Space.**  A maze is a grid of tiles of 8 x 8 pixels, (0, 0) at the top left; rows grow downwards.  The arcade's screen
has three more rows above and two below it: screen row = maze row + 3.  An actor is where its centre pixel is: tile =
(x // 8, y // 8), and it stands on a tile's centre when (x % 8, y % 8) is (3, 4).  The start positions lie between the two
middle columns, at x = 4 * width - 1.  Leaving a tunnel at one side enters it at the other, one pixel on.

**Time.**  One step is one tick, 1/60 s.  Speeds are whole pixels per 16 ticks.

**Pac-Man's action** is a direction (``left``): the one he wants from now on; he takes it as soon as there is a way.
It may be given at any tick.  ``to_act`` names ``pacman`` when he has entered a tile, stands still, or play begins.

**The ghosts' action** is exits by ghost (``{"blinky": "up"}``).  A *decision* is a junction that a roaming ghost, not
frightened, reaches next and where it has two exits or more (turning back is none).  From the moment it leaves the centre
of one junction, ``observe(state, "ghosts").decide`` tells the next: ghost, junction tile, heading on arrival, exits, and
the ticks until the exit is taken at the junction's centre, the deadline.  ``to_act`` names ``ghosts`` when at least one
decision has 0 ticks left and nothing was submitted for it.  Exits may be submitted at any tick before: they are kept (the
last one counts) until the junction is reached.  A forced reversal, fright or being eaten changes the decision and drops
what was submitted for the old one.  A ghost without a submitted exit takes the arcade's, which it chose on entering
the tile before the junction.

**Events** (``games.core.Event``; ``detail`` in brackets): ``began`` (play starts after ready), ``dot``, ``energizer``,
``fright_ended``, ``reversal``, ``mode`` (mode), ``fruit_shown``, ``fruit_gone``, ``fruit_eaten`` (points),
``ghost_eaten`` (ghost, points), ``ghost_left`` (ghost: it has left the house), ``ghost_home`` (ghost: eyes have reached
their seat and live again), ``exit`` (ghost, junction, exit, chosen: whether it was submitted), ``caught`` (ghost),
``extra_life``, ``level_cleared``, ``ready`` (level: a level or life is about to begin), ``over``.

**Options** of ``start``, all optional: ``maze`` (a name of ``mazes.MAZES`` or a maze's text, see ``maze``), ``level`` (1),
``lives`` (3), ``boards`` (0: how many boards Pac-Man must clear to win; 0 plays for ever), ``extra_life`` (10000 points;
0: none), ``hard`` (false: skips levels 1, 3, 6, 19, 20), and the arcade's quirks ``overflow`` (true: facing up, Pinky's and
Inky's aim slips to the left) and ``pass_through`` (false: actors that swap tiles within one tick miss each other).

**Observation** as JSON (``codec``)::

    {"tick": 412, "level": 1, "maze": "arcade", "phase": "play", "lives": 3, "score": 310, "mode": "scatter",
     "fright": 0, "elroy": 0, "fruit": 0, "dots": [[1, 1], [2, 1]], "energizers": [[1, 3]],
     "pacman": {"x": 83, "y": 188, "heading": "left", "moving": true},
     "ghosts": {"blinky": {"x": 171, "y": 12, "heading": "left", "state": "roaming", "reversing": false}, …},
     "decide": [{"ghost": "blinky", "junction": [21, 1], "heading": "left", "exits": ["left", "down"], "ticks": 0}]}

``maze`` is the name of one of ours, or the text of another.  Tiles are [column, row].
"""

from __future__ import annotations

NAME = "pacman"
RULES_VERSION = 1
PLAYERS = ("pacman", "ghosts")
