"""Two S3 calls, GET and PUT of one object.

boto3 would do it, at 300 ms and 25 MB of start-up for every function; recorded games are annotated far from any
player, but in the same process that answers them.
"""

from __future__ import annotations

import os
from urllib.parse import quote
from urllib.request import Request, urlopen

from ai_functions.runtime.signing import S3, signed_headers

TIMEOUT_S = 10
MAX_OBJECT_BYTES = 8 * 1024 * 1024
"""A record of a long Pac-Man match has about 1 MB."""


class ObjectTooLargeError(ValueError):
    """An object that is no record: it is not read into memory."""


def get_object(bucket: str, key: str) -> bytes:
    """Return the object.  Raises OSError (urllib's HTTPError too) when S3 refuses, ObjectTooLargeError."""
    with urlopen(_request("GET", bucket, key, b""), timeout=TIMEOUT_S) as response:  # noqa: S310 - scheme is ours
        content: bytes = response.read(MAX_OBJECT_BYTES + 1)
    if len(content) > MAX_OBJECT_BYTES:
        raise ObjectTooLargeError(f"s3://{bucket}/{key}: more than {MAX_OBJECT_BYTES} bytes")
    return content


def put_object(bucket: str, key: str, content: bytes) -> None:
    """Write the object.  Raises OSError when S3 refuses."""
    with urlopen(_request("PUT", bucket, key, content), timeout=TIMEOUT_S):  # noqa: S310 - scheme is ours
        return


def _request(method: str, bucket: str, key: str, content: bytes) -> Request:
    region = os.environ.get("AWS_REGION", "us-east-1")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    path = quote(f"/{key}")
    # Another server than AWS's is asked path-style, since its host name need not resolve.
    base = f"{endpoint.rstrip('/')}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
    url = base + path
    headers = signed_headers(method, url, content, service=S3, region=region)
    return Request(url, data=content if method == "PUT" else None, headers=headers, method=method)  # noqa: S310
