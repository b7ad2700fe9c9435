"""Who may call the API: anybody, who has the key, or who signs with IAM.  It holds for every route alike."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from infra.build.packaging import PackagingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.core.names import Names
    from infra.core.state import Stack

NOBODY_ASKED, KEY, IAM = "NONE", "CUSTOM", "AWS_IAM"
CHOICES = {"none": NOBODY_ASKED, "key": KEY, "iam": IAM}
"""What ``--auth`` says -> what API Gateway calls it."""


def chosen(auth: str | None, found: Mapping[str, Stack], names: Names) -> str:
    """Return the authorization of every route: as chosen, else as it is.  Raises PackagingError."""
    if auth is not None:
        if auth not in CHOICES:
            raise PackagingError(f"--auth {auth!r}: it is one of {', '.join(CHOICES)}")
        return CHOICES[auth]
    catalog = found.get(names.service("catalog"))
    return catalog.parameters.get("Authorization", NOBODY_ASKED) if catalog else NOBODY_ASKED


def route_settings(authorization: str, found: Mapping[str, Stack], names: Names) -> dict[str, str]:
    """Return the parameters of a stack that adds routes."""
    if authorization != KEY:
        return {"Authorization": authorization}
    return {"Authorization": KEY, "AuthorizerId": found[names.service("authorizer")].outputs["AuthorizerId"]}


def new_key() -> tuple[str, str]:
    """Return a key nobody has had before, and its SHA-256."""
    key = secrets.token_urlsafe(32)
    return key, hashlib.sha256(key.encode()).hexdigest()
