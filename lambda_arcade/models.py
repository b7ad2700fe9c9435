"""From a fitted estimator, or a file, to an opponent's folder and to a function that plays."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_arcade.clouds import environment_in
from lambda_arcade.reporting import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infra.core.state import CloudChoice
    from infra.environment.environment import Environment
    from training.progress import ProgressReporter
    from training.prototypes.folder import Made
    from training.runs import Runs
    from training.tables.table import Table

RUNS = "runs"
"""The folder in the data folder with a folder for each training."""
ONNX, SKLEARN = "onnx", "sklearn"
"""What computes in the function."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An opponent in a folder: converted, compared, tried as a function, measured."""

    name: str
    folder: Path
    card: Mapping[str, Any]
    """What ``model_card.json`` says."""
    lines: tuple[str, ...] = field(repr=False, default=())
    """What was found, a line each."""
    report: Path | None = None
    """The page that tells all of it."""

    def __str__(self) -> str:
        return "\n".join((f"{self.name} is in {self.folder}", *_indented(self)))


def _indented(saved: Saved) -> list[str]:
    report = [] if saved.report is None else [f"report: {saved.report}"]
    return [f"  {line}" for line in (*saved.lines, *report)]


@dataclass(frozen=True, slots=True)
class Deployed(Saved):
    """An opponent that is a function now, and in the menu."""

    version: str = ""
    url: str = ""
    """Where it answers."""

    def __str__(self) -> str:
        lines = (f"{self.name} is deployed, version {self.version}: {self.url}", *_indented(self))
        return "\n".join(lines)


def save(  # noqa: PLR0913 - each is a thing that somebody may want otherwise
    model: Any,
    folder: str | Path,
    *,
    name: str,
    game: str,
    table: Table | None = None,
    features: Callable[[Any], Any] | str | Path | None = None,
    best: Any = None,
    columns: Sequence[str] | None = None,
    output: str | None = None,
    temperature: float | None = None,
    title: str | None = None,
    runtime: str = ONNX,
    reporter: ProgressReporter | None = None,
    source: str = "la.save",
) -> Saved:
    """Make an opponent of ``model`` in ``folder``, and try it as a function; nothing is published.

    Args:
        model: A fitted estimator that answers rows of shape (rows, columns): scikit-learn's, LightGBM's, XGBoost's; or
            the content of an ONNX file.
        folder: Where the opponent is to be; one that was made so before is replaced.
        name: Small letters, digits and _.
        game: Such as ``battleship``.
        table: What it was fitted on: 2,000 of its rows prove that the converted model says the same, to
            1e-5 + 1e-5 of the value.  Without it, rows of games played for the purpose do.
        features: ``features(observation)``, which returns further columns: a dict with one value for each of the
            game's ``legal_actions(observation)``, or one for all; or a list with a dict for each.  It ships with the
            model; a path to a file that defines it does, too.  By default the table's.
        best: The class that makes a good move, where the classes are words that nobody can know.
        columns: Of an ONNX model: the columns that it wants, in order.
        output: Of an ONNX model: the output that answers.
        temperature: How freely moves are drawn, in nats of log-odds; 0 takes the best.
        title: What the menu shows.
        runtime: ``onnx``, or ``sklearn`` for what no converter knows (a FunctionTransformer with Python of your own, an
            exotic estimator): skops ships it as it is, on a layer with scikit-learn.  What that costs is told before
            anything is put in place: some seconds of cold start.
        reporter: Who is told how far it is; by default a line each on standard error.
        source: For the card: where the model came from.

    Raises:
        TrainingError: It cannot be converted, would say something else, or does not answer a recorded position; the
            folder is as it was then.
        PackagingError: It does not run as a function.
    """
    made = _made(
        model, Path(folder).expanduser().resolve(), reporter, name=name, game=game, table=table, features=features,
        best=best, columns=columns, output=output, temperature=temperature, title=title, runtime=runtime, source=source,
    )  # fmt: skip
    return Saved(made.manifest.name, made.folder, made.card, made.lines, page_of(made.run))


