"""What a person has set, kept on disk so that it survives anything that may happen while it is written.

A slider that is drawn along changes a setting sixty times a second, and a disk may take its time: so a thread writes,
and only what is newest.
"""

from __future__ import annotations

import json
import math
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_dir

from client.ui.text.foreign_text import shorten
from games.schema import NotJsonError, load_json
from games.texts import describe

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "settings.json"
HOME = "LAMBDA_ARCADE_HOME"
"""The variable that names the folder of everything this program keeps."""
MOST_KEY_NAME = 32
"""Letters that a command or a key is called by."""
MAX_NAME = 16
"""Letters."""
HUDS = ("off", "player", "engineer")
"""Nothing; who plays, and whether the function answers; all that is known of each answer."""
TEXT_SIZES = ("usual", "large", "larger")
PALETTES = ("usual", "red-green", "blue-yellow")
CHOICES = {"hud": HUDS, "text_size": TEXT_SIZES, "palette": PALETTES}
"""The words that a setting may be."""
NOBODY = "Captain"
"""The name of a person who gave none."""


def home() -> Path:
    """Return the folder that holds everything of this program: ``LAMBDA_ARCADE_HOME`` or the system's usual place."""
    return Path(os.environ.get(HOME) or user_data_dir("lambda-arcade"))


@dataclass(slots=True)
class Settings:
    """What a person has set."""

    name: str = NOBODY
    volume: float = 0.7
    """0 is silent."""
    enemy_pause: float = 0.4
    """How long an opponent seems to think, as a share of two seconds; its real answer may take longer."""
    bold_marks: bool = False
    """Marks that differ by shape and outline even more than they do anyway: for any kind of colour vision."""
    reduced_motion: bool = False
    """No sweeps, shakes or drifting; what happens is still shown."""
    play_forced: bool = True
    """Whether a person's turn that leaves no choice plays itself."""
    fullscreen: bool = False
    music: float = 0.5
    """How loud tunes and sirens are; ``volume`` is that of everything else."""
    muted: bool = False
    hud: str = "player"
    """How much is told of who answers: one of ``HUDS``."""
    text_size: str = TEXT_SIZES[0]
    """How large small print is set: one of ``TEXT_SIZES``."""
    palette: str = PALETTES[0]
    """For which colour vision the colours that mean something are chosen: one of ``PALETTES``."""
    keys: dict[str, str] = field(default_factory=dict)
    """Keys of one's own, by command (``client.ui.inputs.BINDABLE``), as pygame calls them."""
    pad: dict[str, str] = field(default_factory=dict)
    """Buttons of one's own, the same way."""
    keep_matches: bool = True
    """Whether matches are written down and sent to the cloud in use."""
    welcomed: bool = False
    """Whether the first start's page has been seen."""
    last_game: str = ""
    last_opponent: str = ""

    @classmethod
    def load(cls, folder: Path, warn: Callable[[str], object] = lambda _: None) -> Settings:
        """Return what was kept in ``folder``; a value that is missing or odd gives way to its default.

        ``warn`` is told of a file that cannot be read, and of each odd value.
        """
        path = folder / FILE
        kept = cls()
        try:
            data = load_json(path.read_bytes())
        except FileNotFoundError:
            return kept  # a first start
        except OSError as error:
            warn(f"{path}: {error.strerror}; the settings are the usual ones")
            return kept
        except NotJsonError as error:
            warn(f"{path}: {error}; the settings are the usual ones")
            return kept
        if not isinstance(data, dict):
            warn(f"{path}: {describe(data)} are no settings; they are the usual ones")
            return kept
        for item in fields(cls):
            if item.name in data and not _take(kept, item.name, data[item.name]):
                told = describe(getattr(kept, item.name))
                warn(f"{path}: {item.name} is {describe(data[item.name])}; it is {told} instead")
        return kept

    def save(self, folder: Path) -> None:
        """Keep the settings in ``folder``.  Whoever reads meanwhile sees the old file or the new one, never half."""
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f"{FILE}.{os.getpid()}"
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / FILE)


class SettingsWriter:
    """Saves settings in ``folder``, in a thread of its own: ``save`` returns at once."""

    def __init__(self, folder: Path) -> None:
        self.trouble: str | None = None
        """Why the last writing failed; None when it did not."""
        self._folder = folder
        self._newest: deque[Settings] = deque(maxlen=1)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="settings")

    def save(self, settings: Settings) -> None:
        """Keep the settings as they are now."""
        self._newest.append(replace(settings, keys=dict(settings.keys), pad=dict(settings.pad)))
        self._writer.submit(self._write)

    def close(self) -> None:
        """Wait until what was given last is written, and end."""
        self._writer.shutdown()

    def _write(self) -> None:
        try:
            newest = self._newest.pop()
        except IndexError:
            return  # the writing before this one found what is newest
        try:
            newest.save(self._folder)
        except OSError as error:
            self.trouble = f"settings cannot be kept: {error}"
        else:
            self.trouble = None


def _take(settings: Settings, name: str, value: Any) -> bool:
    """Set what ``name`` is to be, as far as it can be; return whether ``value`` was taken as it is."""
    default = getattr(settings, name)
    if type(default) is float:
        if type(value) not in {int, float} or (isinstance(value, float) and math.isnan(value)):
            return False
        setattr(settings, name, float(min(1, max(0, value))))
    elif type(value) is not type(default):
        return False
    elif isinstance(value, dict):
        if not all(isinstance(one, str) and len(one) <= MOST_KEY_NAME for one in chain(value, value.values())):
            return False
        setattr(settings, name, value)
    elif name in CHOICES and value not in CHOICES[name]:
        return False
    elif name == "name":
        setattr(settings, name, shorten(value, MAX_NAME) or default)
    else:
        setattr(settings, name, value)
    return bool(getattr(settings, name) == value)
