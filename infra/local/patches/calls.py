"""Calls of functions, by the HTTP API, a Function URL or Invoke, past what MiniStack tries first with every request.

Everything that a call goes through stays MiniStack's own, in its order: whose account it is, signatures and policies,
authorizers, throttles, the event and the answer.
"""

from __future__ import annotations

import functools
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from infra.local.guard import FUNCTION_URL, HTTP_API, is_invocation
from infra.local.patches.memo import date_of, new_id
from infra.local.state.watched import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infra.local.guard import App, Receive, Scope, Send
    from infra.local.patches.memo import Memos

OURS = frozenset({"content-length", "transfer-encoding", "connection"})
"""What a function cannot say of its answer: how it is sent."""

Answer = tuple[int, "Mapping[str, Any]", bytes]
"""Status, headers and body."""


class Request(NamedTuple):
    """An HTTP request that has come in whole."""

    method: str
    path: str
    raw_path: str
    """The path as it was sent."""
    query: str
    headers: Sequence[tuple[bytes, bytes]]
    """Their names in small letters."""
    body: bytes
    client: str
    """The caller's address."""


def is_call(method: str, path: str) -> bool:
    """Whether a request calls a function."""
    return path.startswith((HTTP_API, FUNCTION_URL)) or (method == "POST" and is_invocation(path))


class Calls:
    """Answers calls; ``touch`` is told of each, since any may change something."""

    def __init__(self, ministack: Any, touch: Callable[[], None]) -> None:
        """Take the module ``ministack.app``."""
        self._ministack = ministack
        self.touch = touch

    async def answer(self, request: Request) -> Answer:
        """Return what ``request``, a call, is answered."""
        self.touch()
        with apart():  # what a call is given of MiniStack's state it reads
            status, headers, body = await self._answer(request)
        for name in [name for name in headers if name.lower() in OURS]:
            del headers[name]
        return status, headers, body if isinstance(body, bytes) else body.encode()

    async def _answer(self, request: Request) -> Any:
        way, method, path, body = self._ministack, request.method, request.path, request.body
        query = parse_qs(request.query, keep_blank_values=True) if request.query else {}
        headers = self._joined(request.headers)
        if not self._enter(request, headers, query):
            return _no_such_caller()
        rest = (path, method, headers, body, query)
        if path.startswith(HTTP_API):
            raw = {"raw_path": request.raw_path, "raw_query_string": request.query}
            answer = await way._handle_execute_api_request(headers.get("host", ""), *rest, **raw)  # noqa: SLF001 - see private_names
            if answer is not None:
                own = "apigw-requestid" in answer[1]
                return answer if own else way._with_data_plane_headers(answer, new_id(), wildcard_cors=False)  # noqa: SLF001
        elif path.startswith(FUNCTION_URL):
            answer = await way._handle_lambda_url_request(headers.get("host", ""), *rest)  # noqa: SLF001
            if answer is not None:
                named = {name.lower() for name in answer[1]}
                answer[1].update({} if "x-amzn-requestid" in named else {"x-amzn-RequestId": new_id()})
                return answer
        return await way._dispatch_service_request(method, path, headers, body, query, new_id())  # noqa: SLF001

    def _enter(self, request: Request, headers: dict[str, str], query: dict[str, list[str]]) -> bool:
        """Set what MiniStack knows of the caller; return whether there is one such caller."""
        way = self._ministack
        way.set_request_client_ip(request.client)
        if way.AUTH:
            proto = headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
            way.pin_request_origin(request.client, proto == "https")
        if query or "authorization" in headers:
            if key := way.extract_access_key_id(headers, query):
                try:
                    way.set_request_account_id(way._request_account_scope(key) if way.AUTH else key)  # noqa: SLF001
                except way.AmbiguousAccessKeyError:
                    return False
            way.set_request_region(way.extract_region(headers, query))
        if way.AUTH:
            way.pin_signed_request(request.method, request.raw_path, query, list(request.headers))
            way.pin_signed_body(request.body)
        return True

    def _joined(self, headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
        """Return headers by name, those that come several times as one (RFC 9110, 5.2; cookies 9113, 8.2.3)."""
        decoded = self._ministack.decode_header_value
        found: dict[str, str] = {}
        for raw, value in headers:
            name = _name(raw)
            if name in found:
                found[name] += ("; " if name == "cookie" else ", ") + decoded(value)
            else:
                found[name] = decoded(value)
        return found

    def before(self, app: App, memos: Memos) -> App:
        """Return an ASGI application that answers calls, and leaves all else to ``app``.

        What is found out about a request whose scope names its ``memo`` goes into ``memos``.
        """

        async def parted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not is_call(scope["method"], scope["path"]):
                await app(scope, receive, send)
                return
            parts: list[bytes] = []
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return  # nobody waits any more
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    break
            raw_path = scope.get("raw_path") or scope["path"].encode()
            request = Request(
                *(scope["method"], scope["path"], raw_path.decode("latin-1"), scope["query_string"].decode("latin-1")),
                *(scope["headers"], b"".join(parts), (scope.get("client") or ("127.0.0.1",))[0]),
            )
            key = scope.get("memo")
            status, headers, body = await (self.answer(request) if key is None else memos.made(key, request))
            await send({"type": "http.response.start", "status": status, "headers": self.lines(headers, body)})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        return parted

    def lines(self, headers: Mapping[str, Any], body: bytes) -> list[tuple[bytes, bytes]]:
        """Return the header lines of an answer, with its length and the time."""
        lines: list[tuple[bytes, bytes]] = self._ministack._asgi_header_list(headers)  # noqa: SLF001
        lines.append((b"content-length", b"%d" % len(body)))
        if not any(name.lower() == b"date" for name, _value in lines):
            lines.append((b"date", date_of(int(time.time()))))
        return lines

    def head(self, answer: Answer) -> bytes:
        """Return ``answer`` up to its body, as it is sent.  Raises ValueError for one that is no HTTP."""
        status, headers, body = answer
        lines = self.lines(headers, body)
        head = b"".join([b"%b: %b\r\n" % line for line in lines])
        if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines) or b"\0" in head:
            raise ValueError(f"a function's headers would become others: {lines}")
        return STATUS_LINE[status] + head + b"\r\n"


def _no_such_caller() -> tuple[int, dict[str, Any], bytes]:
    request_id = new_id()
    headers = {"Content-Type": "application/json", "x-amzn-requestid": request_id, "x-amz-request-id": request_id}
    message = "The security token included in the request is invalid."
    return 403, headers, json.dumps({"__type": "InvalidClientTokenId", "message": message}).encode()


@functools.lru_cache(1024)
def _name(raw: bytes) -> str:
    return raw.decode("latin-1").lower()
