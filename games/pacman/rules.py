"""Pac-Man's rules, tick by tick (sources: the marks [D], [S], [F] and [M] of docs/pacman.md).

**Space.** A maze is a grid of tiles of 8 x 8 pixels, (0, 0) at the top left; rows grow downwards. The arcade's screen
has three more rows above and two below it: screen row = maze row + 3. An actor is where its centre pixel is: tile =
(x // 8, y // 8), and it stands on a tile's centre when (x % 8, y % 8) is (3, 4). The start positions lie between the
two middle columns, at x = 4 * width - 1. Leaving a tunnel at one side enters it at the other, one pixel on.

**Time.** One step is one tick, 1/60 s. Speeds are whole pixels per 16 ticks.

**Pac-Man's action** is a direction (``left``): the one he wants from now on; he takes it as soon as there is a way.
It may be given at any tick. ``to_act`` names ``pacman`` when he has entered a tile, stands still, or play begins.

**The ghosts' action** is exits by ghost (``{"blinky": "up"}``). A *decision* is a junction that a roaming ghost, not
frightened, reaches next and where it has two exits or more (turning back is none). From the moment it leaves the
centre of one junction, ``observe(state, "ghosts").decide`` tells the next: ghost, junction tile, heading on arrival,
exits, and the ticks until the exit is taken at the junction's centre, the deadline. ``to_act`` names ``ghosts`` when
at least one decision has 0 ticks left and nothing was submitted for it. Exits may be submitted at any tick before:
they are kept (the last one counts) until the junction is reached. A forced reversal, fright or being eaten changes
the decision and drops what was submitted for the old one. A ghost without a submitted exit takes the arcade's, which
it chose on entering the tile before the junction.

**Events** (``games.core.Event``; ``detail`` in brackets): ``began`` (play starts after ready), ``dot``,
``energizer``, ``fright_ended``, ``reversal``, ``mode`` (mode), ``fruit_shown``, ``fruit_gone``, ``fruit_eaten``
(points), ``ghost_eaten`` (ghost, points), ``ghost_left`` (ghost: it has left the house), ``ghost_home`` (ghost: eyes
have reached their seat and live again), ``exit`` (ghost, junction, exit, chosen: whether it was submitted),
``caught`` (ghost), ``extra_life``, ``level_cleared``, ``ready`` (level: a level or life is about to begin), ``over``.

**Options** of ``start``, all optional: ``maze`` (a name of ``mazes.MAZES`` or a maze's text, see ``maze``), ``level``
(1), ``lives`` (3), ``boards`` (0: how many boards Pac-Man must clear to win; 0 plays for ever), ``extra_life`` (10000
points; 0: none), ``hard`` (false: skips levels 1, 3, 6, 19, 20), and the arcade's quirks ``overflow`` (true: facing
up, Pinky's and Inky's aim slips to the left) and ``pass_through`` (false: actors that swap tiles within one tick miss
each other).

**Observation** as JSON (``codec``)::

    {"tick": 412, "level": 1, "maze": "arcade", "phase": "play", "lives": 3, "score": 70, "mode": "scatter",
     "fright": 0, "elroy": 0, "fruit": 0, "dots": [[1, 1], [2, 1], …], "energizers": [[1, 3], …],
     "pacman": {"x": 51, "y": 188, "heading": "left", "moving": false},
     "ghosts": {"blinky": {"x": 11, "y": 89, "heading": "up", "state": "roaming", "reversing": false}, …},
     "decide": [{"ghost": "blinky", "junction": [1, 4], "heading": "up", "exits": ["up", "right"], "ticks": 56}, …]}

``maze`` is the name of one of ours, or the text of another. Tiles are [column, row].
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from itertools import product
from typing import TYPE_CHECKING

from games.core import Event, GameError, GameInfo, IllegalActionError, Json, Outcome, Player
from games.pacman import cells as c
from games.pacman.board import draw_board
from games.pacman.codec import decode_observation, encode_observation
from games.pacman.events import events_of
from games.pacman.ghost_ai import next_decision
from games.pacman.ghosts import cell_count, see, upcoming
from games.pacman.kernel import JINGLE_TICKS, READY_TICKS, begin_level, next_level, submit_exit, tick
from games.pacman.mazes import find_maze
from games.pacman.names import DIRECTIONS, GHOSTS
from games.pacman.notation import Action, Exits, parse_action, print_action
from games.pacman.observation import Decision, Observation, ask_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    from games.pacman.maze import Maze
    from games.pacman.names import GhostName

__all__ = [
    "INFO", "NAME", "PLAYERS", "RULES_VERSION", "Action", "Observation", "State", "ask", "ask_early", "board",
    "chance", "check", "decisions", "decode_observation", "digest", "encode_observation", "legal_actions", "observe",
    "outcome", "parse_action", "print_action", "sample_action", "start", "step", "still_asked", "to_act",
]  # fmt: skip

NAME = "pacman"
RULES_VERSION = 1
PACMAN, GHOST_TEAM = "pacman", "ghosts"
PLAYERS = (PACMAN, GHOST_TEAM)
INFO = GameInfo(
    title="Pac-Man",
    tagline="You run; four minds give chase",
    person=PACMAN,
    real_time=True,
    steps_per_second=60.0,
    hidden_information=True,
    chance=True,
    score="points",
    moves_per_second=5.0,
)
_NUMBER = {name: number for number, name in enumerate(DIRECTIONS)}
_NOBODY: tuple[Player, ...] = ()
_WHO = (_NOBODY, (PACMAN,), (GHOST_TEAM,), PLAYERS)


@dataclass(frozen=True, slots=True)
class State:
    """A moment of a game: the kernel's cells (see ``cells`` for where everything is) and the maze they are about."""

    cells: tuple[int, ...]
    maze: Maze


