"""Runs functions for MiniStack: what takes the place of its executor, and of the threads that it starts for each call.

All of it is private to MiniStack: ``infra.local.patches.private_names`` lists it.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.local.logs.observer import Observation
from infra.local.logs.platform_log import log_events
from infra.local.patches.memo import making, told
from infra.local.state.archives import ArchiveError, Archives, name_of
from infra.local.state.files import disk_error
from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.worker import MAX_PAYLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from infra.local.logs.ledger import Ledger
    from infra.local.logs.metrics import Metrics, Tally
    from infra.local.logs.observer import Observer
    from infra.local.state.blobs import Blob
    from infra.local.workers.function_pool import FunctionPool
    from infra.local.workers.pool import WorkerPool


TOO_LARGE = "RequestTooLargeException"
MANY = 4096
"""How many functions' names are remembered taken apart."""
invoked_arn: contextvars.ContextVar[str] = contextvars.ContextVar("invoked_arn", default="")
"""The ARN a caller used, where MiniStack is given another: a weighted alias."""
by_alias: contextvars.ContextVar[str] = contextvars.ContextVar("by_alias", default="")
"""The alias by which the function was found that is called; empty for one found otherwise."""


class VersionKey(NamedTuple):
    """Tells one state of one version of a function from every other."""

    account: str
    region: str
    name: str
    version: str
    revision: str


class Ran(NamedTuple):
    """One call that ran, and all that was looked up for it."""

    key: VersionKey
    pool: FunctionPool
    arn: str
    """The invoked one."""
    func: Mapping[str, Any]
    config: Mapping[str, Any]
    event: Any
    alias: str
    """By which it was called, if by one."""


Slot = tuple[str, "int | None"]
"""What a function's calls at one time are counted by, and how many it reserves."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who is told of each call."""

    metrics: Metrics
    observer: Observer
    ledger: Ledger


