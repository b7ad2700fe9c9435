"""Measured tables on a page of Markdown: every one in a section of its own that its command makes again."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def mean(values: NDArray[np.float64]) -> str:
    """Return the mean and its standard error, such as ``49.12 ± 0.23``."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.2f} ± {error:.2f}"


def put_section(page: Path, name: str, command: str, content: str) -> None:
    """Put a section that ``command`` made on ``page``, in the place of an earlier one of its name, or at the end."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    section = f"<!-- {name} -->\n{content.rstrip()}\n\n```\n{command}\n```\n<!-- end {name} -->\n"
    earlier = re.compile(rf"<!-- {name} -->.*?<!-- end {name} -->\n", re.DOTALL).search(text)
    before, after = (text, "") if earlier is None else (text[: earlier.start()], text[earlier.end() :])
    page.write_text(f"{before}\n{section}" if earlier is None else before + section + after, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Study:
    """Sections of one page, and the command that makes them: ``python -m MODULE --only SECTION --UNIT N``."""

    module: str
    description: str
    """For the command's help."""
    sections: Mapping[str, Callable[[int], str]]
    """By name; each is called with N."""
    page: Path
    unit: str
    """Such as ``games``: what N counts."""
    size: int
    """N, unless the command line says another."""

    def run(self, words: Sequence[str] | None = None) -> None:
        """Make the sections that ``words``, or the command line, ask for, and put them on the page."""
        parser = argparse.ArgumentParser(description=self.description)
        parser.add_argument(
            f"--{self.unit}", type=int, default=self.size, help=f"{self.unit} a cell of a table", dest="n"
        )
        parser.add_argument(
            "--only", choices=self.sections, action="append", help="this section alone; may be repeated"
        )
        parser.add_argument("--page", type=Path, default=self.page)
        chosen = parser.parse_args(words)
        for name in chosen.only or self.sections:
            command = f"python -m {self.module} --only {name} --{self.unit} {chosen.n}"
            put_section(chosen.page, name, command, self.sections[name](chosen.n))
