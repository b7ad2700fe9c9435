"""The cloud that opponents live in: up, down, status, logs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live
from rich.table import Column, Table

from client.commands.context import cloud_choice, err, out, print_json

if TYPE_CHECKING:
    from infra.arcade import Arcade
    from infra.status import FunctionStatus

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
REFRESH_S = 1.0
HEADINGS = ("version", "share", "requests", "req/s", "now", "p50 ms", "p99 ms", "cold", "errors", "throttled", "GB-s",
            "$/1000 moves", "$/month")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    family = typer.Typer(no_args_is_help=True, help="The cloud that opponents live in.")
    family.command(epilog="Example: lambda-arcade cloud up --json")(up)
    family.command(epilog="Example: lambda-arcade cloud down")(down)
    family.command(epilog="Example: lambda-arcade cloud status --watch")(status)
    family.command(epilog="Example: lambda-arcade cloud logs battleship_hard --follow")(logs)
    app.add_typer(family, name="cloud")


def find_arcade(context: typer.Context, *, architecture: str = "x86_64", auth: str = "none") -> Arcade:
    """Return what is deployed in the cloud that the root options chose."""
    from infra.connect import connect  # noqa: PLC0415

    choice = cloud_choice(context)
    return connect(choice.endpoint, choice.profile, choice.region, architecture=architecture, auth=auth)


def up(*, as_json: JSON = False) -> None:
    """Start the local cloud, or find it running, and print its endpoint."""
    from infra.local import daemon  # noqa: PLC0415

    cloud = daemon.up()
    for note in cloud.notes:
        err.print(f"note: {note}", soft_wrap=True)
    if as_json:
        print_json({"endpoint": cloud.endpoint, "pid": cloud.pid, "home": str(cloud.home), "started": cloud.fresh})
    else:
        out.print(f"the local cloud {'started' if cloud.fresh else 'runs'} at {cloud.endpoint} (process {cloud.pid})")


def down() -> None:
    """Stop the local cloud.  Functions, stacks and objects stay for the next start."""
    from infra.local import daemon  # noqa: PLC0415

    out.print(daemon.down())


def status(
    context: typer.Context,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")] = False,
    as_json: JSON = False,
) -> None:
    """Show what each function does: versions, requests, concurrency, times, cold starts, errors and cost."""
    from infra.status import take_status  # noqa: PLC0415

    arcade = find_arcade(context)
    if as_json:
        print_json([item.to_json() for item in take_status(arcade)])
        return
    if not watch:
        out.print(_table(take_status(arcade)))
        return
    with Live(_table(take_status(arcade)), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(REFRESH_S)
            live.update(_table(take_status(arcade)), refresh=True)


def logs(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An opponent, or one of the platform's own functions.", metavar="NAME")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    minutes: Annotated[float, typer.Option("--minutes", help="How far back to begin.", min=0)] = 10,
    as_json: JSON = False,
) -> None:
    """Show what a function logged."""
    from infra.status import log_group  # noqa: PLC0415

    arcade = find_arcade(context)
    group = log_group(arcade, name)
    since = int((time.time() - 60 * minutes) * 1000)
    shown: set[tuple[int, str, str]] = set()
    while True:
        for event in arcade.cloud.log_events(group, since):
            if event not in shown:
                shown.add(event)
                _print_event(*event, as_json=as_json)
        if not follow:
            return
        # Events of one moment may arrive late, so the last few seconds are asked for again.
        newest = max((at for at, _, _ in shown), default=since)
        since = max(since, newest - 5000)
        shown = {event for event in shown if event[0] >= since}
        time.sleep(REFRESH_S)


def _print_event(at_ms: int, _event_id: str, text: str, *, as_json: bool) -> None:
    if as_json:
        try:
            entry: Any = json.loads(text)
        except ValueError:
            entry = text
        typer.echo(json.dumps({"at_ms": at_ms, "entry": entry}, ensure_ascii=False))
        return
    stamp = time.strftime("%H:%M:%S", time.localtime(at_ms / 1000))
    out.print(f"[dim]{stamp}.{at_ms % 1000:03}[/] ", end="", markup=True)
    out.print(text, markup=False, soft_wrap=True)


def _table(found: list[FunctionStatus]) -> Table:
    table = Table(Column("function", no_wrap=True), *HEADINGS, box=None, header_style="bold")
    for item in found:
        table.add_row(
            item.name, item.version, f"{item.share:.0%}" if item.share is not None else "-", str(item.requests),
            f"{item.requests_per_second:.1f}", str(item.concurrency), _number(item.p50_ms), _number(item.p99_ms),
            str(item.cold_starts), str(item.errors), str(item.throttles), f"{item.gb_seconds:.2f}",
            "-" if item.usd_per_1000 is None else f"{item.usd_per_1000:.5f}",
            "-" if item.usd_per_month is None else f"{item.usd_per_month:.2f}",
        )  # fmt: skip
    from infra.prices import AS_OF  # noqa: PLC0415

    table.caption = f"Costs at AWS's list prices of {AS_OF}, us-east-1; a month at the present rate"
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
