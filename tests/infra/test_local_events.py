"""Real events: what is put into a bucket, a queue, a table or a stream calls a function."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from clouds import create_function

from infra.local.patches.asynchronous import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = """
import base64, json
def handler(event, context):
    failed = []
    for record in event["Records"]:
        if "kinesis" in record:
            name, identity = base64.b64decode(record["kinesis"]["data"]).decode(), record["kinesis"]["sequenceNumber"]
        elif "dynamodb" in record:
            name, identity = record["dynamodb"]["Keys"]["name"]["S"], record["dynamodb"]["SequenceNumber"]
        elif "s3" in record:
            name, identity = record["s3"]["object"]["key"], ""
        else:
            name, identity = record["body"], record["messageId"]
        if name == "hang":
            import time; time.sleep(30)
        if name == "poison":
            failed.append({"itemIdentifier": identity})
        else:
            print("saw " + name)
    if failed and context.function_name.endswith("strict"):
        raise ValueError("poison")
    return {"batchItemFailures": failed}
"""
PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Events:
    """Makes queues, functions and mappings, and looks at what arrived."""

    def __init__(self, aws: Callable[[str], Any]) -> None:
        self.aws = aws

    def function(self, name: str) -> str:
        return create_function(self.aws("lambda"), name, SOURCE, Timeout=60)

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        client = self.aws("sqs")
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def mapping(self, function: str, source: str, **settings: Any) -> None:
        self.aws("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=source, **settings)

    def saw(self, function: str) -> list[str]:
        logs = self.aws("logs")
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"][4:] for event in events if event["message"].startswith("saw ")]

    def received(self, url: str) -> list[Any]:
        messages = self.aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages]

    def table(self, name: str) -> str:
        client = self.aws("dynamodb")
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        return str(client.describe_table(TableName=name)["Table"]["LatestStreamArn"])

    def put(self, table: str, *names: str) -> None:
        for name in names:
            self.aws("dynamodb").put_item(TableName=table, Item={"name": {"S": name}})

    def stream(self, name: str) -> str:
        client = self.aws("kinesis")
        client.create_stream(StreamName=name, ShardCount=1)
        assert eventually(
            lambda: client.describe_stream(StreamName=name)["StreamDescription"]["StreamStatus"] == "ACTIVE"
        )
        return str(client.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"])

    def stream_put(self, stream: str, *names: str) -> None:
        records = [{"Data": name.encode(), "PartitionKey": "k"} for name in names]
        self.aws("kinesis").put_records(StreamName=stream, Records=records)


@pytest.fixture(scope="module")
def events(aws: Callable[[str], Any]) -> Events:
    return Events(aws)


def test_a_new_object_calls_a_function_where_its_name_fits(events: Events) -> None:
    arn = events.function("from-bucket")
    s3 = events.aws("s3")
    s3.create_bucket(Bucket="eventful")
    rules = [{"Name": "prefix", "Value": "records/"}]
    s3.put_bucket_notification_configuration(
        Bucket="eventful",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": rules}},
                }
            ]
        },
    )
    s3.put_object(Bucket="eventful", Key="other/a.json", Body=b"1")
    s3.put_object(Bucket="eventful", Key="records/b.json", Body=b"1")
    assert eventually(lambda: events.saw("from-bucket") == ["records/b.json"])


def test_an_object_that_no_function_can_read_ends_in_the_dead_letter_queue(events: Events) -> None:
    url, queue = events.queue("bucket-lost")
    arn = create_function(events.aws("lambda"), "from-bucket-strict", SOURCE, DeadLetterConfig={"TargetArn": queue})
    events.aws("lambda").put_function_event_invoke_config(FunctionName="from-bucket-strict", MaximumRetryAttempts=1)
    s3 = events.aws("s3")
    s3.create_bucket(Bucket="poisonous")
    configuration = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="poisonous", NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )
    s3.put_object(Bucket="poisonous", Key="poison", Body=b"1")
    (message,) = eventually(lambda: events.received(url))
    assert json.loads(message)["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "poison"


def test_a_poison_message_ends_in_the_dead_letter_queue_and_the_rest_of_its_batch_is_done(events: Events) -> None:
    lost_url, lost = events.queue("queue-lost")
    redrive = json.dumps({"deadLetterTargetArn": lost, "maxReceiveCount": "2"})
    url, queue = events.queue("queue", VisibilityTimeout="1", RedrivePolicy=redrive)
    events.function("from-queue")
    for body in ("a", "poison", "b"):
        events.aws("sqs").send_message(QueueUrl=url, MessageBody=body)
    events.mapping("from-queue", queue, BatchSize=10, **PARTIAL)
    assert eventually(lambda: events.received(lost_url) == ["poison"])
    assert sorted(events.saw("from-queue")) == ["a", "b"]


def test_messages_of_a_batch_with_a_nonsensical_report_are_not_lost(events: Events) -> None:
    lost_url, lost = events.queue("nonsense-lost")
    redrive = json.dumps({"deadLetterTargetArn": lost, "maxReceiveCount": "1"})
    url, queue = events.queue("nonsense", VisibilityTimeout="1", RedrivePolicy=redrive)
    source = "def handler(event, context): return {'batchItemFailures': [{'itemIdentifier': ''}]}"
    create_function(events.aws("lambda"), "nonsense", source)
    events.aws("sqs").send_message(QueueUrl=url, MessageBody="a")
    events.mapping("nonsense", queue, **PARTIAL)
    assert eventually(lambda: events.received(lost_url) == ["a"])


def test_a_poison_record_of_a_table_is_given_up_and_the_rest_of_its_batch_is_done(events: Events) -> None:
    url, queue = events.queue("table-lost")
    arn = events.table("eventful")
    events.function("from-table")
    settings = {"MaximumRetryAttempts": 1, "BisectBatchOnFunctionError": True, "StartingPosition": "TRIM_HORIZON"}
    events.put("eventful", "a", "b", "poison", "c", "d")
    events.mapping("from-table", arn, DestinationConfig={"OnFailure": {"Destination": queue}}, **settings, **PARTIAL)
    assert eventually(lambda: {*"abcd"} <= set(events.saw("from-table")))
    (message,) = eventually(lambda: events.received(url))
    report = json.loads(message)
    assert report["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert report["DDBStreamBatchInfo"]["batchSize"] == 1
    assert events.saw("from-table")[:2] == ["a", "b"]


def test_a_poison_record_of_a_stream_is_found_by_halving_the_batch(events: Events) -> None:
    url, queue = events.queue("stream-lost")
    arn = events.stream("eventful-strict")
    events.function("from-stream-strict")
    events.stream_put("eventful-strict", "a", "b", "poison", "c", "d")
    events.mapping(
        "from-stream-strict",
        arn,
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        BisectBatchOnFunctionError=True,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    assert eventually(lambda: {*"abcd"} <= set(events.saw("from-stream-strict")))
    (message,) = eventually(lambda: events.received(url))
    info = json.loads(message)["KinesisBatchInfo"]
    assert (info["batchSize"], info["startSequenceNumber"]) == (1, info["endSequenceNumber"])


def test_a_mapping_that_starts_at_the_latest_record_sees_the_next_one(events: Events) -> None:
    arn = events.stream("latest")
    events.function("from-latest")
    events.stream_put("latest", "before")
    events.mapping("from-latest", arn, StartingPosition="LATEST")
    events.stream_put("latest", "after")
    assert eventually(lambda: events.saw("from-latest") == ["after"])


def test_a_function_that_hangs_on_one_stream_holds_up_no_other(events: Events) -> None:
    stuck, free = events.stream("stuck"), events.stream("free")
    for name, arn in (("from-stuck", stuck), ("from-free", free)):
        events.function(name)
        events.mapping(name, arn, StartingPosition="TRIM_HORIZON")
    events.stream_put("stuck", "hang")
    time.sleep(0.5)
    events.stream_put("free", "a")
    assert eventually(lambda: events.saw("from-free") == ["a"], 20.0)  # the other one hangs for 30
    events.aws("lambda").delete_function(FunctionName="from-stuck")


def eventually(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_an_asynchronous_call_that_fails_goes_where_its_alias_says_and_is_not_tried_again(events: Events) -> None:
    events.function("given-up")
    client = events.aws("lambda")
    version = client.publish_version(FunctionName="given-up")["Version"]
    client.create_alias(FunctionName="given-up", Name="live", FunctionVersion=version)
    url, arn = events.queue("given-up-letters")
    client.put_function_event_invoke_config(
        FunctionName="given-up", Qualifier="live", MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )  # fmt: skip
    client.invoke(FunctionName="given-up:live", InvocationType="Event", Payload=b'"poison"')
    (letter,) = eventually(lambda: events.received(url))
    assert "poison" in letter
    time.sleep(2.5)
    runs = events.aws("logs").filter_log_events(logGroupName="/aws/lambda/given-up", filterPattern="REPORT")["events"]
    assert len([event for event in runs if event["message"].startswith("REPORT")]) == 1


def test_events_of_a_function_that_is_deleted_hold_up_no_other(events: Events) -> None:
    client = events.aws("lambda")
    create_function(client, "deleted", "import time\ndef handler(event, context): time.sleep(1)")
    events.function("untouched")
    for _ in range(4 * AT_ONCE):
        client.invoke(FunctionName="deleted", InvocationType="Event", Payload=b"{}")
    client.delete_function(FunctionName="deleted")
    message = json.dumps({"Records": [{"body": "later", "messageId": "1"}]}).encode()
    client.invoke(FunctionName="untouched", InvocationType="Event", Payload=message)
    assert eventually(lambda: events.saw("untouched")) == ["later"]
