"""Calls that were made before: what MiniStack made of a request is kept for the next like it, until something changes.

Most of what a call costs the server is finding out the same again: whose account, which stage, route, integration,
version and limits, and from them the event and the head of the answer.  All of it follows from the head of the request
and from MiniStack's stores.  So the first two calls with a head go MiniStack's way.  If both become the same event, but
for what is new in each, that event is kept as a template, for as long as no change is noted of any store
(``state.watched``), through which every change goes, by API or stack.

What is the call's own stays so: its throttle, its concurrency, its process, logs, counts and bill.  A call that is
refused goes MiniStack's way, and so does every one that may become another the next time: whose caller has to say who
he is, or whose version is drawn by weight.
"""

from __future__ import annotations

import json
import os
import re
import time
from base64 import b64encode
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.local.state.watched import apart, changes
from infra.local.workers.functions import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.patches.calls import Answer, Calls, Request
    from infra.local.patches.executor import Executor, Ran
    from infra.local.patches.throttle import TokenBucket

HEADS, SHAPES = 512, 16
"""How many heads of requests are kept, and how many of answers to each."""
SETTLED_S = 0.25
"""How long ago the last change was noted, at least: whoever changes an entry has got it a moment before."""
NEW = re.compile(r'"\\u0000(\w+)"')
"""What stands in a template for what is new in each event."""
TRACE = re.compile(rb"Root=[^;]*;Parent=[0-9a-f]+")
_ENCODER = json.JSONEncoder(ensure_ascii=False)

Key = tuple[bytes, bytes, str]
"""The head of a request without the digits of its length, and the caller's address."""
Shape = tuple[Any, ...]
"""Status and headers of a function's answer."""


@dataclass(slots=True)
class Making:
    """What is found out about a call that goes MiniStack's way."""

    ran: list[Ran] = field(default_factory=list)
    bucket: TokenBucket | None = None
    """The throttle of its route."""
    varies: bool = False
    """Whether the next may become another."""


class Told(NamedTuple):
    """What a function has answered already: MiniStack makes an answer of it, and calls nobody."""

    result: dict[str, Any]


making: ContextVar[Making | None] = ContextVar("making", default=None)
told: ContextVar[Told | None] = ContextVar("told", default=None)


class Memo:
    """What is kept of requests with one head."""

    def __init__(self, request: Request, made: Making, template: bytes, executor: Executor) -> None:
        ran = made.ran[0]
        self.request = request._replace(body=b"")
        self.ran = ran._replace(event={name: value for name, value in ran.event.items() if name != "body"})
        self.number = changes.number
        self.heads: dict[Shape, bytes] = {}
        self._has_body = bool(request.body)
        self._bucket = made.bucket
        self._template = template
        self.traced = b"%(root)b" in template
        """Whether its events have the id of a trace."""
        self._executor = executor
        self._slot = executor.slot(self.ran)

    def holds(self, body: bytes) -> bool:
        """Whether nothing has changed since, and ``body`` is like those before."""
        return self.number == changes.number and not self.ran.pool.retired and bool(body) == self._has_body

    def admits(self) -> bool:
        """Whether a call may run now; then it has to."""
        if not self._executor.take(self._slot):
            return False
        if self._bucket is None or self._bucket.take(time.monotonic()):
            return True
        self._executor.give_back(self._slot)
        return False

    async def run(self, new: dict[bytes, bytes], body: bytes) -> Any:
        """Return what the function answers (``functions.Answer``) to a call that is admitted."""
        event = self.ran.event
        try:
            if body:
                text = body.decode("utf-8", "replace")
                event = {**event, "body": text}
                new[b"body"] = _ENCODER.encode(text).encode()
            call = Call(new_id(), self._template % new, self.ran.arn)
            return await self._executor.ask(self.ran, call, event)
        finally:
            self._executor.give_back(self._slot)


