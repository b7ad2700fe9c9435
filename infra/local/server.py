"""The process behind ``daemon.up``: MiniStack behind a guard, with our own worker pool as its executor."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.access import read_access
from infra.local.guard import Guard
from infra.local.http_server import Server, end_at_signals, loop_factory
from infra.local.lan import Lan, listening
from infra.local.logs.ledger import Ledger
from infra.local.logs.metrics import Metrics
from infra.local.logs.observer import Observer
from infra.local.patches import asynchronous, execution, private_names
from infra.local.patches.addresses import mend_addresses
from infra.local.patches.alarms import mend_alarms
from infra.local.patches.asynchronous import AsynchronousCalls
from infra.local.patches.calls import Calls
from infra.local.patches.change_sets import mend_change_sets, mend_templates
from infra.local.patches.clock import follow
from infra.local.patches.executor import Executor, Witnesses
from infra.local.patches.iam import mend_iam
from infra.local.patches.lookups import mend_routes
from infra.local.patches.memo import Memos
from infra.local.patches.objects import Objects
from infra.local.patches.queues import free_interrupted_batches, mend_queue_batches
from infra.local.patches.streams import StreamPoller
from infra.local.patches.throttle import mend_route_throttling
from infra.local.paths import REFUSED_EXIT, CloudPaths, cloud_paths, enforces_iam
from infra.local.state.archives import Archives
from infra.local.state.blobs import mend_zips
from infra.local.state.durable import Durable
from infra.local.state.journal import JournalError
from infra.local.state.outbox import Outbox, OutboxError
from infra.local.state.state_file import StateError
from infra.local.state.state_store import StateStore
from infra.local.workers.pool import WorkerPool
from infra.local.workers.sandbox import end_leftovers, resident_bytes
from infra.local.workers.threads import Threads, reentrant_runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.local.guard import App, Receive, Scope, Send

REGION = "us-east-1"
SERVICES = (
    "apigateway,cloudformation,dynamodb,dynamodbstreams,events,iam,kinesis,kms,lambda,logs,monitoring,s3,scheduler,"
    "secretsmanager,sns,sqs,ssm,sts,tagging"
)
"""What the local cloud offers, of MiniStack's much longer list; see ``state_store.EAGER`` for what is kept of it."""
LOOK_S = 2.0
GARBAGE = (20_000, 20, 100)
"""When Python looks for circles of garbage: of what a call makes, next to nothing is in one."""
SWITCH_S = 0.0003
"""How long a thread beside the event loop may keep the interpreter from it."""
MAX_CONCURRENCY = 200
"""How many invocations may run at once, of all functions together; beyond that callers are told TooManyRequests."""


def configure(paths: CloudPaths, port: int) -> None:
    """Tell MiniStack, which reads its settings from the environment as it is imported, who and where it is."""
    os.environ.update(
        GATEWAY_PORT=str(port),
        BIND_HOST="127.0.0.1",
        SERVICES=SERVICES,
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=REGION,
        LOG_LEVEL="WARNING",
        PERSIST_STATE="1",
        STATE_DIR=str(paths.state),
        S3_PERSIST="1",
        S3_DATA_DIR=str(paths.objects),
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        DOCKER_HOST="unix:///nonexistent",  # never look for one
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - all get it  # pragma: allowlist secret
        AWS_DEFAULT_REGION=REGION,
        TMPDIR=str(paths.scratch),
        LAMBDA_ACCOUNT_CONCURRENCY=str(MAX_CONCURRENCY),
        AUTH=str(enforces_iam()).lower(),
    )


def serve(paths: CloudPaths, port: int) -> None:
    """Serve until SIGTERM or SIGINT, or until the home is gone."""
    shutil.rmtree(paths.scratch, ignore_errors=True)  # workers' leftovers, MiniStack's own among them
    for folder in (paths.state, paths.objects, paths.scratch, paths.unpacked):
        folder.mkdir(parents=True, exist_ok=True)
    configure(paths, port)
    sys.setswitchinterval(SWITCH_S)
    end_leftovers(paths.unpacked)
    access = read_access(paths.access)
    network = listening(access, port)
    lan = f"http://{access.address}:{port}" if network else ""

    async def main() -> None:
        pool = WorkerPool(paths.scratch)
        try:
            application, memos = _application(paths, port, pool, access.origin, lan)
            gc.freeze()  # what is there now stays
            gc.set_threshold(*GARBAGE)
            server = Server(application, port, memos)
            beyond = Server(Lan(application, access, port), port) if network else None

            def end() -> None:
                for each in (server, beyond):
                    if each is not None:
                        each.end()

            end_at_signals(end)
            watch = asyncio.create_task(_end_without_home(paths, end))
            serving = [server.serve(), *([beyond.serve([network])] if beyond and network else [])]
            await asyncio.gather(*serving)
            watch.cancel()
        finally:
            await pool.close()

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())


