"""Calls like one that was made before: the same answers as MiniStack's way, and nothing kept past a change."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from clouds import create_function, zipped
from hypothesis import given
from hypothesis import strategies as st

from infra.local import daemon
from infra.local.heads import head_of
from infra.local.patches.calls import Calls
from infra.local.patches.execution import pick_version
from infra.local.patches.memo import SETTLED_S, Making, Memos, _template, making, new_id
from infra.local.state.watched import Watched, apart, changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.daemon import LocalCloud

SOURCE = """
import json
def handler(event, context):
    asked = json.loads(event.get("body") or "{}")
    if asked == "fail":
        raise ValueError("no")
    about = event["requestContext"]
    known = {"said": asked, "name": "NAME", "path": event["rawPath"], "parameters": event.get("pathParameters"),
             "length": event["headers"].get("content-length"), "id": about["requestId"], "epoch": about["timeEpoch"],
             "call": context.aws_request_id, "keys": sorted(event), "time": about["time"]}
    headers = {"content-type": "application/json", "x-of": "100% \\u00e9"}
    if asked == "teapot":
        return {"statusCode": 418, "headers": headers, "body": "{}", "cookies": ["a=1", "b=2"]}
    return {"statusCode": 201, "headers": headers, "body": json.dumps(known, ensure_ascii=False)}
