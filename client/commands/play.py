"""``lambda-arcade play``: brings cloud, records and window together and lets a person play."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from ai_functions.runtime.manifest import Manifest
from client.commands.acquaint import Tutor
from client.commands.another_cloud import another_cloud, check_guest
from client.commands.contest import api_of
from client.commands.context import UsageError, cloud_choice, err, left_out
from client.commands.game_options import GameOptions
from client.commands.records import own_records
from client.commands.watch import annotate_here, annotations_of
from client.net.fallback import fallback_action
from client.net.opponent_client import DeployedOpponentClient
from client.net.ratings import fetch_ratings
from client.net.remote import RemoteError, fetch_guest, fetch_opponents, is_url
from client.net.request_pool import RequestPool
from client.records.archive import Archive
from client.records.leaderboard import Leaderboard
from client.records.recorder import Recorder
from client.records.uploader import Uploader
from client.scene_manager import Services, Setup
from client.settings import Settings, home
from games.catalog import find_game, find_part, game_packages, package_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.net.remote import OpponentInfo
    from client.scenes.loading import Report
    from games.core import Opponent
    from games.record import GameRecord

UPLOAD_S = 3.0
"""How long the end of the program waits for records that are still on their way; the next start sends the rest."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("play", epilog="Example: lambda-arcade play --game battleship --opponent battleship_hard")(play)


