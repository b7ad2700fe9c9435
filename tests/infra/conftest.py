"""A real local cloud for the tests of this room: on a free port, with a home that is thrown away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.credentials import Credentials
from clouds import EXAMPLE, Caller, client_of
from unmended import Plain

from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.core.state import Account
from infra.deploy.deploy import deploy_all
from infra.environment.environment import Environment
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


@pytest.fixture(scope="session")
def aws(local_cloud: LocalCloud) -> Callable[[str], Any]:
    clients: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in clients:
            clients[service] = client_of(local_cloud, service)
        return clients[service]

    return get


@pytest.fixture(scope="session")
def environment(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Return the platform and one opponent, deployed into the local cloud."""
    made = Environment(Cloud(Account(local_cloud.endpoint)), this_machine(), cache=tmp_path_factory.mktemp("cache"))
    deploy_all(made, [EXAMPLE], lambda _what, _seconds: None)
    return made


@pytest.fixture(scope="session")
def caller(local_cloud: LocalCloud) -> Callable[..., Caller]:
    """Make a user who may do ``actions`` to ``resource``, and return the caller with that user's key."""
    iam = client_of(local_cloud, "iam")

    def made(*actions: str, resource: str = "*") -> Caller:
        name = f"caller-{uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        if actions:
            statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Caller(Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    return made


@pytest.fixture(scope="session")
def told() -> list[str]:
    """Return what deployments of ``asking_for`` have told: the key of the API is told once."""
    return []


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plain]:
    """Return MiniStack as it comes, one process for all tests that look for its faults."""
    found = Plain.at(tmp_path_factory.mktemp("plain"))
    with found.running():
        yield found