"""


class Site:
    """An HTTP API with a function behind it, and one connection to both."""

    def __init__(self, aws: Callable[[str], Any], cloud: LocalCloud, name: str) -> None:
        self.gateway, self.functions, self.name, self._cloud = aws("apigatewayv2"), aws("lambda"), name, cloud
        arn = create_function(self.functions, name, SOURCE.replace("NAME", "first"))
        self.api = self.gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        self.integration = self.gateway.create_integration(
            ApiId=self.api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        self.route = self.gateway.create_route(
            ApiId=self.api, RouteKey="POST /say/{what}", Target=f"integrations/{self.integration}"
        )["RouteId"]
        self.gateway.create_stage(ApiId=self.api, StageName="$default", AutoDeploy=True)
        url = self.functions.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
        self.paths = (
            f"/_aws/execute-api/{self.api}/$default/say/it",
            f"/_aws/lambda-url/{url.split('//')[1].split('.')[0]}/say/it",
        )
        self._connection = socket.create_connection(("127.0.0.1", cloud.port), timeout=60)
        self._answers = self._connection.makefile("rb")

    def close(self) -> None:
        self._connection.close()

    def ask(self, said: Any = "hello", path: str = "", *, extra: bytes = b"", pause_s: float = 0.0) -> Any:
        """Return status, headers but for those that are new in each, and body."""
        body = json.dumps(said).encode()
        head = (
            f"POST {path or self.paths[0]} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n".encode()
        )
        length = b"Content-Length: %d\r\n\r\n" % len(body)
        self._connection.sendall(head + extra + length + (b"" if pause_s else body))
        if pause_s:
            time.sleep(pause_s)
            self._connection.sendall(body)
        status = int(self._answers.readline().split()[1])
        lines = list(iter(self._answers.readline, b"\r\n"))
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
        told = json.loads(self._answers.read(int(dict(headers)[b"content-length"])))
        new = {b"date", b"apigw-requestid", b"x-amzn-requestid", b"x-amzn-trace-id"}
        return status, [(name, b"" if name in new else value) for name, value in headers], told

    def repeated(self) -> int:
        """Return how many calls the cloud has answered like one before."""
        return int(daemon.ask(self._cloud.endpoint, "/_arcade/health")["repeated_calls"])

    def settle(self, said: Any = "hello", path: str = "", *, pause_s: float = 0.0) -> Any:
        """Return an answer that is like one before, however often something else changes meanwhile."""
        end = time.monotonic() + 60
        before = self.repeated()
        while time.monotonic() < end:
            answer = self.ask(said, path, pause_s=pause_s)
            if self.repeated() == before + 1:
                return answer
            time.sleep(SETTLED_S / 4)
        raise AssertionError(f"no call of {path} was repeated in a minute")


@pytest.fixture(scope="module")
def site(aws: Callable[[str], Any], local_cloud: LocalCloud) -> Iterator[Site]:
    made = Site(aws, local_cloud, "repeated")
    yield made
    made.close()


@pytest.mark.parametrize("way", [0, 1])
def test_a_repeated_call_is_answered_as_ministack_answers(site: Site, way: int) -> None:
    path = site.paths[way]
    for said in ("hello", 'ä % \\ " \x01 \U0001f600', {"b": [1, 2]}, "x" * 5000, "fail", "teapot"):
        again = [site.settle(said, path), site.settle(said, path, pause_s=0.05)]
        before = site.repeated()
        by_ministack = site.ask(said, path, extra=b"Sec-Fetch-Site: none\r\n")
        assert site.repeated() == before
        for status, headers, told in again:
            assert (status, headers) == by_ministack[:2]
            assert told.keys() == by_ministack[2].keys()
            for name in told.keys() - {"id", "call", "epoch", "time"}:
                assert told[name] == by_ministack[2][name]
            assert abs(told.get("epoch", 0) - by_ministack[2].get("epoch", 0)) < 60_000
        known = [item[2][name] for item in again for name in ("id", "call") if name in item[2]]
        assert len(set(known)) == len(known)


def test_a_change_holds_for_the_next_call(site: Site) -> None:
    gateway, functions = site.gateway, site.functions
    assert site.settle()[2]["name"] == "first"
    functions.update_function_code(FunctionName=site.name, ZipFile=zipped(app=SOURCE.replace("NAME", "second")))
    assert site.ask()[2]["name"] == "second"
    site.settle()
    functions.put_function_concurrency(FunctionName=site.name, ReservedConcurrentExecutions=0)
    assert site.ask()[0] == 429
    functions.delete_function_concurrency(FunctionName=site.name)
    assert site.ask()[0] == 201
    site.settle()
    limits = {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 5}
    gateway.update_stage(ApiId=site.api, StageName="$default", DefaultRouteSettings=limits)
    assert Counter(site.ask()[0] for _ in range(9)) == {201: 5, 429: 4}
    gateway.update_stage(ApiId=site.api, StageName="$default", DefaultRouteSettings={"ThrottlingBurstLimit": 5000})
    site.settle()
    gateway.update_route(ApiId=site.api, RouteId=site.route, RouteKey="POST /{say}/it")
    assert site.ask()[2]["parameters"] == {"say": "say"}
    site.settle()
    gateway.delete_route(ApiId=site.api, RouteId=site.route)
    assert site.ask()[0] == 404


@given(
    lines=st.lists(st.text("aB:-\t é", min_size=1, max_size=8).map(lambda text: text.encode("latin-1")), max_size=4),
    length=st.sampled_from(
        [b"", b"content-length: 3", b"Content-Length: 12", b"content-length:3", b"content-length: 03"]
    ),
    body=st.binary(max_size=20),
)
def test_a_head_is_known_again_by_all_its_bytes_but_the_length(lines: list[bytes], length: bytes, body: bytes) -> None:
    head = b"\r\n".join([b"POST / HTTP/1.1", *lines, *([length] if length else [])])
    found = head_of(head + b"\r\n\r\n" + body)
    if found is None:
        assert length.lower() in {b"content-length:3", b"content-length: 03"} or any(
            b"content-length" in x for x in lines
        )
        return
    (before, after), begin, end = found
    digits = head[len(before) : len(head) - len(after)]
    assert before + digits + after == head
    assert (begin, end) == (len(head) + 4, len(head) + 4 + int(digits or 0))
    assert head_of(head) is None


def test_a_drawn_version_is_nothing_to_keep() -> None:
    made = Making()
    token = making.set(made)
    try:
        assert pick_version({"FunctionVersion": "1"}, 0.5) == "1"
        assert not made.varies
        pick_version({"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}, 0.5)
        assert made.varies
    finally:
        making.reset(token)


def test_a_change_is_noted_when_it_may_begin_and_when_a_request_that_makes_it_ends() -> None:
    store = Watched({"a": {}})
    before = changes.number
    with apart() as notes:
        store["a"]["b"] = 1
        assert changes.number == before
        notes.count()
    assert changes.number != before
    counted = changes.number
    store.get("a")
    assert changes.number != counted


class Pool:
    retired = False


class Executor:
    """Runs nothing, and answers with what it was asked."""

    def slot(self, _ran: Any) -> Any:
        return ("slot", None)


class Way:
    """Takes MiniStack's place: makes an event of every request."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event

    async def answer(self, request: Any) -> Any:
        made = making.get()
        assert made is not None
        event = self.event | {"body": request.body.decode()}
        made.ran.append(_Ran(Pool(), event))
        return 200, {}, b""


