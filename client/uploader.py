"""Brings records to the cloud in the background, each until it has arrived, and once.

A record that has arrived has a mark beside it (``<match>.uploaded``); one without is tried again, at the next start if
need be.  The match id names it in the bucket too, so sending one twice changes nothing.  The files stay where they are.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import requests

from client.remote import new_session

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTED = frozenset({200, 201, 202, 204})
REFUSED = frozenset({400, 409, 413, 422})
"""Final: the record itself is the reason."""
MARK = ".uploaded"
REFUSED_MARK = ".refused"
FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 60.0
TIMEOUT_S = (1.0, 10.0)


class Uploader:
    """Sends the records of one folder to ``POST {api}/records``."""

    def __init__(self, folder: Path, api: str) -> None:
        self.sent = 0
        self.trouble: str | None = None
        """Why the last attempt failed; None when it did not."""
        self._folder = folder
        self._url = f"{api.rstrip('/')}/records"
        self._waiting: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="uploader", daemon=True)
        self._thread.start()

    def put(self, path: Path) -> None:
        """Send the record at ``path`` soon.  Returns at once."""
        self._waiting.put(path)

    def put_unsent(self) -> int:
        """Send every record of the folder that has not arrived yet; return how many there are."""
        unsent = unsent_records(self._folder)
        for path in unsent:
            self._waiting.put(path)
        return len(unsent)

    def close(self, within_s: float = 2.0) -> None:
        """Go on for at most ``within_s`` seconds; what has not arrived is sent at the next start."""
        self._waiting.put(None)
        self._thread.join(within_s)
        self._stop.set()

    def _work(self) -> None:
        with new_session() as session:
            while (path := self._waiting.get()) is not None and not self._stop.is_set():
                self._send(session, path)

    def _send(self, session: requests.Session, path: Path) -> None:
        pause_s = FIRST_PAUSE_S
        while not (path.with_suffix(MARK).exists() or path.with_suffix(REFUSED_MARK).exists()):
            self.trouble = self._attempt(session, path)
            if self.trouble is None:
                self.sent += 1
            elif self._stop.wait(pause_s):
                return
            pause_s = min(MAX_PAUSE_S, pause_s * 2)

    def _attempt(self, session: requests.Session, path: Path) -> str | None:
        """Return why the record did not arrive; None when it did, or when it never will."""
        try:
            answer = session.post(
                self._url,
                data=path.read_bytes(),
                headers={"content-type": "application/json"},
                timeout=TIMEOUT_S,
            )
        except (requests.RequestException, OSError) as error:
            return f"{path.name}: {type(error).__name__}"
        if answer.status_code in ACCEPTED:
            path.with_suffix(MARK).write_text(self._url + "\n", encoding="utf-8")
            return None
        if answer.status_code in REFUSED:
            path.with_suffix(REFUSED_MARK).write_text(answer.text[:2000] + "\n", encoding="utf-8")
        return f"{path.name}: {answer.status_code} {answer.text[:120]}"


def unsent_records(folder: Path) -> list[Path]:
    """Return the records that have neither arrived nor been refused."""
    return sorted(
        path
        for path in folder.glob("*/*.json")
        if not (path.with_suffix(MARK).exists() or path.with_suffix(REFUSED_MARK).exists())
    )
