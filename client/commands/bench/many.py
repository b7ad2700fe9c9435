"""``bench opponents``: how the platform does with a thousand of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.table import Table

from client.commands.context import err, out, print_json


def opponents(
    *,
    count: Annotated[int, typer.Option(help="How many, at last.", min=2, max=10_000)] = 1000,
    folder: Annotated[Path, typer.Option(help="What each is a copy of.")] = Path("tests/opponents/first_free"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Deploy ever more opponents into a local cloud that is thrown away: time, memory, listing, price of keeping."""
    from infra.aws import Cloud  # noqa: PLC0415 - infra is imported inside commands
    from infra.build.layers import this_machine  # noqa: PLC0415
    from infra.core.state import Account  # noqa: PLC0415
    from infra.deploy.deploy import deploy_all  # noqa: PLC0415
    from infra.environment.environment import Environment  # noqa: PLC0415
    from infra.load.many import deploy_many  # noqa: PLC0415
    from infra.local import daemon  # noqa: PLC0415

    counts = sorted({max(1, count * percent // 100) for percent in (1, 10, 30, 60, 100)})
    with TemporaryDirectory(prefix="arcade-") as scratch:
        home = Path(scratch) / "home"
        cloud = daemon.up(home, port=0)
        try:
            environment = Environment(Cloud(Account(cloud.endpoint)), this_machine(), cache=Path(scratch) / "cache")
            deploy_all(environment, [], lambda *_: None)
            steps = list(deploy_many(environment, folder, counts, home, cloud.pid, err.print))
        finally:
            daemon.down(home)
    if as_json:
        print_json([asdict(step) for step in steps])
        return
    table = Table("opponents", "s each", "server MB", "disk MB", "listed in s", "list KB", "$/month", box=None)
    for step in steps:
        memory = "-" if step.server_mb is None else f"{step.server_mb:.0f}"
        table.add_row(str(step.opponents), f"{step.seconds_each:.2f}", memory, f"{step.disk_mb:.0f}",
                      f"{step.list_s:.2f}", f"{step.list_kb:.0f}", f"{step.keep_usd:.4f}")  # fmt: skip
    out.print(table)
