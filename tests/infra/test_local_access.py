"""Who else may call the local cloud: a page of one origin, and machines of a network with a key; all else stays out."""

from __future__ import annotations

import asyncio
import http.client
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import sync_playwright

from bootstrap import CHROMIUMS
from infra.local import access, daemon
from infra.local.access import Access, checked_origin, new_lan_key, read_access, write_access
from infra.local.guard import refuse
from infra.local.lan import Lan, listening
from infra.local.paths import HOME_VARIABLE, PORT_VARIABLE, LocalCloudError, cloud_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = "/_aws/execute-api/abc/$default/opponents"
ALLOWED = "https://arcade.example"
KEY, KEY_SHA256 = new_lan_key()
ASKED = Access(address="10.1.2.3", key_sha256=KEY_SHA256, api_id="abc")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Arcade.Example/", ALLOWED),
        ("https://arcade.example:443", ALLOWED),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(text: str, origin: str):
    assert checked_origin(text) == origin


@pytest.mark.parametrize(
    "text", ["*", "null", "", "arcade.example", "https://a.example/page", "ftp://a.example", "http://a b", "http://a:x"]
)
def test_what_is_no_origin_is_told_in_a_sentence(text: str):
    with pytest.raises(LocalCloudError, match="is no origin of a page; give scheme and name") as caught:
        checked_origin(text)
    assert "\n" not in str(caught.value)


def refused(path: str, origin: str, site: str = "cross-site", host: str = "127.0.0.1:4566") -> bool:
    headers = [(b"host", host.encode()), (b"origin", origin.encode()), (b"sec-fetch-site", site.encode())]
    return refuse("POST", path, headers, ALLOWED) is not None


def test_pages_of_the_allowed_origin_call_the_http_api_and_nothing_else():
    assert not refused(API, ALLOWED)
    for path in ("/", "/bucket/key", "/_arcade/health", "/_aws/lambda-url/abc/", "/2015-03-31/functions/x"):
        assert refused(path, ALLOWED), path


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://arcade.example", "https://arcade.example:8443", "https://a.arcade.example",
     "https://arcade.example.evil.example", "https://ARCADE.example", ""],
)  # fmt: skip
def test_pages_of_any_other_origin_stay_out(origin: str):
    assert refused(API, origin)


def test_a_name_that_was_bound_to_loopback_stays_out_whatever_it_says_of_its_origin():
    assert refused(API, ALLOWED, host="arcade.example:4566")
    assert refuse("POST", API, [(b"host", b"127.0.0.1"), (b"sec-fetch-site", b"cross-site")], ALLOWED) is not None


def through(headers: dict[str, str], path: str = "/opponents") -> tuple[int, dict[str, Any] | None]:
    """Send a request by the network; return the status, and what the inner application got of it."""
    got: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        got.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": pairs}
    asyncio.run(Lan(app, ASKED, 4566)(scope, receive, send))
    return sent[0]["status"], got[0] if got else None


def test_who_sends_the_key_reaches_the_http_api_as_a_program_of_this_machine():
    for path in ("/opponents", "/_aws/execute-api/abc/$default/opponents"):
        status, scope = through({"host": "10.1.2.3:4566", "x-api-key": KEY, "accept": "x"}, path)
        assert status == 200
        assert scope is not None
        assert (scope["path"], scope["raw_path"]) == (API, API.encode())
        assert dict(scope["headers"]) == {
            b"host": b"127.0.0.1:4566", b"x-forwarded-host": b"10.1.2.3:4566", b"accept": b"x",
        }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": ""},
        {"x-api-key": KEY[:-1]},
        {"x-api-key": KEY.upper()},
        {"x-api-key": KEY, "host": "rebound.example:4566"},
        {"x-api-key": KEY, "host": "127.0.0.1:4566"},
        {"x-api-key": KEY, "origin": "http://10.1.2.3:4566"},
        {"x-api-key": KEY, "sec-fetch-site": "same-origin"},
    ],
)
def test_everybody_else_in_the_network_is_refused(headers: dict[str, str]):
    assert through({"host": "10.1.2.3:4566", **headers}) == (403, None)


@pytest.mark.parametrize(
    "path",
    ["/", "/2015-03-31/functions/x/invocations", "/_arcade/health", "/_aws/lambda-url/x/", "/_aws/execute-api/other/x"],
)
def test_whatever_the_path_it_is_one_of_the_http_api(path: str):
    status, scope = through({"host": "10.1.2.3:4566", "x-api-key": KEY}, path)
    assert status == 200
    assert scope is not None
    assert scope["path"].startswith("/_aws/execute-api/abc/$default/")


