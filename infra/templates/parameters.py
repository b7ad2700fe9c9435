"""Parameters that several templates have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.templates.intrinsics import Node


def text(description: str, **settings: Node) -> dict[str, Node]:
    """Return a parameter that is a text; ``settings`` are Default, AllowedPattern and the like."""
    return {"Type": "String", **settings, "Description": description}


def number(description: str, **settings: Node) -> dict[str, Node]:
    """Return a parameter that is a number."""
    return {"Type": "Number", **settings, "Description": description}


def prefix(description: str = "First part of every name, as in the platform stack.") -> dict[str, Node]:
    """Return the parameter that every template begins with."""
    return {"Prefix": text(description, Default="lambda-arcade", AllowedPattern="[a-z][a-z0-9-]{2,30}")}


def release(description: str = "Names code and settings together.", **settings: Node) -> dict[str, Node]:
    """Return the parameter by which a deployer sees what is there already."""
    return {"Release": text(description, **{"Default": "", **settings})}


def platform_outputs(*names: str) -> dict[str, Node]:
    """Return the parameters that are outputs of the platform's stack."""
    return {name: text(_OUTPUTS[name]) for name in names}


_OUTPUTS = {
    "BucketName": "The platform's bucket.",
    "ApiId": "The platform's HTTP API.",
    "RatingsTable": "The platform's table of ratings.",
    "LocksTable": "The platform's table of who is deploying what.",
    "DeadLettersQueue": "ARN of the platform's dead-letter queue.",
    "NewRecordsTopic": "ARN of the topic on which the bucket tells of new records.",
    "CanaryAlarmsTopic": "ARN of the topic on which alarms tell of a canary.",
}


def python(which: str) -> dict[str, Node]:
    """Return the parameters that say which Python and which processor ``which`` (such as "runs the function")."""
    return {
        "Runtime": text(
            f"The Python that {which}.",
            Default="python3.12",
            AllowedValues=["python3.11", "python3.12", "python3.13", "python3.14"],
        ),
        "Architecture": text(f"The processor that {which}.", Default="x86_64", AllowedValues=["x86_64", "arm64"]),
    }


def artifact(whose: str, sha256: str = "The zip's SHA-256 in base64.") -> dict[str, Node]:
    """Return the parameters of a zip in the bucket."""
    return {"ArtifactKey": text(f"Key of the {whose}'s zip in the bucket."), "ArtifactSha256": text(sha256)}


def retention(what: str) -> dict[str, Node]:
    """Return the parameter that says how long ``what`` (such as "the function's log is") kept."""
    days = [1, 3, 5, 7, 14, 30, 60, 90, 180, 365]
    return {"LogRetentionDays": number(f"How long {what} kept.", Default=30, AllowedValues=days)}


def authorization(what: str) -> dict[str, Node]:
    """Return the parameters that say who may call ``what``."""
    return {
        "Authorization": text(
            f"Who may call {what}. CUSTOM asks the authorizer below.",
            Default="NONE",
            AllowedValues=["NONE", "AWS_IAM", "CUSTOM"],
        ),
        "AuthorizerId": text("The API's authorizer, for CUSTOM.", Default=""),
    }
