"""Self-play: hundreds of games side by side on the compiled engine, each stopped only where somebody has to decide.

A game here is the game that ``Match`` plays: same rules, same seeds, same actions, so ``Played.record`` is a record
like any other, which a test replays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from ai_functions.policies.pacman.batch import Scenes
from games.pacman import cells as c
from games.pacman import rules
from games.pacman.mazes import find_maze
from games.pacman.names import DIRECTIONS, GHOSTS
from games.record import BOT, GameRecord, Participant, Turn, move_seed
from training.games.pacman.batches import Screens, screens_of
from training.games.pacman.compiled import compiled, jit
from training.games.pacman.players.bots import Planner, random_safe
from training.games.pacman.players.ghosts import ARCADE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from games.core import Json
    from games.pacman.maze import Maze
    from training.games.pacman.players.bots import PacmanBot
    from training.games.pacman.players.ghosts import TeamBot

ROUND = 256
"""Games side by side: more gain little."""
MOST_TICKS = 10 * 60 * 60
"""Ten minutes: a game that is not over by then is abandoned."""
OPENING_BEGINS, OPENING_TICKS = 250, 480
"""Pac-Man wanders for up to eight seconds of play before he plays his own way, so that no two games open alike."""


_KERNEL = compiled()
_tick, _to_centre = _KERNEL.tick, _KERNEL.to_centre


class Plan(NamedTuple):
    """A game to be played, and by whom."""

    seed: int
    policy_seed: int
    pacman: str
    ghosts: str
    options: Mapping[str, Json]


@dataclass(slots=True)
class Played:
    """A game that was played."""

    plan: Plan
    cells: NDArray[np.int64]
    """At the end."""
    dots: int
    """Eaten."""
    heat: NDArray[np.int64]
    """How often a ghost was seen on each tile, by the maze's own tile numbers."""
    turns: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, ghost or -1 for Pac-Man, direction), in order."""

    @property
    def cleared(self) -> bool:
        """Whether Pac-Man ate the whole board."""
        return bool(self.cells[c.BOARDS])

    @property
    def ticks(self) -> int:
        """How long the game was."""
        return int(self.cells[c.TICK])

    def opening(self, turns: int = 200) -> tuple[tuple[int, int, int], ...]:
        """Return how the game began: two games with the same beginning are hardly two."""
        return tuple(self.turns[:turns])

    def record(self) -> GameRecord:
        """Return the game as a record."""
        seats = ((-1, "pacman", self.plan.pacman), (0, "ghosts", self.plan.ghosts))
        people = tuple(Participant(player, BOT, name) for _, player, name in seats)
        grouped: dict[tuple[int, int], list[str]] = {}
        for tick, ghost, way in self.turns:
            text = DIRECTIONS[way] if ghost < 0 else f"{GHOSTS[ghost]}:{DIRECTIONS[way]}"
            grouped.setdefault((tick, int(ghost >= 0)), []).append(text)
        state = rules.State(tuple(self.cells.tolist()), find_maze(str(self.plan.options.get("maze", "arcade"))))
        return GameRecord(
            match_id=f"{self.plan.seed:x}-{self.plan.policy_seed:x}",
            game=rules.NAME,
            rules_version=rules.RULES_VERSION,
            seed=self.plan.seed,
            policy_seed=self.plan.policy_seed,
            options=dict(self.plan.options),
            participants=people,
            turns=tuple(
                Turn(tick, people[seat].player, " ".join(words), seat) for (tick, seat), words in grouped.items()
            ),
            steps=self.ticks,
            started_at=EPOCH,
            outcome=rules.outcome(state),
            digest=rules.digest(state),
        )


EPOCH = "2020-05-22T00:00:00.000+00:00"
"""Games of self-play have no date: the same seeds give the same records."""


def play(
    maze: Maze,
    plans: Sequence[Plan],
    pacmans: Mapping[str, PacmanBot | Planner],
    teams: Mapping[str, TeamBot],
    progress: Callable[[int], None] = lambda _: None,
) -> list[Played]:
    """Play ``plans`` in ``maze``; ``pacmans`` and ``teams`` are who their names mean."""
    table = _Table(screens_of(maze), plans, pacmans, teams)
    going_on = True
    while going_on:
        going_on = table.round()
        progress(table.finished())
    return [item for item in table.played if item is not None]


def opening_ends(seed: int) -> int:
    """Return the tick up to which Pac-Man wanders in the game of this seed."""
    return OPENING_BEGINS + move_seed(seed, 0, "opening") % OPENING_TICKS


class _Table:
    """Some games side by side: where one is over, the next one is laid out."""

    def __init__(
        self,
        screens: Screens,
        plans: Sequence[Plan],
        pacmans: Mapping[str, PacmanBot | Planner],
        teams: Mapping[str, TeamBot],
    ) -> None:
        self.screens, self.pacmans, self.teams = screens, pacmans, teams
        self.all_plans = plans
        self.played: list[Played | None] = [None] * len(plans)
        self._laid_out = seats = min(ROUND, len(plans))
        self._told = 0
        self.number = np.arange(seats)
        """Which of the plans is played at each seat."""
        self.plans = list(plans[:seats])
        self.cells = np.array([first_cells(plan) for plan in self.plans], dtype=np.int64)
        self.live = np.ones(seats, dtype=bool)
        self.opening = np.array([opening_ends(plan.seed) for plan in self.plans])
        self.heat = np.zeros((seats, len(screens.paths.number)), dtype=np.int64)
        self.dots = self.cells[:, c.DOTS_LEFT].copy()
        self.turns: list[list[tuple[int, int, int]]] = [[] for _ in self.plans]
        self.pacman_of = np.array([plan.pacman for plan in self.plans], dtype=object)
        self.ghosts_of = np.array([plan.ghosts for plan in self.plans], dtype=object)

    def round(self) -> bool:
        """Let every game go on until somebody may act in it, and let them; return whether any game is left."""
        s = self.cells
        run_on(s, self.screens.table, self.live, MOST_TICKS)
        for seat in np.flatnonzero(self.live & ((s[:, c.PHASE] == c.OVER) | (s[:, c.TICK] >= MOST_TICKS))):
            self._finish(int(seat))
        self._turn()
        return bool(self.live.any())

    def finished(self) -> int:
        """Return how many games have ended since this was last asked."""
        done = self._laid_out - int(self.live.sum())
        more, self._told = done - self._told, done
        return more

    def _finish(self, seat: int) -> None:
        cells = self.cells[seat].copy()
        eaten = int(self.dots[seat]) - (0 if cells[c.BOARDS] else int(cells[c.DOTS_LEFT]))
        number = int(self.number[seat])
        self.played[number] = Played(self.plans[seat], cells, eaten, self.heat[seat].copy(), self.turns[seat])
        if self._laid_out == len(self.all_plans):
            self.live[seat] = False
            return
        self.number[seat] = self._laid_out
        plan = self.plans[seat] = self.all_plans[self._laid_out]
        self._laid_out += 1
        self.cells[seat] = first_cells(plan)
        self.opening[seat] = opening_ends(plan.seed)
        self.heat[seat] = 0
        self.dots[seat] = self.cells[seat, c.DOTS_LEFT]
        self.turns[seat] = []
        self.pacman_of[seat], self.ghosts_of[seat] = plan.pacman, plan.ghosts

    def _turn(self) -> None:
        """Let everyone act who may, in every game that goes on."""
        games = np.flatnonzero(self.live & (self.cells[:, c.ASK] != 0))
        if not len(games):
            return
        scenes = self.screens.scenes(self.cells[games])
        wants = (self.cells[games, c.ASK] & c.ASK_PACMAN) != 0
        ghosts_due = due(self.cells[games], self.screens.table)
        directions = self._pacmans(games, np.flatnonzero(wants), scenes)
        exits = self._ghosts(games, ghosts_due, scenes)
        self._apply(directions, exits)

    def _pacmans(self, games: NDArray[np.int64], asked: NDArray[np.int64], scenes: Scenes) -> list[tuple[int, int]]:
        found = []
        wandering = self.cells[games, c.TICK] < self.opening[games]
        self.heat[games[asked, None], self.cells[games[asked]][:, _TILES]] += 1
        playing = self.pacman_of[games]
        names = {name: playing == name for name in dict.fromkeys(playing)}
        groups: list[tuple[PacmanBot | Planner, NDArray[np.int64]]] = [(random_safe, asked[wandering[asked]])]
        groups += [(self.pacmans[name], asked[(member & ~wandering)[asked]]) for name, member in names.items()]
        for bot, which in groups:
            if len(which):
                if isinstance(bot, Planner):
                    chosen = bot.choose(self.screens.maze, self.cells[games[which]])
                else:
                    chosen = bot(self.screens.paths, take(scenes, which), _Randoms(self, games[which], "pacman"))
                found += list(zip(games[which].tolist(), chosen.tolist(), strict=True))
        return found

    def _ghosts(
        self, games: NDArray[np.int64], ghosts_due: NDArray[np.bool_], scenes: Scenes
    ) -> list[tuple[int, int, int]]:
        found = []
        hunting = self.ghosts_of[games]
        for name in dict.fromkeys(hunting):
            member = np.flatnonzero((hunting == name) & ghosts_due.any(axis=1))
            if not len(member):
                continue
            scene, ghost = np.nonzero(ghosts_due[member])
            cells = self.cells[games[member]]
            asked = self.screens.asked(cells, scene, ghost)
            randoms = _Randoms(self, games[member], "ghosts")
            exits = self.teams[name](self.screens.paths, take(scenes, member), asked, randoms)
            arcade = cells[scene, c.GHOST + ghost * c.GHOST_CELLS + c.EXIT]
            exits = np.where(exits == ARCADE, arcade, exits)
            found += list(zip(games[member][scene].tolist(), ghost.tolist(), exits.tolist(), strict=True))
        return found

    def _apply(self, directions: list[tuple[int, int]], exits: list[tuple[int, int, int]]) -> None:
        ticks = self.cells[:, c.TICK].tolist()
        for game, way in directions:
            if self.cells[game, c.PAC_WANT] != way:  # going on needs no action
                self.turns[game].append((ticks[game], -1, way))
                self.cells[game, c.PAC_WANT] = way
        for game, ghost, way in exits:
            self.turns[game].append((ticks[game], ghost, way))
            offset = c.GHOST + ghost * c.GHOST_CELLS
            tile, heading = self.cells[game, offset + c.TILE_OF], self.cells[game, offset + c.DIR]
            _KERNEL.submit_exit(self.cells[game], ghost, tile, heading, way)


class _Randoms(Sequence[Random]):
    """The random numbers of a seat in some games, made where they are asked for: seeding costs more than most bots."""

    def __init__(self, table: _Table, seats: NDArray[np.int64], player: str) -> None:
        self._table, self._seats, self._player = table, seats, player
        self._made: dict[int, Random] = {}

    def __len__(self) -> int:
        return len(self._seats)

    @overload
    def __getitem__(self, index: int) -> Random: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Random]: ...
    def __getitem__(self, index: int | slice) -> Random | Sequence[Random]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index >= len(self):
            raise IndexError(index)
        if index not in self._made:
            seat = int(self._seats[index])
            tick = int(self._table.cells[seat, c.TICK])
            seed = move_seed(self._table.plans[seat].policy_seed, tick, self._player)
            self._made[index] = Random(seed)  # noqa: S311 - a game, not a secret
        return self._made[index]


def take(scenes: Scenes, which: NDArray[np.int64]) -> Scenes:
    """Return some of the scenes."""
    values = {name: getattr(scenes, name) for name in Scenes.__slots__}
    return Scenes(**{name: value if name == "corners" else value[which] for name, value in values.items()})


_TILES = c.GHOST + np.arange(4) * c.GHOST_CELLS + c.TILE_OF


def _run_on(s: NDArray[np.int64], w: NDArray[np.int64], live: NDArray[np.bool_], most: int) -> None:
    """Run every live game until somebody may act in it, it is over, or it has lasted ``most`` ticks."""
    for k in range(len(s)):
        if live[k]:
            while s[k, c.TICK] < most and s[k, c.PHASE] != c.OVER:
                _tick(s[k], w)
                if s[k, c.ASK]:
                    break


def _due(s: NDArray[np.int64], w: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which ghosts take an exit in the next tick that nobody has chosen; shape (games, 4)."""
    found = np.zeros((len(s), 4), dtype=np.bool_)
    for k in range(len(s)):
        if s[k, c.ASK] & c.ASK_GHOSTS == 0:
            continue
        for g in range(4):
            o = c.GHOST + g * c.GHOST_CELLS
            if s[k, o + c.STATE] == c.ROAMING and s[k, o + c.FRIGHT] == 0 and s[k, o + c.PENDING] < 0:
                left = _to_centre(s[k], o)
                mask = w[c.TILE_TABLE + s[k, o + c.TILE_OF] * c.TILE_CELLS + c.CHOICES + s[k, o + c.DIR]]
                found[k, g] = 0 <= left < s[k, o + c.MOVES] and mask & (mask - 1) != 0
    return found


run_on: Any = jit(_run_on)
due: Any = jit(_due)


def first_cells(plan: Plan) -> tuple[int, ...]:
    """Return the cells of the first state of a game.  Raises GameError for options that there are not."""
    return rules.start(plan.options, Random(plan.seed)).cells  # noqa: S311 - a game, not a secret
