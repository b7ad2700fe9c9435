from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from infra.local.guard import MAX_INVOKE_BYTES, is_loopback, limit_for, refuse

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


def test_an_endless_body_is_cut_off(local_cloud: LocalCloud) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", local_cloud.port, timeout=20)
    connection.putrequest("POST", INVOKE)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    piece = b"x" * 1_000_000

    def finish() -> None:
        for _ in range(20):
            connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.send(b"0\r\n\r\n")
        connection.getresponse()

    with pytest.raises((OSError, http.client.HTTPException)):
        finish()
    connection.close()