@pytest.mark.parametrize("path", ["/../../../x", "/_aws/execute-api/abc/$default/../../x", "//x", "/a\\b"])
def test_a_path_that_leads_out_is_refused(path: str):
    assert through({"host": "10.1.2.3:4566", "x-api-key": KEY}, path) == (403, None)


def test_a_network_that_is_gone_stops_no_cloud():
    assert listening(Access(address="203.0.113.7", key_sha256=KEY_SHA256, api_id="abc"), 4566) is None
    assert listening(Access(), 4566) is None


def test_what_was_asked_for_holds_until_the_cloud_is_stopped_by_hand(tmp_path: Path):
    home = tmp_path / "home"
    kept = cloud_paths(home).access
    try:
        first = daemon.up(home, port=0)
        assert read_access(kept) == Access()
        second = daemon.up(home, access=Access(origin=ALLOWED))
        assert (second.port, second.pid != first.pid) == (first.port, True)
        assert daemon.up(home).pid == second.pid, "whoever finds it changes nothing"
        assert daemon.up(home, access=Access(origin=ALLOWED)).pid == second.pid
        assert answered(second.port, ALLOWED)[:2] == (404, ALLOWED)
        assert answered(second.port, "https://evil.example")[:2] == (403, None)
        assert answered(second.port, ALLOWED, "OPTIONS")[:2] == (204, ALLOWED)
        assert answered(second.port, ALLOWED, path="/?Action=ListQueues")[:2] == (403, None)
    finally:
        daemon.down(home)
    assert not kept.exists()
    kept.write_text("{")
    assert read_access(kept) == Access(), "what cannot be read opens nothing"


def answered(port: int, origin: str, method: str = "GET", path: str = API) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers["access-control-allow-origin"]


PAGE = """<!doctype html><title>page</title><script>
window.ask = async (url, more) => {
  try { const answer = await fetch(url, more); return [answer.status, (await answer.json()).message] }
  catch (error) { return ["refused", ""] }
}
</script>"""


