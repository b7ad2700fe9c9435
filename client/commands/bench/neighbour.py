"""``bench neighbour``: whether who plays notices that many others begin."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from client.commands.bench.functions import deployed, middle_request
from client.commands.bench.table import AsJson, Spread, show
from client.commands.bench.throughput import asking
from client.commands.context import err

if TYPE_CHECKING:
    from games.core import JsonObject


def neighbour(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The opponent that is warm, and asked by one caller.")],
    other: Annotated[str, typer.Option(help="The opponent copies of which start.")] = "",
    starts: Annotated[int, typer.Option(min=1, help="How many copies start at once, each for one caller.")] = 20,
    rounds: Annotated[int, typer.Option(min=2, help="How often; each time in quiet first.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, help="How long each quiet time lasts.")] = 3,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Time a warm opponent's moves in quiet and while many other functions start at once.

    "of quiet" is the 99th percentile over that in quiet, of all rounds together, and then by round with its error.
    """
    from infra.deploy.opponents import find_folder  # noqa: PLC0415 - infra is imported inside commands
    from infra.load.mass_start import mass_starts  # noqa: PLC0415

    environment, found = deployed(context, [name, other or name])
    warm, cold = (next(info for info in found if info.name == wanted) for wanted in (name, other or name))
    ask = asking(warm, middle_request(warm.game).to_json(), 1)
    asked = find_folder(cold.name), middle_request(cold.game).to_json()
    done = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("starting", total=rounds)
        for _ in range(rounds):
            done.append(mass_starts(environment, asked, ask, starts, seconds))
            progress.advance(task)
    quiet = Spread.of([each for one in done for each in one.quiet_ms])
    meanwhile = Spread.of([each for one in done for each in one.meanwhile_ms])
    ratios = [Spread.of(one.meanwhile_ms).p99 / Spread.of(one.quiet_ms).p99 for one in done]
    error = statistics.stdev(ratios) / len(ratios) ** 0.5
    rows: list[JsonObject] = [
        {"when": "quiet", "ms": quiet.to_json(), "processes": 0, "seconds": round(seconds * rounds, 1),
         "of quiet": None, "by round": None},
        {"when": f"{starts} starts", "ms": meanwhile.to_json(), "processes": sum(one.started for one in done),
         "seconds": round(sum(one.took_s for one in done), 1), "of quiet": round(meanwhile.p99 / quiet.p99, 2),
         "by round": f"{statistics.fmean(ratios):.2f} ± {error:.2f}"},
    ]  # fmt: skip
    show(rows, json=json, title=f"Moves of {warm.name} while copies of {cold.name} start")
