"""The files in which the control plane's state lies, one for what is saved before an answer and one for the rest."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from infra.local.state.blobs import CODE, LARGE_BYTES, LAYER, Blob, Blobs
from infra.local.state.files import PARTIAL, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 1
TRIES = 50
REMEDY = "it was left as it is; move it away to start without what it holds"


class StateError(RuntimeError):
    """A state file that cannot be read."""


class StateFiles:
    """The two state files of one local cloud, and the zips that they name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = Blobs(folder / "blobs")
        self._state = folder / "state.json"
        self._observations = folder / "observations.json"
        self._used: set[str] = set()

    def load(self) -> tuple[dict[str, Any], dict[str, int]]:
        """Return every service's state, and up to which request it goes.  Raises StateError."""
        loaded: dict[str, Any] = {}
        held: dict[str, int] = {}
        for path in (self._state, self._observations):
            services, numbers = self._read(path)
            loaded |= services
            held |= numbers
        return loaded, held

    def tidy(self) -> set[str]:
        """Delete zips that nothing needs, and what a killed server was writing; return what is needed, by sha256."""
        self.blobs.forget_others(self._used)
        for path in self.folder.glob(f"*{PARTIAL}"):
            path.unlink()
        return self._used

    def save(self, services: Mapping[str, str], held: Mapping[str, int], *, lazy: bool = False) -> None:
        """Write the encoded state of ``services``.  Raises OSError."""
        states = ", ".join(f"{json.dumps(key)}: {text}" for key, text in services.items())
        numbers = json.dumps({key: number for key, number in held.items() if key in services})
        text = f'{{"format": {FORMAT}, "held": {numbers}, "services": {{{states}}}}}'
        write(self._observations if lazy else self._state, text.encode())

    def unusable(self, service: str, error: Exception, *, lazy: bool) -> StateError:
        """Return what to say of a state that its service cannot use."""
        where = self._observations if lazy else self._state
        return StateError(f"{where} cannot be read (the state of {service}: {error}); {REMEDY}")

    def encoded(self, get_state: Any) -> str | None:
        """Return a service's state as JSON; None where it has none.  Other threads may be changing it meanwhile."""
        for attempt in range(TRIES):
            try:
                state = get_state()
                return None if state is None else json.dumps(state, default=self._encode_special)
            except RuntimeError:  # "dictionary changed size during iteration"
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.002)
        return None

    def _encode_special(self, value: Any) -> Any:
        from ministack.core import persistence  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        if isinstance(value, bytes) and len(value) > LARGE_BYTES:
            value = self.blobs.kept(value)
        if isinstance(value, Blob):
            return {"__blob__": value.path.name}
        return persistence._json_default(value)  # noqa: SLF001

    def _read(self, path: Path) -> tuple[dict[str, Any], dict[str, int]]:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}, {}
        try:
            data = json.loads(text, object_hook=self._decode)
            if data["format"] != FORMAT:
                raise StateError(f"{path} has format {data['format']!r}; this version reads {FORMAT}: {REMEDY}")
            held = {str(key): int(number) for key, number in data.get("held", {}).items()}
            return dict(data["services"]), held
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise StateError(f"{path} cannot be read ({error}); {REMEDY}") from error

    def _decode(self, item: dict[str, Any]) -> Any:
        from ministack.core import persistence  # noqa: PLC0415

        if (name := item.get("__blob__")) is not None:
            self._used.add(name)
            return self.blobs.find(name)
        for key, value in item.items():
            if key not in {CODE, LAYER} and isinstance(value, Blob | list):
                item[key] = _in_memory(value)
        return persistence._json_object_hook(item)  # noqa: SLF001


def _in_memory(value: Any) -> Any:
    """Return ``value`` with the bytes of what is no zip."""
    if isinstance(value, list):
        return [_in_memory(each) for each in value]
    return value.read() if isinstance(value, Blob) else value
