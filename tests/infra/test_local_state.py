"""What a ``kill -9`` of the local cloud leaves: everything it had said was done."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from clouds import client_of, create_function, zipped

from infra.local import daemon
from infra.local.state.durable import changes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.local.daemon import LocalCloud


def template(function: str) -> str:
    """Return a stack with a function of that name, whose zip has that name too."""
    return json.dumps(
        {
            "Resources": {
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
                },
                "Function": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "FunctionName": function,
                        "Runtime": "python3.11",
                        "Handler": "app.handler",
                        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                        "Code": {"S3Bucket": "artifacts", "S3Key": f"{function}.zip"},
                    },
                },
                "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
                "Alias": {
                    "Type": "AWS::Lambda::Alias",
                    "Properties": {
                        "FunctionName": {"Ref": "Function"},
                        "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                        "Name": "live",
                    },
                },
            }
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a home that these tests share: each finds the cloud running that the one before it has left."""
    folder = tmp_path_factory.mktemp("state") / "home"
    yield folder
    daemon.down(folder)


def killed_and_started_again(cloud: LocalCloud) -> LocalCloud:
    os.kill(cloud.pid, signal.SIGKILL)
    return daemon.up(cloud.home, port=cloud.port)


def store(cloud: LocalCloud, function: str) -> None:
    """Put the zip of ``function`` where the template looks for it."""
    s3 = client_of(cloud, "s3")
    if not any(bucket["Name"] == "artifacts" for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket="artifacts")
    s3.put_object(
        Bucket="artifacts", Key=f"{function}.zip", Body=zipped(app="def handler(event, context): return event")
    )


