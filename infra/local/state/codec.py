"""MiniStack's state as JSON: its own way of writing it, with the zips as files beside."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from infra.local.state.blobs import CODE, LARGE_BYTES, LAYER, Blob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.local.state.blobs import Blobs

TRIES = 50


class Codec:
    """Writes and reads values; ``blobs`` holds the long byte strings among them."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.used: set[str] = set()
        """The sha256 of every long byte string that was read."""

    def text(self, value: Any) -> str:
        """Return ``value`` as JSON.  Raises RuntimeError where another thread changes it meanwhile."""
        return json.dumps(value, default=self._special)

    def value(self, text: str) -> Any:
        """Return what ``text`` wrote.  Raises ValueError, KeyError, TypeError or OSError for anything else."""
        return json.loads(text, object_hook=self._decoded)

    def store(self, shell: str, entries: Mapping[str, str]) -> Any:
        """Return a store of MiniStack's from itself without entries, and from those.  Raises as ``value`` does."""
        data = {key: self.value(f'{{"value": {text}}}')["value"] for key, text in entries.items()}
        return self._decoded(json.loads(shell) | ({"data": data} if data else {}))

    def _special(self, value: Any) -> Any:
        from ministack.core import persistence  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        if isinstance(value, bytes) and len(value) > LARGE_BYTES:
            value = self._blobs.kept(value)
        if isinstance(value, Blob):
            return {"__blob__": value.path.name}
        return persistence._json_default(value)  # noqa: SLF001

    def _decoded(self, item: dict[str, Any]) -> Any:
        from ministack.core import persistence  # noqa: PLC0415

        if (name := item.get("__blob__")) is not None:
            self.used.add(name)
            return self._blobs.find(name)
        for key, value in item.items():
            if key not in {CODE, LAYER} and isinstance(value, Blob | list):
                item[key] = _in_memory(value)
        return persistence._json_object_hook(item)  # noqa: SLF001


def patiently(look: Callable[[], Any]) -> Any:
    """Return what ``look`` returns, tried again where other threads change what it looks at.  Raises RuntimeError."""
    for _ in range(TRIES - 1):
        try:
            return look()
        except RuntimeError:  # "dictionary changed size during iteration"
            time.sleep(0.002)
    return look()


def _in_memory(value: Any) -> Any:
    """Return ``value`` with the bytes of what is no zip."""
    if isinstance(value, list):
        return [_in_memory(each) for each in value]
    return value.read() if isinstance(value, Blob) else value
