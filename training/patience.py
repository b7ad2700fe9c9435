"""How long a step of a report may work: seconds of the processor, so that a busy machine changes no report."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Clock: TypeAlias = "Callable[[], float]"


@dataclass
class Patience:
    """Seconds of the processor that may be spent, here and in other processes together."""

    seconds: float
    clock: Clock = process_time
    """Counts what is spent here."""
    spent: float = 0.0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count what this process does within."""
        began = self.clock()
        yield
        self.spend(self.clock() - began)

    def spend(self, seconds: float) -> None:
        """Count what was worked elsewhere."""
        self.spent += seconds

    def is_over(self, more: float = 0.0) -> bool:
        """Say whether more was spent than there is, or would be with ``more`` seconds."""
        return self.spent + more > self.seconds


@dataclass(frozen=True, slots=True)
class Counted:
    """Work on parts that says what it took of the processor, in whichever process it is done."""

    work: Callable[[Any], Any]

    def __call__(self, part: Any) -> tuple[Any, float]:
        """Return what the work makes of ``part``, and the seconds of the processor."""
        began = process_time()
        return self.work(part), process_time() - began
