"""What is saved of MiniStack's state: loaded at the start, and brought up to date by what differs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from infra.local.state.blobs import Blobs
from infra.local.state.codec import Codec
from infra.local.state.files import disk_error
from infra.local.state.rows import Changes, Rows
from infra.local.state.state_file import StateError, StateFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path


class Saved:
    """The state file of one local cloud, and what is known to be in it.  Only one thread at a time may use it."""

    def __init__(self, ministack: Any, folder: Path) -> None:
        self._ministack = ministack
        self._folder = folder
        self._blobs = Blobs(folder / "blobs")
        self._codec = Codec(self._blobs)
        self._file = StateFile(folder, self._codec)
        self._rows = Rows(ministack, self._codec)
        self.held: dict[str, int] = {}
        """Up to which request the saved state of each service goes."""

    @property
    def unseen(self) -> bool:
        """Whether something may differ that only a thorough look finds."""
        return self._rows.unseen

    @unseen.setter
    def unseen(self, value: bool) -> None:
        self._rows.unseen = value

    def load(self) -> None:
        """Give MiniStack what is saved.  Raises StateError."""
        loaded, self.held, rows = self._file.load()
        self._rows.watch()
        self._restore(loaded)
        self._rows.saved(rows.items())
        try:
            if self._file.is_old:
                self.save(loaded.keys(), None, lambda: False, thorough=True)
            self._file.retire_old()
        except OSError as error:
            raise StateError(str(disk_error(error, self._folder))) from error
        self._blobs.forget_others(self._codec.used)

    def save(
        self, keys: AbstractSet[str], held: int | None, too_late: Callable[[], bool], *, thorough: bool
    ) -> dict[str, float] | None:
        """Save the state of ``keys``, which goes up to request ``held``; return the seconds that looking at each took.

        Without ``held`` each goes as far as before.  Nothing is saved, and None returned, if it is ``too_late`` once
        all was looked at.  Raises OSError.
        """
        try:
            changes, taken = self._look(keys, thorough=thorough)
            if too_late():
                self._rows.not_saved()
                return None
            numbers = self.held | ({} if held is None else dict.fromkeys(taken, held))
            self._file.save(changes, numbers)
        except BaseException:
            self._rows.not_saved()
            raise
        self.held = numbers
        self._rows.saved(changes.items())
        if lambda_service := self._ministack._loaded_modules.get("lambda_svc"):  # noqa: SLF001 - see private_names
            self._blobs.put_away(lambda_service)
        return taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _look(self, keys: AbstractSet[str], *, thorough: bool) -> tuple[Changes, dict[str, float]]:
        getters = self._ministack._build_persistence_save_dict()  # noqa: SLF001
        changes: Changes = {}
        taken: dict[str, float] = {}
        for key in sorted(keys & getters.keys()):
            begun = time.monotonic()
            changes |= self._rows.changes(key, getters[key], thorough=thorough)
            taken[key] = time.monotonic() - begun
        return changes, taken

    def _restore(self, loaded: Mapping[str, Any]) -> None:
        """Give every service its state.  Raises StateError for one that cannot use it: MiniStack would begin anew."""
        for key, module in self._ministack._state_map.items():  # noqa: SLF001
            if loaded.get(key):
                try:
                    self._ministack._get_module(module).load_persisted_state(loaded[key])  # noqa: SLF001
                except Exception as error:
                    raise self._file.unusable(key, error) from error
        self._ministack.load_state = lambda _key: None