def deploy(  # noqa: PLR0913 - the same
    model: Any,
    *,
    name: str,
    game: str,
    table: Table | None = None,
    features: Callable[[Any], Any] | str | Path | None = None,
    best: Any = None,
    columns: Sequence[str] | None = None,
    output: str | None = None,
    temperature: float | None = None,
    title: str | None = None,
    runtime: str = ONNX,
    folder: str | Path | None = None,
    cloud: CloudChoice | None = None,
    reporter: ProgressReporter | None = None,
    source: str = "la.deploy",
) -> Deployed:
    """Make a function of ``model``: do what ``save`` does, then deploy it; it is in the menu of a running game.

    ``folder`` is by default ``opponents/NAME`` in the data folder (LAMBDA_ARCADE_HOME); ``cloud`` is this machine's
    unless one is chosen.  All else is as for ``save``.  Raises what ``save`` does, and RuntimeError where the cloud
    refuses; what served before serves on then.
    """
    return published(name, folder, cloud, reporter, lambda place: _made(
        model, place, reporter, name=name, game=game, table=table, features=features, best=best, columns=columns,
        output=output, temperature=temperature, title=title, runtime=runtime, source=source,
    ))  # fmt: skip


def published(
    name: str,
    folder: str | Path | None,
    cloud: CloudChoice | None,
    reporter: ProgressReporter | None,
    make: Callable[[Path], Made],
) -> Deployed:
    """Let ``make`` make an opponent in a folder, and deploy it."""
    from infra.deploy.deploy import deploy_opponents  # noqa: PLC0415 - it brings boto3
    from infra.deploy.platform import make_room  # noqa: PLC0415
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    place = cloud_paths().home / "opponents" / name if folder is None else Path(folder).expanduser().resolve()
    environment = environment_in(cloud)
    _check_not_taken(environment, name, place)
    made = make(place)
    told = reporter or Lines()
    tell = lambda what, _seconds: told.report(what)  # noqa: E731 - used twice
    make_room(environment, [made.folder], tell)
    (done,) = deploy_opponents(environment, [made.folder], tell)
    if done.problem:
        raise RuntimeError(f"{name} is in {made.folder}, but was not deployed: {done.problem}")
    url = f"{environment.api}/opponents/{name}"
    return Deployed(name, made.folder, made.card, made.lines, page_of(made.run), str(done.version), url)


def _check_not_taken(environment: Environment, name: str, place: Path) -> None:
    """Raise TrainingError for a name under which something else is deployed."""
    from ai_functions.runtime.manifest import MANIFEST  # noqa: PLC0415
    from training.contracts import TrainingError  # noqa: PLC0415

    if (place / MANIFEST).exists() or not environment.has_platform:
        return
    if environment.cloud.stack(environment.names.opponent(name)) is not None:
        raise TrainingError(
            f"the name {name!r} is taken: an opponent of that name is deployed, and not from {place}; choose another "
            f"name, or delete that one (lambda-arcade delete {name})"
        )


def _made(model: Any, folder: Path, reporter: ProgressReporter | None, **wanted: Any) -> Made:
    from training.contracts import TrainingError  # noqa: PLC0415
    from training.prototypes.asked import Asked  # noqa: PLC0415 - heavy: scikit-learn, onnx
    from training.prototypes.folder import make  # noqa: PLC0415

    runtime = wanted.pop("runtime")
    if runtime not in {ONNX, SKLEARN}:
        raise TrainingError(f"runtime={runtime!r}: it is {ONNX} or {SKLEARN}")
    wanted["whole"] = runtime == SKLEARN
    table = wanted["table"]
    if wanted["features"] is None and table is not None:
        wanted["features"] = table.features
    return make(Asked(model, **wanted), folder, reporter or Lines(), prove=prove, keeper=runs())


def runs() -> Runs:
    """Return where this machine keeps what became of its trainings."""
    from infra.local.paths import cloud_paths  # noqa: PLC0415
    from training.runs import Runs  # noqa: PLC0415

    return Runs(cloud_paths().home / RUNS, prove)


def page_of(run: str) -> Path:
    """Return where the report of a run is."""
    from training.runs import PAGE  # noqa: PLC0415

    return runs().folder / run / PAGE


def prove(folder: Path, positions: Sequence[Any]) -> Mapping[str, Any]:
    """Ask the packed opponent positions in its real runtime, and return what its card is to say of it."""
    from infra.deploy.probe import prove as as_function  # noqa: PLC0415 - only where something is tried

    return as_function(folder, positions)
