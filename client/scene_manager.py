"""What every scene stands on: the stack of scenes, and the services a scene may use.

The window (``client.app``) feeds a ``SceneManager`` with input, ticks and a canvas; a test does so without a window.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any, Protocol

from client.acquaintances import Acquaintances
from client.jobs.exports import Exports, usual_folder
from client.net.ladder import Ladder
from client.records.high_scores import HighScores
from client.records.recorder import record_path
from client.replay.coach import Coach, Sources
from client.settings import HOME, HUDS, TEXT_SIZES, SettingsWriter
from client.ui.dropped import Dropped
from games.fairness import SECRET_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from client.acquaintances import Tutor
    from client.jobs.job import Job
    from client.net.opponent_client import OpponentClient
    from client.net.remote import OpponentInfo
    from client.records.archive import Archive
    from client.records.leaderboard import Leaderboard
    from client.settings import Settings
    from client.ui.audio.sounds import Sounds
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.core import Json, Player
    from games.match import Journal, Match
    from games.record import GameRecord

TICKS_PER_SECOND = 60
EVERY, AMBIENT, CALM = 60.0, 6.0, 2.0
"""Pictures a second: of what moves, of what moves only to please, and of the latter with "less motion"."""
SETTLES_TICKS = 30
"""For so long after an input every picture is drawn: a list scrolls to its end meanwhile."""
TOLD_TICKS = 100
LEAST_SIZES = dict(zip(TEXT_SIZES, (0.0, 12.0, 13.0), strict=True))
"""The smallest letters, in logical pixels."""
HUD_WORDS = {"off": "nothing", "player": "who plays", "engineer": "everything"}
SEED_BITS = 63
"""What a record's ``seed`` holds."""


class MatchScene(Protocol):
    """A scene in which a match is played, by a person or by whatever acts for one."""

    @property
    def referee(self) -> Match:
        """The match itself."""

    @property
    def my_turn(self) -> bool:
        """Whether the person may act now."""

    def act(self, action: Any) -> None:
        """Play for the person, as if it had been done by hand."""

    def handle(self, event: Input) -> None:
        """Act on one input."""

    def tick(self) -> None:
        """Let 1/60 second pass."""


class Scene(Protocol):
    """One screen, or something laid over one.  All of it runs on the main thread: nothing here may wait.

    ``overlay`` says that the scene below shows through (it is drawn first, and does not tick or get input meanwhile).
    A scene may have a ``pace``: how many pictures a second it needs now while nothing is pressed, EVERY or AMBIENT;
    without one every picture is drawn.  What changes in a still scene is shown at once by ``SceneManager.refresh``.
    One that ``keeps`` draws only what has changed while ``canvas.drawn_by`` is itself; all others begin with an empty
    surface.
    """

    overlay: bool

    def handle(self, event: Input) -> None:
        """Act on one input."""

    def tick(self) -> None:
        """Let 1/60 second pass."""

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw; ``alpha`` (0 to 1) is how far the next tick is: for smooth movement at any frame rate."""

    def leave(self) -> None:
        """Let go of everything: the scene was removed for good (a match is closed here)."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The position of a record that a match begins with, and the seat ``me`` that the person takes there."""

    record: GameRecord
    step: int
    me: Player
    resumed: bool = False
    """Whether a match that was interrupted goes on: who played keeps the seat.  Otherwise it rates nobody."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What was chosen in the menu: a game, an opponent, and the options of a variant."""

    game: str
    opponent: OpponentInfo
    options: Mapping[str, Json]
    begin: Beginning | None = None
    """None for a match from the beginning."""


