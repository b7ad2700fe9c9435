"""What becomes of a batch from a stream or a queue after a function has seen it: AWS's rules, as arithmetic.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOREVER = -1
"""AWS's way of saying that there is no limit."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of an event source mapping that decide about failures."""

    batch_size: int = 100
    retries: int = FOREVER
    max_age_s: float = FOREVER
    bisect: bool = False
    partial: bool = False
    """Whether the function reports which records failed."""
    destination: str | None = None
    """The ARN that hears of records that are given up."""

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Rules:
        """Return the rules of an event source mapping as the API describes it."""
        destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        return cls(
            batch_size=int(mapping.get("BatchSize") or 100),
            retries=_number(mapping, "MaximumRetryAttempts"),
            max_age_s=_number(mapping, "MaximumRecordAgeInSeconds"),
            bisect=str(mapping.get("BisectBatchOnFunctionError", False)).lower() == "true",
            partial="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or ()),
            destination=destination,
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where a shard stands: how many records to try at once, and how often they have failed so far."""

    size: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now: go on by ``done`` records, give up the ``given_up`` after those, and try again as ``attempt``."""

    done: int
    given_up: int
    attempt: Attempt


def failed(identifiers: Sequence[str], answer: Any, *, partial: bool) -> set[str]:
    """Return which of a batch's records a function says have failed.

    None, unless it reports partially.  An answer that names a record which is not in the batch, or is not in the form
    AWS asks for, counts as a failure of the whole batch.
    """
    if not partial or not answer:
        return set()
    if not isinstance(answer, dict):
        return set(identifiers)
    failures = answer.get("batchItemFailures") or []
    named = {failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures}
    return {str(name) for name in named} if named <= set(identifiers) else set(identifiers)


def checkpoint(identifiers: Sequence[str], answer: Any, *, partial: bool) -> int:
    """Return how many of a batch's records, from its first, need not be sent again: those before the first failed."""
    bad = failed(identifiers, answer, partial=partial)
    return min((identifiers.index(name) for name in bad), default=len(identifiers))


def next_step(rules: Rules, attempt: Attempt, count: int, good: int, oldest_s: float) -> Step:
    """Return what to do when ``good`` of ``count`` records are done, and the oldest of the rest is ``oldest_s`` old."""
    fresh = Attempt(rules.batch_size)
    rest = count - good
    if rest == 0:
        return Step(count, 0, fresh)
    failures = 1 if good else attempt.failures + 1
    expired = rules.max_age_s != FOREVER and oldest_s > rules.max_age_s
    if rules.bisect and rest > 1 and not expired:
        return Step(good, 0, Attempt(max(1, rest // 2)))  # a split does not count as a retry
    if expired or (rules.retries != FOREVER and failures > rules.retries):
        return Step(good, rest, fresh)
    return Step(good, 0, Attempt(rest, failures))


def _number(mapping: Mapping[str, Any], key: str) -> int:
    value = mapping.get(key)
    return FOREVER if value is None else int(value)
