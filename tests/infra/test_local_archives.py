"""Unpacked code goes when nothing needs it, and not when the same code was deployed again meanwhile."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from infra.local.state.archives import Archives, name_of

if TYPE_CHECKING:
    from pathlib import Path


def zipped(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("function.py", text)
    return content.getvalue()


def test_what_nothing_needs_is_deleted_and_the_rest_stays(tmp_path: Path) -> None:
    archives = Archives(tmp_path)
    kept, old = (archives.unpacked(zipped(text)) for text in ("a = 1", "a = 2"))
    archives.forget(lambda: {kept.name}, set)
    assert kept.exists()
    assert not old.exists()


def test_code_that_is_deployed_again_while_it_is_being_forgotten_stays(tmp_path: Path) -> None:
    archives, code = Archives(tmp_path), zipped("a = 1")
    folder = archives.unpacked(code)
    deployed: set[str] = set()

    def in_use() -> set[Path]:
        if not deployed:  # a process of the deleted one still runs; before it ends, the same code comes again
            deployed.add(name_of(code))
            return {folder}
        return set()

    archives.forget(lambda: set(deployed), in_use)
    assert (folder / "function.py").exists()
