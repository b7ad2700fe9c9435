"""The child's side of ``client.jobs.job``: does one piece of work and says how far it is."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from client.troubles import told

if TYPE_CHECKING:
    from collections.abc import Callable

WORK = {
    "acquaint": "client.commands.acquaint",  # it trains and deploys: part of the composition root
    "annotate": "client.jobs.annotate",
    "export": "client.jobs.export",
}
"""Where ``run(order, progress)`` of each piece of work lies."""
NICENESS = 10


def main(name: str, line: str, say: Callable[[dict[str, Any]], None]) -> None:
    """Do the work ``name`` as ``line`` orders."""

    def progress(done: int, of: int, doing: str = "") -> None:
        say({"done": done, "of": of, "doing": doing})

    try:
        say({"result": import_module(WORK[name]).run(json.loads(line), progress)})
    except Exception as error:  # noqa: BLE001 - a stranger's rules and functions run here
        say({"trouble": told(error) or type(error).__name__})


def _print(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    main(sys.argv[1], sys.stdin.readline(), _print)
