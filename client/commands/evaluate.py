"""``lambda-arcade evaluate``: opponents measured on the same tasks, with the uncertainty said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice, pairwise, permutations
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.computing import EXECUTOR_HELP, EXECUTORS, computing
from client.commands.contest import RemoteTrial, api_of, find_deployed
from client.commands.context import UsageError, err, out, print_json
from client.commands.evaluate_page import as_section, command_of
from client.commands.progress import advancing, reporting
from client.commands.train import opponent_folder
from client.console import labelled
from client.net.remote import RemoteOpponent
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from client.net.at_once import Timing
    from client.net.remote import OpponentInfo
    from training.contracts import Benchmark
    from training.evaluation.evaluate import Row, Trial

CALLERS = 4
"""Games that are measured over HTTP at once: enough to keep two cores busy."""


class Entry:
    """One of those to be measured."""

    def __init__(self, game: str, trial: Trial, version: str, sha256: str, timings: Sequence[Timing] = ()) -> None:
        self.game = game
        self.trial = trial
        self.timings = timings
        self.version = version
        self.sha256 = sha256


def evaluate(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Opponents of one game; each is compared with the next.")],
    *,
    games: Annotated[int, typer.Option(min=2, help="How many tasks each of them gets.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same tasks.")] = 1,
    against: Annotated[
        str | None, typer.Option(help="Who sits opposite, if not the game's own: a player, or an opponent's folder.")
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Load the opponents' folders into this process; no cloud is needed.")
    ] = False,
    executor: Annotated[str | None, typer.Option(metavar=EXECUTORS, help=EXECUTOR_HELP + " With --local.")] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Also put the tables into this Markdown page, for those there.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Measure opponents on the same tasks: means with standard errors, and differences in pairs.

    What is measured is the game's own: its page in docs tells.
    """
    from training.contracts import benchmark_for  # noqa: PLC0415
    from training.evaluation.evaluate import run, task_seeds  # noqa: PLC0415 - the composition root reaches in here

    began = perf_counter()
    if executor is not None and not local:
        raise UsageError("--executor is for --local: functions compute where they are deployed")
    if len(set(names)) < len(names):
        raise UsageError(f"give each opponent once, not {', '.join(names)}")
    entries = _local(names, against) if local else _deployed(context, names, against)
    played = {entry.game for entry in entries.values()}
    if len(played) > 1:
        raise UsageError(f"these play different games and cannot be compared: {', '.join(sorted(played))}")
    game = played.pop()
    seeds = list(islice(task_seeds("evaluate", seed), games))
    rows: dict[str, list[Row]] = {}
    with reporting() as reporter, computing(executor), _at_once(games, local=local) as pool:
        for name, entry in entries.items():
            rows[name] = run(entry.trial, seeds, pool, advancing(reporter, name, games))
    benchmark = benchmark_for(game)
    data = {
        "game": game,
        "games": games,
        "seed": seed,
        "against": against or benchmark.reference,
        "where": "in process" if local else "deployed",
        "measures": dict(benchmark.measures),
        **_measured(entries, rows, benchmark),
        "seconds": round(perf_counter() - began, 1),
    }
    if page is not None:
        from training.evaluation.page import put_section  # noqa: PLC0415

        put_section(page, f"evaluation {data['where']}", command_of(data, names), as_section(data, names))
    if json:
        print_json(data)
    else:
        _show(data)


@contextmanager
def _at_once(games: int, *, local: bool) -> Iterator[Executor | None]:
    """Lend what plays the games: workers here, or threads that ask functions."""
    from training.executors import workers  # noqa: PLC0415 - the composition root reaches in here

    with workers(games) if local else ThreadPoolExecutor(CALLERS) as pool:
        yield pool


def _local(names: Sequence[str], against: str | None) -> dict[str, Entry]:
    from ai_functions.runtime.loader import load_opponent  # noqa: PLC0415
    from training.evaluation.evaluate import LocalTrial  # noqa: PLC0415

    entries = {}
    for name in names:
        loaded = load_opponent(opponent_folder(name))
        game = loaded.manifest.game
        opposite = _opposite(game, against)
        entries[name] = Entry(game, LocalTrial(game, str(opponent_folder(name)), opposite), "", loaded.sha256)
    return entries


def _deployed(context: typer.Context, names: Sequence[str], against: str | None) -> dict[str, Entry]:
    from training.contracts import benchmark_for  # noqa: PLC0415
    from training.evaluation.evaluate import local_opponent  # noqa: PLC0415

    entries = {}
    for info in find_deployed(api_of(context), names):
        _note_another_model(info)
        opposite = _opposite(info.game, against)
        partner = None if opposite is None else local_opponent(info.game, opposite)
        trial = RemoteTrial(benchmark_for(info.game), find_game(info.game), RemoteOpponent.of(info), partner)
        entries[info.name] = Entry(info.game, trial, info.version, info.sha256, trial.timings)
    return entries


