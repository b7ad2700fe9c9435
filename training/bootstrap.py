"""Bootstrap games: generated players play each other, so that an opponent's first model has records to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from games.match import Match, play
from games.record import BOT, Participant, move_seed
from training.contracts import TrainingError, bootstrap_for
from training.executors import in_parts, lent, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import AnyGame
    from games.record import GameRecord

ONLY = "only"
"""The parameter of a ``bootstrap`` that can play some of its games."""
PART = 10
"""Games that a worker plays at a time."""
WORTH_A_PROCESS = 200


class Generated(Protocol):
    """A generated player."""

    @property
    def name(self) -> str:
        """What records call it."""

    def play(self, observation: Any, random: Random, /) -> Any:
        """Return its action."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the games of a bootstrap, to be played in this process or in a worker."""

    manifest: Manifest
    games: int
    seed: int

    def __call__(self, only: range) -> list[GameRecord]:
        bootstrap: Any = bootstrap_for(self.manifest.game)
        return list(bootstrap(self.manifest, self.games, seed=self.seed, progress=_nothing, only=only))


def _nothing(_done: int) -> None:
    """Tell nobody."""


def make_games(manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]) -> Iterator[GameRecord]:
    """Yield ``games`` bootstrap records that suit an opponent, in order, played by the executor in use.

    A game's ``bootstrap`` that takes ``only``, a range of the games, is asked for parts; another plays all at once.
    """
    bootstrap: Any = bootstrap_for(manifest.game)
    if ONLY not in signature(bootstrap).parameters:
        yield from bootstrap(manifest, games, seed=seed, progress=progress)
        return
    done = 0
    with lent(games, WORTH_A_PROCESS) as pool:
        for some in spread(_Part(manifest, games, seed), in_parts(games, PART), pool):
            done += len(some)
            progress(done)
            yield from some


def bootstrap_games(
    game: AnyGame,
    populations: Mapping[str, Callable[[Random], Sequence[Generated]]],
    manifest: Manifest,
    games: int,
    *,
    seed: int,
    progress: Callable[[int], None],
    only: range | None = None,
) -> list[GameRecord]:
    """Return ``games`` records of players drawn from the population that ``[training] teachers`` names, one a seat.

    ``only`` says which of them, by their numbers; each depends on the seed and its number alone.  Raises TrainingError
    for a name that ``populations`` lacks.
    """
    name = str(manifest.training.get("teachers", "club"))
    if name not in populations:
        raise TrainingError(f"training.teachers {name!r}: there are {', '.join(populations)}")
    records = []
    for done, index in enumerate(range(games) if only is None else only, start=1):
        random = Random(move_seed(seed, index, "bootstrap"))  # noqa: S311 - a game, not a secret
        bots = dict(zip(game.PLAYERS, populations[name](random), strict=True))
        match = Match(
            game,
            {player: Participant(player, BOT, bot.name) for player, bot in bots.items()},
            seed=random.getrandbits(62),
            policy_seed=random.getrandbits(62),
            match_id=f"bootstrap-{manifest.name}-{seed}-{index}",
        )
        records.append(play(match, {player: bot.play for player, bot in bots.items()}))
        progress(done)
    return records
