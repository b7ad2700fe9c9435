"""What holds for every test: no shell set up for other work, the longest first, the same examples every time.

In ``make test`` Hypothesis draws the same examples for the same test, and keeps none on disk: what one clone finds
fails in every clone or in none.  ``--hypothesis-profile=search`` (``make test-all``) draws at random, keeps what fails,
and prints how to draw it again.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

import training
import training.environments  # noqa: F401 - before PettingZoo, which would choose a sound driver for all tests

gc.disable()
"""While tests are collected: what is imported stays, and looking through it again and again takes seconds."""

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
for name in list(os.environ):
    if name.lower() in PROXIES or name.startswith("AWS_"):
        del os.environ[name]

settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("search", print_blob=True)
settings.load_profile("fixed")

LONGEST = ("wheel", "e2e", "training", "infra")
"""Rooms whose files take longest.  Where files are dealt out to processes, none of these should be left for the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    room_of = {item.path: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
    items.sort(key=lambda item: LONGEST.index(room) if (room := room_of[item.path]) in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, and not among what was imported."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a home's ``cache``, the same in every process of this run: a layer takes seconds to pack."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "layers"
    folder.mkdir(exist_ok=True)
    return folder
