"""What a game tells before a match: its rules, a first lesson, and what may be counted.

A game brings ``GUIDE`` in ``client/games/<game>/guide.py``; without one its ``INFO`` says what there is to say, and the
lesson leads through a turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias, cast

from games.catalog import find_game, find_part
from games.match import Match

if TYPE_CHECKING:
    from games.core import GameInfo, Json, Opponent

SEED_BYTES = 7
Words: TypeAlias = Callable[[Match], str]
Done: TypeAlias = Callable[[Match], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a lesson has a person do: what it says, and when it is done."""

    words: Words
    done: Done


@dataclass(frozen=True, slots=True)
class Guide:
    """What a game tells before a match."""

    rules: tuple[tuple[str, str], ...]
    """Headings, and what they head."""
    lesson: tuple[Step, ...]
    lesson_options: Mapping[str, Json] = field(default_factory=dict)
    """The variant that the lesson is played in."""
    show: Opponent | None = None
    """Who plays the person's seat in a show; None for the game's fallback policy."""
    high_scores: bool = False
    """Whether a person's score is kept in a table: more is better."""


def guide_of(game: str) -> Guide:
    """Return the guide of a game, its own or the usual one."""
    own = find_part(game, "guide", "client.games")
    return cast("Guide", own.GUIDE) if own is not None else _usual(find_game(game).INFO)


def daily_seed(game: str, day: str | None = None) -> int:
    """Return the seed of a day (``2026-11-27``; without it today, in UTC): the same for everybody."""
    return int.from_bytes(sha256(f"{game} {day or today()}".encode()).digest()[:SEED_BYTES], "big")


def today() -> str:
    """Return the day in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).date().isoformat()


def _usual(info: GameInfo) -> Guide:
    hidden = "You do not see everything that your opponent sees." if info.hidden_information else "Both see everything."
    chance = "Chance plays a part." if info.chance else "Nothing is left to chance."
    return Guide(
        rules=(
            ("The game", f"{info.tagline}. {hidden} {chance}"),
            ("Your turn", "The legal actions are listed: choose one, or type a part of it. The board shows the match."),
            ("The score", f"A match is scored in {info.score}."),
        ),
        lesson=(
            Step(lambda _: "Choose an action in the list, or type it, and press Enter.", _acted(1)),
            Step(lambda _: "Your opponent answers by itself. Play once more.", _acted(2)),
        ),
    )


def _acted(times: int) -> Done:
    def done(match: Match) -> bool:
        person = match.game.INFO.person
        return sum(turn.player == person for turn in match.record().turns) >= times or match.outcome is not None

    return done
