"""`lambda-arcade cloud ...`: what can be asked of the cloud that opponents live in; here status, destroy and keys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.table import Column, Table

from client.commands.cloud_bill import bill
from client.commands.cloud_load import drill, load
from client.commands.cloud_local import down, up
from client.commands.cloud_logs import logs, redrive
from client.commands.context import err, find_environment, number, out, print_json, tell
from client.commands.simulate import simulate
from client.console import labelled

if TYPE_CHECKING:
    from rich.text import Text

    from infra.environment.environment import Environment
    from infra.monitor.status import FunctionStatus

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
REFRESH_S, AWS_REFRESH_S = 1.0, 60.0
"""How often the status is looked at again: every look at CloudWatch costs, and it counts by the minute."""
HEADINGS = ("version", "reqs", "req/s", "now", "p50/p99", "cold", "err", "thr", "GB-s", "$/1000", "$/mon")
"""Times in milliseconds; ``now``: running at once; ``thr``: refused for want of concurrency."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    family = typer.Typer(no_args_is_help=True, help="The cloud that opponents live in.")
    family.command(epilog="Examples: lambda-arcade cloud up --json  |  lambda-arcade cloud up --lan")(up)
    family.command(epilog="Example: lambda-arcade cloud down")(down)
    family.command(epilog="Example: lambda-arcade cloud status --watch")(status)
    family.command(
        epilog="Examples: lambda-arcade cloud logs battleship_hard --follow  |  lambda-arcade cloud logs --request ID"
    )(logs)
    family.command(epilog="Example: lambda-arcade cloud bill --json")(bill)
    family.command(epilog="Example: lambda-arcade --profile games cloud destroy")(destroy)
    family.command("rotate-key", epilog="Example: lambda-arcade cloud rotate-key")(rotate)
    family.command(
        epilog="Examples: lambda-arcade cloud redrive --dry-run  |  lambda-arcade cloud redrive battleship_hard"
    )(redrive)
    family.command(epilog="Example: lambda-arcade cloud load battleship_easy --from 1 --to 50 --for 60")(load)
    family.command(epilog="Examples: lambda-arcade cloud drill --for 3s  |  lambda-arcade cloud drill --releases 10")(
        drill
    )
    family.command(epilog="Example: lambda-arcade cloud simulate --players 10000")(simulate)
    app.add_typer(family, name="cloud")


def status(
    context: typer.Context,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")] = False,
    as_json: JSON = False,
) -> None:
    """Show what each function does: versions, requests, concurrency, times, cold starts, errors and cost.

    Below stands how far players have drifted from those that each opponent learned from: how much worse its model
    foretells the newest 60 recorded games than the games held out when it was made (without --watch).

    --watch looks every second, on AWS every minute: CloudWatch takes money for each look.
    """
    from client.commands.drift import drift_line, drifts_of  # noqa: PLC0415 - botocore's errors, at each --help
    from infra.monitor.metrics import COLD_STARTS_QUERY  # noqa: PLC0415
    from infra.monitor.status import take_status  # noqa: PLC0415

    environment = find_environment(context)
    _say_what_is_amiss(environment)
    if as_json:
        items = take_status(environment)
        found = drifts_of(environment, items)
        print_json([{**item.to_json(), "drift": found.get(item.name) if item.share else None} for item in items])
        return
    as_of = environment.prices.as_of
    if not watch:
        items = take_status(environment)
        out.print(_table(items, as_of))
        for name, drift in drifts_of(environment, items).items():
            out.print(drift_line(name, drift), soft_wrap=True)
        if not environment.cloud.account.local:
            out.print(f"cold starts are from CloudWatch Logs Insights:\n{COLD_STARTS_QUERY}", soft_wrap=True)
        return
    with Live(_table(take_status(environment), as_of), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(REFRESH_S if environment.cloud.account.local else AWS_REFRESH_S)
            live.update(_table(take_status(environment), as_of), refresh=True)


def destroy(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JSON = False,
) -> None:
    """Take away everything that was deployed: opponents, platform, recorded games, ratings and keys.

    Asks first, and lists what is left.  Exit status 1 if something is.  Records on this machine stay.
    """
    from infra.deploy.destroy import destroy as run  # noqa: PLC0415
    from infra.deploy.destroy import ours  # noqa: PLC0415

    environment = find_environment(context)
    stacks = ours(environment)
    if not yes:
        for stack in stacks:
            err.print(f"  {stack.name}", soft_wrap=True)
        told = f"Delete these {len(stacks)} stacks with all records, ratings and keys"
        typer.confirm(f"{told}?", abort=True, err=True)
    remains = run(environment, stacks, tell)
    if as_json:
        print_json({"deleted": [stack.name for stack in stacks], "left": remains})
    else:
        out.print("\n".join([f"{len(stacks)} stacks are gone", *(f"left: {item}" for item in remains)]))
    if remains:
        raise typer.Exit(1)


def rotate(context: typer.Context) -> None:
    """Make a new key for proofs: functions use it from their next deployment on, and old proofs stay valid."""
    from infra.deploy.keys import rotate_key  # noqa: PLC0415

    number = rotate_key(find_environment(context))
    out.print(f"key {number} is the newest; lambda-arcade deploy --all hands it to the functions")


def _say_what_is_amiss(environment: Environment) -> None:
    """Name dead letters, and what the local cloud cannot keep functions from on this machine."""
    from infra.monitor.dead_letters import by_whose, list_dead_letters  # noqa: PLC0415
    from infra.monitor.metrics import isolation_gaps  # noqa: PLC0415

    if environment.has_platform and (letters := list_dead_letters(environment)):
        whose = ", ".join(f"{count} of {name}" for name, count in by_whose(letters).items())
        err.print(f"dead letters: {whose}; lambda-arcade cloud redrive sends them again", soft_wrap=True)
    for gap in isolation_gaps(environment):
        err.print(f"does not hold on this machine: {gap}", soft_wrap=True)


def _table(found: list[FunctionStatus], as_of: str) -> Table:
    table = Table(Column("function", no_wrap=True), *HEADINGS, box=None, header_style="bold", padding=(0, 1, 0, 0))
    for item in found:
        table.add_row(
            item.name, _version(item), str(item.requests), f"{item.requests_per_second:.1f}", str(item.concurrency),
            f"{number(item.p50_ms)}/{number(item.p99_ms)}", str(item.cold_starts), str(item.errors),
            str(item.throttles), f"{item.gb_seconds:.2f}",
            "-" if item.usd_per_1000 is None else f"{item.usd_per_1000:.4f}",
            "-" if item.usd_per_month is None else f"{item.usd_per_month:.2f}",
        )  # fmt: skip
    table.caption = f"Costs at AWS's list prices of {as_of}, us-east-1; a month at the present rate"
    return table


def _version(item: FunctionStatus) -> str | Text:
    if item.share is None:
        return labelled(f"{item.version} old", "dim")
    return item.version if item.share == 1 else f"{item.version} {item.share:.0%}"