def start(options: Mapping[str, Json], random: Random) -> State:
    """Return the first state; see the module for the options.  Raises GameError, quoting an option it does not know.

    ``random`` gives where the frightened ghosts' turns start, the same in every life of the game.  (The arcade always
    starts them at 0, so that whoever learned the turns by heart knows them for ever.)
    """
    settings = _settings(options)
    maze = find_maze(settings.maze)
    s = [0] * cell_count(maze)
    quirks = c.OVERFLOW * settings.overflow + c.PASS_THROUGH * settings.pass_through + c.HARD * settings.hard
    s[c.LEVEL] = next_level(settings.level - 1, quirks)
    s[c.LIVES], s[c.BOARDS_WANTED], s[c.EXTRA_LIFE] = settings.lives, settings.boards, settings.extra_life
    s[c.QUIRKS] = quirks
    s[c.NOISE_START] = random.randrange(c.NOISE_SIZE)
    begin_level(s, maze.table, READY_TICKS + JINGLE_TICKS)
    s[c.EVENTS] = 0
    return State(tuple(s), maze)


@dataclass(frozen=True, slots=True)
class _Settings:
    """The options of ``start`` with their defaults."""

    maze: str = "arcade"
    level: int = 1
    lives: int = 3
    boards: int = 0
    extra_life: int = 10_000
    hard: bool = False
    overflow: bool = True
    pass_through: bool = False


_LIMITS = {"level": (1, 10**6), "lives": (1, 10**6), "boards": (0, 10**6), "extra_life": (0, 10**9)}


def _settings(options: Mapping[str, Json]) -> _Settings:
    defaults = asdict(_Settings())
    for name, value in options.items():
        if name not in defaults:
            raise GameError(f"Pac-Man has no option {name!r}; there are {', '.join(defaults)}")
        kind = type(defaults[name])
        if type(value) is not kind:
            raise GameError(f"option {name} is {value!r}, not a {kind.__name__}")
        if name in _LIMITS and isinstance(value, int) and not _LIMITS[name][0] <= value <= _LIMITS[name][1]:
            raise GameError(f"option {name} is {value}, not within {_LIMITS[name][0]} to {_LIMITS[name][1]}")
        defaults[name] = value
    return _Settings(**defaults)


def to_act(state: State) -> tuple[Player, ...]:
    """Return who is asked before the next tick."""
    return _WHO[state.cells[c.ASK]]


def observe(state: State, player: Player) -> Observation:
    """Return the screen; for the ghosts with every decision ahead."""
    s = list(state.cells)
    observation = see(s, state.maze)
    if player == GHOST_TEAM:
        return replace(observation, decide=upcoming(s, state.maze))
    if player != PACMAN:
        raise GameError(f"nobody is called {player!r} in Pac-Man; there are {' and '.join(PLAYERS)}")
    return observation


def ask(state: State, player: Player) -> Observation:
    """Return the screen; for the ghosts with the decisions that fall at this tick, so that none is taken too soon."""
    observation = observe(state, player)
    return ask_only(observation, [item.ghost for item in observation.decide if item.ticks == 0])


def ask_early(state: State, player: Player, ghosts: Iterable[GhostName]) -> Observation:
    """Return the screen with the decisions of these ghosts, however far ahead: what a function is asked in time."""
    return ask_only(observe(state, player), ghosts)


def still_asked(early: Observation, now: Observation) -> frozenset[GhostName]:
    """Return the ghosts that take now the very decision that they had ahead of them in ``early``."""
    ahead = {(item.ghost, item.junction, item.heading) for item in early.decide}
    due = {(item.ghost, item.junction, item.heading) for item in now.decide}
    return frozenset(ghost for ghost, _, _ in ahead & due)


