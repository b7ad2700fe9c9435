"""How much of a core each scene takes in a window, by size; or, for one opponent, what its game's pictures take."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from client.commands.bench.table import AsJson, show
from client.commands.context import UsageError, err
from games.catalog import find_part

if TYPE_CHECKING:
    from games.core import JsonObject

SIZES = ("1120x630", "1920x1080")


def frames(
    name: Annotated[
        str | None, typer.Argument(help="An opponent whose game tells what a picture of it takes; without it, scenes.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.05, help="How long the game of NAME is played, in real time.")] = 1.0,
    size: Annotated[list[str] | None, typer.Option(help="Of the window, in pixels.", metavar="WIDTHxHEIGHT")] = None,
    seconds: Annotated[int, typer.Option(min=2, help="How long each scene is shown.")] = 8,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Measure how much of a core each scene takes, by the window's size, and how many pictures a second are drawn.

    The window opens on your screen.  With NAME, time what the loop does for a picture of its game while a bot plays.
    """
    if name is None:
        _scenes(size or list(SIZES), seconds, json=json)
        return
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415 - the same
    from infra.deploy.opponents import find_folder  # noqa: PLC0415 - only here

    game = Manifest.load(find_folder(name)).game
    own = find_part(game, "bench", "client.games")
    if own is None or not hasattr(own, "frames"):
        raise UsageError(f"nobody has written how a picture of {game} is timed; without a name scenes are measured")
    own.frames(name, minutes, json=json)


def _scenes(sizes: list[str], seconds: int, *, json: bool) -> None:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from client.app import NoDisplayError  # noqa: PLC0415 - pygame is needed only here
    from client.commands.bench.scene_load import measure  # noqa: PLC0415 - the same

    rows: list[JsonObject] = []
    try:
        with tempfile.TemporaryDirectory() as folder, Progress(console=err, transient=True) as progress:
            task = progress.add_task("showing", total=None)
            for load in measure([_size(text) for text in sizes], seconds, Path(folder)):
                progress.update(task, description=load.name)
                rows.append(load.to_json())
    except NoDisplayError as error:
        raise UsageError(f"there is no screen to measure on ({error})") from error
    show(rows, json=json, title="Scenes in a window")


def _size(text: str) -> tuple[int, int]:
    """Return width and height.  Raises UsageError."""
    width, by, height = text.partition("x")
    if not (by and width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise UsageError(f"--size {text!r}: give WIDTHxHEIGHT, such as {SIZES[0]}")
    return int(width), int(height)
