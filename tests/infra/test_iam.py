"""Signed requests and policies: what a caller, an opponent and a trainer may do, checked by the cloud itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
import requests
from botocore.credentials import Credentials
from clouds import EXAMPLE, REGION, Caller, asking_for, client_of, zipped

from client.net.remote import new_session
from infra.aws import Cloud
from infra.core.errors import CloudError
from infra.core.names import Names
from infra.core.state import Account
from infra.deploy.deploy import Options, delete_opponent, deploy_all, deploy_opponents
from infra.deploy.site import publish
from infra.deploy.versions import rollback
from infra.environment.environment import Environment
from infra.monitor.status import log_group, take_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.daemon import LocalCloud

DOCS = Path(__file__).parents[2] / "docs"
MOVE = {"protocol": 1, "game": "battleship", "match_id": "m", "turn": 0, "seed": 1, "observation": {"phase": "place"}}


@pytest.fixture
def signed_api(environment: Environment, told: list[str]) -> Iterator[str]:
    """Return where the example answers while every route asks for a signature."""
    with asking_for(environment, "iam", told, EXAMPLE):
        yield f"{environment.api}/opponents/first_free"


def test_an_api_that_asks_for_signatures_answers_who_signs_and_may(
    environment: Environment, signed_api: str, caller, monkeypatch
):
    api = f"arn:aws:execute-api:{REGION}:000000000000:{environment.platform['ApiId']}/*"
    allowed = caller("execute-api:Invoke", resource=api)
    move = f"{signed_api}/move"
    assert allowed.call("GET", signed_api, "execute-api").json()["name"] == "first_free"
    assert "action" in allowed.call("POST", move, "execute-api", MOVE).json()
    assert allowed.call("GET", f"{environment.api}/opponents", "execute-api").status_code == 200

    for name, value in {
        "LAMBDA_ARCADE_AUTH": "iam",
        "AWS_ACCESS_KEY_ID": allowed.credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": allowed.credentials.secret_key,
    }.items():
        monkeypatch.setenv(name, value)
    session = new_session()  # the game's own way
    assert "action" in session.post(move, json=MOVE, timeout=20).json()
    version = session.get(signed_api, timeout=20).json()["version"]
    assert session.get(f"{signed_api}@{version}/pinned", timeout=20).json()["version"] == version
    assert session.get(f"{environment.api}/opponents?a=%20b&a=&c", timeout=20).status_code == 200
    assert new_session(guest=True).get(signed_api, timeout=20).status_code == 403

    liar = Caller(Credentials(allowed.credentials.access_key, "not the secret"))
    other = {"data": json.dumps({**MOVE, "seed": 2})}
    refused = {
        "unsigned": requests.post(move, json=MOVE, timeout=20),
        "signed with another secret": liar.call("POST", move, "execute-api", MOVE),
        "changed after signing": allowed.call("POST", move, "execute-api", MOVE, **other),
        "not allowed to": caller().call("POST", move, "execute-api", MOVE),
        "allowed another route": caller("execute-api:Invoke", resource=f"{api[:-1]}$default/GET/*").call(
            "POST", move, "execute-api", MOVE
        ),
    }
    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 403)


def test_a_functions_own_url_is_for_who_signs_or_for_all(environment: Environment, caller):
    (done,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None, Options(url="iam"))
    function = f"arn:aws:lambda:{REGION}:000000000000:function:{environment.names.function('first_free')}:live"
    allowed = caller("lambda:InvokeFunctionUrl", "lambda:InvokeFunction", resource=function)
    assert allowed.call("GET", done.url, "lambda").json()["name"] == "first_free"
    assert "action" in allowed.call("POST", f"{done.url}move", "lambda", MOVE).json()
    assert requests.get(done.url, timeout=20).status_code == 403
    assert caller().call("GET", done.url, "lambda").status_code == 403

    (kept,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None)
    assert (kept.verb, kept.url) == ("keep", done.url)
    (public,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None, Options(url="public"))
    assert "action" in requests.post(f"{public.url}move", json=MOVE, timeout=20).json()
    (gone,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None, Options(url="none"))
    assert gone.url is None
    assert requests.get(public.url, timeout=20).status_code == 404


SPY = """
import boto3, json, os
from botocore.exceptions import ClientError

def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["parameters"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""


@pytest.fixture(scope="module")
def spy(environment: Environment, local_cloud: LocalCloud) -> Callable[..., str]:
    """Try what the example's own role lets a function do."""
    client = client_of(local_cloud, "lambda")
    role = environment.cloud.stack(environment.names.opponent("first_free")).outputs["RoleArn"]
    client.create_function(
        FunctionName="spy", Runtime="python3.11", Handler="app.handler", Role=role, Timeout=20, MemorySize=512,
        Code={"ZipFile": zipped(app=SPY)},
    )  # fmt: skip

    def tried(service: str, operation: str, **parameters: Any) -> str:
        event = {"service": service, "operation": operation, "parameters": parameters}
        return json.load(client.invoke(FunctionName="spy", Payload=json.dumps(event))["Payload"])

    return tried


def test_an_opponent_may_annotate_in_its_own_name_and_nothing_else(environment: Environment, spy):
    bucket = environment.platform["BucketName"]
    assert spy("s3", "put_object", Bucket=bucket, Key="annotations/m/first_free.json", Body="{}") == "done"
    key = environment.cloud.stack(environment.names.opponent("first_free")).parameters["ArtifactKey"]
    refused = [
        spy("s3", "put_object", Bucket=bucket, Key="annotations/m/another.json", Body="{}"),
        spy("s3", "put_object", Bucket=bucket, Key="records/battleship/m.json", Body="{}"),
        spy("s3", "put_object", Bucket=bucket, Key=key, Body="code"),
        spy("s3", "get_object", Bucket=bucket, Key=key),
        spy("s3", "list_objects_v2", Bucket=bucket),
        spy("lambda", "get_function", FunctionName=environment.names.function("first_free")),
        spy("lambda", "update_function_code", FunctionName=environment.names.function("first_free"), ZipFile="x"),
        spy("lambda", "invoke", FunctionName=environment.names.service("rater")),
        spy("dynamodb", "scan", TableName=environment.platform["RatingsTable"]),
        spy("cloudformation", "describe_stacks"),
        spy("iam", "list_roles"),
    ]
    assert set(refused) <= {"AccessDenied", "AccessDeniedException"}


def test_the_deployers_policy_is_enough_to_deploy_roll_back_and_delete(
    local_cloud: LocalCloud, environment: Environment
):
    statements = json.loads((DOCS / "deployer-policy.json").read_text())["Statement"]
    iam, name = client_of(local_cloud, "iam"), f"deployer-{uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    cloud = Cloud(Account(local_cloud.endpoint))
    cloud._session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    mine = Environment(cloud, environment.target, Names("lambda-arcade-two"), cache=environment.cache)
    with pytest.raises(CloudError, match=r"not allowed: .*iam:ListRoles"):
        cloud.call("iam", "list_roles")
    folder = EXAMPLE
    (first,) = deploy_all(mine, [folder], lambda *_: None)
    (url,) = deploy_opponents(mine, [folder], lambda *_: None, Options(url="iam"))
    assert (first.problem, url.problem, url.version) == ("", "", "2")
    rollback(mine, "first_free")
    assert take_status(mine)
    cloud.log_events(log_group(mine, "first_free"), 0)
    publish(mine, {"index.html": b"<!doctype html>"}, lambda *_: None)
    delete_opponent(mine, "first_free")
