"""How somebody played a match that a coach judges by points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from games.record_fields import MAX_TURNS, SEAT
from games.schema import Dictionary, Integer, InvalidError, NotJsonError, Number, Object, load_json

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".form"
"""Of the file beside a record that holds each seat's form."""
MILLI = 1000
MOST_POINTS = 1e6
_FORMS = Dictionary(
    SEAT,
    Object(
        {
            "decisions": Integer(0, MAX_TURNS),
            "lost": Number(0, MOST_POINTS),
            "luck": Number(-MOST_POINTS, MOST_POINTS),
        }
    ),
    8,
)


@dataclass(frozen=True, slots=True)
class Form:
    """How one seat played."""

    decisions: int = 0
    lost: float = 0.0
    """Points that all of them together gave away."""
    luck: float = 0.0
    """Points that chance gave."""

    @property
    def error_rate(self) -> float:
        """Thousandths of a point that a decision gave away, on average; 0 without any decision."""
        return MILLI * self.lost / self.decisions if self.decisions else 0.0


def read_forms(path: Path) -> dict[str, Form]:
    """Return what a file holds by seat; nothing where it holds none."""
    try:
        found: dict[str, Any] = _FORMS.parse(load_json(path.read_bytes()), "")
    except (OSError, NotJsonError, InvalidError):
        return {}
    return {seat: Form(**data) for seat, data in found.items()}
