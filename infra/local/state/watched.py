"""Notes which entries of MiniStack's stores somebody may have changed, so that no others need be saved.

Whoever changes an entry has got it from its store first.  What a request was given counts as changed when the request
is answered, however long ago it got it; what a request that only reads was given counts not at all.

Whoever keeps what follows from entries (``patches.memo``) keeps it for as long as no change is noted.
"""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = object()
"""Stands among the keys for those of all entries."""


class Changes:
    """Counts what may have changed in any store; any thread may note."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.number = 0
        """Another than before, once anything may have changed."""
        self.at = 0.0
        """When that was, by time.monotonic."""

    def note(self) -> None:
        """Note that something may change now."""
        self.at = time.monotonic()
        self.number = next(self._numbers)


changes = Changes()


class Watched(dict[Any, Any]):
    """The ``_data`` of a store.  What is read by ``dict``'s own methods, ``dict.get(data, key)``, is not noted."""

    def __init__(self, entries: dict[Any, Any]) -> None:
        super().__init__(entries)
        self.touched: set[Any] = {ALL}
        self._outlines: dict[Any, list[tuple[Any, int]]] = {}

    def __getitem__(self, key: Any) -> Any:
        """Return an entry."""
        self._note(key)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Replace an entry."""
        super().__setitem__(key, value)
        self._note(key)

    def __delitem__(self, key: Any) -> None:
        """Forget an entry."""
        super().__delitem__(key)
        self._note(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an entry, or ``default``."""
        self._note(key)
        return super().get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        """Forget an entry and return it."""
        value = super().pop(key, *default)
        self._note(key)
        return value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return an entry, made from ``default`` if there is none."""
        value = super().setdefault(key, default)
        self._note(key)
        return value

    def update(self, *others: Any, **named: Any) -> None:
        """Replace entries."""
        super().update(*others, **named)
        self._note(ALL)

    def clear(self) -> None:
        """Forget all entries."""
        super().clear()
        self._note(ALL)

    def items(self) -> Any:
        """Return all entries with their keys."""
        self._note(ALL)
        return super().items()

    def values(self) -> Any:
        """Return all entries."""
        self._note(ALL)
        return super().values()

    def taken(self) -> set[Any]:
        """Return the keys noted so far, and forget them.  Others may be noting meanwhile."""
        keys = set()
        while self.touched:
            keys.add(self.touched.pop())
        return keys

    def of_other_outline(self, keys: set[Any]) -> set[Any]:
        """Return ``keys``, and instead of ALL those entries whose own fields are others than when this was asked last.

        What is deeper inside an entry is not looked at: whoever changes that has asked for the entry by its key.
        """
        if ALL in keys:
            keys = keys - {ALL} | (self._outlines.keys() - dict.keys(self))
            for key, value in list(dict.items(self)):
                known = self._outlines.get(key)
                if known is None or not _same(known, _outline(value)):
                    keys.add(key)
        for key in keys:
            self._outlines.pop(key, None)
            if (value := dict.get(self, key)) is not None:
                self._outlines[key] = _outline(value)
        return keys

    def _note(self, key: Any) -> None:
        notes = _notes.get()
        if notes is None or notes.over:
            self.touched.add(key)
            changes.note()
        else:
            notes.given[id(self), key] = self


def _outline(value: Any) -> list[tuple[Any, int]]:
    parts = list(value.values()) if isinstance(value, dict) else [value]
    return [(part, len(part) if isinstance(part, dict | list) else 0) for part in parts]


def _same(one: list[tuple[Any, int]], other: list[tuple[Any, int]]) -> bool:
    return len(one) == len(other) and all(a is b and m == n for (a, m), (b, n) in zip(one, other, strict=True))


@dataclass(slots=True)
class Notes:
    """What one request was given."""

    given: dict[tuple[int, Any], Watched] = field(default_factory=dict)
    over: bool = False
    """Whether it is answered: what is given to what goes on after that counts by itself."""

    def count(self) -> None:
        """Let all of it count as changed."""
        for (_, key), watched in list(self.given.items()):
            watched.touched.add(key)
        if self.given:
            changes.note()


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def apart() -> Iterator[Notes]:
    """Collect what is given to what runs inside, tasks and copied contexts among it; it counts by ``count`` alone."""
    notes = Notes()
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        notes.over = True
        _notes.reset(token)
