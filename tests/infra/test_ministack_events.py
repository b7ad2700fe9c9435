"""MiniStack as it comes still loses events, or brings them otherwise than AWS: as in ``test_ministack_faults``."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from clouds import create_function
from unmended import Plain, eventually

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SETTLED_S = 4.0
"""How long something that is lost is waited for."""


def counts(path: Path, then: str = "return 1") -> str:
    """Return a function that writes a line to ``path`` for each call."""
    return f"def handler(event, context):\n    with open({str(path)!r}, 'a') as log: log.write('x\\n')\n    {then}"


def calls(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def queue(plain: Plain, name: str, **attributes: str) -> tuple[str, str]:
    """Return URL and ARN of a new queue."""
    sqs = plain.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def messages(plain: Plain, url: str) -> int:
    found = plain.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def test_a_batch_of_a_stream_is_tried_for_ever_and_reported_nowhere(plain: Plain, tmp_path: Path) -> None:
    """``StreamPoller``, and ``deliver``, which takes what is given up where the mapping says."""
    kinesis, client = plain.client("kinesis"), plain.client("lambda")
    kinesis.create_stream(StreamName="poisoned", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="poisoned")["StreamDescription"]["StreamARN"]
    url, arn = queue(plain, "given-up")
    create_function(client, "poisoned", counts(tmp_path / "log", "raise ValueError"))
    client.create_event_source_mapping(
        FunctionName="poisoned", EventSourceArn=stream, StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )  # fmt: skip
    kinesis.put_record(StreamName="poisoned", Data=b"x", PartitionKey="1")
    assert eventually(lambda: calls(tmp_path / "log") >= 3)
    assert messages(plain, url) == 0
    client.delete_function(FunctionName="poisoned")


def test_an_alias_says_in_vain_how_often_an_asynchronous_call_is_tried_and_where_it_goes_then(
    plain: Plain, tmp_path: Path
) -> None:
    """``AsynchronousCalls``."""
    client = plain.client("lambda")
    create_function(client, "called", counts(tmp_path / "log", "raise ValueError"))
    version = client.publish_version(FunctionName="called")["Version"]
    client.create_alias(FunctionName="called", Name="live", FunctionVersion=version)
    url, arn = queue(plain, "called-in-vain")
    client.put_function_event_invoke_config(
        FunctionName="called", Qualifier="live", MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )  # fmt: skip
    client.invoke(FunctionName="called", Qualifier="live", InvocationType="Event", Payload=b"1")
    assert eventually(lambda: calls(tmp_path / "log") == 3)
    assert messages(plain, url) == 0


def test_throttled_messages_go_to_the_dead_letters(plain: Plain) -> None:
    """``mend_queue_batches``: nobody has seen them."""
    client = plain.client("lambda")
    create_function(client, "throttled", "import time\ndef handler(event, context): time.sleep(20)", Timeout=30)
    client.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=1)
    client.invoke(FunctionName="throttled", InvocationType="Event", Payload=b"1")  # that is the one
    dead_url, dead = queue(plain, "throttled-dead")
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "1"})
    url, arn = queue(plain, "throttled", VisibilityTimeout="1", RedrivePolicy=policy)
    client.create_event_source_mapping(FunctionName="throttled", EventSourceArn=arn)
    plain.client("sqs").send_message(QueueUrl=url, MessageBody="seen by nobody")
    assert eventually(lambda: messages(plain, dead_url) == 1)


def test_a_stack_that_was_begun_is_another_with_each_change_set(plain: Plain) -> None:
    """``mend_change_sets``."""
    stacks = plain.client("cloudformation")
    template = json.dumps({"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}})
    given = {"StackName": "begun", "TemplateBody": template, "ChangeSetType": "CREATE"}
    one, other = (stacks.create_change_set(ChangeSetName=name, **given)["StackId"] for name in ("one", "other"))
    assert one != other


def test_a_throttled_asynchronous_call_is_given_up(plain: Plain, tmp_path: Path) -> None:
    """``AsynchronousCalls`` and ``Tries``: on AWS it waits for up to six hours."""
    client = plain.client("lambda")
    create_function(client, "waits", counts(tmp_path / "log"))
    client.put_function_concurrency(FunctionName="waits", ReservedConcurrentExecutions=0)
    url, arn = queue(plain, "gave-up-waiting")
    client.put_function_event_invoke_config(
        FunctionName="waits", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    client.invoke(FunctionName="waits", InvocationType="Event", Payload=b"1")
    assert eventually(lambda: messages(plain, url) == 1)


def test_what_was_accepted_for_a_function_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """``Objects``, ``AsynchronousCalls`` and ``Outbox``: of a bucket, of a topic, and of a call without an answer."""
    plain, log = Plain.at(tmp_path), tmp_path / "log"
    slow = (
        "import os, time\n"
        "def handler(event, context):\n"
        "    parent = os.getppid()\n"
        "    time.sleep(1.5)\n"
        "    if os.getppid() == parent:\n"  # the killed server's own worker goes on, and nobody hears of it
        f"        with open({str(log)!r}, 'a') as log: log.write('x\\n')"
    )
    with plain.running() as server:
        client, s3, sns = (plain.client(service) for service in ("lambda", "s3", "sns"))
        function = create_function(client, "slow", slow)
        s3.create_bucket(Bucket="told")
        told = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket="told", NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
        )
        topic = sns.create_topic(Name="told")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
        server.terminate()  # a polite end: what there is is kept
        server.wait(20)
    with plain.running():
        send(plain, topic)
    with plain.running():
        assert plain.client("lambda").list_functions()["Functions"], "the function is there again"
        time.sleep(SETTLED_S)
        assert calls(log) == 0
        send(plain, topic)
        assert eventually(lambda: calls(log) == 3), "they do come where nobody kills the server"


def send(plain: Plain, topic: str) -> None:
    """Cause three calls of ``slow``."""
    plain.client("s3").put_object(Bucket="told", Key="a", Body=b"x")
    plain.client("sns").publish(TopicArn=topic, Message="x")
    plain.client("lambda").invoke(FunctionName="slow", InvocationType="Event", Payload=b"1")


def test_a_topic_tells_a_function_that_fails_once(plain: Plain, tmp_path: Path) -> None:
    """``AsynchronousCalls``: on AWS what a topic tells is an asynchronous call, and tried again."""
    client, sns = plain.client("lambda"), plain.client("sns")
    function: Any = create_function(client, "told", counts(tmp_path / "log", "raise ValueError"))
    topic = sns.create_topic(Name="once")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    sns.publish(TopicArn=topic, Message="x")
    client.invoke(FunctionName="told", InvocationType="Event", Payload=b"1")
    assert eventually(lambda: calls(tmp_path / "log") == 1 + 3), "the call's three tries and the topic's one"
    time.sleep(SETTLED_S)
    assert calls(tmp_path / "log") == 1 + 3


def test_a_gateway_logs_no_request(plain: Plain) -> None:
    """``Observer``, which writes the lines of the access log."""
    logs, gateway = plain.client("logs"), plain.client("apigatewayv2")
    function = create_function(plain.client("lambda"), "accessed", "def handler(event, context): return {}")
    logs.create_log_group(logGroupName="/access")
    api = gateway.create_api(Name="accessed", ProtocolType="HTTP", Target=function)["ApiId"]
    arn = logs.describe_log_groups(logGroupNamePrefix="/access")["logGroups"][0]["arn"]
    settings = {"DestinationArn": arn, "Format": "$context.requestId $context.status"}
    stages = [stage["StageName"] for stage in gateway.get_stages(ApiId=api)["Items"]]
    make = gateway.update_stage if "$default" in stages else gateway.create_stage
    make(ApiId=api, StageName="$default", AccessLogSettings=settings)
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /asked", Target=f"integrations/{integration}")
    answer = requests.get(f"{plain.cloud.endpoint}/_aws/execute-api/{api}/$default/asked", timeout=30)
    assert answer.status_code == 200
    time.sleep(SETTLED_S)
    assert logs.filter_log_events(logGroupName="/access")["events"] == []
