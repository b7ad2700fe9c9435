"""A real local cloud for the tests of this room: on a free port, with a home that is thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local import daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.local.daemon import LocalCloud


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    home = tmp_path_factory.mktemp("arcade-home")
    cloud = daemon.up(home, port=0)
    yield cloud
    daemon.down(home)
