"""The CloudFormation templates: plain files that any tool can deploy."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent


@lru_cache
def template(name: str) -> str:
    """Return the text of the template called ``name``."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
