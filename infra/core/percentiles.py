"""Percentiles of measured times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def percentile(values: Iterable[float], rank: int) -> float | None:
    """Return the value that ``rank`` percent of ``values`` do not exceed (nearest rank), to 3 digits; None for none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return round(ordered[max(0, -(-len(ordered) * rank // 100) - 1)], 3)
