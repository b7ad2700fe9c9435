"""One call starts a function; what is asked meanwhile waits for it.

Without this the question who answers and the first move, sent together, would each start a process: two cold starts,
and the next move might go to the process that nobody has used yet.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

ResultT = TypeVar("ResultT")


class FirstCall:
    """Lets the first call to a function through alone.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answered = False
        self._cold = False

    def run(
        self, call: Callable[[], ResultT], is_cold: Callable[[ResultT], bool], within_s: float
    ) -> tuple[ResultT, bool]:
        """Return what ``call`` returns, and whether it, or the call it waited for, was a cold start.

        A first call that raises leaves its place to the next one.  Raises TimeoutError when the first call takes
        longer than ``within_s`` seconds, and whatever ``call`` raises.
        """
        if self._has_answered():
            return self._direct(call, is_cold)
        if not self._lock.acquire(timeout=max(0.0, within_s)):
            raise TimeoutError
        try:
            if not self._has_answered():
                result, self._cold = self._direct(call, is_cold)
                self._answered = True
                return result, self._cold
        finally:
            self._lock.release()
        result, cold = self._direct(call, is_cold)
        return result, cold or self._cold

    def _has_answered(self) -> bool:
        return self._answered

    @staticmethod
    def _direct(call: Callable[[], ResultT], is_cold: Callable[[ResultT], bool]) -> tuple[ResultT, bool]:
        result = call()
        return result, is_cold(result)
