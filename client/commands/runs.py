"""``lambda-arcade runs``: what became of each training, compared, and handed to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from client.commands.context import find_environment, out, print_json
from client.commands.progress import reporting
from client.console import labelled

if TYPE_CHECKING:
    from training.runs import Run, Runs

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RUN = Annotated[str, typer.Argument(help="A run's name, or its beginning; an opponent's name means its newest run.")]
DIGITS = 4
TRAINED, RUNS = "artifacts/trained/", "runs"
"""Where trainers in the cloud keep what they made, and in which folder of it their runs."""
FILES = frozenset({"model_card.json", "report.json", "report.html"})


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    family = typer.Typer(help="What became of each training: its card and its report.")
    family.callback(invoke_without_command=True, epilog="Example: lambda-arcade runs --json")(runs)
    family.command(epilog="Example: lambda-arcade runs show battleship_hard")(show)
    family.command(epilog="Example: lambda-arcade runs compare battleship_hard-20261127-0 battleship_hard-20261128-0")(
        compare
    )
    family.command(epilog="Example: lambda-arcade runs export --mlflow sqlite:///runs.db")(export)
    family.command(epilog="Example: lambda-arcade runs fetch")(fetch)
    app.add_typer(family, name="runs")


def _kept() -> Runs:
    from client.commands.train import runs_folder  # noqa: PLC0415
    from training.runs import Runs  # noqa: PLC0415

    return Runs(runs_folder())


def runs(context: typer.Context, *, as_json: JSON = False) -> None:
    """List the trainings of this machine, passed and refused, the oldest first."""
    if context.invoked_subcommand is not None:
        return
    kept = _kept()
    found = kept.all()
    if as_json:
        print_json([_as_json(run) for run in found])
        return
    table = Table(Column("run", no_wrap=True), "gate", "games", "held-out loss", "level", box=None,
                  header_style="bold")  # fmt: skip
    for run in found:
        summary = _as_json(run)
        table.add_row(
            run.name, _word(run), str(summary["games"] or "-"),
            _interval(summary["loss"]), _level(summary["level"]),
        )  # fmt: skip
    out.print(table if found else "nothing was trained here yet; lambda-arcade train NAME does")
    if found:
        out.print(f"each is a folder with report.html in {kept.folder}", soft_wrap=True)


def show(name: RUN, *, as_json: JSON = False) -> None:
    """Show one training: what it was asked for, what it measured, and where its report is."""
    from training.mlflow_runs import parameters_of  # noqa: PLC0415

    run = _kept().called(name)
    if as_json:
        print_json({**_as_json(run), "card": run.card, "found": run.report()})
        return
    found: Any = run.report()
    out.print(_word(run), Text(f"{run.name}: {found['verdict']['reason']}"), soft_wrap=True)
    table = Table(box=None, show_header=False)
    for key, value in parameters_of(run.card).items():
        table.add_row(key, Text(value))
    for key, value in _measures(run).items():
        table.add_row(key, _interval(value))
    out.print(table)
    out.print(f"report: {run.folder / 'report.html'}", soft_wrap=True)


def compare(first: RUN, second: RUN, *, as_json: JSON = False) -> None:
    """Show in what two trainings differ: parameters, data and versions, and what was measured of both."""
    from training.mlflow_runs import flat, parameters_of  # noqa: PLC0415

    kept = _kept()
    pair = [kept.called(name) for name in (first, second)]
    asked = [{**parameters_of(run.card), **flat({"data": _data(run)})} for run in pair]
    differ = {
        key: [one.get(key) for one in asked]
        for key in dict.fromkeys(key for one in asked for key in one)
        if asked[0].get(key) != asked[1].get(key)
    }
    measures = [_measures(run) for run in pair]
    both = {key: [one.get(key) for one in measures] for key in dict.fromkeys(key for one in measures for key in one)}
    if as_json:
        print_json({"runs": [run.name for run in pair], "differ": differ, "measures": both})
        return
    table = Table("", *(run.name for run in pair), box=None, header_style="bold")
    table.add_row("gate", *(_word(run) for run in pair))
    for key, values in differ.items():
        table.add_row(key, *(Text("-" if value is None else str(value)) for value in values))
    for key, found in both.items():
        table.add_row(key, *(_interval(value) for value in found))
    out.print(table)
    if asked[0].get("data.records_sha256") != asked[1].get("data.records_sha256"):
        out.print("They learned from other games, so losses held out are of other games, too.")


def export(
    name: Annotated[str | None, typer.Argument(help="One run; without it, all of them.", metavar="[RUN]")] = None,
    *,
    mlflow: Annotated[
        str,
        typer.Option("--mlflow", metavar="URI", help="MLflow's store: http://HOST, sqlite:///FILE, a folder."),
    ],
    as_json: JSON = False,
) -> None:
    """Hand runs to MLflow, with their reports: one that is there already is left alone."""
    from training.mlflow_runs import export as hand_over  # noqa: PLC0415

    kept = _kept()
    wanted = kept.all() if name is None else [kept.called(name)]
    with reporting() as reporter:
        handed, there = hand_over(wanted, mlflow, lambda done, total: reporter.count("runs", done, total))
    if as_json:
        print_json({"handed_over": handed, "there_already": there, "uri": mlflow})
    else:
        out.print(f"{handed} runs are in {mlflow} now, {there} were there already", soft_wrap=True)


def fetch(context: typer.Context, *, as_json: JSON = False) -> None:
    """Bring the runs of trainers in the cloud (retrain) to this machine, beside its own."""
    kept: Runs = _kept()
    environment = find_environment(context)
    found: dict[str, dict[str, bytes]] = {}
    for key, content in environment.cloud.read_objects(environment.platform["BucketName"], TRAINED):
        *_, place, run, name = key.split("/")
        if place == RUNS and name in FILES and not (kept.folder / run).exists():
            found.setdefault(run, {})[name] = content
    whole = {run: files for run, files in found.items() if len(files) == len(FILES)}
    for run, files in whole.items():
        kept.put(run, files)
    if as_json:
        print_json({"fetched": sorted(whole)})
    else:
        out.print(f"{len(whole)} runs fetched; lambda-arcade runs lists them")


def _as_json(run: Run) -> dict[str, Any]:
    measures = _measures(run)
    data, evaluation = _data(run), run.card.get("evaluation") or {}
    candidate: Any = evaluation.get("candidate") if isinstance(evaluation, dict) else None
    level = next(iter((candidate or {}).items()), None)
    return {
        "run": run.name,
        "opponent": run.card.get("name"),
        "game": run.card.get("game"),
        "passed": run.passed,
        "created": run.card.get("created"),
        "games": data.get("games"),
        "records_sha256": data.get("records_sha256"),
        "sha256": run.card.get("sha256"),
        "seed": run.card.get("seed"),
        "loss": measures.get("held out: loss"),
        "level": None if level is None else {"measure": level[0], **level[1]},
        "report": str(run.folder / "report.html"),
    }


def _data(run: Run) -> dict[str, Any]:
    found: Any = run.card.get("data") or {}
    return {key: value for key, value in found.items() if key != "players"}


def _measures(run: Run) -> dict[str, Any]:
    """Return what was measured, in words -> a value with its interval."""
    from training.contracts import TrainingError  # noqa: PLC0415

    try:
        told: Any = run.report()
    except TrainingError:
        return {}
    found: dict[str, Any] = {}
    for key, value in (told.get("foretelling", {}).get("new") or {}).items():
        found[f"held out: {key}"] = value["error"] if key == "calibration" else value
    for key, value in told["verdict"]["candidate"].items():
        found[key] = {"value": value["mean"], "low": value["low"], "high": value["high"]}
    for player in told.get("strength", {}).get("players", ()):
        if "difference" in player:
            gap = player["difference"]
            found[f"new less {player['who']}"] = {"value": gap["mean"], "low": gap["low"], "high": gap["high"]}
    return found


def _word(run: Run) -> Text:
    words = {True: ("passed", "green"), False: ("refused", "red"), None: ("not judged", "yellow")}
    return labelled(*words[run.passed])


def _interval(found: Any) -> str:
    if not found or found["value"] is None:
        return "-"
    return f"{found['value']:.{DIGITS}g} ({found['low']:.{DIGITS}g} to {found['high']:.{DIGITS}g})"


def _level(level: Any) -> str:
    return "-" if level is None else f"{level['mean']:.2f} ± {level['standard_error']:.2f} {level['measure']}"
