"""What a cloud holds, as plain data: what ``aws`` reports and ``plan`` reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CloudChoice:
    """``--endpoint``, ``--profile``, ``--region`` and ``--aws`` as given."""

    endpoint: str | None = None
    profile: str | None = None
    region: str | None = None
    aws: bool = False
    """Whether the SDK's own credentials are used: keys in the environment, a role, CloudShell, OIDC."""

    @property
    def local(self) -> bool:
        """Whether commands stay with the local cloud."""
        return not (self.endpoint or self.profile or self.aws)


@dataclass(frozen=True, slots=True)
class Account:
    """Which cloud: with an ``endpoint`` the local one or another that speaks the AWS APIs, without one AWS."""

    endpoint: str | None = None
    profile: str | None = None
    region: str | None = None
    own_credentials: bool = False
    """Whether an endpoint is called with the SDK's own credentials, as a ``profile`` is, not with the local cloud's."""

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, or another one in its place."""
        return self.endpoint is not None

    @property
    def isolated(self) -> bool:
        """Whether nothing of AWS's variables and files may have a say: the endpoint takes the local cloud's keys."""
        return self.endpoint is not None and self.profile is None and not self.own_credentials


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it stands."""

    name: str
    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the alias ``live`` points."""

    version: str
    canary: str | None = None
    weight: float = 0.0
    """The canary's share."""


@dataclass(frozen=True, slots=True)
class FunctionVersion:
    """An immutable version of a function."""

    version: str
    release: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a change set."""

    action: str
    resource: str
    kind: str
    replaces: bool


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change that waits to be carried out."""

    stack: str
    name: str
    kind: str
    changes: tuple[Change, ...]
