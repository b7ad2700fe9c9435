"""Which cloud a command talks to: the only thing that separates the local cloud from AWS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import typer
from rich.console import Console

if TYPE_CHECKING:
    from games.core import Json

out = Console(highlight=False)
"""Results, for a person."""
err = Console(stderr=True, highlight=False)
"""Progress and errors."""


class UsageError(ValueError):
    """A command that cannot be carried out as given; its message says what to do instead."""


@dataclass(frozen=True, slots=True)
class CloudChoice:
    """``--endpoint``, ``--profile`` and ``--region`` as given; all None means the local cloud."""

    endpoint: str | None = None
    profile: str | None = None
    region: str | None = None


def cloud_choice(context: typer.Context) -> CloudChoice:
    """Return the cloud that the root command's options chose."""
    return cast("CloudChoice", context.find_root().obj)


def print_json(data: Json | Any) -> None:
    """Print ``data`` as JSON on standard output, for programs."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
