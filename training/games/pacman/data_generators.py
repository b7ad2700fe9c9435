"""Games to learn from where there are none of people: which teams play them, against which Pac-Man.

``[training] teachers`` of an opponent names a data generator:

* ``arcade``: the arcade's own ghosts;
* ``patrol``: ghosts who each keep to a quarter and do not think of each other, as beginners play;
* ``explore``: teams of which 10 to 70 % of the exits are random, so that good and bad ones are seen of every kind;
* ``improve``: the same, then ``rounds`` of games by what has been learned so far, epsilon-greedily.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from games.pacman.mazes import find_maze
from games.record import move_seed
from training.contracts import TrainingError
from training.executors import in_parts, lent, spread
from training.games.pacman.learn import EpsilonGreedy, fit
from training.games.pacman.players.bots import careful, elusive, greedy, random_safe
from training.games.pacman.players.ghosts import arcade, patrol, random_ghosts, shortest, surround
from training.games.pacman.self_play import Plan, play

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ai_functions.policies.pacman.batch import Asked, Scenes
    from ai_functions.policies.pacman.paths import Paths
    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.games.pacman.players.ghosts import TeamBot

PACMANS = {"random-safe": random_safe, "greedy": greedy, "careful": careful, "elusive": elusive}
WEIGHTS = (2, 3, 2, 3)
"""How often each plays: the games of ``random-safe`` are long and show little of Pac-Men who flee."""
ONE_LIFE = {"lives": 1, "boards": 1}
MAZE = "arcade"
SHARES = (0.1, 0.2, 0.4, 0.7)
"""Of exits that are random."""
PART = 64
"""Games that a worker plays at a time, side by side."""
WORTH_A_PROCESS = 200
EPSILONS = (0.05, 0.15, 0.3)
"""How often a team takes a random exit rather than the best by its estimator."""


def bootstrap(manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]) -> Sequence[GameRecord]:
    """Return ``games`` records by the opponent's data generator.  Raises TrainingError for one that there is not."""
    generator = str(manifest.training.get("teachers", "explore"))
    if generator not in GENERATORS:
        raise TrainingError(f"{manifest.name}: [training] teachers is {generator!r}; there are {', '.join(GENERATORS)}")
    rounds = int(manifest.training.get("rounds", 3)) if generator == "improve" else 0
    sizes = [games * 2 // (2 * rounds + 1)] * rounds  # the first round is half as long: its teams are the weakest
    records: list[GameRecord] = []
    for number, size in enumerate([games - sum(sizes), *sizes]):
        learned = None if number == 0 else _learned(manifest, records[-2 * sizes[0] :], seed)
        counted = partial(_count_on, progress, len(records))
        records += _games(_Teams(generator, learned), size, move_seed(seed, number, "round"), counted)
    return records


def _count_on(progress: Callable[[int], None], before: int, more: int) -> None:
    progress(before + more)


@dataclass(frozen=True, slots=True)
class _Teams:
    """Who plays; and games by them, in this process or in a worker."""

    generator: str
    learned: tuple[Any, str] | None
    """An estimator and the columns that it sees, of those who play by what was learned; None for the first round."""

    @property
    def teams(self) -> dict[str, TeamBot]:
        if self.learned is None:
            return GENERATORS[self.generator]
        return {f"epsilon-greedy-{share}": EpsilonGreedy(*self.learned, share) for share in EPSILONS}

    def __call__(self, plans: Sequence[Plan]) -> list[GameRecord]:
        return [item.record() for item in play(find_maze(MAZE), plans, PACMANS, self.teams, _nothing)]


def _nothing(_more: int) -> None:
    """Tell nobody."""


def _games(teams: _Teams, games: int, seed: int, progress: Callable[[int], None]) -> list[GameRecord]:
    plans = [_plan(list(teams.teams), seed, index) for index in range(games)]
    made: list[GameRecord] = []
    with lent(games, WORTH_A_PROCESS) as pool:
        for some in spread(teams, [plans[part.start : part.stop] for part in in_parts(games, PART)], pool):
            made += some
            progress(len(made))
    return made


def _plan(teams: Sequence[str], seed: int, index: int) -> Plan:
    random = Random(move_seed(seed, index, "bootstrap"))  # noqa: S311 - a game, not a secret
    (pacman,) = random.choices(list(PACMANS), WEIGHTS)
    return Plan(random.getrandbits(62), random.getrandbits(62), pacman, random.choice(teams), ONE_LIFE)


def _learned(manifest: Manifest, records: Sequence[GameRecord], seed: int) -> tuple[Any, str]:
    fitted = fit(manifest, records, seed=seed, progress=lambda _: None)
    return fitted.estimator, str(manifest.training.get("sees", "team"))


def mixed(team: TeamBot, share: float) -> TeamBot:
    """Return ``team`` with this share of random exits."""

    def choose(paths: Paths, scenes: Scenes, asked: Asked, randoms: Sequence[Random]) -> NDArray[np.int64]:
        own = team(paths, scenes, asked, randoms)
        other = random_ghosts(paths, scenes, asked, randoms)
        tried = np.array([randoms[scene].random() < share for scene in asked.scene], dtype=bool)
        return np.where(tried, other, own)

    return choose


_TEAMS: dict[str, TeamBot] = {"arcade": arcade, "shortest": shortest, "surround": surround}
_EXPLORE: dict[str, TeamBot] = {
    f"{name}-{share}": mixed(team, share) for name, team in _TEAMS.items() for share in SHARES
}
GENERATORS: dict[str, dict[str, TeamBot]] = {
    "arcade": {"arcade": arcade},
    "patrol": {"patrol": patrol},
    "explore": _EXPLORE,
    "improve": _EXPLORE,
}
