"""`cloud logs` and `cloud redrive`: what functions wrote, and what they could not work on."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.context import UsageError, err, find_environment, out, print_json
from client.console import labelled

if TYPE_CHECKING:
    from infra.environment.environment import Environment

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
REFRESH_S = 1.0


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
