"""`cloud destroy`: everything that was deployed goes, in a cloud of its own, and nothing of anybody else's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import requests
from clouds import EXAMPLE, move_request
from proving import proved_line, proved_match

from games.record import GameRecord
from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.core.errors import CloudError
from infra.core.keys import newest
from infra.core.proofs import foreign_keys, why_unproved
from infra.core.state import Account
from infra.deploy.deploy import deploy_all
from infra.deploy.destroy import destroy, ours
from infra.deploy.keys import ensure_keys, platform_keys, rotate_key
from infra.deploy.platform import deploy_platform
from infra.environment.environment import Environment
from infra.local import daemon
from infra.monitor.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER = """
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""


def quiet(_what: str, _seconds: float | None) -> None:
    pass


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Environment]:
    home = tmp_path / "home"
    cloud = daemon.up(home, port=0)
    environment = Environment(Cloud(Account(cloud.endpoint)), this_machine(), cache=tmp_path / "cache")
    deploy_all(environment, [EXAMPLE], quiet, auth="key", dashboard=True)
    yield environment
    daemon.down(home)


def test_destroy_leaves_nothing_and_refuses_what_is_somebody_elses(whole: Environment):
    cloud, names = whole.cloud, whole.names
    line = proved_line(whole, proved_match(1).to_line()).encode()
    record = GameRecord.from_line(line.decode())
    assert rotate_key(whole) == newest(platform_keys(whole))
    assert why_unproved(record, platform_keys(whole)) == ""
    for _ in range(2):  # two versions of one object
        cloud.client("s3").put_object(Bucket=whole.platform["BucketName"], Key="records/battleship/x.json", Body=line)
    cloud.client("cloudformation").create_stack(StackName=f"{names.prefix}-someone", TemplateBody=OTHER)
    with pytest.raises(CloudError, match="lambda-arcade-someone is not ours"):
        ours(whole)
    assert cloud.functions(names.prefix)
    cloud.delete_stack(f"{names.prefix}-someone", patience_s=20)
    cloud.client("cloudformation").create_stack(StackName="another-arcade", TemplateBody=OTHER)
    stacks = ours(whole)
    assert {names.platform, names.dashboard, names.opponent("first_free"), names.service("authorizer")} <= {
        stack.name for stack in stacks
    }
    assert destroy(whole, stacks, quiet) == []
    assert daemon.ask(cloud.account.endpoint, "/_arcade/health")["waiting_calls"] == 0, (
        "who calls a function that is gone"
    )
    assert {name for name, stack in cloud.stacks("").items() if stack.status != "DELETE_COMPLETE"} == {"another-arcade"}
    assert cloud.functions(names.prefix) == {}
    assert platform_keys(whole) == {}
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("apigatewayv2").get_apis()["Items"] == []
    assert cloud.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert cloud.client("iam").list_roles()["Roles"] == []
    assert cloud.client("sqs").list_queues().get("QueueUrls", []) == []
    assert destroy(whole, ours(whole), quiet) == []
    deploy_platform(whole, [], quiet)
    assert foreign_keys(record, ensure_keys(whole)), "what the platform before proved is no forgery"


def test_one_request_is_found_at_the_gateway_and_in_its_function(environment: Environment):
    answer = requests.post(f"{environment.api}/opponents/first_free/move", json=move_request("traced"), timeout=20)
    request_id = answer.json()["request_id"]
    end = time.monotonic() + 20
    while len(lines := trace(environment, request_id, 0)) < 4:
        assert time.monotonic() < end, lines
        time.sleep(0.1)
    assert lines[0].source == "gateway"
    assert lines[0].text.startswith(f"{request_id} 200 ")
    assert lines[0].text.endswith("POST /opponents/first_free/move")
    kinds = {line.text.split(" ")[0] for line in lines if line.source == "first_free"}
    assert {"START", "END", "REPORT"} <= kinds
    assert [line.text for line in trace(environment, request_id[:13], 0)] == [line.text for line in lines]
    assert trace(environment, "0" * 36, 0) == []
    with pytest.raises(CloudError, match="is no request id"):
        trace(environment, "no such id!", 0)
