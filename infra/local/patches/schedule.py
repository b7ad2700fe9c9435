"""When an asynchronous call is tried again, and when it is given up: Lambda's rules, as arithmetic.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

THROTTLE_FIRST_S, THROTTLE_MOST_S = 1.0, 300.0
"""AWS: a throttled event waits from a second to five minutes, longer each time."""
ERROR_PAUSES_S = (2.0, 8.0)
"""Before the second and the third try of an event that failed.  AWS waits one and two minutes."""
DEFAULT_RETRIES = 2
DEFAULT_AGE_S = 21_600.0
EXHAUSTED, EXPIRED = "RetriesExhausted", "EventAgeExceeded"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an alias, or a function, says about its asynchronous calls."""

    retries: int = DEFAULT_RETRIES
    max_age_s: float = DEFAULT_AGE_S
    destination: str = ""
    """The ARN that hears of events that are given up; empty for nobody."""

    @classmethod
    def of(cls, invoke_config: Mapping[str, Any], function_config: Mapping[str, Any]) -> Settings:
        """Return the settings as Lambda's API describes them."""
        retries = invoke_config.get("MaximumRetryAttempts")
        on_failure = ((invoke_config.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        dead_letters = (function_config.get("DeadLetterConfig") or {}).get("TargetArn")
        return cls(
            DEFAULT_RETRIES if retries is None else int(retries),
            float(invoke_config.get("MaximumEventAgeInSeconds") or DEFAULT_AGE_S),
            str(on_failure or dead_letters or ""),
        )


@dataclass(frozen=True, slots=True)
class Tries:
    """How often an event has failed, and how often it was turned away for want of concurrency."""

    failures: int = 0
    throttles: int = 0


@dataclass(frozen=True, slots=True)
class Next:
    """What to do with an event that was not done: try again after ``pause_s``, or give it up for ``given_up``."""

    tries: Tries
    pause_s: float = 0.0
    given_up: str = ""


def next_try(settings: Settings, tries: Tries, age_s: float, draw: float, *, throttled: bool) -> Next:
    """Return what to do with an event that is ``age_s`` old and has just failed, or was ``throttled``.

    ``draw``, from 0 to 1, spreads events that failed together: a pause is between half and all of its length.
    """
    spread = 0.5 + draw / 2
    if throttled:
        pause = min(THROTTLE_MOST_S, THROTTLE_FIRST_S * 2 ** min(tries.throttles, 20)) * spread
        after = replace(tries, throttles=tries.throttles + 1)
    else:
        after = replace(tries, failures=tries.failures + 1)
        if after.failures > settings.retries:
            return Next(after, given_up=EXHAUSTED)
        pause = ERROR_PAUSES_S[min(tries.failures, len(ERROR_PAUSES_S) - 1)] * spread
    if age_s + pause > settings.max_age_s:
        return Next(after, given_up=EXPIRED)
    return Next(after, pause)
