"""From the zip that serves to a folder that can be trained, and back: the same files with another model."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

from ai_functions.runtime.model import CARD, MODEL
from infra.build.packaging import MAX_UNZIPPED, ROOT, Package, PackagingError, add

if TYPE_CHECKING:
    from pathlib import Path

OPPONENT = "opponent"
LEVEL = 9


def unpack(content: bytes, into: Path) -> Path:
    """Unpack an opponent's zip and return its folder.

    Raises PackagingError for one that is too large, or that was deployed from other code than this: a model must be
    trained and judged with the features that it is served with.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNZIPPED:
            raise PackagingError(f"the function's zip unpacks to {size} bytes, more than {MAX_UNZIPPED}")
        for name in archive.namelist():
            own = ROOT / name
            if not name.startswith(f"{OPPONENT}/") and (not own.is_file() or own.read_bytes() != archive.read(name)):
                raise PackagingError(
                    f"{name} is not the file that this trainer has: the two were deployed from different code; "
                    "deploy both again"
                )
        archive.extractall(into)  # the names are those of an opponent's zip, and extractall keeps within ``into``
    return into / OPPONENT


def with_model(name: str, content: bytes, folder: Path) -> Package:
    """Return the zip ``content`` with the model and the card in ``folder``, and everything else as it was."""
    buffer, unzipped = io.BytesIO(), 0
    replaced = {f"{OPPONENT}/{item}": folder / item for item in (MODEL, CARD)}
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for inside in sorted({*before.namelist(), *replaced}):
            data = replaced[inside].read_bytes() if inside in replaced else before.read(inside)
            unzipped += len(data)
            add(after, inside, data, LEVEL)
    made = buffer.getvalue()
    return Package(name, made, hashlib.sha256(made).hexdigest(), unzipped)