class Memos:
    """The memos of all heads."""

    def __init__(self, calls: Calls, executor: Executor, busy: Callable[[], bool]) -> None:
        """Take whether a stack is being changed: what follows from its resources then is kept for nobody."""
        self._calls = calls
        self._executor = executor
        self._busy = busy
        self._memos: dict[Key, Memo] = {}
        self._seen: dict[Key, tuple[int, bytes]] = {}
        self.answered = 0
        """How many calls were like one before."""

    def knows(self, key: Key) -> bool:
        """Whether a request with this head was made before."""
        return key in self._memos

    def find(self, key: Key, body: bytes) -> Memo | None:
        """Return what to ``answer`` a request with; None for one that goes MiniStack's way."""
        memo = self._memos.get(key)
        return memo if memo is not None and memo.holds(body) and memo.admits() else None

    async def answer(self, memo: Memo, body: bytes) -> bytes:
        """Return the whole HTTP answer to a request that ``find`` found."""
        self._calls.touch()
        self.answered += 1
        new = _new(len(body), traced=memo.traced)
        answer = await memo.run(new, body)
        shape = _shape(answer)
        head = memo.heads.get(shape) if shape else None
        if head is None:
            return await self._as_ministack(memo, shape, answer, body)
        content: bytes = answer.payload["body"].encode()
        new.update({b"length": b"%d" % len(content), b"date": date_of(int(time.time()))})
        return head % new + content

    async def made(self, key: Key, request: Request) -> Answer:
        """Return what ``request`` is answered MiniStack's way, and keep what was made of it if it was made before."""
        before, made = changes.number, Making()
        token = making.set(made)
        try:
            return await self._calls.answer(request)
        finally:
            making.reset(token)
            if before == changes.number and time.monotonic() - changes.at > SETTLED_S and not self._busy():
                self._keep(key, request, made)

    def _keep(self, key: Key, request: Request, made: Making) -> None:
        template = _template(request, made)
        if template is None:
            return
        seen, self._seen[key] = self._seen.pop(key, None), (changes.number, template)
        if seen == self._seen[key]:
            self._memos.pop(key, None)
            with apart():
                self._memos[key] = Memo(request, made, template, self._executor)
        for kept in (self._seen, self._memos):
            if len(kept) > HEADS:
                del kept[next(iter(kept))]

    async def _as_ministack(self, memo: Memo, shape: Shape | None, answer: Any, body: bytes) -> bytes:
        token = told.set(Told(self._executor.result(answer)))
        try:
            made = await self._calls.answer(memo.request._replace(body=body))
        finally:
            told.reset(token)
        head, content = self._calls.head(made), made[2]
        if shape is not None and len(memo.heads) < SHAPES and content == answer.payload["body"].encode():
            memo.heads[shape] = b"\r\n".join(map(_with_new, head.split(b"\r\n")))
        return head + content


def _template(request: Request, made: Making) -> bytes | None:
    """Return the event of ``made`` with names for what is new in each; None if there is none, or more than that."""
    if made.varies or len(made.ran) != 1:
        return None
    event = made.ran[0].event
    if "isBase64Encoded" not in event:  # an authorizer's, which let nobody in
        return None
    context, headers = event["requestContext"], event["headers"]
    if event["isBase64Encoded"] or event.get("body", "") != request.body.decode("utf-8", "replace"):
        return None
    names = {"content-length": "length"}
    if ".lambda-url." in context["domainName"]:
        names["x-amzn-trace-id"] = "root"
    new = {
        **event,
        "headers": {name: f"\0{names[name]}" if name in names else value for name, value in headers.items()},
        "requestContext": {**context, "requestId": "\0id", "time": "\0time", "timeEpoch": "\0epoch"},
        **({"body": "\0body"} if "body" in event else {}),
    }
    text = NEW.sub(_named, _ENCODER.encode(new).replace("%", "%%"))
    return None if "authorizer" in context else text.encode()


def _named(found: re.Match[str]) -> str:
    name = found[1]
    return f"%({name})b" if name in {"epoch", "body"} else f'"%({name})b"'


def _with_new(line: bytes) -> bytes:
    """Return a line of an answer's head with names for what is new in each."""
    name, colon, value = line.replace(b"%", b"%%").partition(b": ")
    known = {b"content-length": b"length", b"date": b"date", b"apigw-requestid": b"short", b"x-amzn-requestid": b"id"}
    if (new := known.get(name.lower())) is not None:
        value = b"%%(%b)b" % new
    elif name.lower() == b"x-amzn-trace-id":
        value = TRACE.sub(b"%(root)b;Parent=%(parent)b", value)
    return name + colon + value


def _shape(answer: Any) -> Shape | None:
    """Return what tells ``answer`` from others that MiniStack gives another head; None for one that is unusual."""
    payload = answer.payload
    if answer.error or not isinstance(payload, dict) or payload.keys() != {"statusCode", "headers", "body"}:
        return None
    status, headers, body = payload["statusCode"], payload["headers"], payload["body"]
    if type(status) is not int or not isinstance(headers, dict) or not isinstance(body, str):
        return None
    return (status, *headers.items()) if all(type(value) is str for value in headers.values()) else None


def new_id() -> str:
    """Return a random UUID: what ``uuid.uuid4`` makes in several times the time."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


@lru_cache(1)
def date_of(second: int) -> bytes:
    """Return a moment (since 1970) as HTTP writes it."""
    return formatdate(second, usegmt=True).encode("ascii")


@lru_cache(1)
def _clock(second: int) -> bytes:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.localtime(second)).encode()  # as MiniStack does


def _new(length: int, *, traced: bool) -> dict[bytes, bytes]:
    """Return what is new in a call with a body of ``length``, by its name in templates."""
    now, random = time.time(), os.urandom(31)
    new = {
        b"length": b"%d" % length,
        b"id": new_id().encode(),
        b"time": _clock(int(now)),
        b"epoch": b"%d" % (now * 1000),
        b"short": b64encode(random[:11]),
    }
    if traced:
        new[b"root"] = b"Root=1-%08x-%b" % (int(now), random[11:23].hex().encode())
        new[b"parent"] = random[23:].hex().encode()
    return new