def _application(paths: CloudPaths, port: int, pool: WorkerPool, origin: str, lan: str) -> tuple[App, Memos]:
    """Return MiniStack's application, mended, kept on disk and guarded, with ``pool`` to run functions, and its memos.

    A page of ``origin`` may call the HTTP API; ``lan`` is where other machines may.  Either may be empty.
    """
    from ministack import app as ministack  # noqa: PLC0415
    from ministack.core import iam_actions, iam_evaluator  # noqa: PLC0415
    from ministack.services import apigateway, cloudformation, cloudwatch, lambda_svc, s3, sns, sqs  # noqa: PLC0415

    endpoint = f"http://127.0.0.1:{port}"
    private_names.check(
        private_names.Parts(
            *(lambda_svc, ministack, apigateway, iam_evaluator, iam_actions, cloudformation, s3, sns, sqs, cloudwatch)
        )
    )
    mend_change_sets(cloudformation)
    mend_templates(cloudformation)
    mend_iam(iam_evaluator, iam_actions)
    mend_alarms(cloudwatch)
    metrics, observer, archives, threads = Metrics(), Observer(), Archives(paths.unpacked), Threads()
    store, outbox = StateStore(ministack, paths.state), Outbox(paths.state / "outbox")
    ledger = Ledger(paths.folder / "ledger.sqlite")
    told = Witnesses(metrics, observer, ledger)
    executor = Executor(lambda_svc, pool, archives, told, endpoint, paths.folder)
    execution.install(lambda_svc, executor, pool, metrics, observer)
    execution.mend_versions(cloudformation, executor.unpack)
    lambda_svc.run_reentrant = apigateway.run_reentrant = executor.runner(reentrant_runner(threads))
    mend_addresses(apigateway, lambda_svc.get_request_client_ip)
    mend_zips(lambda_svc)
    mend_routes(apigateway)
    mend_route_throttling(apigateway)
    keep_queues = partial(store.keep, {"sqs"}, patient=True)
    mend_queue_batches(lambda_svc, keep_queues, store.was_in_trouble)
    left = outbox.left()
    calls = AsynchronousCalls(lambda_svc, outbox, store, threads, endpoint, paths.folder)
    calls.install(sns)
    objects = Objects(s3, paths.objects / ".versions" / "staging", outbox, store)
    objects.install()
    StreamPoller(lambda_svc, endpoint).install()
    store.install(before_last=observer.close)
    archives.forget_halves()

    following: list[asyncio.Task[None]] = []

    def resume() -> None:
        following.append(asyncio.get_running_loop().create_task(follow(sqs, lambda_svc, keep_queues)))
        threading.Thread(target=executor.tidy, name="tidy", daemon=True).start()  # it may take longer than a start may
        free_interrupted_batches(lambda_svc, sqs)
        for name, entry in left:
            (calls if entry["kind"] == asynchronous.KIND else objects).resume(name, entry)

    calls_of_functions = Calls(ministack, store.touch)
    memos = Memos(calls_of_functions, executor, store.operation_runs)
    isolation = {"means": pool.sandbox.means, "gaps": pool.sandbox.gaps()}
    own = {
        "/_arcade/health": lambda: {
            **_health(paths),
            "isolation": isolation,
            "waiting_calls": calls.waiting(),
            "repeated_calls": memos.answered,
            "lan": lan,
        },
        "/_arcade/functions": metrics.to_json,
        "/_arcade/calls": ledger.to_json,
    }
    inner = calls_of_functions.before(Durable(ministack.app, store, resume), memos)
    return Guard(_with_own_paths(inner, own), origin=origin), memos


def _with_own_paths(app: App, answers: Mapping[str, Callable[[], Any]]) -> App:
    """Return ``app`` with ``GET /_arcade/...`` added: what our own commands ask the server."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_arcade/"):
            await app(scope, receive, send)
            return
        answer = answers.get(scope["path"])
        status, data = (200, answer()) if answer else (404, {"message": f"there is nothing at {scope['path']}"})
        body = json.dumps(data).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return wrapped


async def _end_without_home(paths: CloudPaths, end: Callable[[], None]) -> None:
    """End the server when somebody has deleted its home: nobody could find it any more."""
    while paths.folder.exists():  # noqa: ASYNC110 - a file system tells nobody
        await asyncio.sleep(LOOK_S)
    end()


def _health(paths: CloudPaths) -> dict[str, Any]:
    own = {"pid": os.getpid(), "threads": threading.active_count(), "processor_s": round(time.process_time(), 3)}
    return {"home": str(paths.home), **own, "memory_mb": round(resident_bytes() / 2**20, 1)}


def main() -> None:
    """Run as ``python -m infra.local.server HOME PORT``."""
    home, port = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        serve(cloud_paths(Path(home)), int(port))
    except (StateError, JournalError, OutboxError, private_names.PatchError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the last line of the log is what whoever starts it is told
        sys.exit(REFUSED_EXIT)


if __name__ == "__main__":
    main()
