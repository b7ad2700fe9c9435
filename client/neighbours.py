"""Whether the packages beside this one are ours: their names are common, and somebody may have a ``training.py``."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

NEIGHBOURS = ("games", "ai_functions", "training", "infra")
"""The packages that this program is made of, beside ``client``: docs/decisions/0021."""


class NeighbourError(ImportError):
    """Another module stands where one of our packages should be; the message names it and what to do."""


def check_neighbours() -> None:
    """Raise NeighbourError if importing one of ``NEIGHBOURS`` gives, or gave, somebody else's module."""
    ours = Path(__file__).resolve().parents[1]
    for name in NEIGHBOURS:
        found = _file_of(name)
        if found is not None and found.resolve() not in {ours / name, ours / name / "__init__.py"}:
            raise NeighbourError(
                f"{found} stands in the way of Lambda Arcade's own package {name!r}. Rename it, or work in another "
                "folder; the command lambda-arcade does not look for modules in the current folder.",
                name=name,
            )


def _file_of(name: str) -> Path | None:
    """Return where the module called ``name`` lies, without importing it; its folder, if that has no ``__init__.py``.

    None if there is none, or if it says nothing about it.
    """
    if name in sys.modules:
        module = sys.modules[name]
        origin, folders = getattr(module, "__file__", None), getattr(module, "__path__", ())
    else:
        spec = find_spec(name)
        origin, folders = (spec.origin, spec.submodule_search_locations or ()) if spec else (None, ())
    return next((Path(text) for text in (origin, *folders) if text), None)
