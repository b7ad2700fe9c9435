"""``lambda-arcade bench``: every figure that README and docs quote comes from here.

A game has its own benchmarks in ``BENCHMARKS`` of ``client/games/<game>/bench.py``: functions, each with an example.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from client.commands.bench import frames, functions, many, memory, neighbour, ratings, start, throughput
from games.catalog import find_part, game_packages


class Benchmarks(TyperGroup):
    """The general benchmarks, and those of the games, which are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *_of_games()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name."""
        return super().get_command(ctx, cmd_name) or _of_games().get(cmd_name)


def register(root: typer.Typer) -> None:
    """Add this family to the command line."""
    app = typer.Typer(no_args_is_help=True, help="Measure what README and docs claim.", cls=Benchmarks)
    app.command(epilog="Example: lambda-arcade bench latency battleship_hard --calls 500")(functions.latency)
    app.command(epilog="Example: lambda-arcade bench throughput battleship_easy --against raw")(throughput.throughput)
    app.command(epilog="Example: lambda-arcade bench memory battleship_easy --deployments 500")(memory.memory)
    app.command(epilog="Example: lambda-arcade bench simulation --seconds 60")(functions.simulation)
    app.command(epilog="Example: lambda-arcade bench releases battleship_hard --times 10")(functions.releases)
    app.command(epilog="Example: lambda-arcade bench neighbour battleship_easy --starts 20")(neighbour.neighbour)
    app.command(epilog="Example: lambda-arcade bench cold --starts 10")(functions.cold)
    app.command(epilog="Example: lambda-arcade bench sizes --json")(functions.sizes)
    app.command(epilog="Example: lambda-arcade bench opponents --count 1000")(many.opponents)
    app.command(epilog="Example: lambda-arcade bench ratings --leagues 400 --games 10")(ratings.ratings)
    app.command(epilog="Example: lambda-arcade bench start")(start.start)
    app.command(epilog="Example: lambda-arcade bench frames --size 1120x630")(frames.frames)
    root.add_typer(app, name="bench")


def _of_games() -> dict[str, Any]:
    app = typer.Typer()
    for game in game_packages():
        own = find_part(game, "bench", "client.games")
        for measure, example in (own.BENCHMARKS if own else {}).items():
            app.command(epilog=f"Example: {example}")(measure)
    return dict(get_group(app).commands)
