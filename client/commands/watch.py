"""What the composition root gives scenes that show records: the archive, the coaches, and a window for one record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from client.commands.context import cloud_choice, left_out
from client.jobs.job import Job
from client.net.annotations import fetch_annotations
from client.records.archive import Archive
from client.scene_manager import Services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import typer

    from client.net.opponent_client import OpponentClient
    from client.net.remote import OpponentInfo
    from client.scene_manager import Scene, SceneManager, Setup
    from client.scenes.loading import Report
    from games.core import Json
    from games.record import GameRecord


def annotations_of(api: str) -> Callable[[GameRecord], list[Json]]:
    """Return what asks the cloud at ``api`` for coaches' notes."""
    return lambda record: fetch_annotations(api, record.match_id)


def annotate_here(record: GameRecord) -> Job | None:
    """Begin to compute notes by the strongest opponent of the ladder; None where none plays this game."""
    folder = strongest(record.game)
    return None if folder is None else Job("annotate", {"record": record.to_json(), "folder": str(folder)})


def strongest(game: str) -> Path | None:
    """Return the folder of the strongest of our own opponents of a game; None where there is none."""
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415 - read when it is needed
    from infra.deploy.opponents import ladder_folders  # noqa: PLC0415 - the composition root reaches in here

    able = [(Manifest.load(folder), folder) for folder in ladder_folders()]
    playing = [(manifest.difficulty, str(folder), folder) for manifest, folder in able if manifest.game == game]
    return max(playing)[2] if playing else None


def show_in_window(context: typer.Context, record: GameRecord, folder: Path, *, at: int = 0) -> None:
    """Show ``record`` in a window, until it is closed.  Raises NoDisplayError where none can be opened."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from client import app  # noqa: PLC0415 - pygame is needed only here

    archive = Archive(folder)
    api = _running_api(context)

    def prepare(report: Report) -> tuple[Services, Setup | None]:
        del report
        return Services(
            fetch=lambda: (),
            connect=_nobody,
            journal=lambda: None,
            finished=lambda _: None,
            opening=_opening(record, at),
            archive=archive,
            annotations=None if api is None else annotations_of(api),
            annotate=annotate_here,
        ), None

    try:
        app.run(app.open_window(), prepare, lambda: None, warn=left_out)
    finally:
        archive.close()


def _opening(record: GameRecord, at: int) -> Callable[[SceneManager], Scene]:
    def make(manager: SceneManager) -> Scene:
        from client.scenes.replay import ReplayScene  # noqa: PLC0415 - draws

        return ReplayScene(manager, record, manager.pop, at)

    return make


def _running_api(context: typer.Context) -> str | None:
    """Return the API of the chosen cloud; None where the local one does not run: a replay starts none."""
    from infra.local.daemon import status  # noqa: PLC0415 - the composition root reaches in here

    if cloud_choice(context).local and status() is None:
        return None
    from client.commands.contest import api_of  # noqa: PLC0415 - the same

    try:
        return api_of(context)
    except (RuntimeError, ValueError, OSError):
        return None  # nothing is deployed there: the notes are computed here


def _nobody(info: OpponentInfo) -> OpponentClient:
    raise RuntimeError(f"{info.name} cannot be played from a replay")