@dataclass(frozen=True, slots=True)
class Services:
    """What scenes need of the world; the composition root fills it in, a test brings its own."""

    fetch: Callable[[], Sequence[OpponentInfo]]
    """Look up what is deployed.  May wait: called off the main thread only."""
    connect: Callable[[OpponentInfo], OpponentClient]
    """Return a client of an opponent.  Returns at once."""
    journal: Callable[[], Journal | None]
    """Someone who writes a new match down."""
    finished: Callable[[GameRecord], None]
    """Told of every match that ended or was left; returns at once."""
    where: str = "local cloud"
    """The cloud in use, in words."""
    trouble: Callable[[], str | None] = lambda: None
    """What goes wrong beside the match, such as a full disk, in a sentence; None while nothing does."""
    random: Random = field(default_factory=SystemRandom)
    """Where the seeds of new matches come from.  Main thread only."""
    opening: Callable[[SceneManager], Scene] | None = None
    """Makes the first scene, where that is neither the menu nor a match."""
    archive: Archive | None = None
    """What this machine has recorded; None where nothing is kept."""
    leaderboard: Leaderboard | None = None
    """Everybody's ratings; None where no cloud is asked."""
    annotations: Callable[[GameRecord], Sequence[Json]] | None = None
    """Ask the cloud what coaches say of a record; may wait.  Raises RemoteError."""
    annotate: Callable[[GameRecord], Job | None] | None = None
    """Begin to compute a coach's notes here; None where nobody here plays the game."""
    tutor: Tutor | None = None
    """Trains opponents that know the person; None where nothing may be trained."""

    def new_seed(self) -> int:
        """Return a seed for a new match, or for one who plays in it."""
        return self.random.getrandbits(SEED_BITS)

    def coach(self, record: GameRecord) -> Coach:
        """Begin to look for what coaches say of ``record``."""
        from client.replay.stage import judged_by_points  # noqa: PLC0415 - draws; commands import this

        kept = None if self.archive is None else record_path(self.archive.folder, record).with_suffix(".notes")
        return Coach(record, Sources(kept, self.annotations, self.annotate, judged_by_points(record.game)))

    def new_secret(self) -> str:
        """Return a secret for the pledge of a new match (``games.fairness``), hexadecimal."""
        return self.random.getrandbits(8 * SECRET_BYTES).to_bytes(SECRET_BYTES, "big").hex()


