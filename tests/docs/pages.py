"""The pages of this project, and what stands on them: files to write, and commands to type."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROGRAM = "lambda-arcade"
_BLOCK = re.compile(r"(?:`(?P<path>[^`\n]+)`:\n\n)?```(?P<kind>\w*)\n(?P<text>.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader does next: write ``text`` into the file ``path``, or, without a path, type the line ``text``."""

    text: str
    path: str = ""
    refused: bool = False
    """Whether the page says that the command ends with exit status 1."""

    @property
    def words(self) -> list[str]:
        """Return the command's words, without what follows a ``#``."""
        return shlex.split(self.text, comments=True)


def steps(page: Path) -> Iterator[Step]:
    """Yield what a page tells its reader to do, in order."""
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        if block["path"]:
            yield Step(block["text"], block["path"])
        elif block["kind"] in {"", "sh"}:
            for line in block["text"].splitlines():
                yield Step(line, refused=line.endswith("# is refused"))


def commands(page: Path) -> list[Step]:
    """Return the lines of a page that start this program."""
    return [step for step in steps(page) if not step.path and step.text.startswith(f"{PROGRAM} ")]