class _Ran:
    def __init__(self, pool: Pool, event: dict[str, Any]) -> None:
        self.pool, self.event = pool, event

    def _replace(self, event: dict[str, Any]) -> _Ran:
        return _Ran(self.pool, event)


def known_after(events: list[dict[str, Any]], *, busy: bool = False) -> bool:
    """Return whether a request is kept that became these events, one after the other."""
    way: Any = Way({})
    executor: Any = Executor()
    memos = Memos(way, executor, lambda: busy)
    key = (b"POST / HTTP/1.1", b"", "127.0.0.1")
    changes.at -= SETTLED_S
    for event in events:
        way.event = {"headers": {}, "isBase64Encoded": False, "requestContext": {"domainName": "x", **event}}
        request: Any = SimpleNamespace(body=b"{}", _replace=lambda **_named: None)
        asyncio.run(memos.made(key, request))
    return memos.knows(key)


def test_what_became_the_same_event_twice_is_kept_and_nothing_else() -> None:
    assert not known_after([{"requestId": "1"}])
    assert known_after([{"requestId": "1"}, {"requestId": "2"}])
    assert not known_after([{"stage": "1"}, {"stage": "2"}])
    assert not known_after([{"authorizer": {}}, {"authorizer": {}}])
    assert not known_after([{}, {}], busy=True)


def test_who_was_turned_away_by_an_authorizer_leaves_nothing_to_keep() -> None:
    """Its event alone ran: looked at like a function's, the first caller with a wrong key was answered 500."""
    made, request = Making(), SimpleNamespace(body=b"")
    ran: Any = _Ran(Pool(), {"type": "REQUEST", "headers": {"x-api-key": "another"}, "requestContext": {}})
    made.ran.append(ran)
    assert _template(request, made) is None  # type: ignore[arg-type]


def test_an_answer_that_would_become_two_is_none() -> None:
    ministack = SimpleNamespace(
        _asgi_header_list=lambda headers: [(a.encode(), b.encode()) for a, b in headers.items()]
    )
    calls = Calls(ministack, lambda: None)
    assert calls.head((200, {"x-one": "two"}, b"body")).startswith(
        b"HTTP/1.1 200 OK\r\nx-one: two\r\ncontent-length: 4\r\n"
    )
    for headers in ({"x-one": "two\r\nset-cookie: stolen"}, {"x-one\n": "two"}, {"x-one": "a\0b"}):
        with pytest.raises(ValueError, match="would become others"):
            calls.head((200, headers, b""))


def test_an_id_is_a_random_uuid() -> None:
    import uuid  # noqa: PLC0415 - to compare with

    made = [new_id() for _ in range(100)]
    assert len(set(made)) == len(made)
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant, str(uuid.UUID(one)) == one) for one in made} == {
        (4, uuid.RFC_4122, True)
    }
