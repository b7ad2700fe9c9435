"""S3: artifacts and recorded games."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.aws.session import Session, in_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READERS = 8
"""Objects read at a time."""
AHEAD = 64
"""Objects that are read before they are wanted: what waits is in memory."""


class Objects(Session):
    """What is done with objects."""

    @in_one_line
    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether ``key`` is there."""
        try:
            self.client("s3").head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004 - Not Found
                return False
            raise
        return True

    @in_one_line
    def put_object(self, bucket: str, key: str, content: bytes | Path, sha256: str) -> None:
        """Store ``content``; S3 refuses it if it arrives with another SHA-256."""
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        if isinstance(content, bytes):
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=content, ChecksumSHA256=checksum)
            return
        with content.open("rb") as file:
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=file, ChecksumSHA256=checksum)

    def read_objects(
        self,
        bucket: str,
        prefix: str,
        *,
        newest: int | None = None,
        largest: int | None = None,
        metadata: tuple[str, str] | None = None,
        without: Callable[[str], object] = lambda _: None,
    ) -> Iterator[tuple[str, bytes]]:
        """Yield key and content of the objects of ``bucket`` whose key starts with ``prefix``, by key.

        ``newest`` yields so many of them at most, those stored last; ``largest`` leaves out those with more bytes, and
        ``metadata`` those without this entry, whose keys ``without`` hears.
        """
        keys = self._keys(bucket, prefix, newest, largest)
        with ThreadPoolExecutor(READERS) as pool:
            for first in range(0, len(keys), AHEAD):
                some = keys[first : first + AHEAD]
                for key, content in zip(
                    some, pool.map(lambda key: self._read(bucket, key, metadata), some), strict=True
                ):
                    if content is None:
                        without(key)
                    else:
                        yield key, content

    @in_one_line
    def _keys(self, bucket: str, prefix: str, newest: int | None, largest: int | None) -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = [item for page in pages for item in page.get("Contents", ())]
        if largest is not None:
            found = [item for item in found if item["Size"] <= largest]
        if newest is not None:
            found = sorted(found, key=lambda item: item["LastModified"])[-newest:]
        return sorted(item["Key"] for item in found)

    @in_one_line
    def _read(self, bucket: str, key: str, metadata: tuple[str, str] | None) -> bytes | None:
        found = self.client("s3").get_object(Bucket=bucket, Key=key)
        if metadata is not None and found.get("Metadata", {}).get(metadata[0]) != metadata[1]:
            return None
        content: bytes = found["Body"].read()
        return content
