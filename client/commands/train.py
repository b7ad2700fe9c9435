"""``lambda-arcade train``: from recorded games to a better model, and to the cloud if it is one."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.commands.computing import EXECUTOR_HELP, EXECUTORS, computing
from client.commands.context import UsageError, err, find_environment, print_json, tell
from client.commands.progress import reporting
from client.commands.train_result import as_json, show
from client.commands.uploaded import uploaded_records
from games.record import bears_proofs

if TYPE_CHECKING:
    from games.record import GameRecord
    from training.estimators import OwnEstimator
    from training.interrupted import Kept
    from training.pipeline import Trained, Wishes
    from training.progress import ProgressReporter
    from training.set_aside import SetAside

CLOUD = "cloud"
"""Records that are in the cloud's bucket, whatever its name."""
EXIT_REFUSED = 1
"""The gate let no model pass: nothing was changed, and nothing deployed."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("train", epilog="Example: lambda-arcade train battleship_hard --records records/battleship --deploy")(
        train
    )


def train(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="An opponent's name, or its folder.")],
    *,
    records: Annotated[
        list[str] | None,
        typer.Option(
            "--records",
            help="Recorded games: a file, a folder, s3://BUCKET/PREFIX, or cloud for those uploaded there whose "
            "functions prove that they answered so; may be repeated.",
        ),
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
    aim: Annotated[
        str | None,
        typer.Option(
            "--aim",
            metavar="N|none",
            help="What the level should measure (shots, dots) from now on, whatever opponent.toml says; none: as much "
            "as it can.",
        ),
    ] = None,
    learn_from: Annotated[
        list[str] | None,
        typer.Option("--learn-from", help="Also imitate a function's moves: function:NAME; may be repeated."),
    ] = None,
    estimator: Annotated[
        str | None,
        typer.Option(
            "--estimator",
            metavar="FILE.py:NAME|EXPRESSION",
            help="Fit this instead of the recipe's own, such as my.py:make_model or "
            "'HistGradientBoostingClassifier(max_iter=200)'.",
        ),
    ] = None,
    games: Annotated[
        int, typer.Option(min=20, help="At most so many games by the new model and by the one it replaces.")
    ] = 6400,
    executor: Annotated[str | None, typer.Option(metavar=EXECUTORS, help=EXECUTOR_HELP)] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last finished step of the same command, interrupted.")
    ] = False,
    deploy: Annotated[
        bool, typer.Option("--deploy", help="Publish the new model as a new version of this one function.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Learn a model from recorded games, and keep it if it is no worse than the one it replaces.

    A level with an aim must foretell recorded games as well as the model it replaces, and play, its temperature set to
    that, as strongly as it aims to; an opponent without one must play as well as the model it replaces.

    Without --records and --bootstrap the games are played by bootstrap players, as many as the opponent's
    opponent.toml says.  With --for, they are the games recorded on this machine, and the player's own decide, each held
    out until its turn: the new opponent must foretell them better than one that knows nothing of the player.  Exit
    status 1 means that the new model was refused; nothing has changed then.
    """
    from training.pipeline import Wishes  # noqa: PLC0415 - heavy, needed by this command only; first, for its threads

    wishes = Wishes(games, *_aim(aim), _functions(learn_from or []), _own(estimator))
    try:
        scratches = TemporaryDirectory(prefix="lambda-arcade-")
        with reporting() as reporter, scratches as scratch, computing(executor):
            wanted = _Wanted(name, tuple(records or ()), bootstrap, seed, player, out_folder, wishes, resume)
            trained = _train(context, wanted, reporter, Path(scratch))
    except KeyboardInterrupt:
        err.print("interrupted; the same command with --resume goes on after the last step that was finished")
        raise
    deployed = _deploy(context, trained.folder) if deploy and trained.verdict.passed else None
    if json:
        print_json(as_json(trained, deployed, runs_folder()))
    else:
        show(trained, deployed, runs_folder())
    if not trained.verdict.passed:
        raise typer.Exit(EXIT_REFUSED)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for."""

    name: str
    records: tuple[str, ...]
    bootstrap: int | None
    seed: int
    player: str | None
    out: Path | None
    wishes: Wishes
    resume: bool


def _train(context: typer.Context, wanted: _Wanted, reporter: ProgressReporter, scratch: Path) -> Trained:
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415
    from infra.deploy.opponents import folder_to_write  # noqa: PLC0415
    from infra.deploy.probe import prove  # noqa: PLC0415
    from training.card import Origin  # noqa: PLC0415
    from training.folders import personal_folder  # noqa: PLC0415
    from training.pipeline import gather  # noqa: PLC0415
    from training.pipeline import train as run_pipeline  # noqa: PLC0415
    from training.runs import Runs  # noqa: PLC0415
    from training.set_aside import SetAside  # noqa: PLC0415

    folder = opponent_folder(wanted.name)
    manifest = Manifest.load(folder)
    player, wishes = wanted.player, wanted.wishes
    sources = list(wanted.records) or (
        [] if player is None or wanted.bootstrap else [_own_records(manifest.game, player)]
    )
    bootstrap = wanted.bootstrap
    if bootstrap is None:
        bootstrap = 0 if sources else int(manifest.training.get("bootstrap", 0))
    played = _kept(wanted, folder, ["bootstrap", manifest.name, dict(manifest.training), bootstrap, wanted.seed], [])
    goes_on = played.begun
    aside = SetAside()
    found = gather(
        manifest,
        _read(context, sources, manifest.game, reporter, aside),
        bootstrap,
        wanted.seed,
        reporter,
        played,
        aside,
    )
    out_folder = wanted.out or folder_to_write(folder)
    if player is not None:
        _must_know(player, found)
        folder = personal_folder(folder, player, scratch)
        out_folder = (wanted.out or home() / "opponents") / folder.name
    origin = Origin(
        records=found,
        source=", ".join([*sources, *([f"{bootstrap} bootstrap games"] if bootstrap else [])]),
        command=_command(wanted, sources, bootstrap),
        seed=wanted.seed,
        set_aside=aside,
    )
    source = "" if wishes.own is None else wishes.own.source
    asked = [origin.command, wishes.most, fingerprint_of(found), source]
    steps = _kept(wanted, folder, asked, ["opponent.toml", "model.onnx"])
    if wanted.resume and not (goes_on or steps.begun):
        reporter.report("nothing is kept of a command like this that was interrupted; it begins at the beginning")
    keeper = Runs(runs_folder(), prove)
    trained = run_pipeline(folder, origin, out_folder, reporter, wishes=wishes, steps=steps, keeper=keeper)
    steps.forget()
    played.forget()
    return trained


def fingerprint_of(records: list[GameRecord]) -> str:
    """Return a hash of what was played in ``records``."""
    from training.dataset import fingerprint  # noqa: PLC0415

    return fingerprint(records)


def _kept(wanted: _Wanted, folder: Path, asked: list[Any], files: list[str]) -> Kept:
    """Return where the finished steps of a training are kept that was asked for so."""
    from training.interrupted import Kept, key_of  # noqa: PLC0415

    depends = [folder / name for name in files if (folder / name).exists()]
    return Kept(home() / "training", key_of(asked, depends), recalls=wanted.resume)


def _aim(text: str | None) -> tuple[float | None, bool]:
    """Return the aim that was asked for, and whether none was.  Raises UsageError."""
    if text is None or text == "none":
        return None, text is not None
    try:
        aim = float(text)
    except ValueError:
        aim = float("nan")
    if not isfinite(aim) or aim <= 0:
        raise UsageError(f"--aim {text!r}: give a number above 0, such as 50, or none")
    return aim, False


def _functions(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"function:\S+", name):
            raise UsageError(f"--learn-from {name!r}: give function:NAME, NAME being that of a deployed function")
    return tuple(names)


def _own(text: str | None) -> OwnEstimator | None:
    """Return what is to be fitted instead of the recipe's own.  Raises TrainingError."""
    if text is None:
        return None
    from training.estimators import OwnEstimator, find_estimator, source_of  # noqa: PLC0415 - scikit-learn's whole list
    from training.prototypes.recipes import export_own  # noqa: PLC0415

    return OwnEstimator(text, source_of(text), find_estimator(text), export_own)


