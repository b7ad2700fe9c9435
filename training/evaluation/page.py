"""Measured tables on a page of Markdown: every one in a section of its own that its command makes again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