def play(  # noqa: PLR0913 - one an option
    context: typer.Context,
    *,
    game: Annotated[str | None, typer.Option(help="A game, such as battleship; without it the menu opens.")] = None,
    opponent: Annotated[str | None, typer.Option(help="Whom to play at once: a deployed opponent, or its URL.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(help="An option of the game, such as level=3; its page in docs lists them.", metavar="NAME=VALUE"),
    ] = None,
    maze: Annotated[
        Path | None, typer.Option(help="Short for --option maze=@FILE: a drawing as docs/pacman.md tells.")
    ] = None,
    terminal: Annotated[bool, typer.Option("--terminal", help="Play here instead of in a window.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show a match here, in which a program takes your seat; it rates nobody.")
    ] = False,
    cloud: Annotated[
        str | None, typer.Option(help="Play in the cloud of another machine, at this address.", metavar="URL")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The key to it, as `cloud up --lan` showed it.")] = None,
    fullscreen: Annotated[
        bool | None, typer.Option("--fullscreen/--windowed", help="Otherwise as it was the last time.")
    ] = None,
) -> None:
    """Open the arcade: choose a game and an opponent, and play.

    The local cloud is started and the opponents are deployed as needed.  Every match is recorded and uploaded.  Without
    a display, a match is shown in the terminal, where a program takes the person's seat; with --terminal you play.
    """
    if terminal and demo:
        raise UsageError("--terminal lets you play and --demo shows a match: give one of them")
    if opponent is not None and is_url(opponent):
        check_guest(opponent)
    options = GameOptions.read([*(option or ()), *([f"maze=@{maze}"] if maze is not None else ())])
    if options.values and opponent is None:
        raise UsageError("the options are for a match: name whom to play, too, with --opponent NAME")
    known = game or _game_of(opponent)
    if game is not None:
        package_of(game)
    if known is not None:
        options.check(known)
    if terminal and known is not None:
        from client.terminal import check_turn_based  # noqa: PLC0415 - needed only without a window

        check_turn_based(known)
    session = Session(context, game, opponent, options, another_cloud(context, cloud, key))
    try:
        if terminal:
            _in_terminal(session)
        elif demo or not _in_window(session, game, fullscreen):
            _show_in_terminal(session)
    finally:
        session.close()


def _game_of(opponent: str | None) -> str | None:
    """Return the game of one of this repository's opponents, without asking the cloud; None for any other."""
    from infra.deploy.opponents import ladder_folders  # noqa: PLC0415 - the composition root reaches in here

    folder = next((folder for folder in ladder_folders() if folder.name == opponent), None)
    return None if folder is None else Manifest.load(folder).game


class Session:
    """Everything a match needs of the world, from the cloud to the records."""

    def __init__(
        self,
        context: typer.Context,
        game: str | None,
        opponent: str | None,
        options: GameOptions,
        api: str | None = None,
    ) -> None:
        self._api = api
        self._began = monotonic()
        self._context = context
        self._game = game
        self._opponent = None if opponent is None else opponent.rstrip("/")
        self._options = options
        self._requests = RequestPool()
        self._uploader: Uploader | None = None
        self._recorder: Recorder | None = None
        self._archive: Archive | None = None
        self._leaderboard: Leaderboard | None = None

    def prepare(self, report: Report) -> tuple[Services, Setup | None]:
        """Bring the cloud up and return what scenes need, and the match to start with if one was asked for.

        Takes its time; called off the main thread, and again after an error.  Raises RuntimeError or ValueError that
        says what to do, and OSError where this program's folder cannot be written to.
        """
        recorder = self._record()
        for name in game_packages():
            find_game(name)  # imported here, where it takes its time, and not when the menu opens
        api, where, mend = self._reach(report)
        guests = [fetch_guest(self._opponent)] if self._opponent is not None and is_url(self._opponent) else []
        listed = [*fetch_opponents(api, left_out), *guests]
        if self._uploader is None:
            self._uploader = Uploader(own_records(), api)
            self._uploader.put_unsent()
        services = Services(
            fetch=lambda: [*look(api, mend), *guests],
            connect=lambda info: DeployedOpponentClient(self._requests, info),
            journal=recorder.journal,
            finished=self._ended,
            where=where,
            trouble=self._trouble,
            archive=self._archived(),
            leaderboard=self._rated(api),
            annotations=annotations_of(api),
            annotate=annotate_here,
            tutor=Tutor(cloud_choice(self._context)),
        )
        first = self._first(listed)
        err.print(f"{len(listed)} opponents ready after {monotonic() - self._began:.1f} s")
        return services, first

    def shown(self) -> None:
        """Say how long the first picture took: ``bench start`` reads it."""
        err.print(f"first frame after {monotonic() - self._began:.1f} s")

    def first_or_any(self, services: Services, asked: Setup | None, *, person: bool) -> Setup:
        """Return the match that was asked for, or another one.  Raises UsageError where nobody can be played.

        A ``person`` gets the easiest opponent of a game that can be played in the terminal, a show the hardest of any.
        """
        if asked is not None:
            return asked
        games = [self._game] if self._game else [
            name for name in game_packages() if not (person and find_game(name).INFO.real_time)
        ]  # fmt: skip
        listed = services.fetch()
        for game in games:
            able = [info for info in listed if info.game == game]
            if able:
                return Setup(game, able[0 if person else -1], {})
        raise UsageError(f"no deployed opponent plays {' or '.join(games)}; deploy one with: lambda-arcade deploy")

    def close(self) -> None:
        """Write down what is left, and give the uploads a moment."""
        self._requests.close()
        if self._archive is not None:
            self._archive.close()
        if self._leaderboard is not None:
            self._leaderboard.close()
        if self._recorder is not None:
            self._recorder.close()
        if self._uploader is not None:
            self._uploader.close(UPLOAD_S)

    def _record(self) -> Recorder:
        """Return who writes matches down; at first, take in what a killed program left."""
        if self._recorder is None:
            self._recorder = Recorder(own_records(), self._saved)
            for line in self._recorder.recover():
                err.print(line, soft_wrap=True)
        return self._recorder

    def _reach(self, report: Report) -> tuple[str, str, Callable[[], object]]:
        """Return the API of the chosen cloud, its name, and what to do when it is not there any more."""
        choice = cloud_choice(self._context)
        if self._api is not None:
            return self._api, f"cloud at {self._api}", _wait_for_it
        if not choice.local:
            where = f"cloud at {choice.endpoint}" if choice.endpoint else "AWS cloud"
            return api_of(self._context), where, _wait_for_it
        from infra.deploy.deploy import ensure_ready  # noqa: PLC0415 - the composition root reaches in here

        return ensure_ready(report).api_base_url, "local cloud", _revive

    def _first(self, listed: list[OpponentInfo]) -> Setup | None:
        if self._opponent is None:
            return None
        found = next((info for info in listed if self._opponent in {info.name, info.guest and info.endpoint}), None)
        if found is None or (self._game is not None and found.game != self._game):
            names = ", ".join(info.name for info in listed if self._game in {None, info.game})
            raise UsageError(f"{self._opponent!r} is not deployed; there are {names or 'none'}")
        self._options.check(found.game)
        return Setup(found.game, found, self._options.values)

    def _trouble(self) -> str | None:
        uploads = None if self._uploader is None else self._uploader.trouble
        waiting = f"A record waits to be uploaded; it is kept and sent again ({uploads})." if uploads else None
        return (self._recorder and self._recorder.failure) or waiting

    def _saved(self, path: Path) -> None:
        if self._uploader is not None:
            self._uploader.put(path)
        if self._archive is not None:
            self._archive.look()

    def _rated(self, api: str) -> Leaderboard:
        if self._leaderboard is not None:
            self._leaderboard.close()
        self._leaderboard = Leaderboard(lambda: fetch_ratings(api))
        return self._leaderboard

    def _archived(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(own_records())
        return self._archive

    def _ended(self, record: GameRecord) -> None:
        """Do nothing more: the journal has the record, and the recorder hands it to uploader and archive."""


def _in_window(session: Session, game: str | None, fullscreen: bool | None) -> bool:  # noqa: FBT001 - a setting or none
    """Play in a window; return False, having said so, where none can be opened."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from client import app  # noqa: PLC0415 - pygame is needed only here, and says hello unless it was told not to

    try:
        window = app.open_window()
    except app.NoDisplayError as error:
        err.print(f"no display ({error}): showing a match here in the terminal", soft_wrap=True)
        return False
    app.run(window, session.prepare, session.shown, game=game, fullscreen=fullscreen, warn=left_out)
    return True


def _in_terminal(session: Session) -> None:
    """Let a person play here."""
    from client.tty.play import play_here  # noqa: PLC0415 - needed only without a window

    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    services, asked = session.prepare(_tell)
    settings = Settings.load(home(), left_out)
    if not settings.keep_matches:
        services = replace(services, journal=lambda: None)
    play_here(services, asked, settings.name, lambda: session.first_or_any(services, asked, person=True))


def _show_in_terminal(session: Session) -> None:
    """Show a match that plays itself.  It is nobody's: it is not recorded, and rates nobody."""
    from client.terminal import show_match  # noqa: PLC0415 - the same

    services, asked = session.prepare(_tell)
    setup = session.first_or_any(services, asked, person=False)
    name, bot = _someone(setup.game)
    show_match(replace(services, journal=lambda: None), setup, name, bot)


def _someone(game: str) -> tuple[str, Opponent]:
    """Return a player of this process who takes the person's seat, and its name."""
    if find_part(game, "recipe", "training.games") is None:
        return "chance", partial(fallback_action, game)
    from training.contracts import benchmark_for  # noqa: PLC0415 - the composition root reaches in here

    benchmark = benchmark_for(game)
    name = benchmark.reference or list(benchmark.players)[-1]
    return name, benchmark.players[name]


def look(api: str, mend: Callable[[], object]) -> list[OpponentInfo]:
    """Return what is deployed.  Where nobody answers, ``mend`` is tried once.  Raises RemoteError."""
    try:
        return fetch_opponents(api, left_out)
    except RemoteError as error:
        if error.cause != "unreachable" or mend() is None:
            raise
    return fetch_opponents(api, left_out)


def _revive() -> object:
    """Start the local cloud again if it was killed; None if it was not.  Raises RemoteError when it does not start."""
    from infra.local import daemon  # noqa: PLC0415 - the composition root reaches in here
    from infra.local.paths import LocalCloudError  # noqa: PLC0415 - the same

    try:
        return daemon.revive()
    except LocalCloudError as error:
        raise RemoteError("unreachable", str(error)) from error


def _wait_for_it() -> None:
    """Do nothing: a cloud that is not ours to start comes back by itself, or does not."""


def _tell(what: str, seconds: float | None) -> None:
    took = " …" if seconds is None else f" ({seconds:.1f} s)"
    err.print(f"{what}{took}", soft_wrap=True)
