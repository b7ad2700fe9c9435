"""Parts of templates: resources that several hold and that differ in a name or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.templates.answers import left
from infra.templates.intrinsics import Intrinsic, Node, ref, sub

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ID_KEY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
"""Every table of ours has this key."""


def template(
    description: str,
    parameters: Mapping[str, Node],
    resources: Mapping[str, Node],
    outputs: Mapping[str, Node],
    conditions: Mapping[str, Node] | None = None,
) -> dict[str, Node]:
    """Return a whole template."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": dict(parameters),
        **({"Conditions": dict(conditions)} if conditions else {}),
        "Resources": dict(resources),
        "Outputs": dict(outputs),
    }


def resource(kind: str, properties: Mapping[str, Node], **attributes: Node) -> dict[str, Node]:
    """Return a resource of ``AWS::<kind>``; ``attributes`` are Condition, DependsOn and the like."""
    return {"Type": f"AWS::{kind}", **attributes, **left(kind), "Properties": dict(properties)}


def kept(policy: str, *, replaced: str | None = None) -> dict[str, str]:
    """Return what becomes of a resource when it is deleted, and when it is replaced: ``Delete`` or ``Retain``."""
    return {"DeletionPolicy": policy, "UpdateReplacePolicy": replaced or policy}


def output(description: str, value: Node, **attributes: Node) -> dict[str, Node]:
    """Return an output."""
    return {**attributes, "Description": description, "Value": value}


def tags(**more: Node) -> list[dict[str, Node]]:
    """Return the tags that all resources have, and ``more``."""
    return [{"Key": key, "Value": value} for key, value in {"application": ref("Prefix"), **more}.items()]


def statement(sid: str, action: str | list[str], resource_: Node, **more: Node) -> dict[str, Node]:
    """Return what a role may do; ``more`` is a Condition."""
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource_, **more}


def policy_document(*statements: Node) -> dict[str, Node]:
    """Return an IAM policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def service_may(sid: str, service: str, action: str, resource_: Node, condition: Node) -> dict[str, Node]:
    """Return a policy by which a service of AWS's may use a resource of ours, where ``condition`` holds."""
    return policy_document(
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": action,
            "Resource": resource_,
            "Condition": condition,
        }
    )


def role(service: str, description: Node, name: str, *statements: Node, **more: Node) -> dict[str, Node]:
    """Return a role that ``service`` (such as ``lambda``) takes on; ``more`` are further properties."""
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    properties = {
        "Description": description,
        "AssumeRolePolicyDocument": policy_document(trust),
        "Policies": [{"PolicyName": name, "PolicyDocument": policy_document(*statements)}],
        **more,
    }
    return resource("IAM::Role", properties)


def log(group: str) -> dict[str, Node]:
    """Return a log that goes with its stack."""
    properties = {"LogGroupName": sub(group), "RetentionInDays": ref("LogRetentionDays")}
    return resource("Logs::LogGroup", properties, **kept("Delete"))


def in_bucket(what: str) -> Intrinsic:
    """Return the ARN of objects in the platform's bucket."""
    return sub(f"arn:${{AWS::Partition}}:s3:::${{BucketName}}/{what}")


def table(name: str, *, expires: str = "", policy: str = "Delete") -> dict[str, Node]:
    """Return a table with the key ``id``; ``expires`` is the attribute after which an item goes."""
    properties = {
        "TableName": sub(name),
        "BillingMode": "PAY_PER_REQUEST",
        **ID_KEY,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},  # it costs by size, here nothing
        **({"TimeToLiveSpecification": {"AttributeName": expires, "Enabled": True}} if expires else {}),
        "SSESpecification": {"SSEEnabled": True},
        "Tags": tags(),
    }
    return resource("DynamoDB::Table", properties, **kept(policy))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that goes off where a metric is above ``threshold``, and stays quiet where there is no data."""

    name: str
    description: Node
    metric: str
    """Namespace and name, such as ``AWS/Lambda Errors``."""
    dimensions: Mapping[str, Node]
    """Without any it is the sum over all functions of the account in the region."""
    statistic: str
    """``Sum``, ``Average``, ``Maximum``, or a percentile such as ``p99``."""
    threshold: Node = 0
    period_s: int = 60
    periods: int = 1
    actions: Sequence[Node] = ()

    def resource(self, **attributes: Node) -> dict[str, Node]:
        """Return it."""
        namespace, _, metric = self.metric.rpartition(" ")
        dimensions = [{"Name": key, "Value": value} for key, value in self.dimensions.items()]
        kind = "ExtendedStatistic" if self.statistic.startswith("p") else "Statistic"
        properties = {
            "AlarmName": sub(self.name),
            "AlarmDescription": self.description,
            **({"AlarmActions": list(self.actions)} if self.actions else {}),
            "Namespace": namespace,
            "MetricName": metric,
            **({"Dimensions": dimensions} if dimensions else {}),
            kind: self.statistic,
            "Period": self.period_s,
            "EvaluationPeriods": self.periods,
            "Threshold": self.threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        }
        return resource("CloudWatch::Alarm", properties, **attributes)
