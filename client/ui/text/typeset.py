"""Sets one line of any text: in the style's own face where it has the letters, in another one of ours where it has not.

Nothing that is text raises here, and nothing is cut within a letter.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING
from unicodedata import bidirectional

import pygame

from client.ui import theme
from client.ui.text.bidi import Run, visual_runs
from client.ui.text.foreign_text import REPLACEMENT, graphemes, presentable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from client.ui.theme import Colour

ELLIPSIS = "…"
FACES = ("sans", "sans-bold", "bold", "mono")
MOST_LETTERS = 600
"""More of them fit on no line of a window."""
PROBE_PIXELS = 16
NOBODY = "\U0010ffff"
"""A code point that no font has: it shows a font's sign for what is missing."""


@dataclass(frozen=True, slots=True)
class Type:
    """How letters are set: their face, their size, and the gap between them, both in the window's pixels."""

    face: str
    pixels: int
    gap: float


@dataclass(frozen=True, slots=True)
class _Part:
    """What one font sets in one go."""

    words: str
    font: pygame.font.Font
    ascent: int


@lru_cache(maxsize=4096)
def width(words: str, kind: Type) -> int:
    """Return the width of a line in pixels; 0 for what shows nothing."""
    letters = _letters(words)
    return _width(letters, kind)


@lru_cache(maxsize=4096)
def cut(words: str, kind: Type, room: float) -> str:
    """Return ``words`` if they fit into ``room`` pixels, else as many whole letters as do, with an ellipsis."""
    letters = _letters(words)
    whole = "".join(letters)
    if len(letters) <= MOST_LETTERS and _width(letters, kind) <= room:
        return whole
    fits = _count(letters, kind, room, ELLIPSIS)
    if fits == 0 and _width([ELLIPSIS], kind) > room:
        return ""
    return "".join(letters[:fits]).rstrip() + ELLIPSIS


@lru_cache(maxsize=256)
def broken(words: str, kind: Type, room: float, most: int) -> tuple[str, ...]:
    """Return ``words`` in at most ``most`` lines of ``room`` pixels; the last says with an ellipsis that there is more.

    Lines break between words, and within a word that is wider than a line.
    """
    lines: list[str] = []
    for part in words.split("\n"):
        line = ""
        for word in _words(presentable(part), kind, room):
            longer = f"{line} {word}".strip()
            if line and width(longer, kind) > room:
                lines.append(line)
                line = word
            else:
                line = longer
            if len(lines) > most:
                break
        lines.append(line)
        if len(lines) > most:
            return (*lines[: most - 1], lines[most - 1] + ELLIPSIS)
    return tuple(lines)


def _words(line: str, kind: Type, room: float) -> Iterator[str]:
    for word in line.split():
        letters = graphemes(word)
        while letters and _width(letters[:MOST_LETTERS], kind) > room:
            fits = max(1, _count(letters, kind, room))
            yield "".join(letters[:fits])
            letters = letters[fits:]
        if letters:
            yield "".join(letters)


def _count(letters: Sequence[str], kind: Type, room: float, end: str = "") -> int:
    """Return how many letters fit into ``room`` pixels, with ``end`` behind them."""
    ending = [end] if end else []
    return bisect_right(
        range(1, min(len(letters), MOST_LETTERS) + 1), room, key=lambda count: _width([*letters[:count], *ending], kind)
    )


def headroom(kind: Type) -> int:
    """Return by how many pixels a set line begins above the top of its face: another face's letters may be taller."""
    return _baseline(kind) - theme.font(kind.face, kind.pixels).get_ascent()


