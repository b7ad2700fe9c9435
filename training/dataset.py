"""From records to decisions that can be learned from.

What every game needs before its recipe begins: sound records only, each match once, nothing a stand-in played, and a
split by whole matches, so that no match is on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from games.catalog import find_game
from games.record import FUNCTION, RecordError, replay, verify
from training.executors import in_parts, lent, spread
from training.set_aside import SetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import Player
    from games.record import GameRecord, Participant

HELD_OUT = 0.2
PART, WORTH_A_PROCESS = 50, 1000
"""Records that a worker plays again at a time, and how many take longer than a process to start."""


class Decision(NamedTuple):
    """One action that someone chose, and what they knew when they chose it."""

    step: int
    player: Player
    participant: Participant
    observation: Any
    action: Any
    state: Any
    """Everything that was true, secrets included: for targets, never for features."""


def usable(
    records: Iterable[GameRecord], game: str, warn: Callable[[str], None], aside: SetAside | None = None
) -> list[GameRecord]:
    """Return the records of ``game`` that the rules allow, each match once, the oldest first.

    ``warn`` hears of every other one, and how many there were; ``aside`` counts them by reason.
    """
    every = list(records)
    found: dict[str, GameRecord] = {}
    with lent(len(every), WORTH_A_PROCESS) as pool:
        parts = [every[part.start : part.stop] for part in in_parts(len(every), PART)]
        problems = [problem for some in spread(_Verified(game), parts, pool) for problem in some]
    left_out = SetAside() if aside is None else aside
    for record, problem in zip(every, problems, strict=True):
        if record.game != game:
            left_out.add("game", f"{record.match_id}: a record of {record.game}")
            warn(f"{record.match_id}: passed over, a record of {record.game}")
        elif record.match_id in found:
            left_out.add("match_id", f"{record.match_id}: seen before")
            warn(f"{record.match_id}: passed over, seen before")
        elif problem is not None:
            left_out.add(*problem)
            warn(f"passed over, {problem.text}")
        else:
            found[record.match_id] = record
    if len(found) < len(every):
        warn(f"{len(every) - len(found)} of {len(every)} records were passed over")
    return sorted(found.values(), key=lambda record: record.started_at)


@dataclass(frozen=True, slots=True)
class _Verified:
    """What is wrong with records of a game, in this process or in a worker: None for what the rules allow."""

    game: str

    def __call__(self, records: Sequence[GameRecord]) -> list[_Problem | None]:
        return [None if record.game != self.game else _problem(record) for record in records]


class _Problem(NamedTuple):
    """What the rules do not allow in a record."""

    field: str
    text: str


def _problem(record: GameRecord) -> _Problem | None:
    try:
        verify(record)
    except RecordError as error:
        return _Problem(error.field, str(error))
    return None


def decisions(record: GameRecord) -> Iterator[Decision]:
    """Yield what was decided in ``record``, in order, without what a stand-in played.  Raises RecordError."""
    game = find_game(record.game)
    before = None
    for frame in replay(record):
        for turn in frame.turns:
            if turn.fallback is None:
                yield Decision(
                    step=turn.step,
                    player=turn.player,
                    participant=record.participants[turn.participant],
                    observation=game.observe(before, turn.player),
                    action=game.parse_action(turn.action),
                    state=before,
                )
        before = frame.state


def may_imitate(manifest: Manifest, participant: Participant) -> bool:
    """Say whether an opponent that imitates learns from what ``participant`` chose.

    Of functions, it imitates only those that it names: ``learn_from = ["function:NAME"]`` in ``[training]`` (or
    ``train --learn-from``): a model would end up imitating itself.
    """
    named = f"{participant.kind}:{participant.name}"
    return participant.kind != FUNCTION or named in manifest.training.get("learn_from", ())


def functions_passed_over(manifest: Manifest, records: Iterable[GameRecord]) -> dict[str, int]:
    """Return how many actions each function took that ``may_imitate`` leaves out, by ``function:NAME``."""
    counts: dict[str, int] = {}
    for record in records:
        for turn in record.turns:
            participant = record.participants[turn.participant]
            if turn.fallback is None and not may_imitate(manifest, participant):
                named = f"{participant.kind}:{participant.name}"
                counts[named] = counts.get(named, 0) + 1
    return dict(sorted(counts.items()))


def split(records: Sequence[GameRecord], held_out: float = HELD_OUT) -> tuple[list[GameRecord], list[GameRecord]]:
    """Return the records to learn from and those to judge by.

    A match is on the side that its seeds say, whatever other matches there are: adding records moves none, and playing
    the same bootstrap games again gives the same split.
    """
    learn: list[GameRecord] = []
    judge: list[GameRecord] = []
    for record in records:
        key = f"{record.game}/{record.seed}/{record.policy_seed}".encode()
        place = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") / 2**64
        (judge if place < held_out else learn).append(record)
    return learn, judge


def fingerprint(records: Iterable[GameRecord]) -> str:
    """Return a hash of what was played in ``records``, whatever their order, match ids and clock times."""
    lines = sorted(
        f"{record.game}/{record.rules_version}/{record.seed}/{record.policy_seed}/{record.steps}/{record.digest}"
        for record in records
    )
    return sha256("\n".join(lines).encode()).hexdigest()
