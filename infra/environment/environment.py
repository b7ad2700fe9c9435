"""All that is deployed under one prefix in one cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from infra.aws import api_base_url
from infra.core.errors import CloudError
from infra.core.names import Names
from infra.core.prices import PriceError, price_table
from infra.environment.locks import held
from infra.local.paths import cloud_paths

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from infra.aws import Cloud
    from infra.build.layers import Target
    from infra.core.prices import Prices
    from infra.core.state import Change, Stack

Progress: TypeAlias = Callable[[str, float | None], None]
"""Told what was done and how many seconds it took; without seconds, what has begun."""
LOCAL_PATIENCE_S, AWS_PATIENCE_S = 60.0, 900.0


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment did to one stack."""

    label: str
    verb: str
    seconds: float
    why: tuple[str, ...] = ()
    version: str | None = None
    changes: tuple[Change, ...] = ()
    """What would change, for a dry run."""
    keep_usd: float | None = None
    """What it would cost to keep for a month, for a dry run."""
    url: str | None = None
    """The function's own, if it has one."""
    problem: str = ""
    """Why it was not deployed."""


@dataclass(frozen=True)
class Environment:
    """All that is deployed under one prefix in one cloud, and how to change it."""

    cloud: Cloud
    target: Target
    names: Names = field(default_factory=Names)
    cache: Path = field(default_factory=lambda: cloud_paths().home / "cache")
    settings: tuple[tuple[str, str], ...] = ()
    """Further parameters of the opponents' template, such as Authorization."""

    @property
    def prices(self) -> Prices:
        """AWS's prices, with those that a file in the user's home puts in their place.  Raises CloudError."""
        try:
            return price_table(cloud_paths().home)
        except PriceError as error:
            raise CloudError(str(error)) from error

    @property
    def patience_s(self) -> float:
        """How long a stack may take."""
        return LOCAL_PATIENCE_S if self.cloud.account.local else AWS_PATIENCE_S

    @cached_property
    def platform(self) -> dict[str, str]:
        """The platform stack's outputs.  Raises CloudError when it is not deployed."""
        stack = self.cloud.stack(self.names.platform)
        if stack is None or "ApiId" not in stack.outputs:
            raise CloudError(f"{self.names.platform} is not deployed here; run lambda-arcade deploy --all")
        return dict(stack.outputs)

    @property
    def has_platform(self) -> bool:
        """Whether the platform stack is there."""
        stack = self.cloud.stack(self.names.platform)
        return stack is not None and "ApiId" in stack.outputs

    @property
    def api(self) -> str:
        """Where the HTTP API is called."""
        return api_base_url(self.cloud.account, self.cloud.region, self.platform["ApiId"])

    def function_url(self, stack: Stack | None) -> str | None:
        """Return the URL of an opponent's function itself, as it is called from here; None if it has none."""
        url = stack.outputs.get("FunctionUrl") if stack else None
        endpoint = self.cloud.account.endpoint
        if url is None or endpoint is None:
            return url
        name = urlsplit(url).hostname or ""  # a name that only AWS resolves
        return f"{endpoint.rstrip('/')}/_aws/lambda-url/{name.partition('.')[0]}/"

    def held(self, name: str, progress: Progress | None = None) -> AbstractContextManager[None]:
        """Hold the lock of one opponent.  Raises CloudError that says who holds it.

        With ``progress`` it first waits for whoever holds it, as long as a stack may take, and says so.
        """
        patience_s = 0.0 if progress is None else self.patience_s
        return held(self.cloud, self.platform["LocksTable"], name, patience_s=patience_s, tell=progress)
