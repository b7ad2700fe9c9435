"""Records that nothing is learned from, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

TOLD = 100
"""Records set aside whose place and reason are kept; all are counted."""


@dataclass
class SetAside:
    """Records that nothing is learned from, and why."""

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """How many for each field that was wrong; no field for lines that are no record."""
    told: list[str] = field(default_factory=list)
    """Place and reason of the first ``TOLD``."""

    def add(self, field_name: str | None, text: str) -> None:
        """Count one."""
        self.count += 1
        self.reasons[(field_name or "no record").partition("[")[0]] += 1
        if len(self.told) < TOLD:
            self.told.append(text)
