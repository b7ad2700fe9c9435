"""Bootstrap games: generated players play single games; an opponent's first model learns from the records."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from games.backgammon import rules
from games.match import Match, play
from games.record import BOT, Participant, move_seed
from training.contracts import TrainingError
from training.games.backgammon.players.people import POPULATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord


def bootstrap(manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]) -> Sequence[GameRecord]:
    """Return ``games`` records of generated players; ``[training] teachers`` says which.

    Raises TrainingError for a name that ``POPULATIONS`` lacks.
    """
    name = str(manifest.training.get("teachers", "club"))
    if name not in POPULATIONS:
        raise TrainingError(f"training.teachers {name!r}: there are {', '.join(POPULATIONS)}")
    records = []
    for index in range(games):
        random = Random(move_seed(seed, index, "bootstrap"))  # noqa: S311 - a game, not a secret
        bots = {player: POPULATIONS[name](random) for player in rules.PLAYERS}
        match = Match(
            rules,
            {player: Participant(player, BOT, bot.name) for player, bot in bots.items()},
            seed=random.getrandbits(62),
            policy_seed=random.getrandbits(62),
            match_id=f"bootstrap-{manifest.name}-{seed}-{index}",
        )
        records.append(play(match, {player: bot.play for player, bot in bots.items()}))
        progress(index + 1)
    return records
