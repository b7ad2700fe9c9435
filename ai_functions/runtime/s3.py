"""Two S3 calls, GET and PUT of one object, signed with AWS Signature Version 4.

boto3 would do it, at 300 ms and 25 MB of start-up for every function; recorded games are annotated far from any
player, but in the same process that answers them.
Source: AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hmac
import os
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

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
    headers = _signed_headers(method, url, content, region, datetime.now(UTC))
    return Request(url, data=content if method == "PUT" else None, headers=headers, method=method)  # noqa: S310


def _signed_headers(method: str, url: str, content: bytes, region: str, now: datetime) -> dict[str, str]:
    parts = urlsplit(url)
    payload = sha256(content).hexdigest()
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{parts.path}\n\n{listed}\n{names}\n{payload}"
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + os.environ.get("AWS_SECRET_ACCESS_KEY", "").encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    signature = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    access = os.environ.get("AWS_ACCESS_KEY_ID", "")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers
