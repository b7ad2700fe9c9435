"""What was answered and has yet to happen: an event of an object that was stored, a call that nobody waits for.

Each is a file from before the answer until what it causes is on disk itself.  What a killed server leaves is sent again
at the next start: an event may come twice, as on AWS, and is never lost.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from infra.local.state.files import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIX = ".json"


class OutboxError(RuntimeError):
    """An entry that cannot be read; the message says what to do."""


class Outbox:
    """A folder of entries, in the order they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, entry: Mapping[str, Any]) -> str:
        """Keep ``entry`` and return its name.  Raises OSError, and then it is not kept."""
        name = uuid.uuid4().hex
        self.put(name, entry)
        return name

    def put(self, name: str, entry: Mapping[str, Any]) -> None:
        """Replace the entry ``name``.  Raises OSError, and then the one before is kept."""
        write(self._folder / f"{name}{SUFFIX}", json.dumps(entry).encode())

    def remove(self, name: str) -> None:
        """Forget the entry ``name``: what it causes is on disk."""
        (self._folder / f"{name}{SUFFIX}").unlink(missing_ok=True)

    def left(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the entries there are, oldest first.  Raises OutboxError for a file that is none.

        What has another suffix was being written when the server was killed, and was never answered: it is deleted.
        """
        found = []
        for path in sorted(self._folder.iterdir(), key=lambda item: item.stat().st_mtime_ns):
            if path.suffix != SUFFIX:
                path.unlink()
                continue
            try:
                entry: dict[str, Any] = json.loads(path.read_bytes())
                entry["kind"]
            except (ValueError, KeyError, TypeError) as error:
                raise OutboxError(f"{path} cannot be read ({error}); move it away to start without it") from error
            found.append((path.stem, entry))
        return found