def test_everything_answered_is_there_after_kill_9(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    s3, lam, ddb = client_of(cloud, "s3"), client_of(cloud, "lambda"), client_of(cloud, "dynamodb")
    store(cloud, "stacked")
    s3.put_bucket_tagging(Bucket="artifacts", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    layer = lam.publish_layer_version(
        LayerName="big", Content={"ZipFile": zipped(**{"python/extra": "X = 1 #" + "x" * 9999})}
    )
    create_function(
        lam, "layered", "import extra\ndef handler(event, context): return extra.X", Layers=[layer["LayerVersionArn"]]
    )
    ddb.create_table(
        TableName="ratings",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    ddb.put_item(TableName="ratings", Item={"name": {"S": "easy"}, "rating": {"N": "25"}})
    api = client_of(cloud, "apigatewayv2").create_api(Name="arcade", ProtocolType="HTTP")["ApiId"]
    stacks = client_of(cloud, "cloudformation")
    stacks.create_stack(StackName="one", TemplateBody=template("stacked"), Capabilities=["CAPABILITY_IAM"])
    assert settled(stacks, "one") == "CREATE_COMPLETE"
    url = client_of(cloud, "sqs").create_queue(QueueName="work")["QueueUrl"]
    client_of(cloud, "sqs").send_message(QueueUrl=url, MessageBody="kept")

    again = killed_and_started_again(cloud)

    lam, ddb = client_of(again, "lambda"), client_of(again, "dynamodb")
    assert json.loads(lam.invoke(FunctionName="stacked:live", Payload=b'"hello"')["Payload"].read()) == "hello"
    assert json.loads(lam.invoke(FunctionName="layered", Payload=b"{}")["Payload"].read()) == 1
    assert settled(client_of(again, "cloudformation"), "one") == "CREATE_COMPLETE"
    assert client_of(again, "apigatewayv2").get_api(ApiId=api)["Name"] == "arcade"
    assert ddb.get_item(TableName="ratings", Key={"name": {"S": "easy"}})["Item"]["rating"] == {"N": "25"}
    assert client_of(again, "s3").get_bucket_tagging(Bucket="artifacts")["TagSet"] == [{"Key": "a", "Value": "b"}]
    stored = client_of(again, "s3").list_objects_v2(Bucket="artifacts")["Contents"]
    assert "stacked.zip" in [item["Key"] for item in stored]
    messages = client_of(again, "sqs").receive_message(QueueUrl=url)["Messages"]
    assert [message["Body"] for message in messages] == ["kept"]


def test_a_change_after_a_restart_keeps_what_was_there_before_it(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    create_function(client_of(cloud, "lambda"), "older", "def handler(event, context): return 'here'")
    cloud = killed_and_started_again(cloud)
    client_of(cloud, "sqs").create_queue(QueueName="newer")
    cloud = killed_and_started_again(cloud)
    assert json.loads(client_of(cloud, "lambda").invoke(FunctionName="older")["Payload"].read()) == "here"
    assert client_of(cloud, "sqs").get_queue_url(QueueName="newer")


def test_a_stack_that_was_being_created_is_created_again(home: Path) -> None:
    """Killed at any moment of it, the stack is either not there or complete: never something in between."""
    cloud = daemon.up(home, port=0)
    store(cloud, "created")
    for pause in (0.0, 0.01, 0.03):
        client = client_of(cloud, "cloudformation")
        if exists(client, "two"):
            client.delete_stack(StackName="two")
            settled(client, "two")
        client.create_stack(StackName="two", TemplateBody=template("created"), Capabilities=["CAPABILITY_IAM"])
        time.sleep(pause)
        cloud = killed_and_started_again(cloud)
        client = client_of(cloud, "cloudformation")
        if not exists(client, "two"):
            client.create_stack(StackName="two", TemplateBody=template("created"), Capabilities=["CAPABILITY_IAM"])
        assert settled(client, "two") == "CREATE_COMPLETE"
        answer = client_of(cloud, "lambda").invoke(FunctionName="created:live", Payload=b"1")
        assert json.loads(answer["Payload"].read()) == 1


def test_a_polite_stop_keeps_logs_too(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    create_function(client_of(cloud, "lambda"), "talker", "def handler(event, context): print('said')")
    client_of(cloud, "lambda").invoke(FunctionName="talker", Payload=b"{}")
    daemon.down(home)
    again = daemon.up(home, port=0)
    events = client_of(again, "logs").filter_log_events(logGroupName="/aws/lambda/talker")["events"]
    assert "said" in [event["message"] for event in events]


@pytest.mark.parametrize(
    ("method", "path", "target", "body", "service", "expected"),
    [
        ("POST", "/", "DynamoDB_20120810.PutItem", b"{}", "dynamodb", True),
        ("POST", "/", "DynamoDB_20120810.GetItem", b"{}", "dynamodb", False),
        ("POST", "/", "", b"Action=DescribeStacks&Version=2010-05-15", "cloudformation", False),
        ("POST", "/", "", b"Version=2010-05-15&Action=ExecuteChangeSet", "cloudformation", True),
        ("PUT", "/2015-03-31/functions/f/code", "", b"{}", "lambda", True),
        ("GET", "/2015-03-31/functions/f", "", b"", "lambda", False),
        ("PUT", "/bucket", "", b"", "s3", True),
        ("PUT", "/bucket/key", "", b"", "s3", False),
    ],
)
def test_requests_that_change_something_are_known(
    method: str, path: str, target: str, body: bytes, service: str, *, expected: bool
) -> None:
    assert changes(method, path, target, {}, body, service) is expected


def settled(client: Any, name: str) -> str:
    """Return the status of a stack when no operation runs on it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        stacks = [stack for stack in client.list_stacks()["StackSummaries"] if stack["StackName"] == name]
        status = str(stacks[0]["StackStatus"])
        if not status.endswith("IN_PROGRESS"):
            return status
        time.sleep(0.02)
    return "still in progress"


def exists(client: Any, name: str) -> bool:
    summaries = client.list_stacks()["StackSummaries"]
    return any(stack["StackName"] == name and stack["StackStatus"] != "DELETE_COMPLETE" for stack in summaries)
