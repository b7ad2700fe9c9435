"""What becomes of a batch from a queue after a function has seen it, in place of MiniStack's ``_run_sqs_batch``.

MiniStack deletes a whole batch when the function's report of failures names no message of it, which loses the messages
that failed; AWS takes such a report as a failure of the whole batch.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from infra.local.patches.stream_rules import Rules, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PAUSE_S = 1.0
"""How long a mapping whose function failed rests; its messages are invisible for their own time anyway."""


def mend_queue_batches(
    lambda_service: Any, on_change: Callable[[], object], was_in_trouble: Callable[[float], bool]
) -> None:
    """Replace the part of MiniStack that runs a batch of messages.

    ``on_change`` hears that messages are done; ``was_in_trouble`` says whether the cloud's own disk has been full since
    a moment (of time.monotonic).
    """

    def run_batch(
        mapping: dict[str, Any],
        func: Mapping[str, Any],
        event: Mapping[str, Any],
        batch: Sequence[dict[str, Any]],
        queue_url: str,
        _queue_name: str,
    ) -> None:
        from ministack.services import sqs  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        begun = time.monotonic()
        result = lambda_service._execute_function(func, event)  # noqa: SLF001 - see private_names
        if result.get("throttle"):  # nobody has seen them: that is no receipt on the way to the dead letters
            give_back(batch, time.time() + PAUSE_S * (1 + random.random()))  # noqa: S311
            return
        identifiers = [str(record["messageId"]) for record in event["Records"]]
        bad = set(identifiers)
        if not result.get("error"):
            bad = failed(identifiers, result.get("body"), partial=Rules.of(mapping).partial)
        done = {message["receipt_handle"] for message in batch if message["id"] not in bad}
        if done:
            sqs._delete_messages_for_esm(queue_url, done)  # noqa: SLF001
            on_change()
        if bad and was_in_trouble(begun):  # the cloud's fault, not the messages'
            give_back([message for message in batch if message["id"] in bad], time.time() + PAUSE_S)
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed" if bad else "OK"
        if len(bad) == len(identifiers):
            lambda_service._esm_backoff_until[mapping["UUID"]] = time.time() + PAUSE_S  # noqa: SLF001

    lambda_service._run_sqs_batch = run_batch  # noqa: SLF001


def give_back(messages: Iterable[dict[str, Any]], visible_at: float) -> None:
    """Let ``messages``, which a mapping has received and no function has seen, be received again from then on."""
    for message in messages:
        message["receive_count"] = max(0, int(message.get("receive_count") or 0) - 1)
        message["receipt_handle"] = None
        message["visible_at"] = visible_at


def free_interrupted_batches(lambda_service: Any, sqs: Any) -> None:
    """Give back what was with a function when the server was killed: the function has ended with it."""
    sources = {mapping.get("EventSourceArn") for _, _, mapping in lambda_service._iter_all_esms()}  # noqa: SLF001
    for queue in list(sqs._queues._data.values()):  # noqa: SLF001
        if queue["attributes"].get("QueueArn") in sources:
            now = time.time()
            give_back(
                [item for item in queue["messages"] if item.get("receipt_handle") and item["visible_at"] > now], now
            )
