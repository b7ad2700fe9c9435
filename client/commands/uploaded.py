"""The records in the cloud that count: those that were uploaded with valid proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from games.record import GameRecord
    from infra.environment.environment import Environment


def uploaded_records(environment: Environment, game: str, warn: Callable[[str], None]) -> list[GameRecord]:
    """Return the records of ``game`` that were uploaded and are proved; ``warn`` hears how many are not.

    Anybody may upload; what nothing proves would teach whatever its sender wished.
    """
    from infra.services.inbox import PROVED, YES  # noqa: PLC0415 - infra and training are imported inside commands
    from training.records import read_records  # noqa: PLC0415

    where, unproved = f"s3://{environment.platform['BucketName']}/records/{game}/", list[str]()

    def read(bucket: str, prefix: str) -> Iterable[tuple[str, bytes]]:
        return environment.cloud.read_objects(bucket, prefix, metadata=(PROVED, YES), without=unproved.append)

    found = list(read_records(where, warn, read))
    if unproved:
        told = f"{len(unproved)} of {len(found) + len(unproved)} uploaded records are left out"
        warn(f"{told}: nothing proves that their functions answered so; --records {where} reads all")
    return found
