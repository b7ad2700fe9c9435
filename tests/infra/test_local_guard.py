from __future__ import annotations

import asyncio
import contextlib
import http.client
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from clouds import client_of

from infra.local.guard import MAX_INVOKE_BYTES, Guard, is_loopback, limit_for, refuse
from infra.local.patches.execution import refused_payload

if TYPE_CHECKING:
    from infra.local.daemon import LocalCloud

INVOKE = "/2015-03-31/functions/echo/invocations"


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost", "localhost:1", "[::1]:4566", "abc.localhost:4566"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example:4566", "localhost.evil.example", "10.0.0.7"]
)
def test_another_host_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_a_plain_request_of_a_program_passes() -> None:
    assert refuse("POST", "/", [(b"host", b"127.0.0.1:4566"), (b"content-length", b"10")]) is None


@pytest.mark.parametrize(
    ("header", "value"),
    [(b"origin", b"https://evil.example"), (b"origin", b"null"), (b"sec-fetch-site", b"cross-site")],
)
def test_a_page_of_another_origin_is_refused(header: bytes, value: bytes) -> None:
    refusal = refuse("GET", "/?Action=DeleteQueue", [(b"host", b"127.0.0.1"), (header, value)])
    assert refusal is not None
    assert refusal[0] == 403


OWN_PAGE = [(b"origin", b"http://127.0.0.1:4566")], [(b"sec-fetch-site", b"same-origin")]


@pytest.mark.parametrize("page", OWN_PAGE)
def test_a_page_of_its_own_may_call_the_http_api_and_nothing_else(page: list[tuple[bytes, bytes]]) -> None:
    headers = [(b"host", b"127.0.0.1:4566"), *page]
    assert refuse("GET", "/_aws/execute-api/abc/$default/opponents", headers) is None
    for path in ("/", "/bucket/key", "/_arcade/health", "/_aws/lambda-url/abc/", INVOKE, "/2015-03-31/functions/x"):
        refusal = refuse("POST", path, headers)
        assert refusal is not None
        assert refusal[0] == 403


@pytest.mark.parametrize(
    "origin", [b"http://localhost:4566", b"http://127.0.0.1:4567", b"https://127.0.0.1:4566", b"http://127.0.0.1", b""]
)
def test_another_name_or_port_is_another_origin(origin: bytes) -> None:
    headers = [(b"host", b"127.0.0.1:4566"), (b"origin", origin)]
    refusal = refuse("GET", "/_aws/execute-api/abc/$default/opponents", headers)
    assert refusal is not None
    assert refusal[0] == 403


def test_a_payload_over_lambdas_limit_is_refused_before_it_is_read() -> None:
    headers = [(b"host", b"localhost"), (b"content-length", str(MAX_INVOKE_BYTES + 1).encode())]
    refusal = refuse("POST", INVOKE, headers)
    assert refusal is not None
    assert refusal[:2] == (413, "RequestTooLargeException")
    assert limit_for("/bucket/layer.zip") > MAX_INVOKE_BYTES


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Length": "-1"}, 400),
        ({}, 200),
    ],
)
def test_the_running_cloud_holds_to_it(local_cloud: LocalCloud, headers: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_cloud.port, timeout=60)
    connection.putrequest("GET", "/_ministack/health", skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_a_half_sent_request_is_ended_in_time() -> None:
    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 500, "headers": []})

    asked = [{"type": "http.request", "body": b"half", "more_body": True}]
    sent: list[Any] = []

    async def receive() -> Any:
        if not asked:
            await asyncio.sleep(60)
        return asked.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    begun = time.monotonic()
    asyncio.run(Guard(app, pause_s=0.1)(scope, receive, send))
    assert time.monotonic() - begun < 5
    assert [message.get("status") for message in sent] == [408, None]


def test_a_body_in_pieces_over_lambdas_limit_is_413_and_reaches_nobody(local_cloud: LocalCloud) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_cloud.port, timeout=20)
    pieces = (b"x" * 1_000_000 for _ in range(7))
    with contextlib.suppress(OSError):  # it may hang up before all is sent
        connection.request("POST", INVOKE, body=pieces, headers={"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    "payload", [b"{", b"[" * 200_000, b'"half \\ud83d"', b'{"\\uDE00": 1}', b'"\xff"', b"nonsense"]
)
def test_a_payload_that_is_no_json_is_refused_in_lambdas_words(local_cloud: LocalCloud, payload: bytes) -> None:
    with pytest.raises(ClientError) as refused:
        client_of(local_cloud, "lambda").invoke(FunctionName="anybody", Payload=payload)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"
    assert "Could not parse request body into json" in str(refused.value)


def test_a_whole_pair_is_a_character_and_passes() -> None:
    assert refused_payload(b'"\\ud83d\\ude00"') == refused_payload(b"") == refused_payload(b"null") == ""


def test_an_endless_body_is_cut_off(local_cloud: LocalCloud) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_cloud.port, timeout=20)
    connection.putrequest("POST", INVOKE)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    piece = b"x" * 1_000_000

    for _ in range(20):
        connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    connection.send(b"0\r\n\r\n")
    assert connection.getresponse().status == 413
    connection.close()
