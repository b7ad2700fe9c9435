"""A real local cloud for the tests of this room: on a free port, with a home that is thrown away."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.core.state import Account
from infra.deploy.deploy import deploy_all
from infra.deploy.environment import Arcade
from infra.local import daemon
from infra.local.paths import ENFORCED, IAM_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.daemon import LocalCloud


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    home = tmp_path_factory.mktemp("arcade-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(IAM_VARIABLE, ENFORCED)  # what a role may not do fails in these tests, as it would on AWS
        cloud = daemon.up(home, port=0)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    client_of(cloud, "iam").create_role(RoleName="test", AssumeRolePolicyDocument=document)  # it may do nothing
    yield cloud
    daemon.down(home)


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


@pytest.fixture(scope="session")
def aws(local_cloud: LocalCloud) -> Callable[[str], Any]:
    clients: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in clients:
            clients[service] = client_of(local_cloud, service)
        return clients[service]

    return get


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


@pytest.fixture(scope="session")
def arcade(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Arcade:
    """Return the platform and one opponent, deployed into the local cloud."""
    made = Arcade(Cloud(Account(local_cloud.endpoint)), this_machine(), cache=tmp_path_factory.mktemp("cache"))
    deploy_all(made, [Path(__file__).parents[1] / "opponents" / "first_free"], lambda _what, _seconds: None)
    return made
