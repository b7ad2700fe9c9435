"""The CloudFormation templates: plain files that any tool can deploy.

``python -m infra.templates`` writes them, and those in ``infra/services``; what deploys reads the files alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
SLOTS = ("A", "B", "C")
"""Where an opponent's versions have routes of their own: docs/decisions/0004."""


@lru_cache
def template(name: str) -> str:
    """Return the text of the template called ``name``."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
