"""Holds an answer back until what it says was done is on disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from infra.local.state.files import DiskError
from infra.local.state.journal import Request
from infra.local.state.state_store import EAGER
from infra.local.state.watched import Notes, apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infra.local.guard import App, Receive, Scope, Send
    from infra.local.state.journal import Entry
    from infra.local.state.state_store import StateStore

READS = re.compile(r"(Batch)?(Get|List|Describe|Scan|Query|Receive|Filter|Validate|Estimate|Detect|Lookup|Select|Test)")
"""How the names of actions begin that change nothing worth keeping."""
DATA_PLANE = ("/_aws/", "/_arcade/", "/_ministack/")
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
REFUSED = 400
"""A status from here on changed nothing."""


class Durable:
    """An ASGI application that lets ``app`` answer a change only after ``store`` has it on disk."""

    def __init__(self, app: App, store: StateStore, resume: Callable[[], None]) -> None:
        self._app = app
        self._store = store
        self._resume = resume
        self._operation_unsaved = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._resuming(send))
            return
        if scope["type"] != "http" or scope["path"].startswith(DATA_PLANE):
            self._store.touch()
            with apart():
                await self._app(scope, receive, send)
            return
        first = await receive()
        start, service = first.get("body", b"")[:2000], _service(scope)
        change = changes(
            scope["method"], scope["path"], _headers(scope).get("x-amz-target", ""), _query(scope), start, service
        )
        if change and (error := await self._no_room(first)):
            await _refuse(service, error, send)
            return
        ahead, body = [first], [first.get("body", b"")]
        failed = False

        async def listen() -> dict[str, Any]:
            if ahead:
                return ahead.pop()
            message = await receive()
            body.append(message.get("body", b""))
            return message

        async def answer(message: dict[str, Any]) -> None:
            nonlocal failed
            if message["type"] == "http.response.start":
                try:
                    changed = change and int(message["status"]) < REFUSED
                    await self._settle(scope, service, body, notes, changed=changed)
                except DiskError as error:
                    failed = True
                    await _refuse(service, error, send)
            if not failed:
                await send(message)

        begins = change and service == "cloudformation"  # what it begins goes on after the answer
        with contextlib.nullcontext(Notes()) if begins else apart() as notes:
            await self._app(scope, listen, answer)

    def _resuming(self, send: Send) -> Send:
        """Return ``send``, before which, once MiniStack has its state, what a killed server left is carried out."""

        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                await self._carry_out()
                self._resume()
            await send(message)

        return sending

    async def _carry_out(self) -> None:
        unheld = self._store.unheld()
        if not unheld:
            return
        await carry_out(self._app, unheld)
        with contextlib.suppress(DiskError):  # then it stays in the journal, and what can be read is served
            await asyncio.wrap_future(self._store.keep(EAGER))

    async def _no_room(self, first: dict[str, Any]) -> DiskError | None:
        """Return why a change that begins with ``first`` could not be kept, before it is made; None if it can."""
        try:
            self._store.check_room(len(first.get("body", b"")))
            if self._store.in_trouble:  # what was made then is seen already, and has to be kept before anything else
                await asyncio.wrap_future(self._store.keep(EAGER))
        except DiskError as error:
            return error
        return None

    async def _settle(self, scope: Scope, service: str, body: Sequence[bytes], notes: Notes, *, changed: bool) -> None:
        """Wait until what this request has changed, or may show to have changed, is on disk.  Raises DiskError."""
        if service == "cloudformation":
            if changed:
                with self._store.operation_begins():
                    await asyncio.sleep(0)  # what was asked for begins: a stack says that it is being deleted only then
                self._operation_unsaved = True
            if not self._operation_unsaved or self._store.operation_runs():
                return
            await asyncio.wrap_future(self._store.keep(EAGER))
            self._operation_unsaved = False
        elif changed:
            notes.count()
            headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"])
            request = Request(
                scope["method"], scope["path"], bytes(scope.get("query_string", b"")), headers, b"".join(body)
            )
            await asyncio.wrap_future(self._store.keep(self._store.keys(service), request))


async def carry_out(app: App, entries: Sequence[Entry]) -> None:
    """Let ``app`` do once more what it had answered: every request was let in when it came."""
    from ministack import app as ministack  # noqa: PLC0415 - reads its settings as it is imported

    checks, ministack.AUTH = ministack.AUTH, False
    try:
        for entry in entries:
            await _send_again(app, entry.request)
    finally:
        ministack.AUTH = checks


async def _send_again(app: App, request: Request) -> None:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "asgi": {"version": "3.0"},
        "root_path": "",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "headers": list(request.headers),
        "extensions": {},
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    bodies = [request.body]

    async def receive() -> dict[str, Any]:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(_message: dict[str, Any]) -> None:
        return

    await app(scope, receive, send)


async def _refuse(service: str, error: DiskError, send: Send) -> None:
    status, headers, body = disk_answer(service, str(error))
    length = (b"content-length", b"%d" % len(body))
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": [*pairs, length]})
    await send({"type": "http.response.body", "body": body})


def disk_answer(service: str, message: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of what is nearest, of AWS's errors of ``service``, to a full disk."""
    text = message.replace("&", "&amp;").replace("<", "&lt;")
    if service == "s3":
        body = f"<Error><Code>InternalError</Code><Message>{text}</Message></Error>"
        return 500, {"content-type": "application/xml"}, body.encode()
    if service in {"cloudformation", "iam", "sns", "sts", "monitoring"}:
        error = f"<Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>{text}</Message></Error>"
        return 500, {"content-type": "text/xml"}, f"<ErrorResponse>{error}</ErrorResponse>".encode()
    code = {"dynamodb": "InternalServerError", "lambda": "ServiceException"}.get(service, "InternalFailure")
    body = json.dumps({"__type": code, "message": message, "Message": message})
    return 500, {"content-type": "application/json", "x-amzn-errortype": code}, body.encode()


def changes(method: str, path: str, target: str, query: dict[str, list[str]], body_start: bytes, service: str) -> bool:
    """Whether a request to ``service`` changes state that its service does not itself write to disk."""
    if target:
        return READS.match(target.rpartition(".")[2]) is None
    if method in {"GET", "HEAD", "OPTIONS"}:
        return False
    if service == "s3":
        return "/" not in path.strip("/")  # a bucket; objects are on disk already
    found = ACTION.search(body_start)
    action = found[1].decode() if found else (query.get("Action") or [""])[0]
    return not action or READS.match(action) is None


def _service(scope: Scope) -> str:
    from ministack.core.router import detect_service  # noqa: PLC0415 - reads its settings as it is imported

    return str(detect_service(scope["method"], scope["path"], _headers(scope), _query(scope)))


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
