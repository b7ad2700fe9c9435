"""The lines that Lambda itself writes around what a function prints, and the way both get into CloudWatch Logs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.workers.functions import Answer


def billed_ms(duration_ms: float, init_ms: float | None) -> int:
    """Return what AWS bills: the handler's and the start-up's time, rounded up to a millisecond."""
    return max(1, math.ceil(duration_ms + (init_ms or 0.0)))


def log_events(request_id: str, version: str, memory_mb: int, answer: Answer) -> list[str]:
    """Return the log events of one invocation, in AWS's order and format."""
    # A traceback arrives as one line with \r in it, so that it stays one event.
    printed = [line.replace("\r", "\n") for line in answer.output.split("\n") if line]
    report = (
        f"REPORT RequestId: {request_id}\tDuration: {answer.duration_ms:.2f} ms\t"
        f"Billed Duration: {billed_ms(answer.duration_ms, answer.init_ms)} ms\t"
        f"Memory Size: {memory_mb} MB\tMax Memory Used: {answer.memory_mb} MB\t"
    )
    if answer.init_ms is not None:
        report += f"Init Duration: {answer.init_ms:.2f} ms\t"
    return [
        f"START RequestId: {request_id} Version: {version}",
        *printed,
        *_last_words(answer),
        f"END RequestId: {request_id}",
        report,
    ]


def _last_words(answer: Answer) -> list[str]:
    """Return the line in which the platform says what the function could not say itself."""
    if not answer.error or not isinstance(answer.payload, dict):
        return []
    kind = str(answer.payload.get("errorType", ""))
    return [str(answer.payload.get("errorMessage"))] if kind.startswith(("Sandbox.", "Runtime.Exit")) else []
