"""``lambda-arcade bench``: every figure that README and docs quote comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from client.commands import bench_cloud, bench_games, bench_start

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES: dict[Callable[..., None], str] = {
    bench_cloud.latency: "lambda-arcade bench latency battleship_hard --calls 500",
    bench_cloud.throughput: "lambda-arcade bench throughput battleship_easy --callers 1 --callers 50",
    bench_cloud.releases: "lambda-arcade bench releases battleship_hard --times 10",
    bench_cloud.cold: "lambda-arcade bench cold --starts 10",
    bench_cloud.sizes: "lambda-arcade bench sizes --json",
    bench_start.start: "lambda-arcade bench start",
    bench_games.engine: "lambda-arcade bench engine --seconds 5",
    bench_games.pursuit: "lambda-arcade bench pursuit pacman_expert --games 100",
    bench_games.frames: "lambda-arcade bench frames pacman_hard --minutes 10",
}
"""What can be measured, and how it is asked for."""


def register(root: typer.Typer) -> None:
    """Add this family to the command line."""
    app = typer.Typer(no_args_is_help=True, help="Measure what README and docs claim.")
    for measure, example in EXAMPLES.items():
        app.command(epilog=f"Example: {example}")(measure)
    root.add_typer(app, name="bench")
