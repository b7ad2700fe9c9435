"""The families of commands, each imported when one of its commands is asked for: all of them take half a second."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILIES = {
    "play": "play",
    "deploy": "opponents",
    "promote": "opponents",
    "rollback": "opponents",
    "delete": "opponents",
    "retrain": "opponents",
    "new": "prototypes",
    "serve": "prototypes",
    "match": "match",
    "evaluate": "match",
    "train": "train",
    "replay": "records",
    "site": "site",
    "opponents": "opponents",
    "cloud": "cloud",
    "runs": "runs",
    "records": "records",
    "ratings": "ratings",
    "bench": "bench",
}
"""The commands, in the order of ``--help``, and the module of ``client.commands`` that registers each."""


class Commands(Mapping[str, Any]):
    """The commands by their names; looking one up imports its family."""

    def __getitem__(self, name: str) -> Any:
        return registered(FAMILIES[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FAMILIES)

    def __len__(self) -> int:
        return len(FAMILIES)


class Families(TyperGroup):
    """The root command, which knows the names of all commands before it imports any."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Commands()


@cache
def registered(family: str) -> dict[str, Any]:
    """Return the commands that the module ``family`` of ``client.commands`` registers."""
    app = typer.Typer()
    import_module(f"client.commands.{family}").register(app)
    return dict(get_group(app).commands)
