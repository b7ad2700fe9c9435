"""An alarm looks at its own metric: MiniStack's looks at all of that name, whatever function they are of.

A canary was ended so because of the time that somebody else's function took to annotate a match.
"""

from __future__ import annotations

import functools
import time
from types import FunctionType
from typing import Any


def mend_alarms(cloudwatch: Any) -> None:
    """Let an alarm be evaluated with what there is of its dimensions, and nothing else."""
    original = cloudwatch._evaluate_alarm  # noqa: SLF001 - see private_names

    @functools.wraps(original)
    def evaluate(alarm: dict[str, Any]) -> None:
        own = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])  # noqa: SLF001
        key = alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(own)  # noqa: SLF001
        now = time.time()
        points = cloudwatch._metrics.get(key) or ()  # noqa: SLF001
        until_now = [point for point in points if point["Timestamp"] <= now]  # the clock may have been set back
        found = {key: until_now} if until_now else {}
        FunctionType(original.__code__, {**vars(cloudwatch), "_metrics": found})(alarm)

    cloudwatch._evaluate_alarm = evaluate  # noqa: SLF001
