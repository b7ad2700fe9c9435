"""Brings records of Kinesis and DynamoDB streams to functions, in place of MiniStack's two pollers.

MiniStack's poll all streams on one thread, where a function that hangs holds up every other mapping; they retry a batch
for ever, and know neither partial failures nor a destination for what is given up.  Here every shard of a mapping goes
on by itself, by the rules in ``stream_rules``.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.patches.destinations import deliver, stamp
from infra.local.patches.stream_rules import Attempt, Rules, checkpoint, next_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BACKOFF_S = 0.2
MAX_BACKOFF_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard of a stream, as one event source mapping reads it."""

    identity: str
    read: Callable[[int, int], list[dict[str, Any]]]
    """``read(position, limit)``: event records from there on."""
    position: Callable[[], int]
    move: Callable[[int], None]
    batch_info: str
    """``KinesisBatchInfo`` or ``DDBStreamBatchInfo``."""


class StreamPoller:
    """Takes the place of ``lambda_svc._poll_kinesis`` and ``lambda_svc._poll_dynamodb_streams``."""

    def __init__(self, lambda_service: Any, endpoint: str) -> None:
        self._lambda = lambda_service
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._busy: set[tuple[str, str]] = set()
        self._attempts: dict[tuple[str, str], Attempt] = {}
        self._not_before: dict[tuple[str, str], float] = {}

    def install(self) -> None:
        """Replace MiniStack's pollers, and let LATEST mean the moment a mapping is made, for Kinesis too."""
        anchor = self._lambda._init_stream_position  # noqa: SLF001 - see private_names

        def anchor_all(esm_id: str, source_arn: str, starting: str) -> None:
            anchor(esm_id, source_arn, starting)
            if ":kinesis:" in source_arn:
                mapping = {"UUID": esm_id, "EventSourceArn": source_arn, "StartingPosition": starting}
                for _ in self._kinesis_shards(mapping):
                    pass  # a look at a shard for the first time notes where it starts

        self._lambda._init_stream_position = anchor_all  # noqa: SLF001
        self._lambda._poll_kinesis = lambda: self._poll("kinesis", self._kinesis_shards)  # noqa: SLF001
        self._lambda._poll_dynamodb_streams = lambda: self._poll("dynamodb", self._table_shards)  # noqa: SLF001

    def _poll(self, service: str, shards: Callable[[Any], Iterator[Shard]]) -> bool:
        """Set every shard going that has records and is not under way; return whether there was one."""
        from ministack.core import responses  # noqa: PLC0415 - MiniStack reads its settings as it is imported
        from ministack.core.concurrency import spawn_background  # noqa: PLC0415

        found = False
        for account, region, mapping in self._lambda._iter_all_esms():  # noqa: SLF001
            if not mapping.get("Enabled", True) or f":{service}:" not in mapping.get("EventSourceArn", ""):
                continue
            responses._request_account_id.set(account)  # noqa: SLF001 - this thread polls and does nothing else
            responses._request_region.set(region)  # noqa: SLF001
            for shard in shards(mapping):
                key = (mapping["UUID"], shard.identity)
                with self._lock:
                    if key in self._busy or time.monotonic() < self._not_before.get(key, 0.0):
                        continue
                    if not shard.read(shard.position(), 1):
                        continue
                    self._busy.add(key)
                spawn_background(self._serve, key, mapping, shard, thread_name=f"stream {mapping['FunctionName']}")
                found = True
        return found

    def _serve(self, key: tuple[str, str], mapping: dict[str, Any], shard: Shard) -> None:
        """Send one batch of ``shard`` to the mapping's function, and act on what comes of it."""
        try:
            self._send(key, mapping, shard)
        except Exception:  # whatever it was, this shard waits and tries again, and no other is held up
            log.exception("a batch of %s was not processed", mapping.get("EventSourceArn"))
            self._not_before[key] = time.monotonic() + MAX_BACKOFF_S
        finally:
            with self._lock:
                self._busy.discard(key)
            self._lambda._esm_wake.set()  # noqa: SLF001

    def _send(self, key: tuple[str, str], mapping: dict[str, Any], shard: Shard) -> None:
        rules = Rules.of(mapping)
        attempt = self._attempts.get(key, Attempt(rules.batch_size))
        position = shard.position()
        batch = shard.read(position, attempt.size)
        wanted = self._lambda._apply_filter_criteria(batch, mapping)  # noqa: SLF001
        if not wanted:
            shard.move(position + len(batch))
            return
        func, _ = self._lambda._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))  # noqa: SLF001
        if func is None:
            self._not_before[key] = time.monotonic() + MAX_BACKOFF_S
            return
        result = self._lambda._execute_function(func, {"Records": wanted})  # noqa: SLF001
        if result.get("error"):
            good = 0
        else:
            done = checkpoint([_identifier(record) for record in wanted], result.get("body"), partial=rules.partial)
            good = len(batch) if done == len(wanted) else batch.index(wanted[done])
        oldest_s = time.time() - _arrival(batch[min(good, len(batch) - 1)])
        step = next_step(rules, attempt, len(batch), good, oldest_s)
        if step.given_up:
            self._report(mapping, rules, shard, batch[step.done : step.done + step.given_up], func, result)
        shard.move(position + step.done + step.given_up)
        self._attempts[key] = step.attempt
        if good == len(batch):
            mapping["LastProcessingResult"] = "OK"
            self._not_before.pop(key, None)
        else:
            mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
            self._not_before[key] = time.monotonic() + min(MAX_BACKOFF_S, BACKOFF_S * 2**step.attempt.failures)

    def _report(
        self,
        mapping: dict[str, Any],
        rules: Rules,
        shard: Shard,
        batch: list[dict[str, Any]],
        func: dict[str, Any],
        result: dict[str, Any],
    ) -> None:
        """Tell the mapping's destination which records were given up."""
        if rules.destination is None:
            return
        info = {
            "shardId": shard.identity,
            "startSequenceNumber": _identifier(batch[0]),
            "endSequenceNumber": _identifier(batch[-1]),
            "approximateArrivalOfFirstRecord": stamp(_arrival(batch[0])),
            "approximateArrivalOfLastRecord": stamp(_arrival(batch[-1])),
            "batchSize": len(batch),
            "streamArn": mapping["EventSourceArn"],
        }
        expired = rules.max_age_s >= 0 and time.time() - _arrival(batch[0]) > rules.max_age_s
        version = (func.get("config") or {}).get("Version", "$LATEST")
        error = {"functionError": "Unhandled"} if result.get("error") else {}
        report = {
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "functionArn": mapping["FunctionArn"],
                "condition": "MaxRecordAgeExceeded" if expired else "RetryAttemptsExhausted",
                "approximateInvokeCount": rules.retries + 1,
            },
            "responseContext": {"statusCode": 200, "executedVersion": version, **error},
            "version": "1.0",
            "timestamp": stamp(),
            shard.batch_info: info,
        }
        records = {"payload": json.dumps({"Records": batch})}
        path = f"aws/lambda/{mapping['UUID']}/{shard.identity}"
        deliver(self._endpoint, rules.destination, report, records, path)

    def _kinesis_shards(self, mapping: dict[str, Any]) -> Iterator[Shard]:
        from ministack.services import kinesis  # noqa: PLC0415

        arn = mapping["EventSourceArn"]
        stream = kinesis._streams.get(arn.rpartition("/")[2])  # noqa: SLF001
        if stream is None or stream.get("StreamARN") != arn or stream["StreamStatus"] != "ACTIVE":
            return
        all_positions = self._lambda._kinesis_positions  # noqa: SLF001
        latest = mapping.get("StartingPosition", "LATEST") != "TRIM_HORIZON"
        first_look = mapping["UUID"] not in all_positions
        positions = all_positions.setdefault(mapping["UUID"], {})
        for identity, shard in list(stream["shards"].items()):
            # A shard that came by a later split is read from its beginning, whatever the mapping started with.
            positions.setdefault(identity, len(shard["records"]) if latest and first_look else 0)

            def read(position: int, limit: int, shard: Any = shard, identity: str = identity) -> list[dict[str, Any]]:
                records = shard["records"][position : position + limit]
                return [_kinesis_event(record, identity, arn) for record in records]

            def position(positions: Any = positions, identity: str = identity) -> int:
                return int(positions[identity])

            def move(to: int, positions: Any = positions, identity: str = identity) -> None:
                positions[identity] = to

            yield Shard(identity, read, position, move, "KinesisBatchInfo")

    def _table_shards(self, mapping: dict[str, Any]) -> Iterator[Shard]:
        from ministack.services import dynamodb  # noqa: PLC0415

        arn, key = mapping["EventSourceArn"], mapping["UUID"]
        name = arn.partition(":table/")[2].partition("/")[0]
        table = dynamodb._tables.get(name)  # noqa: SLF001
        if table is None or table.get("LatestStreamArn") != arn:
            return
        positions = self._lambda._dynamodb_stream_positions  # noqa: SLF001
        latest = mapping.get("StartingPosition", "LATEST") != "TRIM_HORIZON"
        horizon = dynamodb.stream_start_position(name)
        positions.setdefault(key, dynamodb.stream_end_position(name) if latest else horizon)

        def read(position: int, limit: int) -> list[dict[str, Any]]:
            records: list[dict[str, Any]] = dynamodb.stream_records_since(name, position, limit)
            return records

        def position() -> int:
            return max(int(positions[key]), int(dynamodb.stream_start_position(name)))  # older records have expired

        def move(to: int) -> None:
            positions[key] = to

        yield Shard("shardId-00000000000000000000-00000000", read, position, move, "DDBStreamBatchInfo")


def _kinesis_event(record: dict[str, Any], shard: str, arn: str) -> dict[str, Any]:
    """Return a stored record as an event has it."""
    data = record["Data"]
    _, _, _, region, account, _ = arn.split(":", 5)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": data if isinstance(data, str) else base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{account}:role/lambda",
        "awsRegion": region,
        "eventSourceARN": arn,
    }


def _identifier(record: dict[str, Any]) -> str:
    """Return what a function names a record by in ``batchItemFailures``."""
    return str(record["kinesis"]["sequenceNumber"] if "kinesis" in record else record["dynamodb"]["SequenceNumber"])


def _arrival(record: dict[str, Any]) -> float:
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float(record["dynamodb"]["ApproximateCreationDateTime"])