class SceneManager:
    """The stack of scenes; the last one is on top."""

    def __init__(self, settings: Settings, sounds: Sounds, folder: Path) -> None:
        self.settings = settings
        self.sounds = sounds
        self.folder = folder
        """Where everything of this program is kept."""
        self.settings_writer = SettingsWriter(folder)
        self.high_scores = HighScores(folder)
        self.exports = Exports(usual_folder(folder, chosen=HOME in os.environ))
        """What is being shared."""
        self.acquaintances: Acquaintances | None = None
        """Opponents that get to know the person; None while there is no world, or none that trains."""
        self.device = "mouse"
        """What was used last: keyboard, mouse or gamepad."""
        self.ticks = 0
        self.closing = False
        self.capture = False
        """Whether the scene on top wants the next key or button as such (``client.ui.inputs.Pressed``)."""
        self.stale = True
        """Whether something has changed that the last picture does not show; whoever draws sets it back."""
        self._settled_at = 0
        self.offered = False
        """Whether the match that was left before this start has been offered."""
        self._away = False
        self._told = ("", -TOLD_TICKS)
        """A line about what was set by a key, and the tick at which that was."""
        self._scenes: list[Scene] = []
        self._world: Services | None = None
        self._menu: Callable[[], Scene] | None = None
        self._opening: Callable[[Future[GameRecord]], Scene] | None = None
        self._ladder: Ladder | None = None
        self._apply_settings()

    def open(
        self,
        world: Services,
        menu: Callable[[], Scene],
        opening: Callable[[Future[GameRecord]], Scene] | None = None,
    ) -> None:
        """Let scenes use the world, and follow from now on what is deployed: every list shows it at once.

        ``menu`` makes the scene that a match leads back to, ``opening`` the one that shows a record being read.
        """
        kept = world.journal
        told = world.finished

        def finished(record: GameRecord) -> None:
            self.high_scores.note(record)
            told(record)

        self._world = replace(world, journal=lambda: kept() if self.settings.keep_matches else None, finished=finished)
        self._menu = menu
        self._opening = opening
        if self._ladder is not None:
            self._ladder.close()
        self._ladder = Ladder(world.fetch)
        if self.acquaintances is None and world.tutor is not None:
            self.acquaintances = Acquaintances(world.tutor)

    @property
    def pace(self) -> float:
        """Pictures a second that the scene on top needs now."""
        if self.ticks < self._settled_at or not self._scenes:
            return EVERY
        pace: float = getattr(self._scenes[-1], "pace", EVERY)
        return min(pace, CALM) if pace < EVERY and self.settings.reduced_motion else pace

    @property
    def idle_ticks(self) -> int:
        """For how long nobody has pressed or moved anything."""
        return self.ticks - self._settled_at + SETTLES_TICKS

    def refresh(self) -> None:
        """Have the next picture drawn at once: something has changed."""
        self.stale = True

    @property
    def away(self) -> bool:
        """Whether nobody is at the window: it is minimised, or another one has the keyboard.

        A scene whose time runs against the person stands still meanwhile; no sound is heard.
        """
        return self._away

    @away.setter
    def away(self, away: bool) -> None:
        self._away = away
        self.refresh()
        self.sounds.mute(muted=away)

    @property
    def ladder(self) -> Ladder:
        """The opponents that are deployed.  Raises RuntimeError before the cloud is ready."""
        if self._ladder is None:
            raise RuntimeError("the cloud is not ready yet")
        return self._ladder

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The stack, bottom first."""
        return tuple(self._scenes)

    @property
    def world(self) -> Services:
        """The services.  Raises RuntimeError before the cloud is ready."""
        if self._world is None:
            raise RuntimeError("the cloud is not ready yet")
        return self._world

    def push(self, scene: Scene) -> None:
        """Lay a scene on top."""
        self._scenes.append(scene)
        self.refresh()

    def pop(self) -> None:
        """Take the top scene off; without another the window closes."""
        self._scenes.pop().leave()
        self.refresh()
        if not self._scenes:
            self.closing = True

    def replace(self, scene: Scene) -> None:
        """Take everything off and start with ``scene``."""
        while self._scenes:
            self._scenes.pop().leave()
        self.push(scene)

    @contextmanager
    def elsewhere(self, world: Services) -> Iterator[None]:
        """Give scenes that are made inside another world: a match that is only practice."""
        usual, self._world = self._world, world
        try:
            yield
        finally:
            self._world = usual

    def to_menu(self) -> None:
        """Take everything off and start with the menu.  Raises RuntimeError before the cloud is ready."""
        if self._menu is None:
            raise RuntimeError("the cloud is not ready yet")
        self.replace(self._menu())

    def close(self) -> None:
        """Take everything off: the window closes."""
        self.closing = True
        if self._ladder is not None:
            self._ladder.close()
        while self._scenes:
            self._scenes.pop().leave()
        self.exports.close()
        if self.acquaintances is not None:
            self.acquaintances.close()
        self.settings_writer.close()
        self.high_scores.close()

    def handle(self, event: Input | Dropped) -> None:
        """Give one input to the scene on top; a file that is dropped onto the window opens wherever that is."""
        self.refresh()
        self._settled_at = self.ticks + SETTLES_TICKS
        if isinstance(event, Dropped):
            if self._world is not None and self._world.archive is not None and self._opening is not None:
                self.push(self._opening(self._world.archive.read(Path(event.path))))
        elif self._scenes:
            self._scenes[-1].handle(event)

    def tick(self) -> None:
        """Let one tick pass for the scene on top."""
        self.ticks += 1
        self.exports.tick()
        if self.acquaintances is not None and self.acquaintances.tick():
            self._told = (self.acquaintances.ended, self.ticks)
            self.refresh()
        if self._scenes:
            self._scenes[-1].tick()

    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw the scene on top, and below it what shows through."""
        canvas.least_size = LEAST_SIZES[self.settings.text_size]
        first = len(self._scenes) - 1
        while first > 0 and self._scenes[first].overlay:
            first -= 1
        shown = self._scenes[max(0, first) :]
        notice = self._notice()
        alone = shown[0] if len(shown) == 1 and not notice and getattr(shown[0], "keeps", False) else None
        if alone is None or canvas.drawn_by is not alone:
            canvas.clear()
        for scene in shown:
            scene.draw(canvas, alpha if scene is self._scenes[-1] else 0.0)
        if notice:
            canvas.notice(notice)
        canvas.drawn_by = alone

    def _notice(self) -> str:
        """Return what is to be said over everything; empty for nothing."""
        trouble = self._world.trouble() if self._world is not None else None
        return trouble or (self._told[0] if self.ticks - self._told[1] < TOLD_TICKS else "")

    def save_settings(self) -> None:
        """Keep what was set, and let it take effect; returns at once."""
        self._apply_settings()
        self.settings_writer.save(self.settings)

    def set_by_key(self, name: str) -> bool:
        """Change the setting that has a key of its own everywhere; return False where ``name`` is no such key."""
        from client.ui.inputs import FULLSCREEN, HUD, MUTE  # noqa: PLC0415 - commands import this, and need no pygame

        settings = self.settings
        if name == FULLSCREEN:
            settings.fullscreen = not settings.fullscreen
        elif name == MUTE:
            settings.muted = not settings.muted
            self._told = ("Sound off" if settings.muted else "Sound on", self.ticks)
        elif name == HUD:
            settings.hud = HUDS[(HUDS.index(settings.hud) + 1) % len(HUDS)]
            self._told = (f"Shown of who answers: {HUD_WORDS[settings.hud]}", self.ticks)
        else:
            return False
        self.refresh()
        self.save_settings()
        return True

    def _apply_settings(self) -> None:
        from client.ui import theme  # noqa: PLC0415 - the same

        theme.use(self.settings.palette)
        loud = not self.settings.muted
        self.sounds.volume, self.sounds.music = self.settings.volume * loud, self.settings.music * loud
