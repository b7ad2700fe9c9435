"""Where reports of what was given up go: queues, topics, buckets and functions."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from typing import Any

SERVER_ERROR = 500


class DestinationError(RuntimeError):
    """A destination that is none, or is gone, or refuses."""


def deliver(endpoint: str, destination: str, report: dict[str, Any], more: dict[str, Any], path: str) -> None:
    """Send ``report`` to the destination of that ARN; to a bucket with ``more``, below ``path``, as AWS does.

    It is on disk when this returns.  Raises DestinationError where trying again is of no use.
    """
    try:
        _deliver(endpoint, destination, report, more, path)
    except Exception as error:
        answer = getattr(error, "response", None)  # of the SDK's ClientError
        if answer is None or answer["ResponseMetadata"]["HTTPStatusCode"] >= SERVER_ERROR:
            raise
        raise DestinationError(f"{destination}: {error}") from error


def _deliver(endpoint: str, destination: str, report: dict[str, Any], more: dict[str, Any], path: str) -> None:
    from infra.aws import Cloud  # noqa: PLC0415 - seldom needed, and 0.2 s to import
    from infra.core.state import Account  # noqa: PLC0415

    service, name = destination.split(":")[2], destination.rpartition(":")[2]
    client = Cloud(Account(endpoint)).client(service)
    body = json.dumps(report)
    if service == "sqs":
        client.send_message(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)
    elif service == "sns":
        client.publish(TopicArn=destination, Message=body)
    elif service == "lambda":
        client.invoke(FunctionName=destination, InvocationType="Event", Payload=body)
    elif service == "s3":
        moment = dt.datetime.now(dt.UTC)
        key = f"{path}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
        client.put_object(Bucket=name, Key=key, Body=json.dumps({**report, **more}).encode())
    else:
        raise DestinationError(f"OnFailure destination {destination!r} is no SQS queue, SNS topic, function or bucket")


def stamp(moment: float | None = None) -> str:
    """Return ``moment`` (of time.time; now by default) as AWS writes it."""
    at = dt.datetime.fromtimestamp(time.time() if moment is None else moment, dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
