"""The file in which the control plane's state lies, so that a save writes what has changed and nothing else.

An SQLite database with a row for each resource: all that is saved at once is there or not.  Homes of before had two
files of JSON, written whole each time; they are read once, and what stays in their place is what an older program
refuses.
"""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from infra.local.state.files import PARTIAL, sync_folders, write
from infra.local.state.rows import WHOLE, Changes, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from infra.local.state.codec import Codec

FORMAT = 2
OLD_FORMAT = 1
MOVED = json.dumps({"format": FORMAT, "state": "state.sqlite"}).encode()
"""What stands in the place of the file of before: an older program would begin anew without it."""
REMEDY = "it was left as it is; move it away to start without what it holds"
SETTINGS = (
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=0"
)
COLUMNS = "service TEXT NOT NULL, store TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL"
SCHEMA = (
    f"CREATE TABLE state (id INTEGER PRIMARY KEY, {COLUMNS}, UNIQUE (service, store, key))",
    "CREATE TABLE held (service TEXT PRIMARY KEY, number INTEGER NOT NULL)",
    f"PRAGMA user_version={FORMAT}",
)
PUT = """INSERT INTO state (service, store, key, value) VALUES (?, ?, ?, ?)
  ON CONFLICT (service, store, key) DO UPDATE SET value = excluded.value"""


class StateError(RuntimeError):
    """A state file that cannot be read."""


class StateFile:
    """The state file of one local cloud.  Only one thread at a time may use it."""

    def __init__(self, folder: Path, codec: Codec) -> None:
        self._path = folder / "state.sqlite"
        self._old = folder / "state.json", folder / "observations.json"
        self._codec = codec
        self._database: sqlite3.Connection | None = None
        self._is_made = False
        self._held: dict[str, int] = {}
        self.is_old = False
        """Whether what was loaded came from the files of before."""

    def load(self) -> tuple[dict[str, Any], dict[str, int], Mapping[Row, str]]:
        """Return every service's state, up to which request it goes, and the rows there are.  Raises StateError."""
        for path in self._path.parent.glob(f"*{PARTIAL}"):
            path.unlink()
        loaded: dict[str, dict[str, Any]] = {}
        try:
            rows = dict(self._rows())
            for (service, store), entries in _by_store(rows).items():
                whole = entries.pop(WHOLE)
                loaded.setdefault(service, {})[store] = self._codec.store(whole, entries)
        except (sqlite3.Error, ValueError, KeyError, TypeError, OSError) as error:
            raise StateError(f"{self._path} cannot be read ({error}); {REMEDY}") from error
        services: dict[str, Any] = loaded or self._load_old()
        return services, dict(self._held), rows

    def save(self, changes: Changes, held: Mapping[str, int]) -> None:
        """Bring ``changes`` to the disk, all of them or none.  Raises OSError."""
        if not changes and held == self._held:
            return
        try:
            database = self._open()
            with contextlib.closing(database.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                for statement in () if self._is_made else SCHEMA:
                    cursor.execute(statement)
                cursor.executemany(PUT, ((*row, text) for row, text in changes.items() if text is not None))
                gone = [row for row, text in changes.items() if text is None]
                cursor.executemany("DELETE FROM state WHERE service = ? AND store = ? AND key = ?", gone)
                cursor.executemany("INSERT OR REPLACE INTO held VALUES (?, ?)", held.items())
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                if self._database is not None:
                    self._database.rollback()
            raise _os_error(error) from error
        self._held, self._is_made = dict(held), True

    def retire_old(self) -> None:
        """Leave no state of before, now that all of it is in this file.  Raises OSError."""
        state, observations = self._old
        if state.exists() and state.read_bytes() != MOVED:
            write(state, MOVED)
        observations.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()

    def unusable(self, service: str, error: Exception) -> StateError:
        """Return what to say of a state that its service cannot use."""
        where = self._old[0] if self.is_old else self._path
        return StateError(f"{where} cannot be read (the state of {service}: {error}); {REMEDY}")

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._database.executescript(SETTINGS)
            sync_folders([self._path.parent])
        return self._database

    def _rows(self) -> Iterator[tuple[Row, str]]:
        if not self._path.exists():
            return
        database = self._open()
        (found,) = database.execute("PRAGMA user_version").fetchone()
        if found == 0:  # begun, and killed before anything was in it
            return
        if found != FORMAT:
            raise StateError(f"{self._path} has format {found}; this version reads {FORMAT}: {REMEDY}")
        self._is_made = True
        self._held = dict(database.execute("SELECT service, number FROM held"))
        for service, store, key, value in database.execute("SELECT service, store, key, value FROM state ORDER BY id"):
            yield Row(service, store, key), value

    def _load_old(self) -> dict[str, Any]:
        services: dict[str, Any] = {}
        for path in self._old:
            try:
                data = self._codec.value(path.read_text(encoding="utf-8"))
                if data["format"] == FORMAT and "services" not in data:
                    continue
                if data["format"] != OLD_FORMAT:
                    raise StateError(
                        f"{path} has format {data['format']!r}; this version reads {OLD_FORMAT} and {FORMAT}: {REMEDY}"
                    )
                services |= dict(data["services"])
                self._held |= {str(key): int(number) for key, number in data.get("held", {}).items()}
                self.is_old = True
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, TypeError, OSError) as error:
                raise StateError(f"{path} cannot be read ({error}); {REMEDY}") from error
        return services


def _by_store(rows: Mapping[Row, str]) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row, text in rows.items():
        found.setdefault((row.service, row.store), {})[row.key] = text
    return found


def _os_error(error: sqlite3.Error) -> OSError:
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return OSError(errno.ENOSPC, "No space left on device") if full else OSError(errno.EIO, str(error))
