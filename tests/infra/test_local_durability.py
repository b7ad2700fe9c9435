"""What was answered is kept: events, calls, changes beside a stack operation, and a full disk is said."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from clouds import client_of, create_function

from infra.local import daemon
from infra.local.paths import LocalCloudError, cloud_paths
from infra.local.state.archives import PARTIAL
from infra.local.state.journal import Entry, Journal, JournalError, Request
from infra.local.state.outbox import Outbox, OutboxError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.local.daemon import LocalCloud

SLOW = """
import json, time, urllib.request
def handler(event, context):
    if event["RequestType"] == "Create":
        time.sleep(4)
    body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": "waited", "StackId": event["StackId"],
                       "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"]}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))
"""
PUTS = """
import boto3
def handler(event, context):
    boto3.client("s3").put_object(Bucket="called", Key=event["key"], Body=b"x")
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    daemon.down(tmp_path / "home")


def killed_and_started_again(cloud: LocalCloud) -> LocalCloud:
    os.kill(cloud.pid, signal.SIGKILL)
    return daemon.up(cloud.home, port=cloud.port)


def bucket_with_queue(cloud: LocalCloud, name: str) -> str:
    """Make a bucket that tells a queue of its objects; return the queue's URL."""
    sqs, s3 = client_of(cloud, "sqs"), client_of(cloud, "s3")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
    allowed = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    s3.create_bucket(Bucket=name)
    notification = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=notification)
    return str(url)


def keys_told(cloud: LocalCloud, url: str) -> list[str]:
    """Return the keys that the queue's messages tell of, and delete them."""
    sqs, found = client_of(cloud, "sqs"), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found += [record["s3"]["object"]["key"] for record in json.loads(message["Body"]).get("Records", [])]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(found)


