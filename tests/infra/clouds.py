"""What the tests of this room do with a cloud: clients, functions, callers, and who may call."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from games.catalog import find_game
from infra.deploy.deploy import deploy_opponents
from infra.deploy.platform import deploy_platform
from infra.local import daemon
from infra.local.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Iterator

    from botocore.credentials import Credentials

    from infra.environment.environment import Environment
    from infra.local.daemon import LocalCloud
    from infra.local.workers.function_pool import FunctionPool
    from infra.local.workers.functions import Function


def move_request(match_id: str) -> dict[str, Any]:
    """Return the body of a request for a move."""
    game = find_game("battleship")
    state = game.start({}, Random(1))
    seen = game.encode_observation(game.ask(state, "one"))
    return {"protocol": 1, "game": "battleship", "match_id": match_id, "turn": 0, "seed": 1, "observation": seen}


class Loop:
    """An event loop in a thread of its own, with a pool of workers on it."""

    def __init__(self, scratch: Path, **settings: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

        async def made() -> WorkerPool:
            return WorkerPool(scratch, **settings)

        self.pool: WorkerPool = self._do(made())

    def close(self) -> None:
        self._do(self.pool.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def add(self, key: Hashable, function: Function) -> FunctionPool:
        async def added() -> FunctionPool:
            return self.pool.add(key, function)

        pool: FunctionPool = self._do(added())
        return pool

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"
REGION = "us-east-1"


def client_of(cloud: LocalCloud, service: str) -> Any:
    """Return boto3's client for ``service`` of ``cloud``; it tries once, so that a test sees every error."""
    return boto3.client(
        service,
        endpoint_url=cloud.endpoint,
        region_name=daemon.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the local cloud takes any  # pragma: allowlist secret
        config=Config(retries={"max_attempts": 0}, max_pool_connections=64),
    )


def zipped(**files: str) -> bytes:
    """Return a zip of modules: ``zipped(app="def handler(event, context): ...")``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


def create_function(client: Any, name: str, source: str, **settings: Any) -> str:
    """Create a function whose ``app.handler`` is in ``source``; return its ARN."""
    given = {"MemorySize": 256, "Timeout": 10, "Code": {"ZipFile": zipped(app=source)}, **settings}
    created = client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/test",
        Handler="app.handler",
        **given,
    )
    return str(created["FunctionArn"])


ADDRESSED = "def handler(event, context): return event['requestContext']['http']['sourceIp']"


def seen_address(gateway: Any, function: str, port: int, caller: str) -> str:
    """Return the answer of ``function`` behind a new HTTP API to a ``caller`` of this machine's addresses."""
    api = gateway.create_api(Name="addressed", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(caller, 0))
    connection.request("GET", f"/_aws/execute-api/{api}/$default/")
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


@dataclass(frozen=True)
class Caller:
    """Someone with an access key."""

    credentials: Credentials

    def call(self, method: str, url: str, service: str, body: dict | None = None, **later: Any) -> requests.Response:
        """Send a request signed with SigV4 for ``service``; ``later`` replaces parts of it once it is signed."""
        data = None if body is None else json.dumps(body)
        signed = AWSRequest(method, url, headers={"content-type": "application/json"}, data=data)
        SigV4Auth(self.credentials, service, REGION).add_auth(signed)
        sent = {"data": data, "headers": dict(signed.headers)} | later
        return requests.request(method, url, timeout=20, **sent)


@contextmanager
def asking_for(environment: Environment, auth: str, told: list[str], *folders: Path) -> Iterator[None]:
    """Let the platform's routes, and those of the opponents in ``folders``, ask for ``auth`` for a while."""

    def tell(what: str, _seconds: float | None) -> None:
        told.append(what)

    deploy_platform(environment, [], tell, auth=auth)
    deploy_opponents(environment, folders, tell)
    try:
        yield
    finally:
        deploy_platform(environment, [], tell, auth="none")
        deploy_opponents(environment, folders, tell)


def api_key(told: list[str]) -> str:
    (key,) = (what.split()[-1] for what in told if "API key" in what)
    return key
