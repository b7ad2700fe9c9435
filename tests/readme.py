"""The README's own example, cut out of it: what stands there is what is tested."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"`my_opponent/([a-z.]+)`:\s+```[a-z]+\n(.*?)```", re.DOTALL)


def write_opponent(folder: Path) -> Path:
    """Write the README's opponent into ``folder``/my_opponent and return that folder."""
    target = folder / "my_opponent"
    target.mkdir()
    blocks = dict(_BLOCK.findall(README.read_text("utf-8")))
    assert set(blocks) == {"opponent.toml", "function.py"}
    for name, text in blocks.items():
        (target / name).write_text(text, "utf-8")
    return target
