"""``lambda-arcade cloud simulate``: a day of so many players, hour by hour, and its bill, before anybody has come."""

from __future__ import annotations

from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from client.commands.context import UsageError, err, left_out, out, print_json
from client.commands.records import read_sources
from games.catalog import find_game, game_packages
from infra.core.percentiles import percentile
from infra.core.prices import PriceError, price_table
from infra.local.paths import cloud_paths

if TYPE_CHECKING:
    from infra.core.prices import Prices
    from infra.load.daily_bill import DailyBill
    from infra.load.simulation import Day

HOURS = 24
MOST_PLAYERS = 100_000_000
"""More would take a day themselves."""
LONGEST_MS = 900_000.0
"""Lambda lets no call take longer."""
MATCH_MINUTES = 4.0
"""How long a match is assumed to last where no records tell."""
MEMORY_MB = 512
WAY_MS = (15.0, 18.0, 20.0, 22.0, 25.0, 30.0, 45.0)
"""What network and gateway add, from a house to a region near it.  An assumption."""


def simulate(  # noqa: PLR0913 - a command's options
    context: typer.Context,
    *,
    players: Annotated[int, typer.Option(min=1, max=MOST_PLAYERS, help="People who play now and then.")] = 1_000_000,
    matches: Annotated[float, typer.Option(min=0.001, max=100, help="Matches a day that each of them plays.")] = 0.3,
    records: Annotated[
        list[str] | None,
        typer.Option(
            help="Files, folders or s3:// of records to take thinking times from; else a steady pace is assumed."
        ),
    ] = None,
    game: Annotated[str | None, typer.Option(help="What they play; without it the first game there is.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="The account's quota of environments at once.")] = 1000,
    run_ms: Annotated[float, typer.Option(min=0.1, max=LONGEST_MS, help="What a move takes a warm function.")] = 10,
    start_ms: Annotated[float, typer.Option(min=0, max=LONGEST_MS, help="What a cold start adds to that.")] = 800,
    seed: Annotated[int, typer.Option(help="Another one, another day.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Let so many players play for a day against a model of Lambda: cold starts, refusals, times and the bill.

    A million players take some minutes.  How near the model comes to a real load is told by: bench simulation.
    """
    from infra.load.daily_bill import bill_of  # noqa: PLC0415 - infra is imported inside commands
    from infra.load.simulation import Platform, Workload, simulate_day  # noqa: PLC0415
    from infra.load.thinking import assumed, thinking_of  # noqa: PLC0415

    try:
        prices = price_table(cloud_paths().home)
    except PriceError as error:
        raise UsageError(str(error)) from error
    random = Random(seed)  # noqa: S311 - a model
    game = game or next(iter(game_packages()))
    if records is None:
        thinking = assumed(find_game(game).INFO.moves_per_second, MATCH_MINUTES, random)
    else:
        read = read_sources(context, records, left_out)
        thinking = thinking_of(record for record in read if record.game == game)
        if not thinking:
            raise UsageError(f"no record in {', '.join(records)} has a function that played {game}")
    workload = Workload(players, matches, thinking)
    platform = Platform([run_ms], [start_ms], list(WAY_MS), concurrency=concurrency)
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("hours", total=HOURS)
        day = simulate_day(workload, platform, random, lambda _: progress.advance(task))
    bill = bill_of(day, workload, MEMORY_MB, prices)
    if as_json:
        print_json({"hours": [asdict(hour) for hour in day.hours], "bill": asdict(bill), **_times(day)})
    else:
        _show(day, bill, prices)


def _times(day: Day) -> dict[str, float | None]:
    return {"p50_ms": percentile(day.latencies_ms, 50), "p99_ms": percentile(day.latencies_ms, 99)}


def _show(day: Day, bill: DailyBill, prices: Prices) -> None:
    table = Table("hour", "matches", "moves", "cold", "refused", "stand-ins", "at once", box=None)
    for hour, seen in enumerate(day.hours):
        figures = (seen.matches, seen.moves, seen.cold, seen.throttled, seen.lost, seen.most_at_once)
        table.add_row(f"{hour:02}", *(f"{figure:,}" for figure in figures))
    out.print(table)
    times = _times(day)
    out.print(
        f"{day.total('moves'):,.0f} moves; round trip p50 {times['p50_ms']} ms, p99 {times['p99_ms']} ms; "
        f"cold {day.total('cold') / max(1, day.total('moves')):.3%}, "
        f"refused {day.total('throttled'):,.0f}, stand-ins {day.total('lost'):,.0f}",
        soft_wrap=True,
    )
    out.print(
        f"A day costs {bill.day_usd:,.2f} USD, 30 such days {30 * bill.day_usd:,.2f}; "
        f"{bill.hour_of_play_usd:.6f} an hour of play, {bill.million_moves_usd:.2f} a million moves "
        f"(AWS's list prices of {prices.as_of}).",
        soft_wrap=True,
    )