class Executor:
    """What MiniStack calls to run a function: ``lambda_svc._execute_function_warm``."""

    def __init__(
        self,
        lambda_service: Any,
        pool: WorkerPool,
        archives: Archives,
        told: Witnesses,
        endpoint: str,
        disk: Path,
    ) -> None:
        self._lambda = lambda_service
        self._pool = pool
        self._archives = archives
        self._told = told
        self._endpoint = endpoint
        self._disk = disk
        self._adding: dict[VersionKey, asyncio.Future[FunctionPool]] = {}

    def __call__(self, func: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run ``func`` and return what MiniStack expects: body, log, and whether it was an error.  Not on the loop."""
        config = func.get("config") or func
        running = self._run(func, config, event, request_id, self._invoked(config))
        return asyncio.run_coroutine_threadsafe(running, self._pool.loop).result()

    def runner(self, elsewhere: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Return what takes the place of MiniStack's ``run_reentrant``: it runs functions on the loop.

        ``elsewhere`` has a thread for what is no function, and for one that may not run now, which it is told there.
        """
        execute = self._lambda._execute_function_with_config_scope  # noqa: SLF001 - see private_names

        async def run(fn: Callable[..., Any], *args: Any, thread_name: str = "") -> Any:
            if (known := told.get()) is not None:
                return known.result
            func = args[0] if fn is execute else {}
            config = func.get("config") or func
            if str(config.get("Runtime", "")).startswith("python"):
                slot, _limit = self._lambda._acquire_execution_slot(func, config)  # noqa: SLF001
                if slot is not None:
                    try:
                        request_id = self._lambda.new_uuid()
                        return await self._run(func, config, args[1], request_id, self._invoked(config))
                    finally:
                        self._lambda._release_execution_slot(slot)  # noqa: SLF001
            return await elsewhere(fn, *args, thread_name=thread_name)

        return run

    def slot(self, ran: Ran) -> Slot:
        """Return what calls like ``ran`` are counted by."""
        reserved = self._lambda._reserved_concurrency(ran.func, ran.config)  # noqa: SLF001
        return self._lambda._inflight_key(ran.config), reserved  # noqa: SLF001

    def take(self, slot: Slot) -> bool:
        """Count one more call, as MiniStack's ``_acquire_execution_slot`` does; False where it is one too many."""
        service, (key, reserved) = self._lambda, slot
        with service._inflight_lock:  # noqa: SLF001
            running, limit = service._inflight.get(key, 0), service._ACCOUNT_CONCURRENCY_CAP  # noqa: SLF001
            if (reserved is not None and running >= reserved) or 0 < limit <= service._inflight_total:  # noqa: SLF001
                return False
            service._inflight[key] = running + 1  # noqa: SLF001
            service._inflight_total += 1  # noqa: SLF001
        return True

    def give_back(self, slot: Slot) -> None:
        """Count one call less."""
        self._lambda._release_execution_slot(slot[0])  # noqa: SLF001

    async def _run(
        self, func: Mapping[str, Any], config: Mapping[str, Any], event: Any, request_id: str, arn: str
    ) -> dict[str, Any]:
        payload = _encoded(event)
        if len(payload) > MAX_PAYLOAD_BYTES:
            message = f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
            return {"body": failure(TOO_LARGE, message), "error": True, "log": ""}
        key = version_key(config)
        try:
            pool = self._pool.find(key) or await self._added(key, func, config)
        except ArchiveError as error:
            return {"body": failure("InvalidZipFileException", str(error)), "error": True, "log": ""}
        except OSError as error:
            full = str(disk_error(error, self._disk))
            return {"body": failure("ServiceException", full), "error": True, "log": ""}
        ran = Ran(key, pool, arn, func, config, event, by_alias.get() or _alias_in(arn, key))
        if (made := making.get()) is not None:
            made.ran.append(ran)
        answer = await self.ask(ran, Call(request_id, payload, arn), event)
        function, by_http = pool.function, isinstance(event, dict) and event.get("requestContext")
        # Only who calls by Invoke can ask for the log of his call.
        lines = [] if by_http else log_events(request_id, function.version, function.memory_mb, answer)
        return self.result(answer) | {"log": "".join(f"{line}\n" for line in lines)}

    async def _added(self, key: VersionKey, func: Mapping[str, Any], config: Mapping[str, Any]) -> FunctionPool:
        """Return the pool of a version that has had none; one thread unpacks it, however many call it meanwhile."""
        adding = self._adding.get(key)
        if adding is None:
            adding = self._adding[key] = asyncio.ensure_future(self._add(key, func, config))
            adding.add_done_callback(lambda _: self._adding.pop(key))
        return await asyncio.shield(adding)

    async def _add(self, key: VersionKey, func: Mapping[str, Any], config: Mapping[str, Any]) -> FunctionPool:
        scoped = self._lambda._run_with_function_config_scope  # noqa: SLF001
        return self._pool.add(key, await asyncio.to_thread(scoped, config, self._function, func, config))

    def unpack(self, func: Mapping[str, Any]) -> None:
        """Unpack the code of ``func`` before anybody calls it.  Raises ArchiveError, OSError."""
        if code := func.get("code_zip"):
            self._archives.unpacked(code)

    @staticmethod
    def result(answer: Answer) -> dict[str, Any]:
        """Return ``answer`` as MiniStack's executors say it."""
        error = {"error": True, "function_error": "Unhandled"} if answer.error else {}
        return {"body": answer.payload, **error}

    @staticmethod
    def _invoked(config: Mapping[str, Any]) -> str:
        return invoked_arn.get() or str(config.get("FunctionArn", ""))

    def tidy(self) -> None:
        """Delete the unpacked code that no function, no layer and no process needs any more."""
        self._archives.forget(
            lambda: {name_of(code) for code in self._codes()},
            lambda: {path for pool in self._pool.pools().values() for path in pool.folders()},
        )

    def _codes(self) -> Iterator[bytes | Blob]:
        for function in list(dict.values(self._lambda._functions._data)):  # noqa: SLF001
            for record in (function, *list((function.get("versions") or {}).values())):
                if record.get("code_zip"):
                    yield record["code_zip"]
                for layer in (record.get("config") or {}).get("Layers") or ():
                    if data := self._lambda._resolve_layer_zip(layer):  # noqa: SLF001
                        yield data

    async def ask(self, ran: Ran, call: Call, event: Any) -> Answer:
        """Let a process answer ``call``, like ``ran``, which says what ``event`` does; whoever counts is told."""
        function = ran.pool.function
        tally = self._told.metrics.of(function.name, function.version)
        tally.begin()
        answer: Answer | None = None
        try:
            answer = await ran.pool.ask(call)
        finally:  # who called is answered first
            self._pool.loop.call_soon(self._witness, tally, ran, answer, call.request_id, event)
        return answer

    def _witness(self, tally: Tally, ran: Ran, answer: Answer | None, request_id: str, event: Any) -> None:
        function = ran.pool.function
        tally.end(function.memory_mb, answer)
        if answer is not None:
            observation = Observation(
                *(ran.key.account, ran.key.region, function, answer, request_id, event, time.time(), ran.alias)
            )
            self._told.observer.note(observation)
            self._told.ledger.note(observation)

    def _function(self, func: Mapping[str, Any], config: Mapping[str, Any]) -> Function:
        code = func.get("code_zip")
        if not code:
            raise ArchiveError("the function has no code")
        layers = [data for layer in config.get("Layers") or () if (data := self._lambda._resolve_layer_zip(layer))]  # noqa: SLF001 - see private_names
        region = config["FunctionArn"].split(":")[3]
        name = config["FunctionName"]
        return Function(
            name=name,
            version=config.get("Version", "$LATEST"),
            handler=config.get("Handler", ""),
            memory_mb=int(config.get("MemorySize") or 128),
            timeout_s=float(config.get("Timeout") or 3),
            code=self._archives.unpacked(code),
            layers=tuple(self._archives.unpacked(layer) for layer in layers),
            environment=(config.get("Environment") or {}).get("Variables") or {},
            platform={
                "AWS_REGION": region,
                "AWS_DEFAULT_REGION": region,
                "AWS_ENDPOINT_URL": self._endpoint,
                "NO_PROXY": "127.0.0.1,localhost",  # a function's own HTTP_PROXY is not for this cloud
                **self._lambda.execution_credentials(config),
            },
            log_group=(config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
        )


def _encoded(event: Any) -> bytes:
    """Return ``event`` as JSON: in ASCII where half a character in it has no other form."""
    try:
        return _ENCODER.encode(event).encode()
    except UnicodeEncodeError:
        return json.dumps(event).encode()


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def version_key(config: Mapping[str, Any]) -> VersionKey:
    """Return the key of the version that ``config`` describes."""
    account, region = _scope(config["FunctionArn"])
    version = config.get("Version", "$LATEST")
    return VersionKey(account, region, config["FunctionName"], version, config.get("RevisionId", ""))


@functools.lru_cache(MANY)
def _scope(arn: str) -> tuple[str, str]:
    _, _, _, region, account, *_ = arn.split(":")
    return account, region


def _alias_in(arn: str, key: VersionKey) -> str:
    """Return the alias that a caller named; empty where that was a version, or nothing."""
    _, found, name = arn.partition(f":function:{key.name}:")
    return name if found and name != key.version else ""
