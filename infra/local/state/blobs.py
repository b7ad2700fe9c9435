"""Zips of functions and layers lie on the disk, and in memory only while somebody looks into them.

MiniStack keeps each in its function's record, and so did memory grow with every version that was ever deployed.
"""

from __future__ import annotations

import functools
import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from infra.local.state.files import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

LARGE_BYTES = 4096
"""Longer byte strings get a file of their own, named by their sha256."""
CODE, LAYER = "code_zip", "_zip_data"
"""What MiniStack calls the zip in the record of a function's version, and of a layer's."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that takes the place of its bytes in a record: it has their length, and is true where they would be."""

    path: Path
    size: int

    def __len__(self) -> int:
        """Return how many bytes it has."""
        return self.size

    def __deepcopy__(self, _memo: object) -> Blob:
        """Return itself: MiniStack copies its records before they are saved."""
        return self

    def read(self) -> bytes:
        """Return them.  Raises OSError."""
        return self.path.read_bytes()


class Blobs:
    """The folder of all such files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def kept(self, data: bytes) -> Blob:
        """Return the file that holds ``data``, written if there is none yet.  Raises OSError."""
        blob = Blob(self._folder / sha256(data).hexdigest(), len(data))
        if not blob.path.exists():
            write(blob.path, data)
        return blob

    def find(self, name: str) -> Blob:
        """Return the file of that name.  Raises OSError."""
        path = self._folder / name
        return Blob(path, path.stat().st_size)

    def forget_others(self, used: AbstractSet[str]) -> None:
        """Delete the files that are not ``used``."""
        for path in self._folder.iterdir():
            if path.name not in used:
                path.unlink()

    def put_away(self, lambda_service: Any) -> None:
        """Put files in the place of the bytes in all records.  Raises OSError."""
        for record, key in records(lambda_service):
            data = record.get(key)
            if isinstance(data, bytes) and len(data) > LARGE_BYTES:
                blob = self.kept(data)
                # No other thread comes between these two, as neither calls anything: a newer zip is not overwritten.
                if record[key] is data:
                    record[key] = blob


def records(lambda_service: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each record of MiniStack's that holds a zip, and the name it has in it."""
    for function in list(dict.values(lambda_service._functions._data)):  # noqa: SLF001 - see private_names
        for record in (function, *list((function.get("versions") or {}).values())):
            yield record, CODE
    for layer in list(dict.values(lambda_service._layers._data)):  # noqa: SLF001
        for version in list(layer.get("versions") or ()):
            yield version, LAYER


def mend_zips(lambda_service: Any) -> None:
    """Make MiniStack read the file where it looks into a zip, or sends it."""
    for name in ("serve_function_code", "serve_layer_content"):
        setattr(lambda_service, name, _sending(getattr(lambda_service, name)))

    def unzipped_size(data: bytes | Blob | None) -> int:
        if not data:
            return 0
        try:
            with zipfile.ZipFile(data.path if isinstance(data, Blob) else io.BytesIO(data)) as archive:
                return sum(info.file_size for info in archive.infolist())
        except zipfile.BadZipFile:
            return 0

    lambda_service._unzipped_size = unzipped_size  # noqa: SLF001 - see private_names


def _sending(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def send(*arguments: Any, **named: Any) -> Any:
        status, headers, body = original(*arguments, **named)
        return status, headers, body.read() if isinstance(body, Blob) else body

    return send
