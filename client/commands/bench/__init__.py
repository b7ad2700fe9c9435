"""``lambda-arcade bench``: every figure that README and docs quote comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from client.commands.bench import functions, games, start

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES: dict[Callable[..., None], str] = {
    functions.latency: "lambda-arcade bench latency battleship_hard --calls 500",
    functions.throughput: "lambda-arcade bench throughput battleship_easy --callers 1 --callers 50",
    functions.releases: "lambda-arcade bench releases battleship_hard --times 10",
    functions.cold: "lambda-arcade bench cold --starts 10",
    functions.sizes: "lambda-arcade bench sizes --json",
    start.start: "lambda-arcade bench start",
    games.engine: "lambda-arcade bench engine --seconds 5",
    games.pursuit: "lambda-arcade bench pursuit pacman_expert --games 100",
    games.frames: "lambda-arcade bench frames pacman_hard --minutes 10",
}
"""What can be measured, and how it is asked for."""


def register(root: typer.Typer) -> None:
    """Add this family to the command line."""
    app = typer.Typer(no_args_is_help=True, help="Measure what README and docs claim.")
    for measure, example in EXAMPLES.items():
        app.command(epilog=f"Example: {example}")(measure)
    root.add_typer(app, name="bench")
