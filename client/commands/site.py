"""The site that a link opens: ladder, opponents, leaderboard, and a replay of any record."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client.commands.context import find_environment, out, print_json, tell
from client.commands.records import find_record
from games.catalog import find_game, game_packages
from games.core import GameError

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = Path(__file__).parents[1] / "site"
"""The pages, as they are served."""
GAMES = SITE.parent / "games"
KINDS = frozenset({".html", ".css", ".js", ".svg"})
DRAWING = "site.js"
"""What draws a game's frames, beside its rules or in ``client/games/<game>``; a game without it is shown as text."""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(epilog="Examples: lambda-arcade site  |  lambda-arcade site 5ca8e752")(site)


def site(
    context: typer.Context,
    record: Annotated[
        str | None, typer.Argument(help="A match id (or its beginning), whose link is printed too.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Publish the site: ladder, opponents, leaderboard and replays, for whoever may call the API.

    It goes into the platform's bucket and is served from the API's own
    address.  #record=ID&move=N after that address opens a match at a move.
    """
    from infra.deploy.site import publish  # noqa: PLC0415 - infra is imported inside commands

    match_id = None if record is None else find_record(context, record).match_id
    address = publish(find_environment(context), site_files(), tell)
    link = None if match_id is None else f"{address}#record={match_id}&move=0"
    if as_json:
        print_json({"url": address, "record": link})
        return
    out.print(address, soft_wrap=True)
    if link is not None:
        out.print(link, soft_wrap=True)


def site_files() -> dict[str, bytes]:
    """Return the site's files: path within the site -> content."""
    files = {path.name: path.read_bytes() for path in sorted(SITE.iterdir()) if path.suffix in KINDS}
    drawings = dict(_drawings())
    games = {name: told for name in sorted(game_packages()) if (told := _about(name, drawn=name in drawings))}
    files["games.json"] = json.dumps(games, ensure_ascii=False, indent=1).encode()
    return files | {f"games/{name}.js": path.read_bytes() for name, path in drawings.items()}


def _about(name: str, *, drawn: bool) -> dict[str, str | bool] | None:
    """Return what pages say of a game; None for one that cannot be loaded."""
    try:
        info = find_game(name).INFO
    except GameError:
        return None
    return {"title": info.title, "tagline": info.tagline, "drawn": drawn}


def _drawings() -> Iterator[tuple[str, Path]]:
    """Yield name and file of what draws a game, for every game that has it."""
    for name, package in game_packages().items():
        spec = find_spec(package)
        folders = [*(spec.submodule_search_locations or ()), GAMES / name] if spec else []
        drawing = next((path for folder in folders if (path := Path(folder) / DRAWING).is_file()), None)
        if drawing is not None:
            yield name, drawing
