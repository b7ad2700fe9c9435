"""What calls of functions are answered by: the way past MiniStack's, the server, and how many processes there are."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from clouds import EXAMPLE
from hypothesis import given
from hypothesis import strategies as st

from client.net.remote import fetch_opponents, post_once, prepared
from infra.load.bare_loop import BareLoop, event_of
from infra.load.speed import throughput
from infra.load.steady import complete, steady
from infra.load.traffic import find_request
from infra.local.guard import MAX_PAUSE_S
from infra.local.http_server import MAX_HEAD_BYTES, WHOLE_S, Server
from infra.local.patches.lookups import mend_routes
from infra.local.workers.crowding import PROCESSORS, SPAN_S, Crowding
from infra.local.workers.runtime_requests import ASKS_FOR_NEXT, Message, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.environment.environment import Environment
    from infra.local.daemon import LocalCloud

ROUTES = st.lists(st.sampled_from(["a", "b+", "{x}", "{y}", "{rest+}", "move", "c.d"]), min_size=1, max_size=4)
PATHS = st.lists(st.sampled_from(["a", "b+", "move", "c.d", "cxd", "", "%20", "ä"]), min_size=1, max_size=5)


@given(ROUTES.filter(lambda parts: len(set(parts)) == len(parts)), PATHS)
def test_a_route_matches_what_it_matches_in_ministack(route: list[str], path: list[str]) -> None:
    from ministack.services import apigateway  # noqa: PLC0415 - it reads the environment

    mended = SimpleNamespace(_extract_path_params=apigateway._extract_path_params, _match_route=None)
    mend_routes(mended)
    wanted = apigateway._extract_path_params("/" + "/".join(route), "/" + "/".join(path))
    assert mended._extract_path_params("/" + "/".join(route), "/" + "/".join(path)) == wanted


@given(st.lists(ROUTES.map("/".join), max_size=6), PATHS, st.sampled_from(["GET", "POST"]))
def test_the_route_of_a_request_is_that_which_ministack_finds(routes: list[str], path: list[str], method: str) -> None:
    from ministack.services import apigateway  # noqa: PLC0415 - the same

    keys = [f"{verb} /{route}" for route in routes for verb in ("POST", "ANY")] + ["$default"]
    known = {"api": {str(number): {"routeKey": key} for number, key in enumerate(keys)}}
    before = apigateway._routes
    apigateway._routes = known
    try:
        mended = SimpleNamespace(
            **{name: getattr(apigateway, name) for name in ("_extract_path_params", "_match_route")}
        )
        mended._routes = known
        mend_routes(mended)
        asked = ("api", method, "/" + "/".join(path))
        assert mended._match_route(*asked) == apigateway._match_route(*asked)
    finally:
        apigateway._routes = before


def by_hand(port: int, *sent: bytes, pause_s: float = 0.0) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Return status line, headers and body of what is answered to a request that comes in pieces."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for piece in sent[:-1]:
            connection.sendall(piece)
            time.sleep(pause_s)
        connection.sendall(sent[-1])
        answer = connection.makefile("rb")
        status = answer.readline()
        lines = iter(answer.readline, b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        return status, headers, answer.read(int(headers[b"content-length"]))


def test_a_call_is_answered_alike_whichever_way_it_comes(environment: Environment) -> None:
    entry = next(item for item in fetch_opponents(environment.api, print) if item.name == "first_free")
    move = find_request(post_once, {"game": entry.game, "endpoint": entry.endpoint, "name": entry.name})
    _headers, body = prepared(entry.endpoint, move)
    parts = urlsplit(entry.endpoint)
    port = int(parts.port or 0)
    found = {}
    for path, sent in ((f"{parts.path}/move", body), (f"{parts.path}/move", b"{}"), (f"{parts.path}/nothing", body)):
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n".encode()
        length = b"Content-Length: %d\r\n" % len(sent)
        ways = {
            "first": (head + length + b"\r\n" + sent,),
            "second": (head + length + b"\r\n" + sent,),
            "again": (head + length + b"\r\n" + sent,),
            "body later": (head + length + b"\r\n", sent),
            "late": (head + length + b"\r\n" + sent[:1], sent[1:]),
            "asgi": (head + length + b"Sec-Fetch-Site: none\r\n\r\n" + sent,),
            "in chunks": (head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(sent), sent),),
        }
        for way, pieces in ways.items():
            status, headers, answer = by_hand(port, *pieces, pause_s=WHOLE_S + 0.1 if way == "late" else 0.05)
            told = json.loads(answer)
            for name in ("request_id", "compute_ms", "proof", "cold", "init_ms"):
                told.pop(name, None)
            found[path, sent, way] = (status, sorted(headers), told)
        assert len({str(found[path, sent, way]) for way in ways}) == 1
    assert {status for status, _headers, _told in found.values()} == {
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 422 Unprocessable Entity\r\n", b"HTTP/1.1 404 Not Found\r\n"
    }  # fmt: skip


class Answers:
    """Memos of any request, that are answered with one thing, some time later."""

    def __init__(self, body: bytes | None, after_s: float = 0.0) -> None:
        self.body, self.after_s = body, after_s

    def knows(self, _key: Any) -> bool:
        return True

    def find(self, _key: Any, _body: bytes) -> Any:
        return self

    async def answer(self, _memo: Any, _body: bytes) -> bytes:
        await asyncio.sleep(self.after_s)
        if self.body is None:
            raise ValueError("this is no HTTP")
        return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(self.body), self.body)


async def nothing_else(_scope: Any, _receive: Any, _send: Any) -> None:
    raise AssertionError("this was a call like one before")


async def served(memos: Any, *, end_early: bool = False) -> bytes:
    """Return all that a server says to a call before it hangs up, or the caller has had enough."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = Server(nothing_else, port, memos)
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /_aws/execute-api/a/$default/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
    if end_early:
        await asyncio.sleep(0.2)
        server.end()
    said = await reader.readuntil(b"\r\n\r\n")
    said += await reader.readexactly(int(said.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]))
    server.end()
    await serving
    writer.close()
    return said


