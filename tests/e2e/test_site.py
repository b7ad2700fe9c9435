"""The site, published into an empty cloud by the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from tests.e2e.conftest import Program


def test_one_command_publishes_the_site_and_all_that_its_pages_ask_for(program: Program) -> None:
    page = program.json("site")["url"]
    assert program.run("site").stdout.startswith(f"{page}\n")
    assert "<title>Lambda Arcade</title>" in requests.get(page, timeout=60).text
    api = page.partition("/site/")[0]
    for path in ("opponents", "leaderboard", "site/games/battleship.js", "site/games/pacman.js"):
        assert requests.get(f"{api}/{path}", timeout=60).ok, path