def decisions(state: State) -> tuple[Decision, ...]:
    """Return what the ghosts have to decide next: ``observe(state, "ghosts").decide`` without the rest."""
    return upcoming(list(state.cells), state.maze)


def chance(state: State) -> Json:  # noqa: ARG001 - the generator of the frightened ghosts' turns is among the cells
    """Return None: where the frightened ghosts' turns begin is drawn in ``start``, and follows from there."""
    return None


def legal_actions(observation: Observation) -> tuple[Action, ...]:
    """Return every combination of exits that the ghosts decide on; where none decides, Pac-Man's four directions."""
    ghosts = [decision.ghost for decision in observation.decide]
    exits = product(*(decision.exits for decision in observation.decide))
    return tuple(dict(zip(ghosts, choice, strict=True)) for choice in exits) if ghosts else tuple(DIRECTIONS)


def sample_action(observation: Observation, random: Random) -> Action:
    """Return an exit for every ghost that has to decide; where none has, Pac-Man is asked: a direction."""
    if observation.decide:
        return {item.ghost: random.choice(item.exits) for item in observation.decide}
    return random.choice(DIRECTIONS)


def check(state: State, player: Player, action: Action) -> None:
    """Raise IllegalActionError, quoting the action, unless ``player`` may play it now.

    Exits may name any ghost in ``decisions(state)``, with an exit that it has there.
    """
    if outcome(state) is not None:
        raise IllegalActionError(f"{player} may not play {action!r}: the game is over")
    if player == PACMAN:
        if not isinstance(action, str) or action not in _NUMBER:
            raise IllegalActionError(f"{action!r} is no direction; Pac-Man plays {', '.join(DIRECTIONS)}")
    elif player == GHOST_TEAM:
        if isinstance(action, str):
            raise IllegalActionError(f"{action!r} is no exits by ghost, such as blinky:up")
        _keep_exits(list(state.cells), state.maze, action)
    else:
        raise IllegalActionError(f"nobody is called {player!r} in Pac-Man; there are {' and '.join(PLAYERS)}")


def _keep_exits(s: list[int], maze: Maze, exits: Exits) -> None:
    """Keep submitted exits until their junctions are reached.  Raises IllegalActionError at an impossible one."""
    for name, direction in exits.items():
        if name not in GHOSTS:
            raise IllegalActionError(f"{name!r} is no ghost; there are {', '.join(GHOSTS)}")
        g = GHOSTS.index(name)
        tile, heading, _ = next_decision(s, maze.table, g)
        if tile < 0:
            raise IllegalActionError(f"{name}:{direction}: {name} has nothing to decide now")
        choices = maze.choices(tile, heading)
        if direction not in choices:
            arrival = f"arriving at {list(maze.tile(tile))} heading {DIRECTIONS[heading]}"
            raise IllegalActionError(f"{name}:{direction}: {arrival}, {name} may go {', '.join(choices)}")
        submit_exit(s, g, tile, heading, _NUMBER[direction])


def step(state: State, actions: Mapping[Player, Action]) -> tuple[State, tuple[Event, ...]]:
    """Return the state one tick later and what happened.  Raises IllegalActionError."""
    s = list(state.cells)
    maze = state.maze
    if actions:
        for player, action in actions.items():
            if player == PACMAN and isinstance(action, str) and action in _NUMBER:
                s[c.PAC_WANT] = _NUMBER[action]
            elif player == GHOST_TEAM and not isinstance(action, str):
                _keep_exits(s, maze, action)
            else:
                check(state, player, action)
    tick(s, maze.table)
    return State(tuple(s), maze), events_of(s, maze) if s[c.EVENTS] else ()


def outcome(state: State) -> Outcome | None:
    """Return how the game ended: Pac-Man wins with the last board asked for, the ghosts with his last life."""
    s = state.cells
    if s[c.PHASE] != c.OVER:
        return None
    scores = {PACMAN: s[c.SCORE], GHOST_TEAM: s[c.DEATHS]}
    if s[c.LIVES] == 0:
        return Outcome(GHOST_TEAM, scores, f"caught on level {s[c.LEVEL]} with no life left")
    return Outcome(PACMAN, scores, f"{s[c.BOARDS]} boards cleared")


def board(state: State, viewer: Player | None = None) -> str:
    """Return the screen as ASCII, with what is hidden below it unless ``viewer`` is a player."""
    return draw_board(list(state.cells), state.maze, everything=viewer is None)


def digest(state: State) -> str:
    """Return a hash of the whole state: its cells and the maze's drawing."""
    text = f"{NAME}/{RULES_VERSION}\n{','.join(map(str, state.cells))}\n{state.maze.text}"
    return blake2b(text.encode(), digest_size=16).hexdigest()