def _note_another_model(info: OpponentInfo) -> None:
    """Say so where the folder of that name holds another model than the one that is about to be measured."""
    from ai_functions.runtime.model import model_sha256  # noqa: PLC0415
    from infra.deploy.opponents import ladder_folders  # noqa: PLC0415

    for folder in ladder_folders():
        if folder.name == info.name and (there := model_sha256(folder)) != info.sha256:
            err.print(
                f"note: {info.name} version {info.version} has model {info.sha256[:12] or 'none'}, its folder holds "
                f"{there[:12] or 'none'}; to measure that one: lambda-arcade deploy {info.name}",
                soft_wrap=True,
            )


def _opposite(game: str, against: str | None) -> str | None:
    """Return the player's name or the folder that ``--against`` means."""
    from training.contracts import benchmark_for  # noqa: PLC0415

    if against is None or against in benchmark_for(game).players:
        return against
    return str(opponent_folder(against))


def _measured(entries: dict[str, Entry], rows: dict[str, list[Row]], benchmark: Benchmark) -> dict[str, Any]:
    """Return the figures: over the tasks that everyone answered, so that all differences are in pairs."""
    from training.evaluation.statistics import difference, estimate  # noqa: PLC0415

    whole = [index for index, row in enumerate(zip(*rows.values(), strict=True)) if all(row)]
    failed = {name: sum(not row for row in own) for name, own in rows.items()}
    if not whole:
        raise RuntimeError(f"no task was answered by everyone: {failed}")
    columns = {
        name: {measure: [own[index][measure] for index in whole] for measure in benchmark.measures}
        for name, own in rows.items()
    }
    return {
        "opponents": [
            {
                "name": name,
                "version": entry.version,
                "sha256": entry.sha256,
                "failed": failed[name],
                "measures": {measure: estimate(values).to_json() for measure, values in columns[name].items()},
                "milliseconds": _quantiles(entry.timings),
            }
            for name, entry in entries.items()
        ],
        "differences": [
            {
                "first": a,
                "second": b,
                "measure": measure,
                **difference(columns[a][measure], columns[b][measure]).to_json(),
            }
            for a, b in pairwise(rows)
            for measure in benchmark.measures
        ],
        "races": _races(columns, benchmark),
    }


def _quantiles(timings: Sequence[Timing]) -> dict[str, dict[str, float]] | None:
    """Return median and 99th percentile of the round trip and of the function's own time; None in this process."""
    if not timings:
        return None
    ordered = {
        "round_trip": sorted(one.round_trip for one in timings),
        "compute": sorted(one.compute for one in timings),
    }
    return {
        what: {f"p{part}": round(values[len(values) * part // 100], 2) for part in (50, 99)}
        for what, values in ordered.items()
    }


def _races(columns: dict[str, dict[str, list[float]]], benchmark: Benchmark) -> list[dict[str, Any]]:
    """Return how often each is ahead of each of the others by the first measure, on tasks of their own."""
    from training.contracts import LESS  # noqa: PLC0415
    from training.evaluation.statistics import race  # noqa: PLC0415

    measure, better = next(iter(benchmark.measures.items()))
    races = []
    for first, second in permutations(columns, 2):
        won, error = race(columns[first][measure], columns[second][measure], less_wins=better == LESS)
        races.append({"first": first, "second": second, "won": round(won, 4), "standard_error": round(error, 4)})
    return races


def _show(data: dict[str, Any]) -> None:
    opposite = f", against {data['against']}" if data["against"] else ""
    out.print(f"{data['game']}, {data['games']} tasks, {data['where']}{opposite}: mean ± standard error")
    table = Table("opponent", box=None, header_style="bold")
    for measure, better in data["measures"].items():
        table.add_column(f"{measure} ({better} is stronger)", justify="right")
    for item in data["opponents"]:
        cells = [f"{value['mean']:.2f} ± {value['standard_error']:.2f}" for value in item["measures"].values()]
        table.add_row(item["name"] + (f"@{item['version']}" if item["version"] else ""), *cells)
    out.print(table)
    for one in data["races"]:
        out.print(f"{one['first']} beats {one['second']} in {one['won']:.1%} ± {one['standard_error']:.1%}")
    for gap in data["differences"]:
        out.print(
            f"{gap['measure']}, {gap['first']} less {gap['second']}: {gap['mean']:+.2f} ± {gap['standard_error']:.2f} "
            f"(95 % {gap['low']:+.2f} to {gap['high']:+.2f}, p = {gap['p']:.4f}, {gap['pairs']} pairs)"
        )
    for item in data["opponents"]:
        if item["failed"]:
            told = f"{item['name']} did not answer in {item['failed']} tasks, which count for nobody"
            out.print(labelled(told, "yellow"))
