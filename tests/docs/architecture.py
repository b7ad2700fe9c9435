"""Draw the rooms and who imports whom anew: ``python -m tests.docs.architecture``.

A room is a package; the loose modules of a package that stand equally high share a box.  The height of a box is the
longest way down from it, so every arrow points down and a circle cannot be drawn.  An arrow that follows from others
is left out (client.scenes uses client.ui and client.net, client.ui uses client.net: two arrows).  Imports for types
alone are no imports.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
HOUSES = {
    "training": "#e7c6ff", "client": "#bde0fe", "games": "#caffbf", "ai_functions": "#ffd6a5", "infra": "#ffc8c8",
    "lambda_arcade": "#d8f3dc",
}  # fmt: skip
"""The packages, from left to right, and their colours."""
WIDTH, BOX, ROW, LINE, MARGIN, TOP, FONT = 960, 25, 54, 15, 10, 44, 13


class CircleError(ValueError):
    """Rooms that import each other; the message names them."""


@dataclass(frozen=True)
class Rooms:
    """Who imports whom, by the names of rooms."""

    imports: dict[str, set[str]]

    @classmethod
    def read(cls) -> Rooms:
        """Return the rooms of this project as its files import each other now."""
        graph = grimp.build_graph(*HOUSES, exclude_type_checking_imports=True, cache_dir=None)
        imports: dict[str, set[str]] = {room_of(module): set() for module in graph.modules}
        for module in graph.modules:
            found = {room_of(other) for other in graph.find_modules_directly_imported_by(module)}
            imports[room_of(module)] |= found - {room_of(module)}
        used = set().union(*imports.values())
        return cls({room: found for room, found in imports.items() if found or room in used})

    @cached_property
    def heights(self) -> dict[str, int]:
        """Return the longest way down from each room.  Raises CircleError."""
        heights: dict[str, int] = {}
        while len(heights) < len(self.imports):
            ready = [room for room, below in self.imports.items() if room not in heights and below <= heights.keys()]
            if not ready:
                raise CircleError(f"in a circle, or above one: {sorted(self.imports.keys() - heights.keys())}")
            heights |= {room: 1 + max((heights[other] for other in self.imports[room]), default=-1) for room in ready}
        return heights

    def reaches(self, room: str) -> set[str]:
        """Return every room below ``room``."""
        return self.imports[room].union(*(self.reaches(other) for other in self.imports[room]))

    @cached_property
    def arrows(self) -> list[tuple[str, str]]:
        """Return the imports that do not follow from others, in order."""
        return sorted(
            (room, other)
            for room, below in self.imports.items()
            for other in below
            if not any(other in self.reaches(way) for way in below - {other})
        )


def room_of(module: str) -> str:
    """Return the room of a module: its package two names deep, three below ``games``; or itself where it is loose."""
    parts = module.split(".")
    if parts[0] == "games" and not (ROOT / Path(*parts[:2])).is_dir():
        return "games"
    return ".".join(parts[: 3 if parts[1:2] == ["games"] else 2])


def picture(rooms: Rooms) -> str:
    """Return the picture as SVG."""
    boxes = _boxes(rooms)
    places = _places(boxes)
    height = TOP + ROW * (1 + max(rooms.heights.values())) + MARGIN
    of = {room: key for key, names in boxes.items() for room in names}
    joined = sorted({(of[room], of[other]) for room, other in rooms.arrows})
    tip = '<path d="M0 0L8 4L0 8z" fill="#667"/>'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">',
        f"{tip}</marker>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    lines += [
        f'<path d="{_curve(places[start], places[end])}" fill="none" stroke="#667" stroke-opacity=".6" '
        f'marker-end="url(#tip)"><title>{_label(boxes[start])} imports {_label(boxes[end])}</title></path>'
        for start, end in joined
    ]
    for key, (x, y, width, depth) in places.items():
        colour = HOUSES[key[0]]
        lines.append(f'<rect x="{x}" y="{y}" width="{width}" height="{depth}" rx="4" fill="{colour}" stroke="#445"/>')
        for number, text in enumerate(_lines(boxes[key])):
            at = y + 17 + LINE * number
            lines.append(_text(x + width / 2, at, text))
    for house in HOUSES:
        own = [place for key, place in places.items() if key[0] == house]
        middle = (min(place[0] for place in own) + max(place[0] + place[2] for place in own)) / 2
        lines.append(_text(middle, min(place[1] for place in own) - 10, f"{house}/", ' font-weight="bold"'))
    return "\n".join([*lines, "</svg>", ""])


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{FONT}" text-anchor="middle"{more}>{text}</text>'


Key = tuple[str, int, str]
"""House, height, and the name of a package; empty for the loose modules of a house."""


def _boxes(rooms: Rooms) -> dict[Key, list[str]]:
    boxes: dict[Key, list[str]] = {}
    for room, height in sorted(rooms.heights.items()):
        loose = (ROOT / Path(*room.split("."))).with_suffix(".py").is_file()
        house = room.partition(".")[0]
        boxes.setdefault((house, height, "" if loose else room), []).append(room)
    return boxes


def _lines(names: list[str]) -> list[str]:
    """Return the text in a box: a package's name, or those of loose modules, two a line."""
    short = [name.partition(".")[2] or name for name in names]
    return [escape(", ".join(short[index : index + 2])) for index in range(0, len(short), 2)]


def _label(names: list[str]) -> str:
    return escape(", ".join(names))


def _places(boxes: dict[Key, list[str]]) -> dict[Key, tuple[float, float, float, float]]:
    """Return x, y, width and height of every box: a column for each house, a row for each height."""
    tallest = max(height for _, height, _ in boxes)
    widest = {house: max(_row_width(boxes, house, height) for height in range(tallest + 1)) for house in HOUSES}
    spare = (WIDTH - 2 * MARGIN - sum(widest.values())) / (len(HOUSES) - 1)
    places, left = {}, float(MARGIN)
    for house in HOUSES:
        for height in range(tallest + 1):
            x = left + (widest[house] - _row_width(boxes, house, height)) / 2
            for key in sorted(key for key in boxes if key[:2] == (house, height)):
                width = _width(boxes[key])
                depth = BOX + LINE * (len(_lines(boxes[key])) - 1)
                places[key] = (round(x, 1), TOP + ROW * (tallest - height), width, depth)
                x += width + MARGIN
        left += widest[house] + spare
    return places


def _width(names: list[str]) -> float:
    return 12 + 7.9 * max(map(len, _lines(names)))


def _row_width(boxes: dict[Key, list[str]], house: str, height: int) -> float:
    widths = [_width(names) for key, names in boxes.items() if key[:2] == (house, height)]
    return sum(widths) + MARGIN * max(0, len(widths) - 1)


def _curve(start: tuple[float, float, float, float], end: tuple[float, float, float, float]) -> str:
    """Return a curve from the foot of one box to the head of another."""
    x1, y1, x2, y2 = start[0] + start[2] / 2, start[1] + start[3], end[0] + end[2] / 2, end[1]
    bend = max(18.0, (y2 - y1) / 2)
    return f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"


if __name__ == "__main__":
    PICTURE.write_text(picture(Rooms.read()), "utf-8", newline="\n")
