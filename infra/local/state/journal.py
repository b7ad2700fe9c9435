"""Requests that were answered and that the state file does not hold yet: carried out again after a kill.

The state file is never written in the middle of a CloudFormation operation, nor as often as a large service would have
to be.  A change that is answered meanwhile is kept as what was asked for.  Each entry has a number that grows; the
state file says, for each service, up to which number it holds what they did.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.state.files import sync_folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class JournalError(RuntimeError):
    """A journal that cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request that changed something."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A request, its place in the order of all, and the parts of the state that it changed."""

    number: int
    keys: frozenset[str]
    request: Request

    def to_line(self) -> bytes:
        """Return it as one line of JSON."""
        request = self.request
        data = {
            "number": self.number,
            "keys": sorted(self.keys),
            "method": request.method,
            "path": request.path,
            "query": request.query.decode("latin-1"),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers],
            "body": base64.b64encode(request.body).decode("ascii"),
        }
        return json.dumps(data).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """Return what ``to_line`` wrote.  Raises ValueError, KeyError or TypeError for anything else."""
        data: Any = json.loads(line)
        headers = tuple((str(name).encode("latin-1"), str(value).encode("latin-1")) for name, value in data["headers"])
        body, query = base64.b64decode(data["body"]), str(data["query"]).encode("latin-1")
        request = Request(str(data["method"]), str(data["path"]), query, headers, body)
        return cls(int(data["number"]), frozenset(map(str, data["keys"])), request)


class Journal:
    """The file of entries.  Only one thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entries: Sequence[Entry]) -> None:
        """Bring ``entries`` to the disk.  Raises OSError, and then none of them is in the file."""
        there = self._path.exists()
        with self._path.open("ab") as file:
            before = file.seek(0, os.SEEK_END)
            try:
                file.write(b"".join(entry.to_line() for entry in entries))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self._path, before)
                raise
        if not there:
            sync_folders([self._path.parent])

    def entries(self, held: Mapping[str, int]) -> list[Entry]:
        """Return the entries that a state file which holds up to ``held`` of each service lacks, in order.

        Half a last line was never answered and is cut off.  Raises JournalError for anything else that is no entry.
        """
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        found = []
        for number, line in enumerate(whole.split(b"\n")[:-1], start=1):
            try:
                entry = Entry.from_line(line)
            except (ValueError, KeyError, TypeError) as error:
                raise JournalError(
                    f"{self._path}:{number} cannot be read ({error}); move the file away to start without what it holds"
                ) from error
            if any(entry.number > held.get(key, 0) for key in entry.keys):
                found.append(entry)
        if len(whole) < len(content):
            os.truncate(self._path, len(whole))
        return found

    def last(self) -> int:
        """Return the highest number in the file; 0 where there is none."""
        return max((entry.number for entry in self.entries({})), default=0)

    def clear(self) -> None:
        """Forget all entries: the state file holds what they did."""
        self._path.unlink(missing_ok=True)