def test_an_answer_that_is_no_http_becomes_an_error() -> None:
    assert asyncio.run(served(Answers(None))).startswith(b"HTTP/1.1 500 ")


def test_a_call_that_is_under_way_is_answered_before_the_server_ends() -> None:
    assert asyncio.run(served(Answers(b"body", after_s=1.0), end_early=True)).endswith(b"\r\n\r\nbody")


def test_the_first_call_of_a_connection_is_parsed_if_its_body_does_not_come_soon() -> None:
    """So that it is waited for as long as something of it comes, like any other."""

    async def half_sent() -> str:
        parsed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def app(scope: Any, _receive: Any, _send: Any) -> None:
            parsed.set_result(scope["path"])

        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = Server(app, port, Answers(b"body"))
        server.config.lifespan = "off"
        serving = asyncio.create_task(server.serve([listener]))
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /_aws/execute-api/a/$default/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{")
        try:
            return await asyncio.wait_for(parsed, MAX_PAUSE_S - 1)
        finally:
            writer.close()
            server.end()
            await serving

    assert asyncio.run(half_sent()) == "/_aws/execute-api/a/$default/x"


def test_calls_that_come_at_once_are_answered_in_order(environment: Environment) -> None:
    parts = urlsplit(environment.api)
    request = b"GET %s/%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    paths = [b"opponents", b"nothing", b"opponents"]
    with socket.create_connection(("127.0.0.1", int(parts.port or 0)), timeout=60) as connection:
        connection.sendall(b"".join(request % (parts.path.encode(), path) for path in paths))
        answers = b""
        while answers.count(b"HTTP/1.1 ") < len(paths):
            answers += connection.recv(65536)
    assert [answers.split(b"HTTP/1.1 ")[number][:3] for number in (1, 2, 3)] == [b"200", b"404", b"200"]


@dataclass(frozen=True)
class Process:
    inner_pid: int


@pytest.fixture
def processes() -> Iterator[dict[str, Process]]:
    started = {
        what: subprocess.Popen([sys.executable, "-c", code])
        for what, code in (("computes", "while True: pass"), ("waits", "import time; time.sleep(600)"))
    }
    yield {what: Process(process.pid) for what, process in started.items()}
    for process in started.values():
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process wanted")
def test_who_computes_is_told_from_who_waits(processes: dict[str, Process]) -> None:
    busy, idle = Crowding(), Crowding()
    computes: Any = [processes["computes"]]
    waits: Any = [processes["waits"]]
    assert idle.is_computing(waits)  # until it is known
    end = time.monotonic() + 60
    told = (True, True)
    while told != (True, False) and time.monotonic() < end:
        time.sleep(SPAN_S)  # at its start the one that waits computes, and the one that computes waits for the disk
        told = busy.is_computing(computes), idle.is_computing(waits)
    assert told == (True, False)


def told_computing(busy: int, idle: int, pauses_s: list[float]) -> list[bool]:
    """Return what is told after pauses, during whose first 60 ms the busy compute; the loop that serves them never."""
    now, spent = [100.0], [0.0]
    crowding = Crowding(
        lambda place: spent[0] if place.parts[2] in {str(pid) for pid in range(busy)} else 0.0, lambda: now[0]
    )
    workers: Any = [Process(pid) for pid in range(busy + idle)]
    told = []
    for pause in (0.0, *pauses_s):
        now[0] += pause
        spent[0] += min(pause, 0.06)
        told.append(crowding.is_computing(workers))
    return told[1:]


def test_workers_that_nobody_asks_say_nothing_of_those_that_compute() -> None:
    assert told_computing(busy=PROCESSORS, idle=3 * PROCESSORS, pauses_s=[0.06, 0.06]) == [True, True]
    assert told_computing(busy=0, idle=PROCESSORS, pauses_s=[0.06, 0.06]) == [False, False]


def test_a_pause_between_bursts_is_no_waiting_of_the_function() -> None:
    assert told_computing(busy=PROCESSORS, idle=0, pauses_s=[0.06, 1.0, 0.06, 0.3, 0.06]) == [True] * 5


def test_a_head_without_end_is_refused(local_cloud: LocalCloud) -> None:
    with socket.create_connection(("127.0.0.1", local_cloud.port), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_pipelined_requests_are_answered_in_order(local_cloud: LocalCloud) -> None:
    with socket.create_connection(("127.0.0.1", local_cloud.port), timeout=60) as connection:
        request = b"GET /_arcade/%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(request % b"health" + request % b"nothing")
        answers = b""
        while b"there is nothing" not in answers:
            answers += connection.recv(65536)
    assert answers.index(b"200 OK") < answers.index(b"404 Not Found")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
    ],
)
def test_an_answer_is_read_to_its_end(answer: bytes, status: int | None) -> None:
    assert complete(answer) == status


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric runs on Linux only")
def test_a_cloud_is_measured_beside_the_bare_loop(environment: Environment) -> None:
    entry = next(item for item in fetch_opponents(environment.api, print) if item.name == "first_free")
    move = find_request(post_once, {"game": entry.game, "endpoint": entry.endpoint, "name": entry.name})
    endpoint, url = entry.endpoint, f"{entry.endpoint}/move"
    headers, body = prepared(url, move)
    with BareLoop(EXAMPLE) as bare:
        found = throughput(
            lambda seconds: steady(url, headers, body, 3, seconds),
            0.3,
            time.process_time,
            partial(bare.calls, event_of(endpoint, move)),
        )
    assert found.times.calls > 0
    assert found.times.errors == found.times.throttled == 0
    assert found.raw_per_second
    assert found.server_ms is not None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"GET /s/2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n", ASKS_FOR_NEXT),
        (b"POST /s/a/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", Message("POST", "/a/response", b"{}", 2)),
        (b"POST /s/a/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{", None),
        (b"POST /s/a/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET", None),
        (b"POST /s/a/response HTTP/1.1\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n", None),
        (b"POST /s/a/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", None),
        (b"POST /s/a/response HTTP/1.1\r\nContent-Length: 2", None),
        (b"POST /t/a/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", None),
        (b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n", None),
    ],
)
def test_what_a_runtime_sends_in_one_piece_is_read_at_once(sent: bytes, read: Message | None) -> None:
    assert whole(sent, b"/s") == read
