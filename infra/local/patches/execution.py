"""Where our worker pool takes the place of MiniStack's executor, and where MiniStack is mended.

All of it is private to MiniStack: ``infra.local.patches.private_names`` lists it.
"""

from __future__ import annotations

import contextvars
import functools
import json
import random
import threading
import time
from typing import TYPE_CHECKING, Any

from infra.local.logs.observer import Observer, Refusal
from infra.local.patches.executor import TOO_LARGE, Executor, VersionKey, by_alias, invoked_arn, version_key
from infra.local.patches.memo import making
from infra.local.state.durable import disk_answer
from infra.local.state.files import DiskError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from infra.local.logs.metrics import Metrics
    from infra.local.workers.pool import WorkerPool


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


_weighing: contextvars.ContextVar[bool] = contextvars.ContextVar("weighing", default=True)
"""Whether an alias with two versions picks one by weight (an invocation) or names its first (a look at it)."""


def pick_version(alias: Mapping[str, Any], draw: float) -> str:
    """Return the version that an alias routes a request with ``draw`` (0 <= draw < 1) to."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if weights and (made := making.get()) is not None:
        made.varies = True
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
        by_alias.set(str(qualifier) if alias else "")
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


def mend_versions(formation: Any, unpack: Callable[[Mapping[str, Any]], object]) -> None:
    """Make CloudFormation publish no version of other code than its template names: MiniStack does not look.

    The code of a new version of a function that serves already is unpacked before any alias points to it, as on AWS.
    """
    provisioners, stacks = formation.provisioners, formation.stacks
    original, on_thread = provisioners._lambda_version_function, stacks._runs_on_worker_thread  # noqa: SLF001 - see private_names

    @functools.wraps(original)
    def compared(props: Mapping[str, Any]) -> Any:
        func, name = original(props)
        wanted, found = props.get("CodeSha256"), func["config"].get("CodeSha256") if func else None
        if wanted and found and wanted != found:
            raise ValueError(f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({found}).")
        if func and func["versions"]:
            unpack(func)
        return func, name

    @functools.wraps(on_thread)
    def not_on_the_loop(resource_type: str) -> bool:
        return resource_type == "AWS::Lambda::Version" or bool(on_thread(resource_type))

    provisioners._lambda_version_function = compared  # noqa: SLF001
    stacks._runs_on_worker_thread = not_on_the_loop  # noqa: SLF001


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
            scope = lambda_service.get_account_id(), lambda_service.get_region()
            observer.note(Refusal(*scope, function_name, time.time()))

    lambda_service._execute_function_warm = executor  # noqa: SLF001 - see private_names
    lambda_service._emit_lambda_logs = lambda *_args, **_keywords: None  # noqa: SLF001 - the executor writes them
    lambda_service._emit_lambda_metrics = note_throttle  # noqa: SLF001
    lambda_service.invalidate_worker = forget
    # The state store writes zips, and then older ones may go: MiniStack deletes them before its state is written.
    lambda_service._externalize_code_zip = lambda _func, _referenced: None  # noqa: SLF001
    lambda_service._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001
