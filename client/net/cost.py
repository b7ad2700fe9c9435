"""What answers cost on AWS, by the price that the catalog names for each opponent."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Price:
    """What a move of one opponent costs in US dollars, whether or not it was played on AWS."""

    move_usd: float
    ms_usd: float
    """Of each millisecond of computing; Lambda bills whole ones."""

    def answer_usd(self, compute_ms: float, init_ms: float = 0.0) -> float:
        """Return what one answer costs that computed for ``compute_ms``, after a start of ``init_ms``."""
        return self.move_usd + ceil(max(1.0, compute_ms + init_ms)) * self.ms_usd


@dataclass(slots=True)
class Bill:
    """The sum of some answers; None as long as nobody has named a price."""

    usd: float | None = None

    def add(self, price: Price | None, compute_ms: float, init_ms: float = 0.0) -> float | None:
        """Take in an answer, and return what it cost.

        One without a price (a guest's, or an older catalog's) leaves the sum as it is.
        """
        if price is None:
            return None
        usd = price.answer_usd(compute_ms, init_ms)
        self.usd = (self.usd or 0.0) + usd
        return usd

    def text(self, digits: int) -> str:
        """Return the sum in cents."""
        return "-" if self.usd is None else cents(self.usd, digits)


def cents(usd: float, digits: int) -> str:
    """Return an amount in cents, as it is shown."""
    return f"{usd * 100:.{digits}f} ¢"
