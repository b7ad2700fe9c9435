"""What is being shared: one piece of work at a time, which goes on while something else is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from client.jobs.job import Job

if TYPE_CHECKING:
    from games.record import GameRecord

GIF, PNG, RECORD = "gif", "png", "json"
WORDS = {GIF: "The animation", PNG: "The picture", RECORD: "The record"}
PART = ".part"


class Exports:
    """Writes to ``folder``.  Main thread only; nothing waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""
        """How the last one is going, or went, in a sentence."""
        self.trouble = False
        """Whether the last one failed."""
        self._job: Job | None = None
        self._kind = ""
        self._path = folder

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._job is not None

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self._job.share if self._job is not None else 0.0

    def begin(self, kind: str, record: GameRecord, step: int) -> None:
        """Begin to write ``record`` as ``kind``; nothing while something else is being written."""
        if self._job is not None:
            return
        self._kind = kind
        at = f"-{step}" if kind == PNG else ""
        self._path = _free(self.folder, f"{record.game}-{record.match_id[:12]}{at}", kind)
        order = {"kind": kind, "record": record.to_json(), "step": step, "path": str(self._path)}
        self.trouble = False
        self._job = Job("export", order)

    def cancel(self) -> None:
        """End what is being written."""
        if self._job is not None:
            self._job.cancel()

    def tick(self) -> None:
        """Follow what is being written."""
        job = self._job
        if job is None:
            return
        if not job.over:
            self.said = f"{WORDS[self._kind]} is being made: {job.share:.0%}"
            return
        self._job = None
        self.trouble = job.trouble is not None
        if job.result is not None:
            self.said = f"{WORDS[self._kind]} is in {job.result}"
        elif job.trouble == "cancelled":
            self.said = f"{WORDS[self._kind]} was cancelled; nothing is left of it."
            self._path.with_name(self._path.name + PART).unlink(missing_ok=True)
        else:
            self.said = f"{WORDS[self._kind]} could not be written: {job.trouble}"

    def close(self) -> None:
        """End what is being written, and leave nothing half-written."""
        job = self._job
        if job is not None:
            job.cancel()
            job.wait(2.0)
            self.tick()


def _free(folder: Path, name: str, suffix: str) -> Path:
    """Return a path that nothing lies at yet."""
    path = folder / f"{name}.{suffix}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.{suffix}"
    return path


def usual_folder(home: Path, *, chosen: bool) -> Path:
    """Return where shared files go: to the person's downloads, or below ``home`` where there are none.

    ``chosen`` says that the person has named another home: then they stay there.
    """
    from platformdirs import user_downloads_dir  # noqa: PLC0415 - asked once

    downloads = Path(user_downloads_dir())
    return home / "shared" if chosen or not downloads.is_dir() else downloads
