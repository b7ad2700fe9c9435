"""The control plane's state as rows of text, one for each function, stack, role: those that differ from what is saved.

MiniStack keeps each kind of resource in a store, a dictionary by account, region and name.  Most services are asked for
all of their state, which is compared with what is saved.  Of those that grow with the number of opponents only entries
that somebody was given since (``watched``) are looked at, and all of them when nothing happens.
"""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.local.state.codec import patiently
from infra.local.state.watched import ALL, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from infra.local.state.codec import Codec

WATCHED = ("apigateway", "cloudformation", "iam", "lambda", "ssm")
"""The services whose stores are read as they are; each is a variable of the service's module, ``_`` and its name."""
SEARCHED = "cloudformation"
"""The service that looks through all its stacks and change sets for the one that it is asked for."""
WHOLE = ""
"""The key of what a store is without its entries, and of one that has none."""
_GONE = object()


class Row(NamedTuple):
    """Where a piece of state belongs."""

    service: str
    store: str
    key: str
    """As MiniStack writes the key of an entry, or WHOLE."""


Changes = dict[Row, str | None]
"""What is to be saved, as JSON; None for what is gone."""


class Rows:
    """Knows what is saved of each service's state, and finds what is not."""

    def __init__(self, ministack: Any, codec: Codec) -> None:
        self._ministack = ministack
        self._codec = codec
        self._saved: dict[tuple[str, str], dict[str, bytes]] = {}
        """The digest of each saved row, by service and store, and by key."""
        self._watched: dict[str, dict[str, Any]] = {}
        self._taken: list[tuple[Watched, set[Any]]] = []
        self.unseen = True
        """Whether anything was noted since every entry was looked at."""

    def watch(self) -> None:
        """Begin to note what is given of the services that grow."""
        for service in WATCHED:
            if name := self._ministack._state_map.get(service):  # noqa: SLF001 - see private_names
                module = self._ministack._get_module(name)  # noqa: SLF001
                self._watched[service] = {store: getattr(module, f"_{store}") for store in module.get_state()}
                for store in self._watched[service].values():
                    store._data = Watched(store._data)  # noqa: SLF001

    def changes(self, service: str, get_state: Callable[[], Any], *, thorough: bool) -> Changes:
        """Return what differs of a service's state from what is saved; ``thorough`` looks at every entry.

        Other threads may change all of it meanwhile.  Call ``saved`` or ``not_saved`` afterwards.
        """
        found: Changes = {}
        for store, content in (self._watched.get(service) or patiently(get_state) or {}).items():
            saved = self._saved.setdefault((service, store), {})
            for key, text in self._store(service, content, saved, thorough=thorough):
                if saved.get(key) != (None if text is None else _digest(text)):
                    found[Row(service, store, key)] = text
        return found

    def saved(self, changes: Iterable[tuple[Row, str | None]]) -> None:
        """Note that ``changes`` are on disk."""
        self._taken = []
        for (service, store, key), text in changes:
            saved = self._saved.setdefault((service, store), {})
            if text is None:
                saved.pop(key, None)
            else:
                saved[key] = _digest(text)

    def not_saved(self) -> None:
        """Look again at what was looked at last."""
        for entries, keys in self._taken:
            entries.touched |= keys
        self._taken = []
        self.unseen = True

    def _store(
        self, service: str, content: Any, saved: dict[str, bytes], *, thorough: bool
    ) -> Iterator[tuple[str, str | None]]:
        """Yield the key and the text of each row that may differ from what is ``saved``."""
        entries = getattr(content, "_data", None)
        yield WHOLE, self._codec.text(content) if entries is None else self._codec.text(type(content)())
        if entries is None:
            return
        keys: Collection[Any] = {ALL}
        if isinstance(entries, Watched):
            keys = self._noted(entries, searched=service == SEARCHED, thorough=thorough)
        if ALL in keys:
            keys = patiently(lambda: list(entries))
            yield from ((name, None) for name in saved.keys() - {_name(key) for key in keys} - {WHOLE})
        for key in keys:
            yield _name(key), patiently(partial(self._entry, entries, key))

    def _entry(self, entries: dict[Any, Any], key: Any) -> str | None:
        value = dict.get(entries, key, _GONE)
        return None if value is _GONE else self._codec.text(value)

    def _noted(self, entries: Watched, *, searched: bool, thorough: bool) -> set[Any]:
        keys = entries.taken()
        self.unseen = not thorough and (self.unseen or bool(keys))
        if thorough:
            keys = {ALL}
        elif searched:
            keys = entries.of_other_outline(keys)
        self._taken.append((entries, keys))
        return keys


def _name(key: tuple[Any, ...]) -> str:
    """Return the key of an entry as MiniStack's ``_json_default`` writes it."""
    return "\0".join([*map(str, key[:-1]), repr(key[-1])])


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
