"""`cloud load` and `cloud drill`: functions under load, and one that fails beside others."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.context import UsageError, err, find_environment, number, out, print_json, tell

if TYPE_CHECKING:
    from infra.environment.environment import Environment

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
MAX_LOAD_S = 3600.0


def load(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The opponent to drive.", metavar="NAME")],
    *,
    first: Annotated[float, typer.Option("--from", help="Requests a second at first.", min=0.1)] = 1,
    most: Annotated[float, typer.Option("--to", help="Requests a second at the top.", min=1)] = 50,
    seconds: Annotated[str, typer.Option("--for", help="How long, such as 60s; two thirds of it climbing.")] = "60s",
    other: Annotated[str | None, typer.Option(help="Another opponent, played meanwhile.")] = None,
    png: Annotated[Path, typer.Option(help="Where the plot goes.")] = Path("load.png"),
    as_json: JSON = False,
) -> None:
    """Drive a function from few requests a second to many and back to none, while another one is being played."""
    from client.net.remote import post_once  # noqa: PLC0415 - requests
    from infra.load.load_test import Load, plot, run_load  # noqa: PLC0415

    environment = find_environment(context)
    entries = _entries(environment)
    if name not in entries:
        raise UsageError(f"{name} is not deployed; deployed are {', '.join(entries) or 'nobody'}")
    bystander = other or next((item for item in entries if item != name), None)
    if bystander not in entries:
        raise UsageError(f"{bystander or 'a second opponent'} is not deployed, and one has to be played meanwhile")
    report = run_load(environment, post_once, entries[name], entries[bystander], Load(first, most, duration(seconds)))
    plot(report, png)
    if as_json:
        print_json(asdict(report))
        return
    table = Table("second", "requests", "running", "p50 ms", "p99 ms", "cold starts", "USD so far", box=None)
    for item in report.seconds[:: max(1, len(report.seconds) // 20)]:
        table.add_row(str(item.at_s), str(item.requests) + " " + "▇" * (item.requests // 5), str(item.concurrency),
                      number(item.p50_ms), number(item.p99_ms), str(item.cold_starts), f"{item.usd:.6f}")  # fmt: skip
    out.print(table)
    out.print(
        f"{name}: {_times(report.driven)}, {report.cold_starts} cold starts, "
        f"at most {report.peak_concurrency} at once\n"
        f"{bystander} before: {_times(report.other_before)}\n{bystander} meanwhile: {_times(report.other_during)}\n"
        f"The bill: {report.gb_seconds:.3f} GB-s and {report.driven.calls} requests, {report.usd:.6f} USD at AWS's "
        f"list prices, and nothing from now on. Plot: {png}"
    )


def drill(
    context: typer.Context,
    *,
    seconds: Annotated[str, typer.Option("--for", help="How long each part lasts, such as 3s.")] = "3s",
    releases: Annotated[
        int | None, typer.Option(help="Instead, update it so many times, roll it back and delete it.", min=1)
    ] = None,
    requests: Annotated[int, typer.Option(help="With --releases: how many requests.", min=100)] = 10_000,
    callers: Annotated[int, typer.Option(help="With --releases: how many callers; half of them play it.", min=2)] = 50,
    as_json: JSON = False,
) -> None:
    """Poison, throttle, hang, crash, delete and redeploy one function under load; the others must not notice.

    The function is one made for the drill and removed afterwards.  Exit status 1 if another one failed a request; with
    --releases also if the function itself did before it was deleted.
    """
    from client.net.remote import post_once  # noqa: PLC0415 - requests
    from infra.load.drill import VICTIM, run_drill  # noqa: PLC0415

    environment = find_environment(context)
    others = [entry for name, entry in _entries(environment).items() if name != VICTIM][:3]
    if not others:
        raise UsageError("nobody else is deployed; lambda-arcade deploy --all")
    if releases is not None:
        _release_drill(environment, others, (requests, callers, releases), as_json=as_json)
        return
    phases = run_drill(environment, post_once, others, duration(seconds), tell)
    if as_json:
        print_json([asdict(phase) for phase in phases])
    else:
        table = Table("the one function", "its requests", "good", "throttled", "failed", "others: requests", "failed",
                      "p50 ms", "p99 ms", box=None)  # fmt: skip
        for phase in phases:
            hurt, well = phase.victim, phase.others
            good = hurt.calls - hurt.errors - hurt.throttled
            table.add_row(phase.what, str(hurt.calls), str(good), str(hurt.throttled), str(hurt.errors),
                          str(well.calls), str(well.errors + well.throttled), number(well.p50_ms),
                          number(well.p99_ms))  # fmt: skip
        out.print(table)
    failed = sum(phase.others.errors + phase.others.throttled for phase in phases)
    requests = sum(phase.others.calls for phase in phases)
    err.print(f"{failed} of {requests} requests to {', '.join(entry['name'] for entry in others)} failed")
    if failed:
        raise typer.Exit(1)


def _release_drill(
    environment: Environment, others: list[dict[str, Any]], size: tuple[int, int, int], *, as_json: bool
) -> None:
    from client.net.remote import post_once  # noqa: PLC0415 - requests
    from infra.load.release_drill import run_releases  # noqa: PLC0415

    requests, callers, releases = size
    done = run_releases(environment, post_once, others, tell, requests=requests, callers=callers, updates=releases)
    if as_json:
        print_json(done.to_json())
    else:
        out.print(f"{requests} requests by {callers} callers, {done.requests_per_second:.0f} a second")
        out.print(f"the function, until it was to be deleted: {_times(done.updated)}; "
                  f"answered by versions {', '.join(done.answered_by)}")  # fmt: skip
        out.print(f"the others: {_times(done.others)}")
        updates = sorted(done.updates_s)
        out.print(f"{len(updates)} updates of {updates[0]:.2f} to {updates[-1]:.2f} s (median "
                  f"{updates[len(updates) // 2]:.2f}), rollback {done.rollback_s:.2f} s, "
                  f"deletion {done.delete_s:.2f} s")  # fmt: skip
    if done.updated.errors + done.others.errors + done.others.throttled:
        raise typer.Exit(1)


def duration(text: str) -> float:
    """Return the seconds that ``60s``, ``2m`` or ``60`` means.  Raises UsageError."""
    units = {"s": 1, "m": 60}
    try:
        seconds = float(text.rstrip("sm")) * units.get(text[-1:], 1)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_LOAD_S:
        raise UsageError(f"--for {text!r}: give a time up to an hour, such as 60s or 2m")
    return seconds


def _entries(environment: Environment) -> dict[str, Any]:
    from client.commands.catalog import fetch_catalog  # noqa: PLC0415 - requests

    return {item["name"]: item for item in fetch_catalog(environment.api)}


def _times(times: Any) -> str:
    return (
        f"{times.calls} requests, {times.errors} errors, {times.throttled} throttled, "
        f"p50 {number(times.p50_ms)} ms, p99 {number(times.p99_ms)} ms, slowest {number(times.slowest_ms)} ms"
    )