def render(words: str, kind: Type, colour: Colour) -> pygame.Surface:
    """Return a line as a premultiplied surface that is as wide as ``width`` says, and at least one pixel."""
    letters = _letters(words)
    baseline = _baseline(kind)
    placed: list[tuple[pygame.Surface, float, int]] = []
    x = 0.0
    for part in _parts(letters, kind):
        made = part.font.render(part.words, True, colour).premul_alpha()  # noqa: FBT003 - pygame's own signature
        placed.append((made, x, max(0, baseline - part.ascent)))
        x += made.get_width() + _gap(part, kind)
    height = max((top + made.get_height() for made, _, top in placed), default=1)
    line = pygame.Surface((max(1, _width(letters, kind)), height), pygame.SRCALPHA)
    for made, left, top in placed:
        line.blit(made, (round(left), top), special_flags=pygame.BLEND_PREMULTIPLIED)
    return line


def _letters(words: str) -> list[str]:
    return graphemes(presentable(words))


def _width(letters: Sequence[str], kind: Type) -> int:
    parts = list(_parts(letters, kind))
    return round(sum(part.font.size(part.words)[0] + _gap(part, kind) for part in parts) - kind.gap) if parts else 0


def _gap(part: _Part, kind: Type) -> float:
    """Return what is left free behind a part: between words twice as much as between letters, or they run together."""
    return 2 * kind.gap if part.words == " " else kind.gap


def _parts(letters: Sequence[str], kind: Type) -> Iterator[_Part]:
    """Return what is set after another, from left to right; what has no width is left out."""
    for run in visual_runs(letters):
        for face, words in _pieces(run, kind):
            font = theme.font(face, kind.pixels, _script(run))
            if font.size(words)[0] > 0:
                yield _Part(words, font, font.get_ascent())


def _pieces(run: Run, kind: Type) -> Iterator[tuple[str, str]]:
    """Return the faces that set a run, and what each sets; letter by letter where the style spaces its letters."""
    if run.rtl:  # letters that join must come from one face, and without gaps
        whole = next((face for face in _all_faces(kind.face) if all(has(face, letter) for letter in run.letters)), None)
        if whole is not None:
            yield whole, "".join(run.letters)
            return
    found = [_face_of(letter, kind.face) for letter in run.letters]
    if kind.gap and not run.rtl:
        yield from found
        return
    pieces = [(face, "".join(letter for _, letter in group)) for face, group in groupby(found, key=lambda one: one[0])]
    yield from reversed(pieces) if run.rtl else pieces


@lru_cache(maxsize=8192)
def _face_of(letter: str, own: str) -> tuple[str, str]:
    """Return the first face that has a letter with all its marks; without one, of the bare letter, or a sign for it."""
    for shown in (letter, letter[0], REPLACEMENT):
        for face in _all_faces(own):
            if has(face, shown):
                return face, shown
    return own, "?"


def _faces(own: str) -> tuple[str, ...]:
    return (own, *(face for face in FACES if face != own))


def _all_faces(own: str) -> Iterator[str]:
    """Yield the style's own face, our others, and those of other scripts: many files, opened only where need be."""
    yield from _faces(own)
    yield from theme.script_faces()


@lru_cache(maxsize=8192)
def has(face: str, letter: str) -> bool:
    """Return whether a face has a letter with all its marks."""
    if letter == " " or (letter.isascii() and letter.isprintable()):
        return True
    return all(_looks(face, part) not in (b"", _looks(face, NOBODY)) for part in letter)


@lru_cache(maxsize=4096)
def _looks(face: str, character: str) -> bytes:
    """Return a character's picture; nothing for one without width."""
    font = theme.font(face, PROBE_PIXELS)
    if font.size(character)[0] == 0:
        return b""
    return pygame.image.tobytes(font.render(character, True, (255, 255, 255)), "RGBA")  # noqa: FBT003


@lru_cache(maxsize=256)
def _baseline(kind: Type) -> int:
    return max(theme.font(face, kind.pixels).get_ascent() for face in _faces(kind.face))


def _script(run: Run) -> str:
    """Return the script (ISO 15924) of a run from right to left; nothing for others, which need none."""
    if not run.rtl:
        return ""
    return "Arab" if any(bidirectional(letter[0]) == "AL" for letter in run.letters) else "Hebr"
