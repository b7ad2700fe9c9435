"""What a function gives up ends where it is found and sent again; the rest of its batch is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import requests
from proving import proved_line
from recording import EXAMPLE, annotation, dead_letters, in_time, post, ratings, recorded

from infra.deploy.deploy import Options, deploy_opponents
from infra.monitor.dead_letters import by_whose, count_dead_letters, list_dead_letters, read_letter, redrive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.environment.environment import Environment


def given_up_by_both(environment: Environment, key: str) -> None:
    """Wait until rater and coach have given up the object ``key``, and clear that away."""
    both = {"coach": 1, "rater": 1}
    in_time(lambda: by_whose([one for one in list_dead_letters(environment) if one.about == key]) == both)
    dead_letters(environment)


def test_an_object_that_is_no_record_ends_in_the_dead_letters_and_holds_up_nobody(environment: Environment):
    key = f"records/battleship/poison-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=b"not a record")
    good = recorded(21)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    given_up_by_both(environment, key)


def test_a_record_of_fifty_megabytes_is_refused_and_told_and_holds_up_nobody(environment: Environment):
    huge = b" " * (50 * 1024 * 1024)
    assert requests.post(f"{environment.api}/records", data=huge, timeout=60).status_code == 413
    key = f"records/battleship/huge-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=huge)
    good = recorded(23)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    given_up_by_both(environment, key)
    for service in ("rater", "coach"):
        log = [
            text for _, _, text in environment.cloud.log_events(f"/aws/lambda/{environment.names.service(service)}", 0)
        ]
        assert [text for text in log if f"{key} has 52428800 bytes, more than" in text]


@pytest.fixture
def subscriber(environment: Environment) -> Iterator[Callable[[str], None]]:
    """Let the example opponent annotate what comes from a queue or stream, for one test."""

    def subscribe(arn: str) -> None:
        (done,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None, Options(subscribe=arn))
        assert done.problem == ""

    yield subscribe
    subscribe("none")


def test_of_a_batch_in_a_queue_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    sqs = environment.cloud.client("sqs")
    redrive = {"deadLetterTargetArn": environment.platform["DeadLettersQueue"], "maxReceiveCount": "2"}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName=f"games-{uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"]
    subscriber(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
    good, poison = [recorded(30), recorded(31)], f"poison {uuid4().hex}"
    bodies = [good[0].to_line(), poison, good[1].to_line()]
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)])
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: poison in dead_letters(environment))


def test_of_a_batch_in_a_kinesis_stream_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    kinesis, name = environment.cloud.client("kinesis"), f"games-{uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    subscriber(kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"])
    good = [recorded(32), recorded(33)]
    lines = [good[0].to_line(), "poison", good[1].to_line()]
    kinesis.put_records(StreamName=name, Records=[{"Data": line.encode(), "PartitionKey": "1"} for line in lines])
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: name in dead_letters(environment))  # which shard and which record of it


def test_of_a_batch_in_a_tables_stream_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    dynamodb, name = environment.cloud.client("dynamodb"), f"games-{uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )  # fmt: skip
    subscriber(dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"])
    good = [recorded(34), recorded(35)]
    for index, line in enumerate([good[0].to_line(), "poison", good[1].to_line()]):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(index)}, "record": {"S": line}})
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: name in dead_letters(environment))


def test_dead_letters_are_named_and_sent_again(environment: Environment):
    dead_letters(environment)
    bucket = environment.platform["BucketName"]
    key = f"records/battleship/{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=b"poison")
    in_time(lambda: by_whose(list_dead_letters(environment)) == {"coach": 1, "rater": 1})
    letters = list_dead_letters(environment)
    assert {letter.about for letter in letters} == {key}
    assert redrive(environment, "nobody") == (0, [])
    environment.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=recorded(80).to_line().encode())
    assert redrive(environment) == (2, [])
    in_time(lambda: f"match#{recorded(80).match_id}" in ratings(environment) or count_dead_letters(environment) == 0)
    assert list_dead_letters(environment) == []


def test_what_a_queue_of_an_earlier_version_left_is_told_to_all(environment: Environment):
    dead_letters(environment)
    sqs, bucket = environment.cloud.client("sqs"), environment.platform["BucketName"]
    redrive_policy = {"deadLetterTargetArn": environment.platform["DeadLettersQueue"], "maxReceiveCount": "1"}
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(redrive_policy)}
    url = sqs.create_queue(QueueName=f"{environment.names.prefix}-rater", Attributes=attributes)["QueueUrl"]
    record = recorded(83)
    key = f"records/battleship/{record.match_id}.json"
    stored = {"bucket": {"name": bucket}, "object": {"key": key, "size": 9}}
    event = {"Records": [{"eventSource": "aws:s3", "s3": stored}]}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    in_time(lambda: not sqs.receive_message(QueueUrl=url).get("Messages") and count_dead_letters(environment) == 1)
    sqs.delete_queue(QueueUrl=url)
    quiet = environment.cloud.client("s3")  # a record that nobody has heard of
    notification = quiet.get_bucket_notification_configuration(Bucket=bucket)
    notification.pop("ResponseMetadata", None)
    quiet.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    try:
        quiet.put_object(Bucket=bucket, Key=key, Body=proved_line(environment, record.to_line()).encode())
    finally:
        quiet.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notification)
    (letter,) = list_dead_letters(environment)
    assert (letter.of, letter.about, letter.queue) == ("rater", key, f"{environment.names.prefix}-rater")
    assert redrive(environment) == (1, [])
    in_time(lambda: f"match#{record.match_id}" in ratings(environment))
    in_time(lambda: annotation(environment, record))


def test_a_call_that_was_given_up_says_whose_it_was_and_what_to_send_again():
    event = {"Records": [{"s3": {"object": {"key": "records/battleship/a+b.json"}}}]}
    arn = "arn:aws:lambda:us-east-1:000000000000:function:lambda-arcade-hard:live"
    context = {"functionArn": arn, "condition": "RetriesExhausted"}
    body = {"requestContext": context, "requestPayload": event, "responsePayload": {"errorType": "Sandbox.Timedout"}}
    message = {"Body": json.dumps(body), "ReceiptHandle": "r", "Attributes": {"SentTimestamp": "5"}}
    letter = read_letter(message, "lambda-arcade")
    assert (letter.of, letter.about) == ("hard", "records/battleship/a b.json")
    assert (letter.why, letter.sent_ms) == ("RetriesExhausted Sandbox.Timedout", 5)
    assert (letter.function, json.loads(letter.payload), letter.queue) == (arn, event, "")
    told = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(event)}}]}
    body = {"requestContext": context, "requestPayload": told}
    assert read_letter({**message, "Body": json.dumps(body)}, "lambda-arcade").about == "records/battleship/a b.json"
    topic = "arn:aws:sns:us-east-1:000000000000:lambda-arcade-new-records"
    untold = {"Type": "Notification", "TopicArn": topic, "Message": json.dumps(event)}
    letter = read_letter({**message, "Body": json.dumps(untold)}, "lambda-arcade")
    assert (letter.of, letter.about, letter.why) == (
        "new-records",
        "records/battleship/a b.json",
        "nobody could be told",
    )
    assert (letter.topic, json.loads(letter.payload)) == (topic, event)
    nonsense = read_letter({"Body": "[", "ReceiptHandle": "r"}, "lambda-arcade")
    assert (nonsense.of, nonsense.about) == ("nobody", "[")
