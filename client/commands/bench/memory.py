"""What the local cloud's own process takes of memory, however often something is deployed into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from client.commands.bench.functions import deployed
from client.commands.bench.table import AsJson, show
from client.commands.context import UsageError, cloud_choice, err

if TYPE_CHECKING:
    from games.core import JsonObject


def memory(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The opponent whose copy is deployed again and again.")],
    deployments: Annotated[int, typer.Option(min=1, help="How often.")] = 20,
    every: Annotated[int, typer.Option(min=1, help="After how many deployments to look.")] = 5,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Tell the memory of the local cloud's process while a changed copy of an opponent is deployed again and again."""
    from infra.deploy.opponents import find_folder  # noqa: PLC0415 - infra is imported inside commands
    from infra.load.speed import memory_over  # noqa: PLC0415
    from infra.local import daemon  # noqa: PLC0415

    environment, _ = deployed(context, [name])
    cloud = daemon.status() if cloud_choice(context).local else None
    if cloud is None:
        raise UsageError("the memory of another cloud than the local one cannot be seen")
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("deploying", total=deployments)
        for done, taken in memory_over(
            environment,
            find_folder(name),
            deployments,
            every,
            lambda: float(daemon.ask(cloud.endpoint, "/_arcade/health")["memory_mb"]),
            lambda: progress.advance(task),
        ):
            rows.append({"deployments": done, "memory_mb": taken})
    show(rows, json=json, title="Memory of the local cloud, MB")
