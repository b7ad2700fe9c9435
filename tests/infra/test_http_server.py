"""What the server does with callers who do not send one whole request after the other."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.http_server import MAX_HEAD_BYTES, Server

if TYPE_CHECKING:
    from collections.abc import Callable

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with path, headers and body, a path of seconds as late as that."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if scope["path"].startswith("/wait"):
        await asyncio.sleep(0.3)
    names = b",".join(name for name, _value in scope["headers"])
    said = b"%b %b %b" % (scope["path"].encode(), names, body)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


def talk(
    *sent: bytes | None, app: Any = echo, memos: Any = None, until: Callable[[bytes], bool] | None = None
) -> bytes:
    """Send pieces, None for no more, and return all that is said until the server hangs up, or ``until`` that."""

    async def do() -> bytes:
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(app, listener.getsockname()[1], memos)
        server.config.lifespan = "off"
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
        said = b""
        try:
            for piece in sent:
                if piece is None:
                    writer.write_eof()
                else:
                    writer.write(piece)
                await asyncio.sleep(0.05)
            async with asyncio.timeout(30):
                while not (until and until(said)) and (more := await reader.read(65536)):
                    said += more
        except ConnectionResetError:
            pass  # it has said all it had to
        finally:
            server.end()
            writer.close()
            await serving
        return said

    return asyncio.run(do())


def answers(count: int) -> Callable[[bytes], bool]:
    return lambda said: said.count(b"HTTP/1.1 ") >= count and not said.endswith(b"\r\n")


def test_a_caller_who_sends_no_more_is_answered() -> None:
    assert b"/wait" in talk(GET % b"/wait", None)
    assert talk(POST + b"Content-Length: 5\r\n\r\nab", None) == b""


@pytest.mark.parametrize("nonsense", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: y\nZ: \x00\r\n\r\n"])
def test_a_request_that_is_none_is_refused_after_the_answer_to_the_one_before(nonsense: bytes) -> None:
    said = talk(GET % b"/wait" + nonsense)
    assert said.index(b"/wait") < said.index(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1 ") == 2
    assert talk(GET % b"/wait" + GET % b"/next" + nonsense).count(b"HTTP/1.1 200 ") == 2


def test_a_line_without_end_is_refused_before_it_is_long() -> None:
    pieces = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
        *[b"x" * 16 * 1024] * (MAX_HEAD_BYTES // (16 * 1024) + 1),
    ]
    assert talk(*pieces).startswith(b"HTTP/1.1 400 ")


def test_a_long_body_is_no_long_head() -> None:
    body = b"x" * 3 * MAX_HEAD_BYTES
    head = POST + b"Content-Length: %d\r\n" % len(body)
    assert talk(head[:20], head[20:] + b"\r\n" + body, until=lambda said: said.endswith(body)).startswith(
        b"HTTP/1.1 200 "
    )


def test_headers_after_the_body_are_not_heard() -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nAuthorization: x\r\n\r\n"
    said = talk(POST + chunks, until=answers(1))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.endswith(b" ab")
    assert b"authorization" not in said


def test_expect_is_answered_before_the_body_is_sent() -> None:
    head = POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    said = talk(head, b"ab", until=lambda said: said.endswith(b"ab"))
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "headers",
    [b"Content-Length: 2\r\nContent-Length: 3\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
     b"Content-Length: -2\r\n", b"Content-Length: 2, 2\r\n", b"Transfer-Encoding: chunked, identity\r\n"],
)  # fmt: skip
def test_a_length_that_two_may_read_differently_is_refused(headers: bytes) -> None:
    assert talk(POST + headers + b"\r\nab").startswith(b"HTTP/1.1 400 ")


def test_nothing_of_a_body_that_is_not_read_becomes_a_request() -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 99\r\n\r\n"
    said = talk(POST + upgrade, GET % b"/smuggled")
    assert said.count(b"HTTP/1.1 ") == 1
    assert b"smuggled" not in said


class Large:
    """Memos that answer everything with a megabyte."""

    def __init__(self) -> None:
        self.answered = 0

    def knows(self, _key: Any) -> bool:
        return True

    def find(self, _key: Any, _body: bytes) -> Any:
        return self

    async def answer(self, _memo: Any, _body: bytes) -> bytes:
        self.answered += 1
        return b"HTTP/1.1 200 OK\r\ncontent-length: 8388608\r\n\r\n" + bytes(8 << 20)


def test_who_does_not_read_gets_no_more_answers() -> None:
    memos = Large()

    async def do() -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        server: Any = Server(echo, listener.getsockname()[1], memos)  # type: ignore[arg-type]
        server.config.lifespan = "off"
        serving = asyncio.create_task(server.serve([listener]))
        with socket.create_connection(listener.getsockname()) as connection:
            for _ in range(10):
                await asyncio.to_thread(connection.sendall, GET % b"/")
                await asyncio.sleep(0.05)
            told = memos.answered
        server.end()
        await serving
        return told

    assert asyncio.run(do()) == 1
