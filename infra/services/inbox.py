"""New records as the topic tells of them: the bucket's own events, one or more in a message.

What the functions share that are told of new records.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_plus

from botocore.config import Config
from botocore.exceptions import ClientError

from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROVED, YES = "proved", "yes"
"""What the recorder writes into an object's metadata."""
MAX_OBJECT_BYTES = 8 * 1024 * 1024
CLIENT_CONFIG = Config(connect_timeout=2, read_timeout=10, s3={"addressing_style": "path"})
"""For boto3's clients; timeouts in seconds."""
_FAILURES = (GameError, ValueError, KeyError, TypeError, ClientError)
"""What one message may raise without stopping the others: no record, an impossible one, or AWS refuses."""


class Stored(NamedTuple):
    """An object that was stored."""

    bucket: str
    key: str
    size: int
    event: dict[str, Any]
    """The bucket's own words, to hand on."""


class TooLargeError(ValueError):
    """An object that is no record."""


def objects_in(message: str) -> Iterator[Stored]:
    """Yield the objects that one message tells of; none for the test message that S3 sends at first.

    Raises ValueError, KeyError or TypeError for a message that is none of the bucket's.
    """
    for entry in json.loads(message).get("Records", []):
        s3 = entry["s3"]
        yield Stored(s3["bucket"]["name"], unquote_plus(s3["object"]["key"]), int(s3["object"].get("size", 0)), entry)


def read(client: Any, stored: Stored) -> bytes:
    """Return the object.  Raises TooLargeError before anything is read."""
    return read_with_proof(client, stored)[0]


def read_with_proof(client: Any, stored: Stored) -> tuple[bytes, bool]:
    """Return the object, and whether the recorder found it proved.  Raises TooLargeError before anything is read."""
    if stored.size > MAX_OBJECT_BYTES:
        raise TooLargeError(f"s3://{stored.bucket}/{stored.key} has {stored.size} bytes, more than {MAX_OBJECT_BYTES}")
    found = client.get_object(Bucket=stored.bucket, Key=stored.key)
    content: bytes = found["Body"].read(MAX_OBJECT_BYTES + 1)
    return content, found.get("Metadata", {}).get(PROVED) == YES


def _message(entry: dict[str, Any]) -> str:
    """Return what was told: by the topic, or by the queue between that an earlier version had, while it is replaced."""
    return str(entry["Sns"]["Message"] if "Sns" in entry else entry["body"])


class NotDoneError(RuntimeError):
    """Something failed of what a topic told: Lambda tells it again, as a whole."""


def work_through(event: dict[str, Any], work: Callable[[str], None]) -> None:
    """Do ``work`` for every message that a topic tells.  Raises NotDoneError, after all else is done."""
    failed = []
    for entry in event["Records"]:
        try:
            work(_message(entry))
        except _FAILURES as error:
            failed.append(f"{type(error).__name__}: {error}")
            print(json.dumps({"level": "ERROR", "message": failed[-1]}))  # noqa: T201 - the log
    if failed:
        raise NotDoneError("; ".join(failed))
