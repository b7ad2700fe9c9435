"""The cloud that opponents live in: up, down, status, logs, load, drill."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import requests
import typer
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from client.commands.context import UsageError, err, find_environment, left_out, out, print_json, tell
from client.commands.simulate import simulate
from client.console import labelled
from client.net.remote import KEY_VARIABLE, RemoteError, new_session, post_once, readable
from client.net.signing import AUTH_VARIABLE, IAM
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from infra.environment.environment import Environment
    from infra.monitor.status import FunctionStatus

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
REFRESH_S = 1.0
CATALOG_S = 10.0
FORBIDDEN = frozenset({401, 403})
MAX_LOAD_S = 3600.0
BILL_ROWS = 20
HEADINGS = ("version", "reqs", "req/s", "now", "p50/p99", "cold", "err", "thr", "GB-s", "$/1000", "$/mon")
"""Times in milliseconds; ``now``: running at once; ``thr``: refused for want of concurrency."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    family = typer.Typer(no_args_is_help=True, help="The cloud that opponents live in.")
    family.command(epilog="Example: lambda-arcade cloud up --json")(up)
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
    from infra.monitor.metrics import COLD_STARTS_QUERY  # noqa: PLC0415
    from infra.monitor.status import take_status  # noqa: PLC0415

    environment = find_environment(context)
    _say_what_is_amiss(environment)
    if as_json:
        print_json([item.to_json() for item in take_status(environment)])
        return
    as_of = environment.prices.as_of
    if not watch:
        out.print(_table(take_status(environment), as_of))
        if not environment.cloud.account.local:
            out.print(f"cold starts are from CloudWatch Logs Insights:\n{COLD_STARTS_QUERY}", soft_wrap=True)
        return
    with Live(_table(take_status(environment), as_of), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(REFRESH_S)
            live.update(_table(take_status(environment), as_of), refresh=True)


def bill(context: typer.Context, *, as_json: JSON = False) -> None:
    """Show what this month has cost so far and will have cost: by function, match and player.

    On the local cloud it is what AWS would have billed for the same calls.
    """
    from infra.monitor.month import take_bill  # noqa: PLC0415

    month = take_bill(find_environment(context))
    if as_json:
        print_json(asdict(month))
        return
    for what, rows in (("function", month.functions), ("match", month.matches), ("player", month.players)):
        table = Table(what, "calls", "cold", "GB-s", "by gateway", "$", box=None, header_style="bold")
        for row in rows[:BILL_ROWS]:
            table.add_row(Text(str(row[what])), str(row["requests"]), str(row["cold_starts"]),
                          f"{row['gb_seconds']:.3f}", str(row["gateway_requests"]), f"{row['usd']:.6f}")  # fmt: skip
        out.print(table)
        if len(rows) > BILL_ROWS:
            out.print(f"and {len(rows) - BILL_ROWS} more; --json has them all")
    stands = ", ".join(f"{what} {usd:.2f}" for what, usd in month.standing.items())
    totals = Table(f"{month.month}, $", "without the free tier", "with", box=None, header_style="bold")
    totals.add_row("so far", f"{month.so_far_usd:.4f}", f"{month.so_far_free_usd:.4f}")
    totals.add_row("forecast", f"{month.forecast_usd:.4f}", f"{month.forecast_free_usd:.4f}")
    out.print(totals)
    out.print(f"of which stands, a month: {stands}\nAt AWS's list prices of {month.as_of}; {month.elapsed:.1%} of the "
              "month has passed", soft_wrap=True)  # fmt: skip


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


def redrive(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Only those of this function.", metavar="NAME")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List them and send nothing.")] = False,
    as_json: JSON = False,
) -> None:
    """Send dead letters again: events and calls that failed to the end and wait in the dead-letter queue."""
    from infra.monitor.dead_letters import list_dead_letters  # noqa: PLC0415
    from infra.monitor.dead_letters import redrive as send_again  # noqa: PLC0415

    environment = find_environment(context)
    if dry_run:
        letters = [letter for letter in list_dead_letters(environment) if name in {None, letter.of}]
        if as_json:
            print_json([letter.to_json() for letter in letters])
            return
        table = Table("of", "about", "why", "sent", box=None, header_style="bold")
        for letter in letters:
            sent = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(letter.sent_ms / 1000))
            table.add_row(letter.of, letter.about, letter.why, sent)
        out.print(table if letters else "there are no dead letters")
        return
    sent_again, stay = send_again(environment, name)
    if as_json:
        print_json({"sent": sent_again, "stay": stay})
    else:
        out.print(f"{sent_again} dead letters sent again")
        for line in stay:
            err.print(f"stays: {line}", soft_wrap=True)


