"""`cloud bill`: what this month has cost, and will have cost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from client.commands.context import find_environment, out, print_json

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
BILL_ROWS = 20


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