@contextmanager
def web_server(folder: Path) -> Iterator[int]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    (folder / "index.html").write_text(PAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_a_hostile_page_in_a_browser_stays_out_and_the_allowed_one_gets_in(tmp_path: Path):
    home = tmp_path / "home"
    post = {"method": "POST", "headers": {"content-type": "application/json", "x-api-key": "k"}, "body": "{}"}
    plain = {"method": "POST", "mode": "no-cors", "body": "Action=CreateQueue&QueueName=theirs"}
    try:
        with web_server(tmp_path) as good, sync_playwright() as playwright:
            cloud = daemon.up(home, port=0, access=Access(origin=f"http://localhost:{good}"))
            api = f"{cloud.endpoint}{API}"
            path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
            browser = playwright.chromium.launch(executable_path=path)
            allowed, hostile = browser.new_page(), browser.new_page()
            allowed.goto(f"http://localhost:{good}/")
            hostile.goto(f"http://127.0.0.1:{good}/")  # the same server by another name is another origin
            ask = "([url, more]) => window.ask(url, more)"
            assert allowed.evaluate(ask, [api, {}]) == [404, "Not Found"]
            assert allowed.evaluate(ask, [api, post]) == [404, "Not Found"]
            assert allowed.evaluate(ask, [f"{cloud.endpoint}/_arcade/health", {}])[0] == "refused"
            for page in (allowed, hostile):
                page.evaluate(ask, [f"{cloud.endpoint}/", plain])
            assert hostile.evaluate(ask, [api, {}])[0] == "refused"
            assert hostile.evaluate(ask, [api, post])[0] == "refused"
            browser.close()
            assert not list((cloud_paths(home).state / "outbox").iterdir())
            from clouds import client_of  # noqa: PLC0415

            assert client_of(cloud, "sqs").list_queues().get("QueueUrls", []) == []
    finally:
        daemon.down(home)


def ip(*words: str) -> None:
    subprocess.run([str(shutil.which("ip")), *words], check=True, capture_output=True)


def may_make_networks() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"try-{uuid4().hex[:6]}"
    made = subprocess.run([str(shutil.which("ip")), "netns", "add", name], check=False, capture_output=True)
    if made.returncode == 0:
        ip("netns", "del", name)
    return made.returncode == 0


@pytest.fixture
def class_room() -> Iterator[tuple[str, str, str, str]]:
    """Return the network namespaces of a teacher, two pupils in one network, and somebody who is in none."""
    mark = uuid4().hex[:6]
    teacher, first, second, alone = rooms = [f"{who}-{mark}" for who in ("teacher", "first", "second", "alone")]
    for room in rooms:
        ip("netns", "add", room)
        ip("-n", room, "link", "set", "lo", "up")
    ip("-n", teacher, "link", "add", "room", "type", "bridge")
    ip("-n", teacher, "addr", "add", "10.77.0.1/24", "dev", "room")
    ip("-n", teacher, "link", "set", "room", "up")
    for number, room in enumerate((first, second), start=2):
        there, here = f"t{number}{mark}", f"p{number}{mark}"
        ip("link", "add", there, "netns", teacher, "type", "veth", "peer", "name", here, "netns", room)
        ip("-n", teacher, "link", "set", there, "master", "room", "up")
        ip("-n", room, "addr", "add", f"10.77.0.{number}/24", "dev", here)
        ip("-n", room, "link", "set", here, "up")
    yield teacher, first, second, alone
    for room in rooms:
        ip("netns", "del", room)


def run_in(room: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``lambda-arcade`` in a network namespace, with a home of its own."""
    program = "from client.cli import main; main()"
    command = [str(shutil.which("ip")), "netns", "exec", room, sys.executable, "-c", program, *words]
    given = {**os.environ, HOME_VARIABLE: str(home), PORT_VARIABLE: "4566", "SDL_VIDEODRIVER": "dummy"}
    given.pop("LAMBDA_ARCADE_API_KEY", None)
    return subprocess.run(command, check=False, capture_output=True, text=True, env=given, timeout=300)


@pytest.mark.slow
@pytest.mark.skipif(not may_make_networks(), reason="needs root and the right to make network namespaces")
def test_pupils_of_the_same_network_play_with_the_key_at_once_and_reach_nothing_else(
    class_room: tuple[str, str, str, str], tmp_path: Path
):
    teacher, pupil, second, alone = class_room
    desk, benches = tmp_path / "desk", {room: tmp_path / room for room in (pupil, second)}
    try:
        assert run_in(teacher, desk, "deploy", "tests/opponents/first_free").returncode == 0
        opened = run_in(teacher, desk, "cloud", "up", "--lan", "--json")
        told = json.loads(opened.stdout)
        assert told["lan"] == "http://10.77.0.1:4566", opened.stderr
        match = ("play", "--demo", "--game", "battleship", "--opponent", "first_free", "--cloud", told["lan"])
        with ThreadPoolExecutor(2) as pool:
            played = pool.map(lambda room: run_in(room, benches[room], *match, "--key", told["key"]), benches)
            assert all("0 by a stand-in" in each.stdout + each.stderr for each in played)
        assert not any((bench / "cloud").exists() for bench in benches.values()), "no pupil's machine starts a cloud"
        for key in ((), ("--key", "aaaa-aaaa-aaaa-aaaa")):
            refused = run_in(pupil, benches[pupil], *match, *key)
            assert (refused.returncode, "answers to who has its key" in refused.stderr) == (2, True), refused.stderr
        again = json.loads(run_in(teacher, desk, "cloud", "up", "--lan", "--json").stdout)
        assert "key" not in again, "it is shown once"
        program = f"""
import http.client
def ask(path, **headers):
    connection = http.client.HTTPConnection("10.77.0.1", 4566, timeout=10)
    connection.request("GET", path, headers=headers)
    return connection.getresponse().status
key = {{"x-api-key": "{told["key"]}"}}
assert ask("/opponents", **key) == 200
assert ask("/opponents") == ask("/opponents", **{{"x-api-key": "aaaa-aaaa-aaaa-aaaa"}}) == 403
for path in ("/_arcade/health", "/?Action=ListQueues", "/2015-03-31/functions/", "/_ministack/health"):
    assert ask(path, **key) in (403, 404), path
assert ask("/opponents", **key, Host="rebound.example") == 403
assert ask("/opponents", **key, Origin="http://10.77.0.1:4566") == 403
"""
        looking = [
            subprocess.Popen([str(shutil.which("ip")), "netns", "exec", room, sys.executable, "-c", program])
            for room in benches
        ]
        assert [looked.wait(60) for looked in looking] == [0, 0]
        nowhere = run_in(alone, tmp_path / "alone", "cloud", "up", "--lan")
        assert nowhere.returncode == 2
        assert "--lan: this machine is in no network" in nowhere.stderr
        assert not (tmp_path / "alone" / "cloud").exists(), "nothing was changed"
    finally:
        run_in(teacher, desk, "cloud", "down")


def test_what_is_kept_of_a_key_is_not_the_key(tmp_path: Path):
    write_access(tmp_path / "access.json", ASKED)
    assert KEY not in (tmp_path / "access.json").read_text()
    assert read_access(tmp_path / "access.json") == ASKED
    assert len({new_lan_key()[0] for _ in range(50)}) == 50
    assert set(KEY) <= set(access.LETTERS) | {"-"}
