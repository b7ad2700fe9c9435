"""``lambda-arcade train``: from recorded games to a better model, and to the cloud if it is one."""

from __future__ import annotations

import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from client.commands.context import UsageError, err, find_environment, out, print_json, tell

if TYPE_CHECKING:
    from rich.progress import TaskID

    from games.record import GameRecord
    from training.pipeline import Trained

EXIT_REFUSED = 1
"""The gate let no model pass: nothing was changed, and nothing deployed."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("train", epilog="Example: lambda-arcade train battleship_hard --records records/battleship --deploy")(
        train
    )


class Console:
    """Shows on standard error how far a training is; says nothing when a program reads the results."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def say(self, text: str) -> None:
        """Show one line."""
        self._progress.console.print(f"  {text}", soft_wrap=True, markup=False)

    def count(self, what: str, done: int, total: int) -> None:
        """Show a bar."""
        if what not in self._bars:
            self._bars[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._bars[what], completed=done)


def bars() -> Progress:
    """Return progress bars on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=False,
    )


def train(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An opponent's name, or its folder.")],
    *,
    records: Annotated[
        list[str] | None,
        typer.Option("--records", help="A file, a folder, or s3://BUCKET/PREFIX of recorded games; may be repeated."),
    ] = None,
    bootstrap: Annotated[
        int | None,
        typer.Option(min=0, help="Also play this many games between bootstrap players and learn from them."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same records and seed give the same model.")] = 1,
    player: Annotated[
        str | None, typer.Option("--for", help="Make an opponent of its own that gets to know this player.")
    ] = None,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Where to put the opponent with its new model, if not in its own folder."),
    ] = None,
    games: Annotated[
        int, typer.Option(min=20, help="At most so many games by the new model and by the one it replaces.")
    ] = 1600,
    deploy: Annotated[
        bool, typer.Option("--deploy", help="Publish the new model as a new version of this one function.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Learn a model from recorded games, and keep it if it plays no worse than the one it replaces.

    Without --records and --bootstrap the games are played by bootstrap players, as many as the opponent's
    opponent.toml says.  With --for, they are the games recorded on this machine, and the player's own decide, each held
    out until its turn: the new opponent must foretell them better than one that knows nothing of the player.  Exit
    status 1 means that the new model was refused; nothing has changed then.
    """
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415 - heavy, needed by this command only
    from infra.deploy.opponents import folder_to_write  # noqa: PLC0415
    from training.card import Origin  # noqa: PLC0415
    from training.pipeline import gather, personal_folder  # noqa: PLC0415
    from training.pipeline import train as run_pipeline  # noqa: PLC0415

    folder = opponent_folder(name)
    manifest = Manifest.load(folder)
    sources = records or ([] if player is None or bootstrap else [_own_records(manifest.game, player)])
    if bootstrap is None:
        bootstrap = 0 if sources else int(manifest.training.get("bootstrap", 0))
    with bars() as progress, TemporaryDirectory(prefix="lambda-arcade-") as scratch:
        teller = Console(progress)
        found = gather(manifest, _read(context, sources, teller), bootstrap, seed, teller)
        if player is not None:
            _must_know(player, found)
            folder = personal_folder(folder, player, Path(scratch))
            out_folder = (out_folder or home() / "opponents") / folder.name
        target = out_folder or folder_to_write(folder)
        origin = Origin(
            records=found,
            source=", ".join([*sources, *([f"{bootstrap} bootstrap games"] if bootstrap else [])]),
            command=_command(name, sources, bootstrap, seed, player),
            seed=seed,
        )
        trained = run_pipeline(folder, origin, target, teller, most=games)
    deployed = _deploy(context, trained.folder) if deploy and trained.verdict.passed else None
    if json:
        print_json(_result(trained, deployed))
    else:
        _show(trained, deployed)
    if not trained.verdict.passed:
        raise typer.Exit(EXIT_REFUSED)


def opponent_folder(name: str) -> Path:
    """Return the folder that ``name`` means: a folder, or one of the ladder.  Raises PackagingError."""
    from infra.deploy.opponents import find_folder  # noqa: PLC0415

    return find_folder(name)


def home() -> Path:
    """Return where this program keeps what it makes (LAMBDA_ARCADE_HOME)."""
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    return cloud_paths().home


def _own_records(game: str, player: str) -> str:
    from client.commands.records import own_records  # noqa: PLC0415

    folder = own_records() / game
    if not folder.exists():
        raise UsageError(f"--for {player!r}: no games are recorded in {folder}; play some, or give --records")
    return str(folder)


def _read(context: typer.Context, sources: list[str], teller: Console) -> list[GameRecord]:
    from client.commands.records import read_sources  # noqa: PLC0415

    return read_sources(context, sources, teller.say)


def _must_know(player: str, records: list[GameRecord]) -> None:
    names = sorted({item.name for record in records for item in record.participants})
    if player not in names:
        raise UsageError(f"--for {player!r}: nobody of that name played in these records; there are {', '.join(names)}")


def _command(name: str, records: list[str], bootstrap: int, seed: int, player: str | None) -> str:
    words = ["lambda-arcade", "train", name]
    for source in records:
        words += ["--records", source]
    if bootstrap:
        words += ["--bootstrap", str(bootstrap)]
    words += ["--seed", str(seed)]
    if player is not None:
        words += ["--for", player]
    return shlex.join(words)


def _deploy(context: typer.Context, folder: Path) -> dict[str, Any]:
    from infra.deploy.deploy import deploy_all  # noqa: PLC0415

    (done,) = deploy_all(find_environment(context), [folder], tell)
    if done.problem:
        raise RuntimeError(f"the new model is in {folder}, but was not deployed: {done.problem}")
    return {"name": done.label, "version": done.version, "seconds": round(done.seconds, 2)}


def _result(trained: Trained, deployed: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "name": trained.manifest.name,
        "game": trained.manifest.game,
        "folder": str(trained.folder) if trained.verdict.passed else None,
        "passed": trained.verdict.passed,
        "reason": trained.verdict.reason,
        "card": trained.card,
        "seconds": dict(trained.seconds),
        "deployed": deployed,
    }


def _show(trained: Trained, deployed: dict[str, Any] | None) -> None:
    verdict = trained.verdict
    out.print(f"{trained.manifest.name}: {verdict.games} games on paired seeds, mean ± standard error")
    table = Table(box=None, header_style="bold")
    for column in ("measure", "new", "replaced", "difference", "95 % interval", "p"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for measure, new in verdict.candidate.items():
        old, gap = verdict.current.get(measure), verdict.differences.get(measure)
        cells = [f"{new.mean:.2f} ± {new.standard_error:.2f}"]
        cells += [f"{old.mean:.2f} ± {old.standard_error:.2f}" if old else "-"]
        cells += (
            [f"{gap.mean:+.2f} ± {gap.standard_error:.2f}", f"{gap.low:+.2f} to {gap.high:+.2f}", f"{gap.p:.4f}"]
            if gap
            else ["-"] * 3
        )
        table.add_row(measure, *cells)
    out.print(table)
    out.print(("[green]passed[/]: " if verdict.passed else "[red]refused[/]: ") + verdict.reason)
    out.print(", ".join(f"{step} {took:.1f} s" for step, took in trained.seconds.items()))
    if verdict.passed:
        out.print(f"model {str(trained.card['sha256'])[:12]} is in {trained.folder}", soft_wrap=True)
    if deployed:
        out.print(f"deployed as version {deployed['version']} of {deployed['name']} in {deployed['seconds']} s")
