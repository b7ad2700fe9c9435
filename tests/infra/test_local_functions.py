"""Functions on the running local cloud, called in every way AWS calls them."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.exceptions import ClientError
from clouds import ADDRESSED, create_function, seen_address, zipped

from infra.local import daemon
from infra.local.paths import cloud_paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.daemon import LocalCloud

SOURCE = """
import json, time
def handler(event, context):
    do = event.get("do")
    if do == "raise": raise ValueError("no")
    if do == "say": print("hello")
    if do == "sleep": time.sleep(event["seconds"])
    if do == "metric":
        print(json.dumps({"_aws": {"CloudWatchMetrics": [{"Namespace": "Arcade", "Dimensions": [["Opponent"]],
              "Metrics": [{"Name": "Moves", "Unit": "Count"}]}]}, "Opponent": "bench", "Moves": 3}))
    if "rawPath" in event:
        keys = ("rawPath", "rawQueryString", "pathParameters", "body", "isBase64Encoded")
        known = {key: event.get(key) for key in keys}
        return {"statusCode": 201, "headers": {"content-type": "application/problem+json", "x-own": "1"},
                "body": json.dumps({**known, "method": event["requestContext"]["http"]["method"]})}
    return [context.function_version, context.invoked_function_arn]
"""


@pytest.fixture(scope="module")
def function(aws: Callable[[str], Any]) -> str:
    client = aws("lambda")
    create_function(client, "bench", SOURCE)
    client.publish_version(FunctionName="bench")
    client.create_alias(FunctionName="bench", Name="live", FunctionVersion="1")
    return "bench"


@pytest.fixture(scope="module")
def http_api(aws: Callable[[str], Any], local_cloud: LocalCloud, function: str) -> str:
    client = aws("apigatewayv2")
    api = client.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}:live"
    integration = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    for key in ("GET /opponents/{name}", "POST /opponents/{name}/move"):
        client.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration}")
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return f"{local_cloud.endpoint}/_aws/execute-api/{api}/$default"


def invoke(client: Any, name: str, event: Any, **settings: Any) -> tuple[Any, dict[str, Any]]:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **settings)
    return json.loads(answer["Payload"].read()), answer


def test_invoke_answers_with_the_version_that_ran(aws: Callable[[str], Any], function: str) -> None:
    payload, answer = invoke(aws("lambda"), function, {}, Qualifier="live")
    assert payload == ["1", "arn:aws:lambda:us-east-1:000000000000:function:bench:live"]
    assert answer["ExecutedVersion"] == "1"
    assert "FunctionError" not in answer


def test_an_error_is_lambdas(aws: Callable[[str], Any], function: str) -> None:
    payload, answer = invoke(aws("lambda"), function, {"do": "raise"})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorType"], payload["errorMessage"]) == ("ValueError", "no")


def test_the_log_has_lambdas_own_lines(aws: Callable[[str], Any], function: str) -> None:
    _, answer = invoke(aws("lambda"), function, {"do": "say"}, LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request_id = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amzn-requestid", "")
    assert lines[0].startswith("START RequestId: ")
    assert "hello" in lines
    assert lines[-2].startswith("END RequestId: ")
    assert "\tBilled Duration: " in lines[-1]
    assert "\tMemory Size: 256 MB\t" in lines[-1]
    assert request_id


def test_the_log_arrives_in_cloudwatch_one_stream_a_worker(aws: Callable[[str], Any], function: str) -> None:
    for _ in range(5):
        invoke(aws("lambda"), function, {"do": "say"}, Qualifier="1")
    group = f"/aws/lambda/{function}"

    def said() -> list[Any]:
        events = aws("logs").filter_log_events(logGroupName=group)["events"]
        return [event for event in events if event["message"] == "hello"]

    assert eventually(lambda: len(said()) >= 5)
    found = said()
    streams = aws("logs").describe_log_streams(logGroupName=group)["logStreams"]
    assert len({event["logStreamName"] for event in found}) <= len(streams) < len(found) + 5


def test_embedded_metrics_become_metrics(aws: Callable[[str], Any], function: str) -> None:
    invoke(aws("lambda"), function, {"do": "metric"})
    found = eventually(lambda: aws("cloudwatch").list_metrics(Namespace="Arcade")["Metrics"])
    assert found[0]["Dimensions"] == [{"Name": "Opponent", "Value": "bench"}]
    names = {metric["MetricName"] for metric in aws("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]}
    assert names >= {"Invocations", "Errors", "Duration"}


def test_a_weighted_alias_routes_by_its_weights(aws: Callable[[str], Any]) -> None:
    client = aws("lambda")
    create_function(client, "weighted", SOURCE)
    client.publish_version(FunctionName="weighted")
    client.update_function_code(FunctionName="weighted", ZipFile=zipped(app=SOURCE + "\n# changed"))
    client.publish_version(FunctionName="weighted")
    routing = {"AdditionalVersionWeights": {"2": 0.3}}
    client.create_alias(FunctionName="weighted", Name="live", FunctionVersion="1", RoutingConfig=routing)
    answers = [invoke(client, "weighted", {}, Qualifier="live") for _ in range(200)]
    versions = Counter(answer["ExecutedVersion"] for _, answer in answers)
    assert 30 < versions["2"] < 90  # 60 expected, standard deviation 6.5
    assert all(payload[0] == answer["ExecutedVersion"] for payload, answer in answers)
    assert all(payload[1].endswith(":weighted:live") for payload, _ in answers)
    shown = {
        client.get_function(FunctionName="weighted", Qualifier="live")["Configuration"]["Version"] for _ in range(20)
    }
    assert shown == {"1"}


def test_reserved_concurrency_throttles_versions_and_aliases_too(aws: Callable[[str], Any]) -> None:
    client = aws("lambda")
    create_function(client, "narrow", SOURCE)
    client.publish_version(FunctionName="narrow")
    client.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)

    def call(_: int) -> str:
        try:
            invoke(client, "narrow", {"do": "sleep", "seconds": 1}, Qualifier="1")
        except client.exceptions.TooManyRequestsException as error:
            return str(error.response["Reason"])
        return "done"

    with ThreadPoolExecutor(3) as threads:
        results = Counter(threads.map(call, range(3)))
    assert results == {"done": 1, "ReservedFunctionConcurrentInvocationLimitExceeded": 2}


def test_a_payload_over_six_megabytes_is_refused(aws: Callable[[str], Any], function: str) -> None:
    client = aws("lambda")
    with pytest.raises(client.exceptions.RequestTooLargeException):
        invoke(client, function, {"fill": "x" * 6_400_000})


def test_new_code_serves_the_next_request_and_deleted_code_none(aws: Callable[[str], Any]) -> None:
    client = aws("lambda")
    create_function(client, "fleeting", "def handler(event, context): return 1")
    assert invoke(client, "fleeting", {})[0] == 1
    client.update_function_code(FunctionName="fleeting", ZipFile=zipped(app="def handler(event, context): return 2"))
    assert invoke(client, "fleeting", {})[0] == 2
    client.delete_function(FunctionName="fleeting")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        invoke(client, "fleeting", {})


def test_the_http_api_passes_payload_2_0(http_api: str) -> None:
    status, headers, body = fetch(f"{http_api}/opponents/battle%20ship/move?a=1&b=2", b'{"x":"\xc3\xa4"}')
    assert status == 201
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-own"] == "1"
    assert body == {
        "rawPath": "/opponents/battle ship/move",
        "rawQueryString": "a=1&b=2",
        "pathParameters": {"name": "battle ship"},
        "body": '{"x":"ä"}',
        "isBase64Encoded": False,
        "method": "POST",
    }


def test_the_http_api_answers_404_for_no_route_and_500_for_a_function_that_fails(
    aws: Callable[[str], Any], http_api: str, function: str
) -> None:
    assert fetch(f"{http_api}/nowhere")[0] == 404
    client = aws("lambda")
    create_function(client, "failing", "def handler(event, context): raise ValueError('secret')")
    api = http_api.split("/")[-2]
    arn = client.get_function(FunctionName="failing")["Configuration"]["FunctionArn"]
    gateway = aws("apigatewayv2")
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /failing", Target=f"integrations/{integration}")
    status, _, body = fetch(f"{http_api}/failing")
    assert (status, body) == (500, {"message": "Internal Server Error"})
    assert function == "bench"


def test_a_routes_throttle_holds(aws: Callable[[str], Any], http_api: str) -> None:
    settings = {"GET /opponents/{name}": {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 3}}
    api = http_api.split("/")[-2]
    aws("apigatewayv2").update_stage(ApiId=api, StageName="$default", RouteSettings=settings)
    statuses = Counter(fetch(f"{http_api}/opponents/x")[0] for _ in range(10))
    assert 3 <= statuses[201] <= 5
    assert statuses[429] == 10 - statuses[201]
    assert fetch(f"{http_api}/opponents/x/move", b"{}")[0] == 201


def test_a_function_url_answers(aws: Callable[[str], Any], local_cloud: LocalCloud, function: str) -> None:
    url = aws("lambda").create_function_url_config(FunctionName=function, Qualifier="live", AuthType="NONE")[
        "FunctionUrl"
    ]
    identity = url.split("//")[1].split(".")[0]
    status, headers, body = fetch(f"{local_cloud.endpoint}/_aws/lambda-url/{identity}/move", b"{}")
    assert (status, headers["x-own"]) == (201, "1")
    assert (body["rawPath"], body["method"], body["body"]) == ("/move", "POST", "{}")


def test_metrics_tell_each_version(aws: Callable[[str], Any], local_cloud: LocalCloud, function: str) -> None:
    invoke(aws("lambda"), function, {}, Qualifier="1")
    metrics = daemon.ask(local_cloud.endpoint, "/_arcade/functions")
    (mine,) = [row for row in metrics if (row["function"], row["version"]) == (function, "1")]
    assert mine["requests"] >= 1
    assert mine["cold_starts"] >= 1
    assert mine["concurrency"] == 0
    assert 0 < mine["p50_ms"] <= mine["p99_ms"]
    assert mine["gb_seconds"] > 0


def fetch(url: str, body: bytes | None = None) -> tuple[int, dict[str, str], Any]:
    method = "GET" if body is None else "POST"
    answer = requests.request(method, url, data=body, headers={"content-type": "application/json"}, timeout=10)
    return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.json()


def eventually(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def bomb() -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("app.py", "w") as file,
    ):
        for _ in range(260):
            file.write(b" " * 1024 * 1024)
    return buffer.getvalue()


def escape() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../escaped.py", "")
    return buffer.getvalue()


@pytest.mark.parametrize(("archive", "told"), [(bomb, "Unzipped size must be smaller"), (bytes, "Could not unzip")])
def test_a_zip_bomb_or_no_zip_at_all_becomes_no_function(
    aws: Callable[[str], Any], archive: Callable[[], bytes], told: str
) -> None:
    with pytest.raises(ClientError, match=told):
        create_function(aws("lambda"), "hostile", SOURCE, Code={"ZipFile": archive()})


def test_a_zip_that_names_a_file_outside_is_not_unpacked_and_touches_nobody_else(
    aws: Callable[[str], Any], local_cloud: LocalCloud, function: str
) -> None:
    client = aws("lambda")
    create_function(client, "escaping", SOURCE, Code={"ZipFile": escape()})
    told, answer = invoke(client, "escaping", {})
    assert answer["FunctionError"]
    assert "outside its folder" in told["errorMessage"]
    assert "FunctionError" not in invoke(client, function, {})[1]
    unpacked = cloud_paths(local_cloud.home).unpacked
    assert not list(unpacked.parent.rglob("escaped.py"))
    assert not list(unpacked.glob("partial-*"))


def test_a_function_behind_an_api_is_told_who_calls(aws: Callable[[str], Any], local_cloud: LocalCloud) -> None:
    function = create_function(aws("lambda"), "addressed", ADDRESSED)
    callers = ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
    assert [seen_address(aws("apigatewayv2"), function, local_cloud.port, caller) for caller in callers] == callers
