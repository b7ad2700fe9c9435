"""What a simulated day costs, and from how many players on a rented machine would cost less.

``python -m infra.load.daily_bill`` draws docs/images/cost-curve.svg and prints its table; seed 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from infra.core.prices import PRICES, Prices, billed_gb_seconds, move_usd
from infra.load.simulation import HOURLY, Day, Platform, Workload, simulate_day
from infra.load.thinking import assumed

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINE_USD_HOUR = 0.0725
"""c7g.large, 2 processors, on demand in us-east-1.  From AWS's price list of 2025."""
MACHINE_MOVES_A_SECOND = 400.0
"""What such a machine is let answer at the busiest hour: 3 ms of a processor a move, 60 % of two processors used."""
PLAYERS = (100, 1_000, 10_000, 100_000)
FARTHEST = 10_000_000
"""Beyond the simulated sizes a move's price hardly changes, and the last one is kept."""
MATCHES_A_DAY, MOVES_A_SECOND, MINUTES, RUN_MS, START_MS, WAY_MS, MEMORY_MB = 0.3, 0.3, 4.0, 10.0, 800.0, 20.0, 512
IMAGE = Path("docs/images/cost-curve.svg")


@dataclass(frozen=True, slots=True)
class DailyBill:
    """The price of one day, US dollars."""

    day_usd: float
    play_hours: float
    hour_of_play_usd: float
    million_moves_usd: float


def bill_of(day: Day, workload: Workload, memory_mb: int, prices: Prices = PRICES) -> DailyBill:
    """Return what the requests of ``day`` cost through the gateway, starts included, which are billed like work."""
    moves, starts = day.total("moves"), day.total("started")
    run_ms = day.total("run_ms") / max(1.0, moves)
    start_ms = day.total("start_ms") / max(1.0, starts)
    each = move_usd(billed_gb_seconds(run_ms, memory_mb), prices=prices)
    start = move_usd(billed_gb_seconds(start_ms, memory_mb), prices=prices) - move_usd(0.0, prices=prices)
    usd = moves * each + starts * start
    length_h = sum(map(sum, workload.thinking_s)) / len(workload.thinking_s) / 3600
    hours = day.total("matches") * length_h
    return DailyBill(usd, hours, usd / hours if hours else 0.0, usd / moves * 1e6 if moves else 0.0)


def machines_usd_a_day(moves_a_day: float) -> tuple[int, float]:
    """Return how many rented machines the busiest hour of a day with so many moves needs, and what they cost a day."""
    busiest = moves_a_day * max(HOURLY) / sum(HOURLY) / 3600
    machines = max(1, -int(-busiest // MACHINE_MOVES_A_SECOND))
    return machines, machines * MACHINE_USD_HOUR * 24


@dataclass(frozen=True, slots=True)
class Point:
    """What so many players cost."""

    players: int
    moves: float
    """A day."""
    play_hours: float
    functions_usd: float
    machines: int
    machines_usd: float


def curve(sizes: Sequence[int]) -> list[Point]:
    """Return both ways' prices of a simulated day for each number of players."""
    found = []
    for players in sizes:
        random = Random(1)  # noqa: S311 - a model
        workload = Workload(players, MATCHES_A_DAY, assumed(MOVES_A_SECOND, MINUTES, random))
        day = simulate_day(workload, Platform([RUN_MS], [START_MS], [WAY_MS]), random, lambda _: None)
        bill = bill_of(day, workload, MEMORY_MB)
        moves = day.total("moves")
        found.append(Point(players, moves, bill.play_hours, bill.day_usd, *machines_usd_a_day(moves)))
    return found


def at(points: Sequence[Point], players: int) -> Point:
    """Return the point of ``players``, in proportion to the largest one that was simulated."""
    last = points[-1]
    share = players / last.players
    machines = machines_usd_a_day(last.moves * share)
    return Point(players, last.moves * share, last.play_hours * share, last.functions_usd * share, *machines)


def crossing(points: Sequence[Point]) -> int:
    """Return from how many players on the machines of a day cost less than the functions."""
    players = 1
    while (point := at(points, players)).machines_usd > point.functions_usd:
        players = max(players + 1, int(players * 1.01))
    return players


def table(points: Sequence[Point]) -> str:
    """Return the curve as Markdown."""
    rows = ["| players | moves a day | functions, $ an hour of play | rented machines | $ an hour of play |",
            "|--:|--:|--:|--:|--:|"]  # fmt: skip
    rows += [
        f"| {point.players:,} | {point.moves:,.0f} | {point.functions_usd / point.play_hours:.5f} "
        f"| {point.machines} | {point.machines_usd / point.play_hours:.5f} |"
        for point in points
    ]
    return "\n".join(rows)


def draw(points: Sequence[Point], players: int, path: Path) -> None:
    """Draw the curve; ``players`` is where the lines cross."""
    from matplotlib import rc_context  # noqa: PLC0415 - slow to import, seldom needed
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasSVG(figure)
    axis = figure.subplots()
    sizes = [point.players for point in points]
    axis.plot(sizes, [point.functions_usd / point.play_hours for point in points], marker="o", label="functions")
    axis.plot(sizes, [point.machines_usd / point.play_hours for point in points], marker="s", label="rented machines")
    axis.axvline(players, linestyle=":", color="grey")
    axis.annotate(f"{players:,} players", (players, axis.get_ylim()[1] / 50), rotation=90, ha="right", va="bottom")
    axis.set(xscale="log", yscale="log", xlabel="people who play now and then", ylabel="US dollars an hour of play")
    axis.legend()
    axis.grid(alpha=0.3)
    with rc_context({"svg.hashsalt": "cost-curve"}):
        figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Print the table and draw the picture."""
    points = curve(PLAYERS)
    whole = [*points, *(at(points, size) for size in (1_000_000, FARTHEST))]
    players = crossing(points)
    print(table(whole))  # noqa: T201 - that is what it is for
    print(f"\nFrom {players:,} players on, rented machines cost less.")  # noqa: T201
    draw(whole, players, IMAGE)


if __name__ == "__main__":
    main()
