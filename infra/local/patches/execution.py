"""Where our worker pool takes the place of MiniStack's executor, and where MiniStack is mended.

All of it is private to MiniStack: ``infra.local.patches.private_names`` lists it.
"""

from __future__ import annotations

import contextvars
import functools
import json
import random
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.logs.platform_log import log_events
from infra.local.state.archives import ArchiveError, Archives
from infra.local.state.durable import disk_answer
from infra.local.state.files import DiskError, disk_error
from infra.local.workers.functions import Answer, Call, Function, failure
from infra.local.workers.worker import MAX_PAYLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from pathlib import Path

    from infra.local.logs.ledger import Ledger
    from infra.local.logs.metrics import Metrics
    from infra.local.logs.observer import Observer
    from infra.local.workers.pool import FunctionPool, WorkerPool


TOO_LARGE = "RequestTooLargeException"


@dataclass(frozen=True, slots=True)
class VersionKey:
    """Tells one state of one version of a function from every other."""

    account: str
    region: str
    name: str
    version: str
    revision: str


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

    def __call__(self, func: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run ``func`` and return what MiniStack expects: body, log, and whether it was an error."""
        config = func.get("config") or func
        payload = _encoded(event)
        if len(payload) > MAX_PAYLOAD_BYTES:
            message = f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
            return {"body": failure(TOO_LARGE, message), "error": True, "log": ""}
        key = version_key(config)
        try:
            pool = self._pool.find(key) or self._pool.add(key, self._function(func, config))
        except ArchiveError as error:
            return {"body": failure("InvalidZipFileException", str(error)), "error": True, "log": ""}
        except OSError as error:
            return {"body": failure("ServiceException", str(disk_error(error, self._disk))), "error": True, "log": ""}
        arn = invoked_arn.get() or config.get("FunctionArn", "")
        return self._run(key, pool, Call(request_id, payload, arn))

    def tidy(self) -> None:
        """Delete the unpacked code that no function, no layer and no process needs any more."""
        needed = {self._archives.name_of(code) for code in self._codes()}
        self._archives.forget(needed, lambda: {path for pool in self._pool.pools().values() for path in pool.folders()})

    def _codes(self) -> Iterator[bytes]:
        for function in list(self._lambda._functions._data.values()):  # noqa: SLF001
            for record in (function, *list((function.get("versions") or {}).values())):
                if record.get("code_zip"):
                    yield record["code_zip"]
                for layer in (record.get("config") or {}).get("Layers") or ():
                    if data := self._lambda._resolve_layer_zip(layer):  # noqa: SLF001
                        yield data

    def _run(self, key: VersionKey, pool: FunctionPool, call: Call) -> dict[str, Any]:
        function = pool.function
        self._told.metrics.begin(function.name, function.version)
        answer: Answer | None = None
        try:
            answer = pool.invoke(call)
        finally:
            self._told.metrics.end(function, answer)
        events = log_events(call.request_id, function.version, function.memory_mb, answer)
        self._told.observer.note(key.account, key.region, function, events, answer)
        self._told.observer.access(key.account, key.region, call, answer)
        self._told.ledger.note(function, call.payload, answer)
        result: dict[str, Any] = {"body": answer.payload, "log": "\n".join(events) + "\n"}
        if answer.error:
            result.update(error=True, function_error="Unhandled")
        return result

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
        return json.dumps(event, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(event).encode()


def mend_payloads(lambda_service: Any) -> None:
    """Make Invoke refuse what is no JSON, in Lambda's words: MiniStack calls the function with an empty event."""
    original = lambda_service.handle_request

    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        if method == "POST" and path.endswith(INVOCATIONS) and (complaint := refused_payload(body)):
            document = {"Type": "User", "message": f"Could not parse request body into json: {complaint}"}
            kind = "InvalidRequestContentException"
            answer = {"Content-Type": "application/json", "x-amzn-errortype": kind}
            return 400, answer, json.dumps({"__type": kind, **document}).encode()
        return await original(method, path, headers, body, query_params)

    lambda_service.handle_request = handle


INVOCATIONS = ("/invocations", "/response-streaming-invocations", "/invoke-async")


def refused_payload(body: bytes) -> str:
    """Return why ``body`` is no payload of an invocation; empty for one that is, and for none at all."""
    if not body:
        return ""
    try:
        data = json.loads(body)
        if b"\\ud" in body.lower():
            json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "half a surrogate pair is no character"
    except (ValueError, RecursionError) as error:
        return str(error)
    return ""


def version_key(config: Mapping[str, Any]) -> VersionKey:
    """Return the key of the version that ``config`` describes."""
    _, _, _, region, account, *_ = config["FunctionArn"].split(":")
    version = config.get("Version", "$LATEST")
    return VersionKey(account, region, config["FunctionName"], version, config.get("RevisionId", ""))


invoked_arn: contextvars.ContextVar[str] = contextvars.ContextVar("invoked_arn", default="")
"""The ARN a caller used, where MiniStack is given another: a weighted alias."""
_weighing: contextvars.ContextVar[bool] = contextvars.ContextVar("weighing", default=True)
"""Whether an alias with two versions picks one by weight (an invocation) or names its first (a look at it)."""


def pick_version(alias: Mapping[str, Any], draw: float) -> str:
    """Return the version that an alias routes a request with ``draw`` (0 <= draw < 1) to."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for version, weight in weights.items():
        if draw < float(weight):
            return str(version)
        draw -= float(weight)
    return str(alias.get("FunctionVersion", "$LATEST"))


def mend_weighted_aliases(lambda_service: Any, draw: Callable[[], float] = random.random) -> None:
    """Make an alias route by its weights: MiniStack stores them and ignores them."""
    resolve = lambda_service._effective_func_record_for_qualifier  # noqa: SLF001 - see private_names
    invoke = lambda_service._invoke  # noqa: SLF001

    @functools.wraps(resolve)
    def weighted_resolve(func: dict[str, Any] | None, qualifier: str | None) -> Any:
        alias = (func or {}).get("aliases", {}).get(qualifier)
        return resolve(func, pick_version(alias, draw()) if alias and _weighing.get() else qualifier)

    @functools.wraps(invoke)
    async def weighted_invoke(
        name: str,
        event: Any,
        headers: Any,
        path_qualifier: str | None = None,
        query_params: dict[str, Any] | None = None,
    ) -> Any:
        given = path_qualifier or next(iter((query_params or {}).get("Qualifier") or ()), None)
        func = lambda_service._functions.get(name)  # noqa: SLF001
        alias = (func or {}).get("aliases", {}).get(given)
        try:
            if alias is None or not (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
                return await invoke(name, event, headers, path_qualifier, query_params)
            token = invoked_arn.set(alias["AliasArn"])
            try:
                return await invoke(name, event, headers, pick_version(alias, draw()), query_params)
            finally:
                invoked_arn.reset(token)
        except DiskError as error:  # an event that cannot be kept is not accepted
            return disk_answer("lambda", str(error))

    def looked_at(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def look(*args: Any, **keywords: Any) -> Any:
            token = _weighing.set(False)
            try:
                return original(*args, **keywords)
            finally:
                _weighing.reset(token)

        return look

    lambda_service._effective_func_record_for_qualifier = weighted_resolve  # noqa: SLF001
    lambda_service._invoke = weighted_invoke  # noqa: SLF001
    for name in ("_get_function", "_get_function_config"):
        setattr(lambda_service, name, looked_at(getattr(lambda_service, name)))


def mend_reserved_concurrency(lambda_service: Any) -> None:
    """Make a function's reserved concurrency hold for its versions and aliases too: MiniStack looks at $LATEST only."""
    original = lambda_service._reserved_concurrency  # noqa: SLF001 - see private_names

    @functools.wraps(original)
    def of_the_function(func: dict[str, Any] | None, config: dict[str, Any]) -> int | None:
        reserved: int | None = original(func, config)
        if reserved is None:
            key = version_key(config)
            base = lambda_service._functions.get_scoped(key.account, key.region, key.name)  # noqa: SLF001
            reserved = original(base, config) if base else None
        return reserved

    lambda_service._reserved_concurrency = of_the_function  # noqa: SLF001


def mend_versions(provisioners: Any) -> None:
    """Make CloudFormation publish no version of other code than its template names: MiniStack does not look."""
    original = provisioners._lambda_version_function  # noqa: SLF001 - see private_names

    @functools.wraps(original)
    def compared(props: Mapping[str, Any]) -> Any:
        func, name = original(props)
        wanted, found = props.get("CodeSha256"), func["config"].get("CodeSha256") if func else None
        if wanted and found and wanted != found:
            raise ValueError(f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({found}).")
        return func, name

    provisioners._lambda_version_function = compared  # noqa: SLF001


def mend_failed_functions(lambda_service: Any) -> None:
    """Make HTTP APIs and Function URLs answer for a failed function as AWS does, and not with its traceback."""
    original = lambda_service.lambda_execute_result_to_api_proxy_response

    @functools.wraps(original)
    def answer(exec_result: dict[str, Any]) -> Any:
        body = exec_result.get("body")
        if exec_result.get("error") and isinstance(body, dict) and body.get("errorType") == TOO_LARGE:
            headers = {"Content-Type": "application/json"}
            return {"statusCode": 413, "headers": headers, "body": '{"message":"Request Too Long"}'}, None
        if exec_result.get("error") and not exec_result.get("throttle"):
            body = '{"message":"Internal Server Error"}'
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None
        return original(exec_result)

    lambda_service.lambda_execute_result_to_api_proxy_response = answer


def install(lambda_service: Any, executor: Executor, pool: WorkerPool, metrics: Metrics, observer: Observer) -> None:
    """Put ``executor`` in the place of MiniStack's own, and mend what its users would trip over."""

    def retire(stale: Callable[[Hashable], bool]) -> None:
        pool.retire(stale)
        executor.tidy()

    mend_payloads(lambda_service)
    mend_failed_functions(lambda_service)
    mend_weighted_aliases(lambda_service)
    mend_reserved_concurrency(lambda_service)

    def forget(name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None) -> None:
        def stale(key: Hashable) -> bool:
            return (
                isinstance(key, VersionKey)
                and key.name == name
                and qualifier in {None, key.version}
                and account in {None, key.account}
                and region in {None, key.region}
            )

        threading.Thread(target=retire, args=(stale,), name=f"retire {name}", daemon=True).start()

    def note_throttle(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:  # noqa: ARG001, FBT001 - MiniStack's signature
        if throttle and duration_ms == 0.0:  # MiniStack notes a refused Invoke twice
            metrics.throttle(function_name, "$LATEST")
            observer.throttle(lambda_service.get_account_id(), lambda_service.get_region(), function_name)

    lambda_service._execute_function_warm = executor  # noqa: SLF001 - see private_names
    lambda_service._emit_lambda_logs = lambda *_args, **_keywords: None  # noqa: SLF001 - the executor writes them
    lambda_service._emit_lambda_metrics = note_throttle  # noqa: SLF001
    lambda_service.invalidate_worker = forget
    # The state store writes zips, and then older ones may go: MiniStack deletes them before its state is written.
    lambda_service._externalize_code_zip = lambda _func, _referenced: None  # noqa: SLF001
    lambda_service._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001
