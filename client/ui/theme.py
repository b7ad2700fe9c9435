"""One look for every scene: night-navy water, phosphor light, two typefaces, and a scale of sizes.

Colours mean the same thing everywhere: ``SIGNAL`` is what you can act on, ``CORAL`` is damage, ``AMBER`` is a warning,
``FOAM`` is text.  No colour carries a meaning alone; a shape or a word always goes with it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import fontpkg
import manimgx_fonts
import pygame

Colour = tuple[int, int, int]
COLOUR = re.compile("#[0-9a-fA-F]{6}")

ABYSS: Colour = (4, 10, 22)
DEEP: Colour = (8, 20, 40)
PANEL: Colour = (13, 31, 58)
PANEL_LIT: Colour = (20, 46, 82)
EDGE: Colour = (34, 68, 112)
EDGE_LIT: Colour = (64, 116, 168)
FOAM: Colour = (230, 241, 255)
MIST: Colour = (158, 184, 214)
HAZE: Colour = (116, 146, 182)
SIGNAL: Colour = (74, 230, 214)
SIGNAL_DIM: Colour = (24, 96, 104)
SEA: Colour = (17, 60, 104)
CORAL: Colour = (255, 96, 84)
AMBER: Colour = (255, 196, 92)
STEEL: Colour = (150, 172, 198)
STEEL_DARK: Colour = (72, 94, 124)

USUAL, RED_GREEN, BLUE_YELLOW = "usual", "red-green", "blue-yellow"
PALETTES: dict[str, dict[str, Colour]] = {
    USUAL: {"SIGNAL": SIGNAL, "SIGNAL_DIM": SIGNAL_DIM, "CORAL": CORAL, "AMBER": AMBER},
    RED_GREEN: {"SIGNAL": (26, 151, 255), "SIGNAL_DIM": (14, 70, 118), "CORAL": (209, 90, 44), "AMBER": (255, 255, 68)},
    BLUE_YELLOW: {
        "SIGNAL": (58, 255, 180), "SIGNAL_DIM": (22, 106, 80), "CORAL": (245, 68, 22), "AMBER": (252, 177, 116),
    },
}  # fmt: skip
"""The colours that mean something, by for whom they differ most: for nobody in particular, for people who see red and
green alike (protanopia, deuteranopia), and for those who see blue and yellow alike (tritanopia)."""
_in_use = {"palette": USUAL}


def palette() -> str:
    """Return the name of the palette in use."""
    return _in_use["palette"]


def use(name: str) -> None:
    """Take the colours of a palette from now on.  Raises KeyError for no palette."""
    globals().update(PALETTES[name])
    _in_use["palette"] = name


class ByPalette(Mapping[str, Colour]):
    """Colours by name that are others in another palette; a palette that is missing has those of the usual one."""

    def __init__(self, **palettes: Mapping[str, Colour]) -> None:
        self._palettes = {name.replace("_", "-"): colours for name, colours in palettes.items()}

    def __getitem__(self, name: str) -> Colour:
        """Return the colour in the palette in use."""
        return self._palettes.get(palette(), self._palettes[USUAL])[name]

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._palettes[USUAL])

    def __len__(self) -> int:
        """Return how many colours there are."""
        return len(self._palettes[USUAL])


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: face (bold, sans, sans-bold, mono), size and letter-spacing in logical pixels."""

    face: str
    size: int
    tracking: float = 0.0


TITLE = Style("bold", 36, 8.0)
"""For capitals: small letters do not stand so far apart."""
PAGE = Style("bold", 32)
"""What a page tells of."""
HEADING = Style("bold", 23)
SUBHEADING = Style("bold", 17)
LABEL = Style("bold", 11, 1.6)
BUTTON = Style("bold", 15)
BODY = Style("sans", 15)
SMALL = Style("sans", 12)
FIGURE = Style("mono", 14)
SMALL_FIGURE = Style("mono", 11)
BIG_FIGURE = Style("bold", 28)


_FACES = {
    "bold": ("Fira Sans", 600),
    "sans": ("Fira Sans", 400),
    "sans-bold": ("Fira Sans", 700),
    "mono": ("IBM Plex Mono", 400),
}
"""Family and weight; both families come from packages of their own, under the SIL Open Font License."""

_LIFT = {"bold": 1 / 7}
"""Headings are placed by their capitals: not by the room above these, which Fira Sans keeps for accents."""


def lift(style: Style) -> float:
    """Return by how many logical pixels a style's lines begin higher than they are said to."""
    return _LIFT.get(style.face, 0.0) * style.size


SCRIPTS = "script-"
"""First part of the names of faces for other scripts, such as ``script-NotoSansHebrew``."""


@lru_cache(maxsize=1)
def _script_files() -> dict[str, Path]:
    """Return the upright Noto fonts of the package ``manimgx-fonts`` (SIL Open Font License), emoji first."""
    folder = Path(str(manimgx_fonts.__file__)).parent
    files = [path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name]
    return {path.name.split("[")[0]: path for path in files}


def script_faces() -> tuple[str, ...]:
    """Return the faces for letters that the styles' own faces lack: emoji, Hebrew, Arabic, Devanagari and others."""
    return tuple(SCRIPTS + name for name in _script_files())


@lru_cache(maxsize=64)
def _face_path(face: str) -> Path:
    """Return the font file of ``face``."""
    if face.startswith(SCRIPTS):
        return _script_files()[face.removeprefix(SCRIPTS)]
    family, weight = _FACES[face]
    return Path(fontpkg.path(family, weight))


@lru_cache(maxsize=128)
def font(face: str, pixels: int, right_to_left: str = "") -> pygame.font.Font:
    """Return the font of ``face`` whose size is ``pixels`` on the screen.

    ``right_to_left`` names the script (ISO 15924) of letters that are set from right to left: Arab, Hebr.
    """
    made = pygame.font.Font(_face_path(face), pixels)
    if right_to_left:
        with contextlib.suppress(pygame.error):  # built without HarfBuzz: they stand the wrong way round
            made.set_script(right_to_left)
            made.set_direction(pygame.DIRECTION_RTL)
    return made


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour that lies ``share`` (0 to 1) of the way from ``one`` to ``other``."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def parse_colour(text: object, otherwise: Colour = STEEL) -> Colour:
    """Return the colour that ``#rrggbb`` means, or ``otherwise`` for what is no colour."""
    if not isinstance(text, str) or not COLOUR.fullmatch(text):
        return otherwise
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def readable(colour: Colour) -> Colour:
    """Return ``colour``, brightened until it can be read on a dark panel."""
    luminance = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]
    least = 120.0
    return colour if luminance >= least else mix(colour, FOAM, (least - luminance) / 255 + 0.2)
