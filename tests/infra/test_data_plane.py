"""What calls of functions are answered by: the way past MiniStack's, the server, and how many processes there are."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from clouds import EXAMPLE
from hypothesis import given
from hypothesis import strategies as st

from client.net.remote import fetch_opponents, post_once, prepared
from infra.load.bare_loop import BareLoop, event_of
from infra.load.speed import throughput
from infra.load.steady import complete, steady
from infra.load.traffic import find_request
from infra.local.http_server import MAX_HEAD_BYTES
from infra.local.patches.shortcuts import mend_dispatch, mend_routes
from infra.local.workers.crowding import SPAN_S, Crowding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.environment.environment import Environment
    from infra.local.daemon import LocalCloud

ROUTES = st.lists(st.sampled_from(["a", "b+", "{x}", "{y}", "{rest+}", "move", "c.d"]), min_size=1, max_size=4)
PATHS = st.lists(st.sampled_from(["a", "b+", "move", "c.d", "cxd", "", "%20", "ä"]), min_size=1, max_size=5)


@given(ROUTES.filter(lambda parts: len(set(parts)) == len(parts)), PATHS)
def test_a_route_matches_what_it_matches_in_ministack(route: list[str], path: list[str]) -> None:
    from ministack.services import apigateway  # noqa: PLC0415 - it reads the environment

    mended = SimpleNamespace(_extract_path_params=apigateway._extract_path_params)
    mend_routes(mended)
    wanted = apigateway._extract_path_params("/" + "/".join(route), "/" + "/".join(path))
    assert mended._extract_path_params("/" + "/".join(route), "/" + "/".join(path)) == wanted


def test_calls_go_straight_and_all_else_goes_its_way() -> None:
    asked: list[str] = []

    async def note(name: str, *arguments: Any, **_named: Any) -> Any:
        asked.append(f"{name} {next(item for item in arguments if str(item).startswith('/'))}")

    names = ("_handle_pre_body_request", "_handle_post_body_shortcuts", "_handle_special_data_plane_request")
    app = SimpleNamespace(
        **{name: partial(note, name) for name in (*names, "_handle_execute_api_request")},
        _with_data_plane_headers=lambda answer, _id, **_named: answer,
    )
    mend_dispatch(app)
    invoke, gateway = "/2015-03-31/functions/f/invocations", "/_aws/execute-api/a/$default/x"
    raw = {"raw_path": "", "raw_query_string": ""}
    for method, path in (("POST", invoke), ("POST", gateway), ("GET", "/bucket"), ("OPTIONS", invoke)):
        asyncio.run(app._handle_pre_body_request(method, path, {}, {}, "id"))
        asyncio.run(app._handle_post_body_shortcuts(method, path, {}, b"", {}, "id"))
        asyncio.run(app._handle_special_data_plane_request(method, path, {}, b"", {}, "id", **raw))
    elsewhere = [f"{name} {path}" for path in ("/bucket", invoke) for name in names]
    assert asked == [f"_handle_execute_api_request {gateway}", *elsewhere]


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
    while busy.is_computing(computes) and idle.is_computing(waits) and time.monotonic() < end:
        time.sleep(SPAN_S)  # the one that waits computes as it starts
    assert busy.is_computing(computes)
    assert not idle.is_computing(waits)


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
