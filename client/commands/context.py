"""Which cloud a command talks to: the only thing that separates the local cloud from AWS."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import typer

from client.console import PlainConsole, labelled
from infra.core.extras import missing
from infra.core.state import CloudChoice

if TYPE_CHECKING:
    from games.core import Json
    from infra.environment.environment import Environment

out = PlainConsole()
"""Results, for a person."""
err = PlainConsole(stderr=True)
"""Progress and errors."""


class UsageError(ValueError):
    """A command that cannot be carried out as given; its message says what to do instead."""


def choose_cloud(
    context: typer.Context, endpoint: str | None, profile: str | None, region: str | None, *, aws: bool
) -> None:
    """Keep what the root command's options say, for every command."""
    context.obj = CloudChoice(endpoint, profile, region, aws)


def cloud_choice(context: typer.Context) -> CloudChoice:
    """Return the cloud that the root command's options chose."""
    return cast("CloudChoice", context.find_root().obj)


def find_environment(context: typer.Context, *, architecture: str = "x86_64") -> Environment:
    """Return what is deployed in the cloud that the root options chose; say where that is, if not on this machine."""
    from infra.environment.connect import connect  # noqa: PLC0415 - infra is imported inside commands

    return connect(cloud_choice(context), _announce, architecture=architecture)


@cache
def _announce(line: str) -> None:
    """Print ``line``, once, however often a command connects."""
    err.print(line, soft_wrap=True)


def explain_missing(error: ModuleNotFoundError) -> str | None:
    """Return which extra of the installation is missing, and how to get it; None if it is something else."""
    return missing(error.name)


def tell(what: str, seconds: float | None) -> None:
    """Say on standard error what was done and how long it took; without seconds, what has begun."""
    took = " " * 9 if seconds is None else f"{seconds:7.2f} s"
    err.print(labelled(took, "dim", f"  {what}"), soft_wrap=True)


_told: set[str] = set()


def left_out(what: str) -> None:
    """Warn, once, of an entry of the catalog that cannot be read; the others work."""
    if what not in _told:
        _told.add(what)
        err.print(f"warning: {what}", soft_wrap=True)


def print_json(data: Json | Any) -> None:
    """Print ``data`` as JSON on standard output, for programs."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def number(value: float | None) -> str:
    """Return ``value`` in four characters or so; a dash for none."""
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"  # noqa: PLR2004 - four characters are enough
