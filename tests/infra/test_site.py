"""The site's function: its files under a policy, frames of records, and the leaderboard, over HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from clouds import api_key, asking_for
from proving import proved_line
from recording import recorded
from site_records import kuhn, published, store, store_record, watched, with_kuhn

from client.commands.site import site_files
from games.frames import frames_of
from infra.core.errors import CloudError
from infra.deploy.platform import deploy_platform
from infra.deploy.site import publish

if TYPE_CHECKING:
    from infra.environment.environment import Environment

PATIENCE_S = 60


@pytest.fixture(scope="module")
def site(environment: Environment) -> str:
    return published(environment).rpartition("/")[0]


def get(url: str, **more: Any) -> requests.Response:
    return requests.get(url, timeout=60, **more)


def test_every_file_is_served_as_it_is_with_a_policy_that_lets_nothing_else_in(site: str):
    with with_kuhn():
        files = site_files()
    for path, content in files.items():
        answer = get(f"{site}/{path}")
        assert (answer.status_code, answer.content) == (200, content), path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].endswith("; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "none.html",
        "../records/x.json",
        "%2e%2e/artifacts/x.json",
        "games/../index.html",
        "index.exe",
        "a" * 900,
        "%c3%a9.html",
        "games",
        "index.html/",
        ".html",
    ],
)
def test_what_is_no_file_of_the_site_is_not_found(site: str, path: str):
    host = urlsplit(site)
    connection = HTTPConnection(str(host.hostname), host.port, timeout=60)
    connection.request("GET", f"{host.path}/{path}")  # requests would tidy it up
    assert connection.getresponse().status in {400, 404}
    connection.close()


@pytest.mark.parametrize("game", ["battleship", "pacman"])
def test_frames_are_what_the_rules_say(environment: Environment, site: str, game: str):
    record = watched(game)
    store_record(environment, record)
    api = site.rpartition("/")[0]
    first: int | None = 0
    while first is not None:
        answer = get(f"{api}/records/{record.match_id}/frames?from={first}")
        assert answer.status_code == 200
        assert answer.json() == json.loads(json.dumps(frames_of(record, first)))
        first = answer.json()["next"]


def test_a_game_from_elsewhere_is_shown_as_its_board(environment: Environment, site: str):
    store_record(environment, kuhn())
    answer = get(f"{site.rpartition('/')[0]}/records/watched-kuhn/frames").json()
    assert answer["title"] == "Kuhn poker"
    assert answer["frames"][0]["view"]["text"]


def test_a_record_that_cannot_be_shown_is_told_with_its_field(environment: Environment, site: str):
    record = json.loads(watched("battleship").to_line())
    odd = {
        "future": {**record, "schema": 99},
        "newer-rules": {**record, "rules_version": 99},
        "endless": {**record, "steps": 300_000},
        "cheated": {**record, "turns": record["turns"][:-1]},
    }
    api = site.rpartition("/")[0]
    for match_id, data in odd.items():
        store(environment, f"records/battleship/{match_id}.json", json.dumps({**data, "match_id": match_id}).encode())
    store(environment, "records/battleship/broken.json", b'{"schema": 1,')
    for match_id in (*odd, "broken"):
        answer = get(f"{api}/records/{match_id}/frames")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), match_id
        assert answer.json()["detail"]
    assert get(f"{api}/records/endless/frames").json()["field"] == "steps"


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("nobody/frames", 404, "match_id"),
        ("a.b/frames", 400, "match_id"),
        ("nobody/frames?from=-1", 400, "from"),
        ("nobody/frames?from=1e3", 400, "from"),
    ],
)
def test_what_is_asked_wrongly_is_told(site: str, path: str, status: int, field: str):
    answer = get(f"{site.rpartition('/')[0]}/records/{path}")
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_the_leaderboard_has_people_and_functions_and_the_match_that_was_rated(environment: Environment, site: str):
    api = site.rpartition("/")[0]
    now = datetime.now(UTC).isoformat(timespec="milliseconds")  # the board has the newest matches alone
    record = replace(watched("battleship", "Grace"), started_at=now)
    for each in (recorded(402), record):
        answer = requests.post(
            f"{api}/records",
            proved_line(environment, each.to_line()).encode(),
            headers={"content-type": "application/json"},
            timeout=60,
        )
        assert answer.status_code == 201
    end = time.monotonic() + PATIENCE_S
    while not all(one in (board := get(f"{api}/leaderboard")).text for one in (record.match_id, "Grace", "first_free")):
        assert time.monotonic() < end, board.text
        time.sleep(0.2)
    players = [one for one in board.json()["players"] if one["game"] == "battleship"]
    kinds = {one["name"]: one["kind"] for one in players}
    assert kinds["Grace"] == "person"
    assert kinds["first_free"] == "function"
    worth = [one["rating"] - one["deviation"] for one in players]
    assert worth == sorted(worth, reverse=True)


def test_where_the_api_asks_for_a_key_the_pages_are_open_and_what_they_show_is_not(
    environment: Environment, site: str, told: list[str]
):
    api = site.rpartition("/")[0]
    with asking_for(environment, "key", told):
        assert get(f"{site}/index.html").status_code == 200
        for path in ("leaderboard", "records/nobody/frames"):
            assert get(f"{api}/{path}").status_code in {401, 403}
        assert get(f"{api}/leaderboard", headers={"x-api-key": api_key(told)}).status_code == 200
    assert get(f"{api}/leaderboard").status_code == 200


def test_an_api_that_wants_signatures_gets_no_site(environment: Environment, site: str, told: list[str]):
    assert site
    with asking_for(environment, "iam", told), pytest.raises(CloudError, match="a browser signs none"):
        publish(environment, {"index.html": b""}, lambda _what, _seconds: None)


def test_a_deployment_keeps_the_function_of_a_site_that_was_published_up_to_date(environment: Environment):
    published(environment)
    done: list[str] = []
    deploy_platform(environment, [], lambda what, _seconds: done.append(what))
    assert [what for what in done if "service site" in what], done  # Kuhn poker is not registered here: other code