def opponent_folder(name: str) -> Path:
    """Return the folder that ``name`` means: a folder, or one of the ladder.  Raises PackagingError."""
    from infra.deploy.opponents import find_folder  # noqa: PLC0415

    return find_folder(name)


def home() -> Path:
    """Return where this program keeps what it makes (LAMBDA_ARCADE_HOME)."""
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    return cloud_paths().home


def runs_folder() -> Path:
    """Return where this machine keeps what became of its trainings."""
    return home() / "runs"


def _own_records(game: str, player: str) -> str:
    from client.commands.records import own_records  # noqa: PLC0415

    folder = own_records() / game
    if not folder.exists():
        raise UsageError(f"--for {player!r}: no games are recorded in {folder}; play some, or give --records")
    return str(folder)


def _read(
    context: typer.Context, sources: list[str], game: str, reporter: ProgressReporter, aside: SetAside
) -> list[GameRecord]:
    from client.commands.records import read_sources  # noqa: PLC0415

    def warn(text: str) -> None:
        aside.add(None, text)
        reporter.report(text)

    records: list[GameRecord] = []
    for source in sources:
        if source == CLOUD:
            records += uploaded_records(find_environment(context), game, warn)
        else:
            records += read_sources(context, [source], warn)
    without = sum(not bears_proofs(record) for record in records)
    if without:
        reporter.report(f"{without} of {len(records)} records have no proofs of what their functions answered")
    return records


def _must_know(player: str, records: list[GameRecord]) -> None:
    names = sorted({item.name for record in records for item in record.participants})
    if player not in names:
        raise UsageError(f"--for {player!r}: nobody of that name played in these records; there are {', '.join(names)}")


def _command(wanted: _Wanted, records: list[str], bootstrap: int) -> str:
    words = ["lambda-arcade", "train", wanted.name]
    for source in records:
        words += ["--records", source]
    if bootstrap:
        words += ["--bootstrap", str(bootstrap)]
    words += ["--seed", str(wanted.seed)]
    if wanted.player is not None:
        words += ["--for", wanted.player]
    if wanted.wishes.no_aim or wanted.wishes.aim is not None:
        words += ["--aim", "none" if wanted.wishes.aim is None else f"{wanted.wishes.aim:g}"]
    for function in wanted.wishes.learn_from:
        words += ["--learn-from", function]
    if wanted.wishes.own is not None:
        words += ["--estimator", wanted.wishes.own.text]
    return shlex.join(words)


def _deploy(context: typer.Context, folder: Path) -> dict[str, Any]:
    from infra.deploy.deploy import deploy_all  # noqa: PLC0415

    (done,) = deploy_all(find_environment(context), [folder], tell)
    if done.problem:
        raise RuntimeError(f"the new model is in {folder}, but was not deployed: {done.problem}")
    return {"name": done.label, "version": done.version, "seconds": round(done.seconds, 2)}
