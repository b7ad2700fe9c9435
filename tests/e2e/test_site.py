"""The site, published into an empty cloud by the command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import requests

from games.record import GameRecord

if TYPE_CHECKING:
    from tests.e2e.conftest import Program

GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"


def test_one_command_publishes_the_site_and_all_that_its_pages_ask_for(program: Program) -> None:
    page = program.json("site")["url"]
    assert program.run("site").stdout.startswith(f"{page}\n")
    assert "<title>Lambda Arcade</title>" in requests.get(page, timeout=60).text
    api = page.partition("/site/")[0]
    for path in ("opponents", "leaderboard", "site/games/battleship.js", "site/games/pacman.js"):
        assert requests.get(f"{api}/{path}", timeout=60).ok, path


def test_the_link_to_a_match_is_printed(program: Program, tmp_path: Path) -> None:
    line = GOLDEN.read_bytes().splitlines()[0]
    (tmp_path / "match.jsonl").write_bytes(line)
    printed = program.json("site", tmp_path / "match.jsonl")
    match_id = GameRecord.from_line(line).match_id
    assert printed["record"] == f"{printed['url']}#record={match_id}&move=0"
    api = printed["url"].partition("/site/")[0]
    requests.post(f"{api}/records", line, headers={"content-type": "application/json"}, timeout=60)
    assert requests.get(f"{api}/records/{match_id}/frames", timeout=60).json()["match_id"] == match_id
