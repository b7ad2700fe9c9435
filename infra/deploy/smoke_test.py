"""A version that does not answer must not serve: it is asked who it is before it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.core.errors import CloudError

if TYPE_CHECKING:
    from infra.aws import Cloud

IDENTIFY = {"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET", "path": "/"}}}
"""``GET {opponent}`` as the HTTP API would send it."""


def smoke_test(cloud: Cloud, function: str, version: str) -> None:
    """Start ``version`` of ``function`` and ask it who it is.  Raises CloudError if it does not say."""
    try:
        cloud.invoke(function, IDENTIFY, qualifier=version)
    except CloudError as error:
        raise CloudError(f"version {version} does not start: {error}") from error
