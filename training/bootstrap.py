"""Bootstrap games: generated players play each other, so that an opponent's first model has records to learn from."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from games.match import Match, play
from games.record import BOT, Participant, move_seed
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import AnyGame
    from games.record import GameRecord


class Generated(Protocol):
    """A generated player."""

    @property
    def name(self) -> str:
        """What records call it."""

    def play(self, observation: Any, random: Random, /) -> Any:
        """Return its action."""


def bootstrap_games(
    game: AnyGame,
    populations: Mapping[str, Callable[[Random], Sequence[Generated]]],
    manifest: Manifest,
    games: int,
    *,
    seed: int,
    progress: Callable[[int], None],
) -> list[GameRecord]:
    """Return ``games`` records of players drawn from the population that ``[training] teachers`` names, one a seat.

    Raises TrainingError for a name that ``populations`` lacks.
    """
    name = str(manifest.training.get("teachers", "club"))
    if name not in populations:
        raise TrainingError(f"training.teachers {name!r}: there are {', '.join(populations)}")
    records = []
    for index in range(games):
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
        progress(index + 1)
    return records
