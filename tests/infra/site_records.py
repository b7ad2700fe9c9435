"""The site as tests of this room publish it, with a game from elsewhere, and matches to be watched."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client.commands.site import site_files
from games.catalog import VARIABLE, find_game
from games.match import Match, play
from games.record import GameRecord, Participant
from games.record_lines import read_lines
from infra.deploy.site import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.environment.environment import Environment

GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"
NAMES = ("<img src=x onerror=alert(1)>", "مريم البحرية", "W" * 40, "🚀 Ada")
"""Of people: markup, right to left, long, emoji."""


@contextmanager
def with_kuhn() -> Iterator[None]:
    """Register Kuhn poker for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "kuhn=tests.games.kuhn")
        yield


def published(environment: Environment) -> str:
    """Publish the site, Kuhn poker with it, and return its address."""
    with with_kuhn():
        return publish(environment, site_files(), lambda _what, _seconds: None)


def watched(game: str, name: str = NAMES[0]) -> GameRecord:
    """Return a match of a game that has ended, ``name`` against a function."""
    found = [one for _, one in read_lines(GOLDEN.read_bytes()) if isinstance(one, GameRecord) and one.game == game]
    record = max((one for one in found if one.outcome and one.steps < 3000), key=lambda one: one.steps)
    person = record.participants[0].player
    seated = tuple(
        replace(one, kind="person", name=name, version="")
        if one.player == person
        else replace(one, kind="function", name="first_free", version="1")
        for one in record.participants
    )
    mark = hashlib.sha256(name.encode()).hexdigest()[:12]
    return replace(record, match_id=f"watched-{game}-{mark}", participants=seated)


def kuhn() -> GameRecord:
    """Return a match of a game that nobody has drawn."""
    with with_kuhn():
        game = find_game("kuhn")
        sit = {player: Participant(player, "bot", f"bot {player}") for player in game.PLAYERS}
        match = Match(game, sit, seed=1, policy_seed=2, match_id="watched-kuhn")
        return play(match, dict.fromkeys(game.PLAYERS, game.sample_action))


def store(environment: Environment, key: str, content: bytes) -> None:
    """Put a record into the bucket, possible or not."""
    sha256 = hashlib.sha256(content).hexdigest()
    environment.cloud.put_object(environment.platform["BucketName"], key, content, sha256)


def store_record(environment: Environment, record: GameRecord) -> None:
    """Put a record into the bucket as the recorder does."""
    store(environment, f"records/{record.game}/{record.match_id}.json", record.to_line().encode())
