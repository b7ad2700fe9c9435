"""What a cloud holds, as plain data: what ``aws`` reports and ``plan`` reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Account:
    """Which cloud: ``endpoint`` for the local one, ``profile`` and ``region`` for AWS."""

    endpoint: str | None = None
    profile: str | None = None
    region: str | None = None

    @property
    def local(self) -> bool:
        """Whether this is a cloud on this machine."""
        return self.endpoint is not None


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it stands."""

    name: str
    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


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
    published: str
    code_sha256: str


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
