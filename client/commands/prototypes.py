"""``lambda-arcade new`` and ``lambda-arcade serve``, and ``deploy`` of a model's file: a data scientist's commands."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from client.commands.context import UsageError, cloud_choice, err, find_environment, out, tell
from client.commands.progress import reporting
from client.commands.starters import NOTEBOOK, TRAIN, notebook, train_script
from client.console import labelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.environment.environment import Environment
    from lambda_arcade import Deployed

OPPONENT = "opponent"
"""The folder in a starter's folder in which the opponent is."""
WATCHED = frozenset({".py", ".toml", ".onnx", ".json"})
LOOK_S, SETTLED_S = 0.3, 0.2
"""How often files are looked at, and how long they must have been left alone: editors write in steps."""


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(epilog="Example: lambda-arcade new mine --game battleship")(new)
    app.command(epilog="Example: lambda-arcade serve ./mine")(serve)


def new(
    name: Annotated[str, typer.Argument(help="The opponent's name: small letters, digits and _.")],
    *,
    game: Annotated[str, typer.Option(help="A game, such as battleship.")],
    folder: Annotated[Path | None, typer.Option(help="By default ./NAME.")] = None,
) -> None:
    """Make a folder with train.py and a notebook that train and deploy an opponent as they are."""
    from training.prototypes.folder import check_name  # noqa: PLC0415 - heavy
    from training.tables.kinds import candidates_of  # noqa: PLC0415

    place = folder or Path(name)
    check_name(name)
    if candidates_of(game) is None:
        raise UsageError(
            f"{game} has no columns of its own to start from; docs/first-model.md tells how to give your own features"
        )
    if place.exists() and any(place.iterdir()):
        raise UsageError(f"{place} is there already and not empty: give another name, or --folder")
    place.mkdir(parents=True, exist_ok=True)
    (place / TRAIN).write_text(train_script(name, game), encoding="utf-8")
    (place / NOTEBOOK).write_text(json.dumps(notebook(name, game), indent=1) + "\n", encoding="utf-8")
    out.print(f"{place} holds {TRAIN} and {NOTEBOOK}; python {place / TRAIN} trains and deploys it", soft_wrap=True)


def serve(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="An opponent's folder, or one that lambda-arcade new made.")],
    *,
    once: Annotated[bool, typer.Option("--once", help="Deploy what is there, and end.")] = False,
) -> None:
    """Deploy an opponent again whenever one of its files is saved; it stays in the menu of a running game meanwhile.

    In a folder with train.py, that is run when it, or another file beside the opponent, is saved.  What fails is told,
    and the version before serves on.  Ctrl-C ends it; the opponent stays deployed.
    """
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise UsageError(f"{folder}: no such folder")
    served = _Served(find_environment(context), place)
    seen: Mapping[Path, int] = {}
    while True:
        now = _stamps(place)
        if now != seen:
            if seen:
                sleep(SETTLED_S)
                now = _stamps(place)
            served.bring(changed={path for path in now.keys() | seen.keys() if now.get(path) != seen.get(path)})
            seen = _stamps(place)
            if once:
                return
        sleep(LOOK_S)


@dataclass
class _Served:
    """An opponent that is deployed anew."""

    environment: Environment
    place: Path

    def bring(self, changed: set[Path]) -> None:
        """Train if what trains has changed, and deploy; tell what came of it."""
        from ai_functions.runtime.manifest import MANIFEST  # noqa: PLC0415
        from infra.deploy.deploy import deploy_opponents  # noqa: PLC0415
        from infra.deploy.platform import make_room  # noqa: PLC0415

        script = self.place / TRAIN
        own = (self.place / MANIFEST).exists()
        if script.exists() and not own and self._trains(changed) and not self._train(script):
            return
        opponent = self.place if own else self.place / OPPONENT
        if not (opponent / MANIFEST).exists():
            err.print(labelled("error:", "red", f" {self.place}: neither {MANIFEST} nor {TRAIN} is there"))
            return
        make_room(self.environment, [opponent], tell)
        (done,) = deploy_opponents(self.environment, [opponent], lambda _what, _seconds: None)
        if done.problem:
            err.print(labelled("not deployed:", "red", f" {done.problem}"), soft_wrap=True)
        else:
            line = f"{done.label} version {done.version} serves ({done.seconds:.1f} s)"
            out.print(line, soft_wrap=True)

    def _trains(self, changed: set[Path]) -> bool:
        """Say whether any file beside the opponent has changed, or there is no opponent yet."""
        inside = self.place / OPPONENT
        return not inside.exists() or any(not path.is_relative_to(inside) for path in changed)

    def _train(self, script: Path) -> bool:
        began = monotonic()
        err.print(f"  python {script.name}")
        done = subprocess.run([sys.executable, str(script)], cwd=self.place, check=False)  # noqa: S603 - the user's own
        if done.returncode:
            err.print(labelled("error:", "red", f" {script.name} ended with exit status {done.returncode}"))
        else:
            err.print(f"  {script.name} took {monotonic() - began:.1f} s")
        return not done.returncode


def _stamps(place: Path) -> dict[Path, int]:
    """Return when each file was last written; what a training keeps for a moment is not looked at."""
    found = {}
    for path in place.rglob("*"):
        inside = path.relative_to(place).parts
        if path.suffix in WATCHED and not any(part.startswith((".", "__")) for part in inside):
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
    return found


def deploy_file(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    path: Path,
    *,
    name: str,
    game: str,
    features: Path | None,
    best: str | None,
    columns: Sequence[str] | None,
    output: str | None,
    temperature: float | None,
    trust: Sequence[str],
    runtime: str,
    yes: bool,
) -> Deployed:
    """Deploy the model in a file.  Raises UsageError, TrainingError."""
    import lambda_arcade  # noqa: PLC0415
    from training.prototypes.files import read_model  # noqa: PLC0415
    from training.prototypes.folder import check_name  # noqa: PLC0415

    check_name(name)

    def allow(question: str) -> bool:
        err.print(labelled("warning:", "yellow", f" {question}"), soft_wrap=True)
        return yes or (sys.stdin.isatty() and typer.confirm("Go on?", err=True))

    model = read_model(path, allow=allow, trust=trust)
    with reporting() as reporter:
        return lambda_arcade.deploy(
            model, name=name, game=game, features=features, best=best, columns=columns, output=output,
            temperature=temperature, runtime=runtime, cloud=cloud_choice(context), reporter=reporter,
            source=path.name,
        )  # fmt: skip