def test_the_event_of_an_answered_object_comes_even_if_the_server_is_killed_at_once(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    url = bucket_with_queue(cloud, "told")
    for number in range(6):
        client_of(cloud, "s3").put_object(Bucket="told", Key=f"object-{number}", Body=b"x")
        cloud = killed_and_started_again(cloud)
    told: set[str] = set()
    assert eventually(lambda: told.update(keys_told(cloud, url)) or told == {f"object-{number}" for number in range(6)})
    assert eventually(lambda: not list((cloud_paths(home).state / "outbox").iterdir()))


def test_an_accepted_call_is_made_even_if_the_server_is_killed_at_once(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    client_of(cloud, "s3").create_bucket(Bucket="called")
    create_function(client_of(cloud, "lambda"), "putter", PUTS)
    for number in range(3):
        payload = json.dumps({"key": f"call-{number}"})
        client_of(cloud, "lambda").invoke(FunctionName="putter", InvocationType="Event", Payload=payload)
        cloud = killed_and_started_again(cloud)
    assert eventually(lambda: keys_of(cloud, "called") == ["call-0", "call-1", "call-2"])


def test_what_a_topic_tells_of_an_answered_object_is_done_even_if_the_server_is_killed_at_once(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    source = """
import json, os, urllib.request
def handler(event, context):
    told = json.loads(event["Records"][0]["Sns"]["Message"])
    for record in told["Records"]:
        key = record["s3"]["object"]["key"]
        address = os.environ["AWS_ENDPOINT_URL"] + "/copies/" + key
        with urllib.request.urlopen(urllib.request.Request(address, data=b"x", method="PUT")): pass
"""
    s3, sns = client_of(cloud, "s3"), client_of(cloud, "sns")
    for bucket in ("told", "copies"):
        s3.create_bucket(Bucket=bucket)
    function = create_function(client_of(cloud, "lambda"), "copier", source)
    topic = sns.create_topic(Name="news")["TopicArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allowed, "Resource": topic}]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    notification = {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="told", NotificationConfiguration=notification)
    keys = [f"object-{number}" for number in range(6)]
    for key in keys:
        client_of(cloud, "s3").put_object(Bucket="told", Key=key, Body=b"x")
        cloud = killed_and_started_again(cloud)
    assert eventually(lambda: keys_of(cloud, "copies") == keys)
    assert eventually(lambda: not list((cloud_paths(home).state / "outbox").iterdir()))


def test_changes_beside_a_long_stack_operation_are_kept(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    sqs, lam, ssm = client_of(cloud, "sqs"), client_of(cloud, "lambda"), client_of(cloud, "ssm")
    arn = create_function(lam, "slow", SLOW)
    url = sqs.create_queue(QueueName="before")["QueueUrl"]
    stack = {"Resources": {"Wait": {"Type": "Custom::Wait", "Properties": {"ServiceToken": arn}}}}
    client_of(cloud, "cloudformation").create_stack(StackName="long", TemplateBody=json.dumps(stack))
    time.sleep(0.3)
    begun = time.monotonic()
    ssm.put_parameter(Name="/beside", Value="kept", Type="String")
    sqs.send_message(QueueUrl=url, MessageBody="beside")
    lam.update_function_configuration(FunctionName="slow", Description="beside")
    assert time.monotonic() - begun < 2, "a change waits for nobody's operation"
    summaries = client_of(cloud, "cloudformation").list_stacks()["StackSummaries"]
    assert [stack["StackStatus"] for stack in summaries] == ["CREATE_IN_PROGRESS"]

    for _ in range(2):  # the second time, what was carried out again is in the state itself
        cloud = killed_and_started_again(cloud)
        assert client_of(cloud, "ssm").get_parameter(Name="/beside")["Parameter"]["Value"] == "kept"
        assert client_of(cloud, "lambda").get_function_configuration(FunctionName="slow")["Description"] == "beside"
        counted = client_of(cloud, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert counted["ApproximateNumberOfMessages"] == "1"
        assert not client_of(cloud, "cloudformation").list_stacks()["StackSummaries"]


def test_a_log_group_keeps_its_bound_over_restarts(home: Path) -> None:
    source = "def handler(event, context):\n    for _ in range(7): print('x' * 100_000)"
    cloud = daemon.up(home, port=0)
    create_function(client_of(cloud, "lambda"), "chatty", source)
    for _ in range(3):
        client_of(cloud, "lambda").invoke(FunctionName="chatty", Payload=b"{}")
        daemon.down(home)
        cloud = daemon.up(home, port=0)
    client_of(cloud, "lambda").invoke(FunctionName="chatty", Payload=b"{}")
    time.sleep(0.5)
    logs = client_of(cloud, "logs")
    events = logs.filter_log_events(logGroupName="/aws/lambda/chatty")["events"]
    assert 600_000 < sum(len(event["message"]) for event in events) <= 1024 * 1024


def test_unpacked_code_goes_with_its_version(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    lam, unpacked = client_of(cloud, "lambda"), cloud_paths(home).unpacked
    create_function(lam, "first", "def handler(event, context): return 1")
    create_function(lam, "second", "def handler(event, context): return 2")
    for name in ("first", "second"):
        lam.invoke(FunctionName=name, Payload=b"{}")
    assert len(list(unpacked.iterdir())) == 2
    lam.delete_function(FunctionName="first")
    assert eventually(lambda: len(list(unpacked.iterdir())) == 1)
    assert json.loads(lam.invoke(FunctionName="second", Payload=b"{}")["Payload"].read()) == 2
    for left in ("0" * 64, f"{PARTIAL}killed"):
        (unpacked / left).mkdir()
    cloud = killed_and_started_again(cloud)
    assert eventually(lambda: len(list(unpacked.iterdir())) == 1)
    assert json.loads(client_of(cloud, "lambda").invoke(FunctionName="second", Payload=b"{}")["Payload"].read()) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a file system of its own can be mounted by root alone: a full disk is not tried here")
    yield folder
    daemon.down(folder / "home")
    subprocess.run(["/bin/umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free in ``folder``; return the file that takes the room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


CHANGES: dict[str, Any] = {
    "s3": lambda client: client.put_object(Bucket="told", Key="late", Body=b"x" * 9000),
    "sqs": lambda client: client.create_queue(QueueName="late"),
    "ssm": lambda client: client.put_parameter(Name="/late", Value="x", Type="String"),
    "lambda": lambda client: create_function(client, "late", "def handler(event, context): return 1"),
    "iam": lambda client: client.create_user(UserName="late"),
}


def test_a_full_disk_is_said_reads_go_on_and_after_it_everything_goes_on(small_disk: Path) -> None:
    cloud = daemon.up(small_disk / "home", port=0)
    url = bucket_with_queue(cloud, "told")
    create_function(
        client_of(cloud, "lambda"), "echo", "def handler(event, context):\n    print(event)\n    return event"
    )
    client_of(cloud, "s3").put_object(Bucket="told", Key="early", Body=b"early")
    assert json.loads(client_of(cloud, "lambda").invoke(FunctionName="echo", Payload=b"1")["Payload"].read()) == 1
    filler = fill(small_disk)
    for service, change in CHANGES.items():
        for _ in range(2):  # the second time it is not answered from memory
            with pytest.raises(ClientError, match=f"disk of the local cloud is full.*{small_disk}") as refused:
                change(client_of(cloud, service))
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500, service
    with pytest.raises(ClientError, match="disk of the local cloud is full"):
        client_of(cloud, "lambda").invoke(FunctionName="echo", InvocationType="Event", Payload=b"1")
    with pytest.raises(ClientError, match="disk of the local cloud is full"):
        client_of(cloud, "s3").put_object(Bucket="told", Key="early", Body=b"x" * 9000)
    assert keys_of(cloud, "told") == ["early"]
    assert client_of(cloud, "s3").get_object(Bucket="told", Key="early")["Body"].read() == b"early"
    assert json.loads(client_of(cloud, "lambda").invoke(FunctionName="echo", Payload=b"2")["Payload"].read()) == 2

    filler.unlink()
    client_of(cloud, "s3").put_object(Bucket="told", Key="later", Body=b"later")
    client_of(cloud, "ssm").put_parameter(Name="/late", Value="x", Type="String", Overwrite=True)
    cloud = killed_and_started_again(cloud)
    assert keys_of(cloud, "told") == ["early", "later"]
    assert client_of(cloud, "ssm").get_parameter(Name="/late")["Parameter"]["Value"] == "x"
    told: set[str] = set()
    assert eventually(lambda: told.update(keys_told(cloud, url)) or told == {"early", "later"})


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("state.json", b'{"format": 1, "services": {"sqs": {"que', "cannot be read"),
        ("state.json", b'{"format": 3, "services": {}}', "has format 3; this version reads 1 and 2"),
        ("state.sqlite", b"SQLite format 3\0 and no more of it" * 400, "cannot be read"),
        ("state.sqlite", b'{"format": 2}', "cannot be read"),
        ("state.json", b"[]", "cannot be read"),
        ("state.json", b'{"format": 1, "services": {"lambda": {"functions": 5}}}', "cannot be read"),
        ("observations.json", b'{"format"', "cannot be read"),
        ("journal.jsonl", b'{"number": 1}\n', "cannot be read"),
        ("outbox/a.json", b'{"kind', "cannot be read"),
    ],
)
def test_a_state_that_cannot_be_read_is_refused_in_a_sentence_and_left_as_it_is(
    home: Path, name: str, content: bytes, told: str
) -> None:
    state = cloud_paths(home).state
    (state / "outbox").mkdir(parents=True)
    (state / name).write_bytes(content)
    (state / "blobs").mkdir()
    (state / "blobs" / "abc").write_bytes(b"a zip")
    with pytest.raises(LocalCloudError, match=told) as refused:
        daemon.up(home, port=0)
    assert "Traceback" not in str(refused.value)
    assert name.rpartition("/")[2] in str(refused.value)
    assert (state / name).read_bytes() == content
    assert (state / "blobs" / "abc").exists()


OLD_STATE = {
    "ssm": {
        "parameters": {
            "__account_region_scoped__": True,
            "data": {
                "000000000000\0us-east-1\0'/old'": {
                    "Name": "/old", "Value": "kept", "Type": "String", "Version": 1, "DataType": "text",
                    "ARN": "arn:aws:ssm:us-east-1:000000000000:parameter/old", "LastModifiedDate": 1.0,
                },
            },
        },
    },
}  # fmt: skip


def test_a_state_of_before_is_opened_and_an_older_program_refuses_what_becomes_of_it(home: Path) -> None:
    state = cloud_paths(home).state
    state.mkdir(parents=True)
    (state / "state.json").write_text(json.dumps({"format": 1, "held": {"ssm": 4, "sqs": 9}, "services": OLD_STATE}))
    signed = b"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0"
    headers = ((b"x-amz-target", b"AmazonSSM.PutParameter"), (b"authorization", signed))
    body = json.dumps({"Name": "/answered", "Value": "since", "Type": "String"}).encode()
    Journal(state / "journal.jsonl").append([Entry(6, frozenset({"ssm"}), Request("POST", "/", b"", headers, body))])
    (state / "observations.json").write_text(json.dumps({"format": 1, "services": {}}))
    for _ in range(2):
        cloud = daemon.up(home, port=0)
        assert client_of(cloud, "ssm").get_parameter(Name="/old")["Parameter"]["Value"] == "kept"
        assert client_of(cloud, "ssm").get_parameter(Name="/answered")["Parameter"]["Value"] == "since"
        assert json.loads((state / "state.json").read_text())["format"] == 2
        assert not (state / "observations.json").exists()
        os.kill(cloud.pid, signal.SIGKILL)


def test_a_state_file_of_a_later_version_and_half_a_one_are_refused_and_left_as_they_are(home: Path) -> None:
    cloud = daemon.up(home, port=0)
    client_of(cloud, "ssm").put_parameter(Name="/kept", Value="x" * 4000, Type="String")
    daemon.down(home)
    path = cloud_paths(home).state / "state.sqlite"
    whole = path.read_bytes()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 3")
    database.close()
    for content, told in (
        (path.read_bytes(), "has format 3; this version reads 2"),
        (whole[: len(whole) // 2], "read"),
    ):
        path.write_bytes(content)
        with pytest.raises(LocalCloudError, match=f"state.sqlite.*{told}"):
            daemon.up(home, port=0)
        assert path.read_bytes() == content
    path.write_bytes(whole)
    assert client_of(daemon.up(home, port=0), "ssm").get_parameter(Name="/kept")["Parameter"]["Version"] == 1


REQUEST = Request("POST", "/a b", b"x=%20", ((b"host", b"\xff"),), b"\x00body")


def test_half_a_last_line_of_a_journal_was_never_answered(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    entries = [Entry(number, frozenset({"sqs"}), REQUEST) for number in (1, 2, 3)]
    journal.append(entries)
    path.write_bytes(path.read_bytes()[:-5])
    assert journal.entries({}) == entries[:2]
    assert journal.entries({"sqs": 1}) == entries[1:2]
    journal.append(entries[2:])
    assert (journal.entries({}), journal.last()) == (entries, 3)
    path.write_bytes(b"{}\n" + path.read_bytes())
    with pytest.raises(JournalError, match=r"journal\.jsonl:1 cannot be read"):
        journal.entries({})


def test_an_outbox_keeps_what_was_put_whole(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    first, second = outbox.add({"kind": "call", "n": 1}), outbox.add({"kind": "object"})
    (tmp_path / "half.part").write_bytes(b"{")
    assert [name for name, _ in Outbox(tmp_path).left()] == [first, second]
    assert not (tmp_path / "half.part").exists()
    outbox.remove(first)
    assert [name for name, _ in outbox.left()] == [second]
    (tmp_path / "bad.json").write_bytes(b"[]")
    with pytest.raises(OutboxError, match=r"bad\.json cannot be read"):
        outbox.left()


def keys_of(cloud: LocalCloud, bucket: str) -> list[str]:
    return [item["Key"] for item in client_of(cloud, "s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def eventually(holds: Any, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