def logs(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="An opponent, or one of the platform's own functions.", metavar="NAME")
    ] = None,
    *,
    request: Annotated[
        str | None,
        typer.Option(help="One request instead, by its id (HUD, records show).", metavar="ID"),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
    minutes: Annotated[float, typer.Option("--minutes", help="How far back to begin.", min=0)] = 10,
    as_json: JSON = False,
) -> None:
    """Show what a function logged, or what gateway and function wrote about one request."""
    from infra.monitor.status import log_group  # noqa: PLC0415

    if (name is None) == (request is None):
        raise UsageError("give the name of a function, or --request with an id")
    environment = find_environment(context)
    if request is not None:
        _trace(environment, request, minutes, as_json=as_json)
        return
    assert name is not None  # noqa: S101 - one of the two is given
    group = log_group(environment, name)
    since = int((time.time() - 60 * minutes) * 1000)
    shown: set[tuple[int, str, str]] = set()
    while True:
        for event in environment.cloud.log_events(group, since):
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


def _trace(environment: Environment, request: str, minutes: float, *, as_json: bool) -> None:
    from infra.monitor.trace import trace  # noqa: PLC0415

    lines = trace(environment, request, int((time.time() - 60 * minutes) * 1000))
    if as_json:
        print_json([line._asdict() for line in lines])
        return
    for line in lines:
        _print_event(line.at_ms, "", f"{line.source}: {line.text}", as_json=False)
    if not lines:
        out.print(f"nothing is written of {request} in the last {minutes:g} minutes; on AWS only the gateway writes of "
                  "moves that are no news, and a Function URL has none", soft_wrap=True)  # fmt: skip


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
                      _number(item.p50_ms), _number(item.p99_ms), str(item.cold_starts), f"{item.usd:.6f}")  # fmt: skip
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
                          str(well.calls), str(well.errors + well.throttled), _number(well.p50_ms),
                          _number(well.p99_ms))  # fmt: skip
        out.print(table)
    failed = sum(phase.others.errors + phase.others.throttled for phase in phases)
    requests = sum(phase.others.calls for phase in phases)
    err.print(f"{failed} of {requests} requests to {', '.join(entry['name'] for entry in others)} failed")
    if failed:
        raise typer.Exit(1)


def _release_drill(
    environment: Environment, others: list[dict[str, Any]], size: tuple[int, int, int], *, as_json: bool
) -> None:
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


def fetch_catalog(api: str) -> list[dict[str, Any]]:
    """Return what ``GET {api}/opponents`` lists.  Raises UsageError if it does not answer."""
    try:
        answer = new_session().get(f"{api}/opponents", timeout=CATALOG_S)
        if answer.status_code in FORBIDDEN:
            raise UsageError(
                f"{api} lets in who has its key (set {KEY_VARIABLE}) or signs (set {AUTH_VARIABLE} to {IAM})"
            )
        answer.raise_for_status()
        listed = readable(load_json(answer.content), f"{api}/opponents", left_out)
    except (requests.RequestException, RemoteError, NotJsonError) as error:
        raise UsageError(f"the catalog at {api}/opponents does not answer: {error}") from error
    return [{"weights": {}, "rating": None, "deviation": None, "games": 0, "version": "", **item} for item in listed]


def _entries(environment: Environment) -> dict[str, Any]:
    return {item["name"]: item for item in fetch_catalog(environment.api)}


def _times(times: Any) -> str:
    return (
        f"{times.calls} requests, {times.errors} errors, {times.throttled} throttled, "
        f"p50 {_number(times.p50_ms)} ms, p99 {_number(times.p99_ms)} ms"
    )


def _print_event(at_ms: int, _event_id: str, text: str, *, as_json: bool) -> None:
    if as_json:
        try:
            entry: Any = json.loads(text)
        except ValueError:
            entry = text
        typer.echo(json.dumps({"at_ms": at_ms, "entry": entry}, ensure_ascii=False))
        return
    stamp = time.strftime("%H:%M:%S", time.localtime(at_ms / 1000))
    out.print(labelled(f"{stamp}.{at_ms % 1000:03}", "dim", f" {text}"), soft_wrap=True)


def _table(found: list[FunctionStatus], as_of: str) -> Table:
    table = Table(Column("function", no_wrap=True), *HEADINGS, box=None, header_style="bold", padding=(0, 1, 0, 0))
    for item in found:
        table.add_row(
            item.name, _version(item), str(item.requests), f"{item.requests_per_second:.1f}", str(item.concurrency),
            f"{_number(item.p50_ms)}/{_number(item.p99_ms)}", str(item.cold_starts), str(item.errors),
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


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"  # noqa: PLR2004 - four characters are enough
