"""Text from outside (a name that was typed, what an opponent says of itself, an error) made fit to be shown.

Fonts refuse some of it (NUL, halves of characters) and give some of it no width at all (joiners, variation selectors),
which SDL takes for an error.  What is left here consists of whole letters; whether a font has them is the window's
concern.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from itertools import chain

MOST_MARKS = 3
"""Accents kept on one letter; fonts stack no more of them within a line's height."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_INVISIBLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""First and last of what Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt, 15.0)."""
_EDGES = list(chain.from_iterable((first, last + 1) for first, last in _INVISIBLE))
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def presentable(text: str) -> str:
    """Return ``text`` as one line of letters that can be shown.

    Two halves of a character become the character, a half alone and what Unicode assigns to nobody ``REPLACEMENT``;
    line breaks and tabs become spaces; control characters, what is invisible, marks without a letter, and marks beyond
    ``MOST_MARKS`` on a letter are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    kept: list[str] = []
    marks = MOST_MARKS
    for character in unicodedata.normalize("NFC", "".join(map(_visible, whole))):
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def graphemes(text: str) -> list[str]:
    """Return the letters of presentable text: each with its marks, flags and skin tones in one piece."""
    if text.isascii():
        return list(text)
    letters: list[str] = []
    for character in text:
        joins = _is_mark(character) or ord(character) in _SKIN_TONES
        flag = (
            ord(character) in _FLAG_LETTERS and letters and len(letters[-1]) == 1 and ord(letters[-1]) in _FLAG_LETTERS
        )
        if letters and (joins or flag):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def shorten(text: str, most: int) -> str:
    """Return the first ``most`` letters of ``text``, presentable and without spaces around them."""
    return "".join(graphemes(presentable(text).strip())[:most]).strip()


def _visible(character: str) -> str:
    """Return what to show for one character: itself, a space, ``REPLACEMENT`` or nothing."""
    if bisect_right(_EDGES, ord(character)) % 2:
        return ""
    category = unicodedata.category(character)
    if category.startswith("Z") or character in "\t\n\r\v\f\x85":
        return " "
    if category in ("Cc", "Cf"):
        return ""
    return REPLACEMENT if category in ("Cn", "Co", "Cs") else character


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
