"""What could not be worked on and waits in the dead-letter queue: whose it is, and how it is sent again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.environment.environment import Environment

LOOK_S = 60
"""How long a letter that is looked at is hidden from others."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message of the dead-letter queue."""

    of: str
    """Whose it was: an opponent, or one of the platform's own functions."""
    about: str
    """The object, or the first words of the message."""
    why: str
    sent_ms: int
    queue: str
    """The queue that it came from; empty for any other."""
    function: str
    """The function, with version or alias, that was called; empty for a message."""
    topic: str
    """The topic that could tell nobody; empty for any other."""
    payload: str
    """What to send again."""
    receipt: str

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"of": self.of, "about": self.about, "why": self.why, "sent_ms": self.sent_ms}


def count_dead_letters(environment: Environment) -> int:
    """Return how many there are, about.  Raises CloudError."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = environment.cloud.call("sqs", "get_queue_attributes", QueueUrl=_url(environment), AttributeNames=names)
    return sum(int(asked["Attributes"][name]) for name in names)


def list_dead_letters(environment: Environment) -> list[DeadLetter]:
    """Return the letters there are; they stay where they are.  Raises CloudError."""
    url = _url(environment)
    found = list(_receive(environment, url))
    for letter in found:
        environment.cloud.call(
            "sqs", "change_message_visibility", QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )
    return found


def by_whose(letters: list[DeadLetter]) -> dict[str, int]:
    """Return how many there are of each function."""
    return dict(sorted(Counter(letter.of for letter in letters).items()))


def redrive(environment: Environment, name: str | None = None) -> tuple[int, list[str]]:
    """Send letters again to where they failed, those of ``name`` or all; return how many, and why others stay."""
    url, cloud = _url(environment), environment.cloud
    sent, stay = 0, []
    for letter in list(_receive(environment, url)):
        problem = "" if name in {None, letter.of} else "other"
        if not problem:
            try:
                problem = _send(environment, letter)
            except CloudError as error:
                problem = str(error)
        if problem:
            cloud.call(
                "sqs", "change_message_visibility", QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )
            stay += [f"{letter.of}, {letter.about}: {problem}"] if problem != "other" else []
        else:
            cloud.call("sqs", "delete_message", QueueUrl=url, ReceiptHandle=letter.receipt)
            sent += 1
    return sent, stay


def _send(environment: Environment, letter: DeadLetter) -> str:
    """Send one letter again; return why it cannot be."""
    cloud = environment.cloud
    if letter.topic:
        cloud.call("sns", "publish", TopicArn=letter.topic, Message=letter.payload)
        return ""
    if letter.queue in _queues_before(environment):
        cloud.call("sns", "publish", TopicArn=environment.platform["NewRecordsTopic"], Message=letter.payload)
        return ""
    if letter.queue:
        queue = cloud.call("sqs", "get_queue_url", QueueName=letter.queue)["QueueUrl"]
        cloud.call("sqs", "send_message", QueueUrl=queue, MessageBody=letter.payload)
        return ""
    if letter.function:
        cloud.call(
            "lambda", "invoke", FunctionName=letter.function, InvocationType="Event", Payload=letter.payload.encode()
        )
        return ""
    return "it does not say what was to be done: a stream's records are read again from the stream"


def _queues_before(environment: Environment) -> set[str]:
    """Return the queues that there were between the topic of new records and the platform's functions."""
    return {f"{environment.names.prefix}-{service}" for service in ("rater", "coach")}


def _url(environment: Environment) -> str:
    name = environment.platform["DeadLettersQueue"].rpartition(":")[2]
    return str(environment.cloud.call("sqs", "get_queue_url", QueueName=name)["QueueUrl"])


def _receive(environment: Environment, url: str) -> Iterator[DeadLetter]:
    while True:
        answer = environment.cloud.call(
            "sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=LOOK_S,
            AttributeNames=["All"],
        )  # fmt: skip
        if not answer.get("Messages"):
            return
        for message in answer["Messages"]:
            yield read_letter(message, environment.names.prefix)


def read_letter(message: dict[str, Any], prefix: str) -> DeadLetter:
    """Return what a message of the queue says."""
    attributes = message.get("Attributes") or {}
    sent_ms, receipt, body = (
        int(attributes.get("SentTimestamp", 0)),
        str(message["ReceiptHandle"]),
        str(message["Body"]),
    )
    source = str(attributes.get("DeadLetterQueueSourceArn", "")).rpartition(":")[2]
    data = _parsed(body)
    context = data.get("requestContext")
    if isinstance(context, dict) and "functionArn" in context:
        arn = str(context["functionArn"])
        name = (arn.split(":") + [""] * 7)[6]
        payload = json.dumps(data["requestPayload"]) if "requestPayload" in data else ""
        about = _object(data.get("requestPayload")) or str(data.get("requestPayload") or "a batch of a stream")[:80]
        return DeadLetter(of=_short(name, prefix), about=about, why=_why(context, data), sent_ms=sent_ms, queue="",
                          function=arn if payload else "", topic="", payload=payload, receipt=receipt)  # fmt: skip
    if "TopicArn" in data and "Message" in data:
        topic, payload = str(data["TopicArn"]), str(data["Message"])
        return DeadLetter(of=_short(topic.rpartition(":")[2], prefix), about=_object(_parsed(payload)) or payload[:80],
                          why="nobody could be told", sent_ms=sent_ms, queue="", function="", topic=topic,
                          payload=payload, receipt=receipt)  # fmt: skip
    return DeadLetter(of=_short(source, prefix) or "nobody", about=_object(data) or body[:80], why="failed three times",
                      sent_ms=sent_ms, queue=source, function="", topic="", payload=body, receipt=receipt)  # fmt: skip


def _why(context: dict[str, Any], data: dict[str, Any]) -> str:
    response = data.get("responsePayload")
    error = str(response.get("errorType", "")) if isinstance(response, dict) else ""
    return " ".join(part for part in (str(context.get("condition", "")), error) if part)


def _parsed(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _object(event: Any) -> str:
    """Return the object that a bucket's event tells of, itself or by a topic; empty for another event."""
    try:
        entry = event["Records"][0]
        if "Sns" in entry:
            return _object(_parsed(entry["Sns"]["Message"]))
        return unquote_plus(str(entry["s3"]["object"]["key"]))
    except (KeyError, TypeError, IndexError):
        return ""


def _short(name: str, prefix: str) -> str:
    return name.removeprefix(f"{prefix}-").removeprefix("service-")
