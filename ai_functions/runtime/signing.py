"""AWS Signature Version 4, for requests with headers alone.

Two kinds of program sign without boto3: functions, which boto3 would cost 300 ms and 25 MB at start-up, and the game's
window, which knows nothing of AWS.
Source: AWS General Reference, "Create a signed AWS API request".
"""

from __future__ import annotations

import hmac
import os
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlsplit

S3 = "s3"
ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    method: str, url: str, content: bytes, *, service: str, region: str, now: datetime | None = None
) -> dict[str, str]:
    """Return the headers that sign a request with the credentials in the environment; ``host`` is among them."""
    parts = urlsplit(url)
    payload = sha256(content).hexdigest()
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    path = parts.path or "/"
    path = path if service == S3 else quote(path, safe="/~")  # S3 alone signs the path as it is sent
    given = sorted(parse_qsl(parts.query, keep_blank_values=True))
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in given)
    canonical = f"{method}\n{path}\n{query}\n{listed}\n{names}\n{payload}"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = f"{ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + os.environ.get("AWS_SECRET_ACCESS_KEY", "").encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), sha256).digest()
    signature = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    access = os.environ.get("AWS_ACCESS_KEY_ID", "")
    headers["authorization"] = f"{ALGORITHM} Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers
