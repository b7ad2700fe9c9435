"""Functions with what belongs to each: role, log, versions, routes, and what hands them events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.templates.intrinsics import Intrinsic, Node, att, if_, ref, sub
from infra.templates.parts import in_bucket, kept, log, resource, role, statement, tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function with a role, a log and versions of its own, and the alias ``live`` that points at the newest."""

    name: str
    """Its physical name, as ``sub`` takes it."""
    called: str
    """What it is, for its description."""
    may: Node
    """Its role's description."""
    handler: str
    memory_mb: int | Intrinsic
    timeout_s: int | Intrinsic
    variables: Mapping[str, Node]
    statements: Sequence[Node]
    """What its role may do beside writing its own log."""
    live: str = "What is called."
    """The description of the alias."""
    layers: Node = None
    own: str = ""
    """What its resources' logical ids begin with, where a template holds two functions."""
    settings: Mapping[str, Node] = field(default_factory=dict)
    """Further properties."""
    tags: Mapping[str, Node] = field(default_factory=dict)

    def resources(self) -> dict[str, Node]:
        """Return its resources by their logical ids."""
        own, marked = self.own, tags(**self.tags)
        writes = statement("WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], att(f"{own}Log"))
        properties = {
            "FunctionName": sub(self.name),
            "Description": sub(f"Lambda Arcade {self.called}, release ${{Release}}"),
            "Runtime": ref("Runtime"),
            "Architectures": [ref("Architecture")],
            "Handler": self.handler,
            "Code": {"S3Bucket": ref("BucketName"), "S3Key": ref("ArtifactKey")},
            **({} if self.layers is None else {"Layers": self.layers}),
            "MemorySize": self.memory_mb,
            "Timeout": self.timeout_s,
            **self.settings,
            "Role": att(f"{own}Role"),
            "Environment": {"Variables": dict(self.variables)},
            # Lambda's own lines of a request that went well would cost as much as the request itself.
            "LoggingConfig": {"LogGroup": ref(f"{own}Log"), "LogFormat": "JSON", "SystemLogLevel": "WARN"},
            "Tags": marked,
        }
        version = {
            "FunctionName": ref(f"{own}Function"),
            "CodeSha256": ref("ArtifactSha256"),
            "Description": ref("Release"),
        }
        live = {
            "Name": "live",
            "Description": self.live,
            "FunctionName": ref(f"{own}Function"),
            "FunctionVersion": att(f"{own}Version", "Version"),
        }
        return {
            f"{own}Role": role("lambda", self.may, "own", writes, *self.statements, Tags=marked),
            f"{own}Log": log(f"/aws/lambda/{self.name}"),
            f"{own}Function": resource("Lambda::Function", properties),
            f"{own}Version": resource("Lambda::Version", version, **kept("Delete")),
            f"{own}Live": resource("Lambda::Alias", live),
        }


def permission(principal: str, source: Node, own: str = "", **attributes: Node) -> dict[str, Node]:
    """Return the permission by which ``source``, something of the service ``principal``, calls ``live``."""
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": ref(f"{own}Live"),
        "Principal": f"{principal}.amazonaws.com",
        "SourceArn": source,
    }
    return resource("Lambda::Permission", properties, **attributes)


def integration(function: Node, more: Mapping[str, Node] | None = None, **attributes: Node) -> dict[str, Node]:
    """Return how the HTTP API calls ``function``."""
    properties = {
        "ApiId": ref("ApiId"),
        "IntegrationType": "AWS_PROXY",
        "IntegrationMethod": "POST",
        "PayloadFormatVersion": "2.0",
        "IntegrationUri": function,
        **(more or {}),
    }
    return resource("ApiGatewayV2::Integration", properties, **attributes)


def route(key: Node, target: str = "Integration", *, asks: bool = True, **attributes: Node) -> dict[str, Node]:
    """Return a route of the HTTP API to the integration ``target``; unless it ``asks``, it is open to everybody."""
    properties = {
        "ApiId": ref("ApiId"),
        "RouteKey": key,
        "Target": sub(f"integrations/${{{target}}}"),
    }
    if asks:
        properties |= {
            "AuthorizationType": ref("Authorization"),
            "AuthorizerId": if_("AsksAuthorizer", ref("AuthorizerId")),
        }
    return resource("ApiGatewayV2::Route", properties, **attributes)


def dead_letters(**more: Node) -> dict[str, Node]:
    """Return the settings by which an event that fails to the end goes to the dead-letter queue."""
    return {**more, "DestinationConfig": {"OnFailure": {"Destination": ref("DeadLettersQueue")}}}


def on_failure(retries: int, own: str = "") -> dict[str, Node]:
    """Return what becomes of an event that ``live`` fails at."""
    function = ref(f"{own}Function")
    properties = dead_letters(
        FunctionName=function, Qualifier="live", MaximumRetryAttempts=retries, MaximumEventAgeInSeconds=3600
    )
    return resource("Lambda::EventInvokeConfig", properties, DependsOn=f"{own}Live")


def mapping(source: Node, function: str, more: Mapping[str, Node] | None = None, **attributes: Node) -> dict[str, Node]:
    """Return what hands batches of a queue or a stream to a function, which tells which of them failed."""
    properties = {
        "EventSourceArn": source,
        "FunctionName": ref(function),
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        **(more or {}),
    }
    return resource("Lambda::EventSourceMapping", properties, **attributes)


TAKE_FROM_QUEUE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def told_of_new_records(own: str = "") -> dict[str, Node]:
    """Return what lets the topic of new records call ``live``, an event a record; ``own`` as in ``Function``.

    Waiting for the next one costs nothing, as a queue that Lambda looks into does not.
    """
    subscription = {
        "TopicArn": ref("NewRecordsTopic"),
        "Protocol": "lambda",
        "Endpoint": ref(f"{own}Live"),
        "RedrivePolicy": {"deadLetterTargetArn": ref("DeadLettersQueue")},  # of what the function was never told
    }
    called = permission("sns", ref("NewRecordsTopic"), own)
    return {
        f"{own}OnFailure": on_failure(retries=2, own=own),
        "TopicPermission": called,
        "Subscription": resource("SNS::Subscription", subscription, DependsOn="TopicPermission"),
    }


def may_give_up() -> dict[str, Node]:
    """Return the statement of a role whose function hands what it fails at to the dead-letter queue."""
    return statement("GiveUp", "sqs:SendMessage", ref("DeadLettersQueue"))


def may_read_records(game: str = "") -> dict[str, Node]:
    """Return the statement of a role that may read records: those of one game, or all."""
    return statement("ReadRecordedGames", "s3:GetObject", in_bucket(f"records/{game}*"))
