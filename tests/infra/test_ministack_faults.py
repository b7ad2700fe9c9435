"""MiniStack as it comes still has the faults that are mended here: where a test fails, that patch can be taken away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from clouds import ADDRESSED, create_function, seen_address
from unmended import MARK, Plain, eventually, payload_of, status

pytestmark = pytest.mark.slow

ECHO = "def handler(event, context): return event"


def test_variables_of_the_machine_are_seen_by_functions(plain: Plain) -> None:
    """``Executor``."""
    client = plain.client("lambda")
    create_function(client, "looks", f"import os\ndef handler(event, context): return os.environ.get({MARK!r})")
    assert payload_of(client, "looks") == "seen"


def test_an_alias_ignores_its_weights(plain: Plain) -> None:
    """``mend_weighted_aliases``."""
    client = plain.client("lambda")
    create_function(client, "weighs", "import os\ndef handler(event, context): return os.environ['N']",
                    Environment={"Variables": {"N": "one"}})  # fmt: skip
    first = client.publish_version(FunctionName="weighs")["Version"]
    client.update_function_configuration(FunctionName="weighs", Environment={"Variables": {"N": "two"}})
    second = client.publish_version(FunctionName="weighs")["Version"]
    assert first != second
    weights = {"AdditionalVersionWeights": {second: 1.0}}
    client.create_alias(FunctionName="weighs", Name="live", FunctionVersion=first, RoutingConfig=weights)
    assert payload_of(client, "weighs", Qualifier="live") == "one"


def test_reserved_concurrency_holds_for_no_version(plain: Plain) -> None:
    """``mend_reserved_concurrency``."""
    client = plain.client("lambda")
    create_function(client, "reserves", ECHO)
    version = client.publish_version(FunctionName="reserves")["Version"]
    client.put_function_concurrency(FunctionName="reserves", ReservedConcurrentExecutions=0)
    assert payload_of(client, "reserves", Qualifier=version) == 1


@pytest.mark.parametrize("payload", [b'{"half', b'"' + b"x" * 7_000_000 + b'"'], ids=["no JSON", "7 MB"])
def test_a_payload_that_aws_refuses_is_taken(plain: Plain, payload: bytes) -> None:
    """``mend_payloads``."""
    client = plain.client("lambda")
    create_function(client, f"takes-{len(payload)}", "def handler(event, context): return 'taken'")
    assert payload_of(client, f"takes-{len(payload)}", payload) == "taken"


def test_an_api_lets_through_what_its_throttle_refuses_and_answers_with_tracebacks(plain: Plain) -> None:
    """``mend_route_throttling`` and ``mend_failed_functions``."""
    function = create_function(
        plain.client("lambda"), "fails", "def handler(event, context): raise ValueError('inside')"
    )
    gateway = plain.client("apigatewayv2")
    api = gateway.create_api(Name="plain", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /asked", Target=f"integrations/{integration}")
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 1}
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True, DefaultRouteSettings=limits)
    url = f"{plain.cloud.endpoint}/_aws/execute-api/{api}/$default/asked"
    answers = [requests.get(url, timeout=30) for _ in range(4)]
    assert 429 not in {answer.status_code for answer in answers}
    assert {(answer.status_code, answer.text) for answer in answers} != {(500, '{"message":"Internal Server Error"}')}


def test_a_stack_publishes_a_version_of_other_code_than_it_names(plain: Plain) -> None:
    """``mend_versions``."""
    create_function(plain.client("lambda"), "named", ECHO)
    properties = {"FunctionName": "named", "CodeSha256": "that of something else"}
    template = {"Resources": {"Version": {"Type": "AWS::Lambda::Version", "Properties": properties}}}
    stacks = plain.client("cloudformation")
    stacks.create_stack(StackName="other-code", TemplateBody=json.dumps(template))
    assert eventually(lambda: status(stacks, "other-code") == "CREATE_COMPLETE")


def test_a_stack_that_is_being_changed_takes_a_change_set(plain: Plain) -> None:
    """``mend_change_sets``."""
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    wait = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "300"}}
    template = json.dumps({"Resources": {"Handle": handle, "Wait": wait}})
    stacks = plain.client("cloudformation")
    stacks.create_stack(StackName="waits", TemplateBody=template)
    assert status(stacks, "waits") == "CREATE_IN_PROGRESS"
    changed = json.dumps({"Resources": {"Handle": handle, "Wait": wait, "Another": handle}})
    assert stacks.create_change_set(StackName="waits", ChangeSetName="second", TemplateBody=changed)["Id"]


def test_messages_are_deleted_when_the_report_of_failures_is_nonsense(plain: Plain) -> None:
    """``mend_queue_batches``."""
    sqs, client = plain.client("sqs"), plain.client("lambda")
    url = sqs.create_queue(QueueName="reported", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    report = {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
    create_function(client, "reports", f"def handler(event, context): return {report!r}")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client.create_event_source_mapping(
        FunctionName="reports", EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    sqs.send_message(QueueUrl=url, MessageBody="lost")
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def left() -> int:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"]
        return sum(map(int, found.values()))

    assert eventually(lambda: left() == 0)


def test_an_object_that_could_not_be_written_is_answered(plain: Plain) -> None:
    """``Objects``."""
    s3 = plain.client("s3")
    s3.create_bucket(Bucket="unwritten")
    objects = plain.folder / "objects"
    shutil.rmtree(objects)
    objects.write_text("no folder")
    try:
        assert s3.put_object(Bucket="unwritten", Key="a", Body=b"x")["ResponseMetadata"]["HTTPStatusCode"] == 200
    finally:
        objects.unlink()
        objects.mkdir()


def test_what_was_answered_is_gone_after_a_kill(tmp_path: Path) -> None:
    """``StateStore``."""
    plain = Plain.at(tmp_path)
    with plain.running():
        plain.client("ssm").put_parameter(Name="/answered", Value="x", Type="String")
    with plain.running(), pytest.raises(ClientError, match="ParameterNotFound"):
        plain.client("ssm").get_parameter(Name="/answered")


def test_an_alarm_goes_off_by_the_metric_of_another_function(plain: Plain) -> None:
    """``mend_alarms``."""
    cloudwatch, metric = plain.client("cloudwatch"), {"Namespace": "Own", "MetricName": "Late"}
    of_one, of_another = ([{"Name": "FunctionName", "Value": name}] for name in ("one", "another"))
    cloudwatch.put_metric_alarm(
        AlarmName="of-one", **metric, Dimensions=of_one, Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    cloudwatch.put_metric_data(
        Namespace="Own", MetricData=[{"MetricName": "Late", "Dimensions": of_another, "Value": 9}]
    )
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["of-one"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"


def test_every_caller_of_an_api_comes_from_this_machine(plain: Plain) -> None:
    """``mend_addresses``."""
    function = create_function(plain.client("lambda"), "addressed", ADDRESSED)
    assert seen_address(plain.client("apigatewayv2"), function, plain.port, "127.0.0.2") == "127.0.0.1"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what ``ministack_inside`` sees."""
    given, looks = Plain(tmp_path_factory.mktemp("inside"), 1).given(), Path(__file__).with_name("ministack_inside.py")
    done = subprocess.run([sys.executable, str(looks)], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("patch", "look", "found"),
    [
        ("mend_templates", "templates read", 2),
        ("mend_iam", "one alias", "ListAliases"),
        ("mend_iam", "tree", "*"),
        ("mend_iam", "alarm", "*"),
        ("mend_iam", "loopback is TLS", "false"),
        ("mend_routes", "route patterns", 2),
        ("mend_names", "ARNs kept", False),
        ("mend_policies", "resources worked out", 1),
        ("mend_zips", "code in memory", True),
        ("StreamPoller", "positions of LATEST", 0),
    ],
)
def test_inside_there_still_is(patch: str, look: str, found: object, inside: dict[str, Any]) -> None:
    assert inside[look] == found, f"{patch} is needed no longer for: {look}"
