"""What a deployment says of an opponent: the parameters of its template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.core.names import URL_MARK
from infra.templates import SLOTS, parameters

if TYPE_CHECKING:
    from infra.templates.intrinsics import Node

VERSION = "[0-9]*"


def opponent_parameters() -> dict[str, Node]:
    """Return the parameters."""
    return {**_platform(), **_code(), **_settings(), **_versions()}


def _platform() -> dict[str, Node]:
    return {
        **parameters.prefix(),
        "OpponentName": parameters.text("The opponent's name, as in its manifest.", AllowedPattern="[a-z0-9_]{1,40}"),
        "Listing": parameters.text(
            f"What the catalog shows of this opponent, as a JSON object. Without routes {URL_MARK} in it, once, becomes"
            " the function's URL.",
            MaxLength=3500,
        ),
        **parameters.platform_outputs("BucketName", "ApiId", "DeadLettersQueue"),
        "CanaryAlarmsTopic": parameters.text("ARN of the platform's topic that ends a canary."),
    }


def _code() -> dict[str, Node]:
    return {
        **parameters.artifact(
            "function", "The zip's SHA-256 in base64. Lambda publishes no version of any other code."
        ),
        "Release": parameters.text("Names code and settings together. A new value publishes a new version."),
        "BaseRelease": parameters.text(
            "The release that a retrained model came from; empty for what was deployed as it is.", Default=""
        ),
        "LayerArns": {
            "Type": "CommaDelimitedList",
            "Default": "none",
            "Description": "Layers, by ARN; none for an opponent that needs the standard library alone.",
        },
        **parameters.python("runs the function"),
    }


def _settings() -> dict[str, Node]:
    text, number = parameters.text, parameters.number
    return {
        "MemoryMb": number(
            "Memory of one instance; its share of a processor grows with it.",
            Default=512,
            MinValue=128,
            MaxValue=10240,
        ),
        "TimeoutSeconds": number(
            "When an answer is given up. API Gateway waits 30 seconds at most.", Default=5, MinValue=1, MaxValue=29
        ),
        "ReservedConcurrency": number(
            "How many requests may run at once, taken out of the account's quota; -1 reserves none.",
            Default=-1,
            MinValue=-1,
        ),
        "ProvisionedConcurrency": number(
            "How many instances are kept warm, and paid for; 0 keeps none. Lambda allows none during a canary.",
            Default=0,
            MinValue=0,
        ),
        "DeadlineMs": number("The answer time the manifest promises. A canary above it at p99 is ended.", Default=1000),
        "ProofKey": text(
            "The key by which the function proves its answers, from the platform's and its name; empty for none.",
            Default="",
            AllowedPattern="([0-9]+:[0-9a-f]{64})?",
        ),
        "Routes": parameters.text(
            "Whether it has routes on the platform's API; without them it is called by its URL.",
            Default="yes",
            AllowedValues=["yes", "no"],
        ),
        **parameters.authorization("the routes"),
        "FunctionUrl": text(
            "Whether the function also has a URL of its own.", Default="none", AllowedValues=["none", "iam", "public"]
        ),
        "RecordsSource": text(
            "ARN of an SQS queue, a Kinesis stream or a DynamoDB stream whose recorded games it annotates.",
            Default="arn:aws:sqs:us-east-1:000000000000:none",
            AllowedPattern="arn:[^:]+:(sqs|kinesis|dynamodb):.+",
        ),
        "RecordsSourceKind": text(
            "What the ARN above is; none reads from nowhere.",
            Default="none",
            AllowedValues=["none", "sqs", "kinesis", "dynamodb"],
        ),
        **parameters.retention("the function's log is"),
    }


def _versions() -> dict[str, Node]:
    text = parameters.text
    return {
        "NewSlot": text("The slot that this deployment's version takes.", Default="A", AllowedValues=list(SLOTS)),
        **{
            f"Slot{slot}": text(
                f"The version that slot {slot} keeps; empty if none. Not read for the new slot.",
                Default="",
                AllowedPattern=VERSION,
            )
            for slot in SLOTS
        },
        "StableVersion": text(
            "For a canary, the version that keeps the rest of the traffic; empty gives the new version all of it.",
            Default="",
            AllowedPattern=VERSION,
        ),
        "CanaryWeight": parameters.number(
            "For a canary, the new version's share of new matches.", Default=0, MinValue=0, MaxValue=1
        ),
    }
