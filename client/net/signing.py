"""Requests signed with the AWS credentials in the environment: for an API that was deployed with ``--auth iam``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase

from ai_functions.runtime.signing import signed_headers

if TYPE_CHECKING:
    import requests

AUTH_VARIABLE = "LAMBDA_ARCADE_AUTH"
IAM = "iam"
HTTP_API, FUNCTION_URL = "execute-api", "lambda"


class Signed(AuthBase):
    """Signs each request as it is sent, for the service and the region that its host names."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return ``request`` with its signature."""
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        url, method = str(request.url), str(request.method)
        service, region = _named_by(url)
        request.headers.update(signed_headers(method, url, content, service=service, region=region))
        return request


def _named_by(url: str) -> tuple[str, str]:
    """Return the service and the region of ``url``: the API's or the function's, on AWS or in the local cloud."""
    service = FUNCTION_URL if "lambda-url" in url else HTTP_API
    host = (urlsplit(url).hostname or "").split(".")
    if host[-2:] in (["amazonaws", "com"], ["on", "aws"]):
        return service, host[2]  # id.service.region.…
    return service, os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def wanted() -> bool:
    """Whether requests are to be signed.  Raises ValueError for a variable that names another way."""
    text = os.environ.get(AUTH_VARIABLE, "")
    if text not in {"", IAM}:
        raise ValueError(f"{AUTH_VARIABLE} is {text!r}; give {IAM}, or nothing")
    return text == IAM
