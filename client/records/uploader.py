"""Brings records to the cloud in the background, each until it has arrived, and once.

A record that has arrived has a mark beside it (``<match>.uploaded``); one without is tried again, at the next start if
need be.  The match id names it in the bucket too, so sending one twice changes nothing.  The files stay where they are.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from heapq import heappop, heappush
from time import monotonic
from typing import TYPE_CHECKING

import requests

from client.net.remote import new_session
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTED = frozenset({200, 201, 202, 204})
BAD_REQUEST, SERVER_ERROR = 400, 500
NOT_THE_RECORD = frozenset({401, 403, 404, 407, 408, 421, 425, 429})
"""Refusals that a key, an address or time may mend.  Any other 4xx is final: the record itself is the reason."""
MARK = ".uploaded"
REFUSED_MARK = ".refused"
FIRST_PAUSE_S, MAX_PAUSE_S = 0.5, 60.0
TIMEOUT_S = (1.0, 10.0)
SHOWN = 240
"""How many characters of a refusal are told."""


@dataclass(order=True, slots=True)
class _Attempt:
    """A record to send once the clock shows ``due``, and how long to pause after that if it does not arrive."""

    due: float
    path: Path
    pause_s: float = field(compare=False)


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
        self._waiting.put(None)  # it may be waiting

    def _work(self) -> None:
        """Send records as they come; one that did not arrive is tried again later and holds up no other."""
        again: list[_Attempt] = []
        closing = False
        with new_session() as session:
            while not self._stop.is_set() and (again or not closing):
                pause_s = max(0.0, again[0].due - monotonic()) if again else None
                try:
                    path = self._waiting.get(timeout=pause_s)
                except queue.Empty:
                    self._try(session, heappop(again), again)
                    continue
                if path is None:
                    closing = True
                else:
                    self._try(session, _Attempt(monotonic(), path, FIRST_PAUSE_S), again)

    def _try(self, session: requests.Session, attempt: _Attempt, again: list[_Attempt]) -> None:
        path = attempt.path
        if _settled(path):
            return
        self.trouble = self._send(session, path)
        if self.trouble is None:
            self.sent += 1
        elif path.exists() and not _settled(path):
            due = monotonic() + attempt.pause_s
            heappush(again, _Attempt(due, path, min(MAX_PAUSE_S, attempt.pause_s * 2)))

    def _send(self, session: requests.Session, path: Path) -> str | None:
        """Return why the record did not arrive; None when it did."""
        try:
            line = path.read_bytes()
            answer = session.post(
                self._url,
                data=line,
                headers={"content-type": "application/json"},
                timeout=TIMEOUT_S,
            )
            if path.read_bytes() != line:
                return None  # it was played on meanwhile, and is sent again by who saved it
            if answer.status_code in ACCEPTED:
                path.with_suffix(MARK).write_text(self._url + "\n", encoding="utf-8")
                return None
            if BAD_REQUEST <= answer.status_code < SERVER_ERROR and answer.status_code not in NOT_THE_RECORD:
                path.with_suffix(REFUSED_MARK).write_text(answer.text[:2000] + "\n", encoding="utf-8")
        except (requests.RequestException, OSError, ValueError) as error:
            return f"{path.name}: {type(error).__name__}"
        return f"{path.name}: {answer.status_code} {_reason(answer)}"


def _reason(answer: requests.Response) -> str:
    """Return what a problem document says happened; the first words of any other answer."""
    try:
        said = load_json(answer.content)
    except NotJsonError:
        said = None
    detail = said.get("detail") if isinstance(said, dict) else None
    return (detail if isinstance(detail, str) else answer.text)[:SHOWN]


def _settled(path: Path) -> bool:
    """Return whether the record has arrived, or was refused for good."""
    return path.with_suffix(MARK).exists() or path.with_suffix(REFUSED_MARK).exists()


def unsent_records(folder: Path) -> list[Path]:
    """Return the records that have neither arrived nor been refused."""
    return sorted(path for path in folder.glob("*/*.json") if not _settled(path))
