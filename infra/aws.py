"""The only file here that talks to AWS.  The local cloud speaks the same language; only the endpoint differs.

Nothing here decides anything: ``plan`` decides from what these methods report, ``deploy`` calls them in order.
"""

from __future__ import annotations

import functools
import json
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.complaints import CloudError, explain
from infra.state import Change, ChangeSet, FunctionVersion, Pointer, Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from infra.state import Account

LOCAL_REGION = "us-east-1"
POLL_FIRST_S, POLL_MOST_S = 0.02, 2.0
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
LIVE = "live"
READERS = 8
"""Objects read at a time."""

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")


def _in_one_line(
    method: Callable[Concatenate[Cloud, ParamsT], ResultT],
) -> Callable[Concatenate[Cloud, ParamsT], ResultT]:
    @functools.wraps(method)
    def told(cloud: Cloud, /, *args: ParamsT.args, **kwargs: ParamsT.kwargs) -> ResultT:
        try:
            return method(cloud, *args, **kwargs)
        except (ClientError, BotoCoreError) as error:
            raise explain(error, endpoint=cloud.account.endpoint, profile=cloud.account.profile) from error

    return cast("Callable[Concatenate[Cloud, ParamsT], ResultT]", told)


class Cloud:
    """One account in one region.  Every method raises CloudError, in one line, when the cloud refuses.

    Safe to use from several threads: boto3's clients are, once made.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        try:
            self._session: Any = boto3.Session(
                profile_name=account.profile,
                region_name=account.region or (LOCAL_REGION if account.local else None),
                aws_access_key_id="test" if account.local else None,  # the local cloud's root
                aws_secret_access_key="test" if account.local else None,  # pragma: allowlist secret
            )
        except BotoCoreError as error:
            raise explain(error, endpoint=account.endpoint, profile=account.profile) from error
        if self._session.region_name is None:
            raise CloudError("no region is set: give --region, or set AWS_REGION")
        self.region: str = self._session.region_name
        self._clients: dict[str, Any] = {}
        self._making = Lock()  # a session may not make two clients at once

    def client(self, service: str) -> Any:
        """Return boto3's client of ``service``, made once."""
        with self._making:
            return self._made(service)

    @_in_one_line
    def call(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """Return what ``operation`` of ``service`` answers: for what no method here has a name for."""
        return getattr(self.client(service), operation)(**parameters)

    def _made(self, service: str) -> Any:
        if service not in self._clients:
            local = self.account.local
            config = Config(
                retries={"total_max_attempts": 2 if local else 6, "mode": "standard"},
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=16,
                s3={"addressing_style": "path"} if local else {},
            )
            self._clients[service] = self._session.client(service, endpoint_url=self.account.endpoint, config=config)
        return self._clients[service]

    # Stacks

    @_in_one_line
    def stacks(self, prefix: str) -> dict[str, Stack]:
        """Return the stacks whose name starts with ``prefix``, by name."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        found = (_stack(item) for page in pages for item in page["Stacks"] if item["StackName"].startswith(prefix))
        return {stack.name: stack for stack in found}

    @_in_one_line
    def stack(self, name: str) -> Stack | None:
        """Return the stack called ``name``, or None."""
        try:
            (item,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return _stack(item)

    @_in_one_line
    def template(self, name: str) -> str:
        """Return the template that a stack was deployed with."""
        answer = self.client("cloudformation").get_template(StackName=name, TemplateStage="Original")
        body = answer["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    @_in_one_line
    def prepare(
        self, name: str, template: str, parameters: Mapping[str, str], tags: Mapping[str, str] | None = None
    ) -> ChangeSet:
        """Return a change set, not yet executed.  A stack that is not there is begun; no ``tags`` keep its own."""
        client = self.client("cloudformation")
        existing = self.stack(name)
        kind = "CREATE" if existing is None or existing.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        change_set = f"arcade-{uuid4().hex[:12]}"
        client.create_change_set(
            StackName=name, ChangeSetName=change_set, ChangeSetType=kind, TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=list(CAPABILITIES),
            **({} if tags is None else {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}),
        )  # fmt: skip
        for _ in _patiently(60):
            answer = client.describe_change_set(StackName=name, ChangeSetName=change_set)
            if answer["Status"] not in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
                break
        changes = tuple(_change(item["ResourceChange"]) for item in answer.get("Changes", ()))
        if answer["Status"] == "FAILED" and not _is_empty(answer.get("StatusReason", "")):
            raise CloudError(f"{name}: the change was refused: {answer.get('StatusReason', 'no reason given')}")
        return ChangeSet(name, change_set, kind, changes)

    @_in_one_line
    def discard(self, change_set: ChangeSet) -> None:
        """Delete a change set, and the empty stack that one for a new stack begins."""
        client = self.client("cloudformation")
        client.delete_change_set(StackName=change_set.stack, ChangeSetName=change_set.name)
        if change_set.kind == "CREATE":
            client.delete_stack(StackName=change_set.stack)

    @_in_one_line
    def execute(self, change_set: ChangeSet, *, patience_s: float) -> Stack:
        """Carry out a change set and return the stack.  Raises CloudError if it failed and was rolled back."""
        client = self.client("cloudformation")
        client.execute_change_set(StackName=change_set.stack, ChangeSetName=change_set.name)
        stack = self.settled(change_set.stack, patience_s=patience_s)
        if stack is None or stack.status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise CloudError(
                f"{change_set.stack}: {self._why_failed(change_set.stack)}; what served before still serves"
            )
        return stack

    @_in_one_line
    def settled(self, name: str, *, patience_s: float) -> Stack | None:
        """Return the stack once nothing is in progress.  Raises CloudError if that takes too long."""
        stack = None
        for _ in _patiently(patience_s):
            stack = self.stack(name)
            if stack is None or not stack.status.endswith("_IN_PROGRESS") or stack.status == "REVIEW_IN_PROGRESS":
                return stack
        raise CloudError(f"{name}: still {stack.status if stack else '?'} after {patience_s:.0f} s")

    @_in_one_line
    def delete_stack(self, name: str, *, patience_s: float) -> None:
        """Delete the stack and wait until it is gone."""
        self.client("cloudformation").delete_stack(StackName=name)
        stack = self.settled(name, patience_s=patience_s)
        if stack is not None and stack.status != "DELETE_COMPLETE":
            raise CloudError(f"{name}: not deleted: {self._why_failed(name)}")

    @_in_one_line
    def unstick(self, name: str) -> None:
        """Go on with a roll-back that got stuck."""
        self.client("cloudformation").continue_update_rollback(StackName=name)

    def _why_failed(self, name: str) -> str:
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = [item for item in events if item["ResourceStatus"].endswith("_FAILED")]
        blamed = [item for item in failed if "cancelled" not in item.get("ResourceStatusReason", "").lower()]
        if not blamed:
            return "it failed, and CloudFormation does not say why"
        first = blamed[-1]
        return f"{first['LogicalResourceId']} failed: {first.get('ResourceStatusReason', 'no reason given')}"

    # The bucket

    @_in_one_line
    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether ``key`` is there."""
        try:
            self.client("s3").head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004 - Not Found
                return False
            raise
        return True

    @_in_one_line
    def put_object(self, bucket: str, key: str, content: bytes | Path, sha256: str) -> None:
        """Store ``content``; S3 refuses it if it arrives with another SHA-256."""
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        if isinstance(content, bytes):
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=content, ChecksumSHA256=checksum)
            return
        with content.open("rb") as file:
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=file, ChecksumSHA256=checksum)

    def read_objects(
        self, bucket: str, prefix: str, *, newest: int | None = None, largest: int | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """Yield key and content of the objects of ``bucket`` whose key starts with ``prefix``, by key.

        ``newest`` yields so many of them at most, those stored last; ``largest`` leaves out those with more bytes.
        """
        keys = self._keys(bucket, prefix, newest, largest)
        with ThreadPoolExecutor(READERS) as pool:
            yield from zip(keys, pool.map(lambda key: self._read(bucket, key), keys), strict=True)

    @_in_one_line
    def _keys(self, bucket: str, prefix: str, newest: int | None, largest: int | None) -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = [item for page in pages for item in page.get("Contents", ())]
        if largest is not None:
            found = [item for item in found if item["Size"] <= largest]
        if newest is not None:
            found = sorted(found, key=lambda item: item["LastModified"])[-newest:]
        return sorted(item["Key"] for item in found)

    @_in_one_line
    def _read(self, bucket: str, key: str) -> bytes:
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    # Functions

    @_in_one_line
    def functions(self, prefix: str) -> dict[str, int]:
        """Return the functions whose name starts with ``prefix``, and the memory of each in MB."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        found = {item["FunctionName"]: int(item["MemorySize"]) for page in pages for item in page["Functions"]}
        return {name: memory for name, memory in found.items() if name.startswith(f"{prefix}-")}

    @_in_one_line
    def metrics(self, queries: list[dict[str, Any]], start: datetime, end: datetime) -> dict[str, list[float]]:
        """Return CloudWatch's values for each query, by its id."""
        client = self.client("cloudwatch")
        values: dict[str, list[float]] = {}
        for first in range(0, len(queries), 500):  # CloudWatch takes no more at once
            pages = client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries[first : first + 500], StartTime=start, EndTime=end
            )
            for page in pages:
                for item in page["MetricDataResults"]:
                    values.setdefault(item["Id"], []).extend(item["Values"])
        return values

    @_in_one_line
    def pointer(self, function: str) -> Pointer | None:
        """Return where ``live`` points; None if there is no such function or alias."""
        client = self.client("lambda")
        try:
            return _pointer(client.get_alias(FunctionName=function, Name=LIVE))
        except client.exceptions.ResourceNotFoundException:
            return None

    @_in_one_line
    def point(self, function: str, pointer: Pointer) -> None:
        """Let ``live`` point elsewhere, at once."""
        weights = {pointer.canary: pointer.weight} if pointer.canary else {}
        self.client("lambda").update_alias(
            FunctionName=function, Name=LIVE, FunctionVersion=pointer.version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )  # fmt: skip

    @_in_one_line
    def reserve(self, function: str, concurrency: int | None) -> None:
        """Let at most ``concurrency`` requests of ``function`` run at once; None lifts that."""
        client = self.client("lambda")
        if concurrency is None:
            client.delete_function_concurrency(FunctionName=function)
        else:
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=concurrency)

    @_in_one_line
    def versions(self, function: str) -> list[FunctionVersion]:
        """Return the published versions, oldest first."""
        pages = self.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=function)
        found = [
            FunctionVersion(item["Version"], item.get("Description", ""), item["LastModified"], item["CodeSha256"])
            for page in pages
            for item in page["Versions"]
            if item["Version"] != "$LATEST"
        ]
        return sorted(found, key=lambda item: int(item.version))

    @_in_one_line
    def invoke(self, function: str, payload: Any, *, qualifier: str = LIVE) -> Any:
        """Return what the function answers to ``payload``.  Raises CloudError when it fails."""
        answer = self.client("lambda").invoke(
            FunctionName=function, Qualifier=qualifier, Payload=json.dumps(payload).encode()
        )
        body = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise CloudError(f"{function}: {body.get('errorType')}: {body.get('errorMessage')}")
        return body

    # Locks: one item a name in the platform's table, taken with a condition

    @_in_one_line
    def take(self, table: str, name: str, holder: Mapping[str, str], *, seconds: int) -> Mapping[str, str] | None:
        """Take the lock ``name``, or return who holds it."""
        client = self.client("dynamodb")
        now = int(time.time())
        item = {key: {"S": value} for key, value in holder.items()}
        try:
            client.put_item(
                TableName=table,
                Item={**item, "id": {"S": name}, "expires": {"N": str(now + seconds)}},
                ConditionExpression="attribute_not_exists(id) OR expires < :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            found = client.get_item(TableName=table, Key={"id": {"S": name}}, ConsistentRead=True).get("Item", {})
            return {key: next(iter(value.values())) for key, value in found.items()}
        return None

    @_in_one_line
    def release(self, table: str, name: str, token: str) -> None:
        """Give the lock ``name`` back, if it is still held with ``token``."""
        client = self.client("dynamodb")
        try:
            client.delete_item(
                TableName=table, Key={"id": {"S": name}}, ConditionExpression="#token = :token",
                ExpressionAttributeNames={"#token": "token"}, ExpressionAttributeValues={":token": {"S": token}},
            )  # fmt: skip
        except client.exceptions.ConditionalCheckFailedException:
            return  # it ran out and someone else holds it now

    # Logs

    @_in_one_line
    def log_events(self, group: str, since_ms: int) -> list[tuple[int, str, str]]:
        """Return time (ms), event id and text of what was logged since, oldest first."""
        client = self.client("logs")
        try:
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
            found = [
                (item["timestamp"], item.get("eventId", ""), item["message"].rstrip("\n"))
                for page in pages
                for item in page["events"]
            ]
        except client.exceptions.ResourceNotFoundException:
            raise CloudError(f"{group}: there is no such log; is the function deployed?") from None
        return sorted(found, key=lambda item: item[0])


def api_base_url(account: Account, region: str, api_id: str) -> str:
    """Return where the HTTP API is called."""
    if account.endpoint:
        return f"{account.endpoint.rstrip('/')}/_aws/execute-api/{api_id}/$default"
    return f"https://{api_id}.execute-api.{region}.amazonaws.com"


def now() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _patiently(seconds: float) -> Iterator[None]:
    """Yield until time is up, first often, then rarely."""
    end, pause = time.monotonic() + seconds, POLL_FIRST_S
    while True:
        yield
        if time.monotonic() > end:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, POLL_MOST_S)


def _is_empty(reason: str) -> bool:
    return "didn't contain changes" in reason or "No updates are to be performed" in reason


def _stack(item: Any) -> Stack:
    return Stack(
        name=item["StackName"],
        status=item["StackStatus"],
        parameters={entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in item.get("Parameters", ())},
        outputs={entry["OutputKey"]: entry["OutputValue"] for entry in item.get("Outputs", ())},
        reason=item.get("StackStatusReason", ""),
    )


def _change(item: Any) -> Change:
    replaces = item.get("Replacement") == "True"
    return Change(item["Action"], item["LogicalResourceId"], item["ResourceType"], replaces)


def _pointer(alias: Any) -> Pointer:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for canary, weight in weights.items():
        return Pointer(alias["FunctionVersion"], canary, float(weight))
    return Pointer(alias["FunctionVersion"])
