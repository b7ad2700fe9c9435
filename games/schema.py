"""Everything that comes from outside is declared here field by field, and parsed by the declaration.

A manifest, an answer, a catalog entry, a record and a request are each one :class:`Object` whose fields say type and
bounds.  What passes can be drawn, sorted, encoded, logged and stored: numbers are finite, lists and texts are short,
and a text is printable (no control characters, halves of surrogate pairs, line separators or invisible characters).
Standard library only, since every function imports it at its cold start (docs/decisions/0017).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

from games.core import GameError
from games.texts import MAX_QUOTED, describe, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from games.core import Json, JsonObject

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class NotJsonError(GameError):
    """Text that is no JSON, or is nested too deeply to be read."""


class InvalidError(GameError):
    """A value that its declaration refuses: the message names the field, the value and what is wanted."""

    def __init__(self, path: str, found: str, wanted: str) -> None:
        super().__init__(f"{path or 'it'} is {found}; wanted: {wanted}")
        self.field = path
        """Such as ``turns[3].latency_ms``; empty for the value as a whole."""
        self.found = found
        self.wanted = wanted

    def inside(self, path: str) -> InvalidError:
        """Return the same about a value that lies in the one that ``path`` names: paths are made when they are told."""
        between = "" if not self.field or self.field.startswith(("[", "'s ")) else "."
        return InvalidError(f"{path}{between}{self.field}", self.found, self.wanted)


class Kind(Protocol[T_co]):
    """What a field may hold."""

    def parse(self, value: object, path: str, /) -> T_co:
        """Return ``value``, checked.  Raises InvalidError naming ``path``."""


class Text:
    """Printable text of ``least`` to ``most`` characters, at least one of them visible unless ``least`` is 0.

    ``pattern`` is a regular expression for the whole text, ``like`` says in words what is wanted; with ``lines`` there
    may be several, which end in a newline.
    """

    def __init__(self, most: int, least: int = 0, pattern: str = "", like: str = "", *, lines: bool = False) -> None:
        self.most = most
        self.least = least
        self.pattern = pattern
        self.like = like
        self.lines = lines
        self._fits: Callable[[str], object] | None = None

    def parse(self, value: object, path: str, /) -> str:
        """Return the text."""
        if type(value) is not str:
            refuse(path, value, self._wanted())
        plain = value.replace("\n", "") if self.lines else value
        if not plain.isprintable():
            odd = next(character for character in plain if not character.isprintable())
            refuse(path, value, f"{self._wanted()}, without U+{ord(odd):04X}")
        sound = self.least <= len(value) <= self.most and (not self.pattern or self._matches(value))
        if not sound or (self.least and not visible(value)):
            refuse(path, value, self._wanted())
        return value

    def _matches(self, value: str) -> object:
        if self._fits is None:  # compiled when it is first needed: most functions need few
            self._fits = re.compile(self.pattern).fullmatch
        return self._fits(value)

    def _wanted(self) -> str:
        return f"{self.like or 'printable text'} of {self.least} to {self.most} characters"


class Integer:
    """A whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def parse(self, value: object, path: str, /) -> int:
        """Return the number."""
        if type(value) is not int or not self.least <= value <= self.most:
            wanted = f"a whole number from {self.least} to {self.most}" if self.least < self.most else str(self.least)
            refuse(path, value, wanted)
        return value


class Number:
    """A finite number within bounds; what is whole becomes a float."""

    def __init__(self, least: float, most: float) -> None:
        self.least = least
        self.most = most

    def parse(self, value: object, path: str, /) -> float:
        """Return the number."""
        if type(value) not in {int, float} or not self.least <= value <= self.most:  # type: ignore[operator]
            refuse(path, value, f"a number from {self.least:g} to {self.most:g}")
        return float(value)  # type: ignore[arg-type]


class Boolean:
    """True or false."""

    def parse(self, value: object, path: str, /) -> bool:
        """Return it."""
        if type(value) is not bool:
            refuse(path, value, "true or false")
        return value


class Choice:
    """One of a few texts."""

    def __init__(self, of: Collection[str]) -> None:
        self.of = of

    def parse(self, value: object, path: str, /) -> str:
        """Return the text."""
        if type(value) is not str or value not in self.of:
            refuse(path, value, f"one of {', '.join(sorted(self.of))}")
        return value


class Nullable(Generic[T]):
    """What ``kind`` is, or null."""

    def __init__(self, kind: Kind[T]) -> None:
        self.kind = kind

    def parse(self, value: object, path: str, /) -> T | None:
        """Return the value, or None."""
        return None if value is None else self.kind.parse(value, path)


class List(Generic[T]):
    """A list of one kind."""

    def __init__(self, kind: Kind[T], most: int) -> None:
        self.kind = kind
        self.most = most

    def parse(self, value: object, path: str, /) -> tuple[T, ...]:
        """Return the items."""
        if not isinstance(value, list | tuple) or len(value) > self.most:
            found = f"a list of {len(value)}" if isinstance(value, list | tuple) else describe(value)
            raise InvalidError(path, found, f"a list of at most {self.most}")
        items: list[T] = []
        parse = self.kind.parse
        try:
            for item in value:
                items.append(parse(item, ""))  # noqa: PERF401 - how many there are tells the place of what is wrong
        except InvalidError as error:
            raise error.inside(f"{path}[{len(items)}]") from error
        return tuple(items)


class Dictionary(Generic[T]):
    """An object with any keys."""

    def __init__(self, key: Text, value: Kind[T], most: int) -> None:
        self.key = key
        self.value = value
        self.most = most

    def parse(self, value: object, path: str, /) -> dict[str, T]:
        """Return keys and values."""
        if type(value) is not dict or len(value) > self.most:
            found = f"an object of {len(value)} fields" if type(value) is dict else describe(value)
            raise InvalidError(path, found, f"an object of at most {self.most} fields")
        return {
            self.key.parse(key, f"{path}'s key"): self.value.parse(item, join(path, key)) for key, item in value.items()
        }


class Object:
    """An object with declared fields.

    An optional field that is not there is left out, so that its reader's default holds.  ``extra`` says whether fields
    that are not declared are passed over (what a later version adds) or refused.
    """

    def __init__(
        self,
        required: Mapping[str, Kind[Any]],
        optional: Mapping[str, Kind[Any]] | None = None,
        *,
        extra: bool = False,
    ) -> None:
        self.required = required
        self.optional = optional or {}
        self.extra = extra

    def parse(self, value: object, path: str, /) -> dict[str, Any]:
        """Return the declared fields."""
        if type(value) is not dict:
            refuse(path, value, "an object")
        if not self.extra:
            for key in value:
                if key not in self.required and key not in self.optional:
                    known = ", ".join([*self.required, *self.optional])
                    raise InvalidError(join(path, key), "no field that is known here", known)
        found: dict[str, Any] = {}
        key = ""
        try:
            for key, kind in self.required.items():
                if key not in value:
                    raise InvalidError("", "missing", "it")  # noqa: TRY301 - named below, as all others
                found[key] = kind.parse(value[key], "")
            for key, kind in self.optional.items():
                if key in value:
                    found[key] = kind.parse(value[key], "")
        except InvalidError as error:
            raise error.inside(join(path, key)) from error
        return found


class AnyJson:
    """JSON of any shape, with bounds on all that it holds; ``values`` is how many there may be, all together."""

    def __init__(self, values: int = 10_000, depth: int = 8, text: Text | None = None) -> None:
        self.values = values
        self.depth = depth
        self.text = text or Text(2_000)
        self.number = Number(-1e15, 1e15)

    def parse(self, value: object, path: str, /) -> Json:
        """Return the value.  It is walked without recursion, since it may be nested as deeply as it likes."""
        left = self.values
        waiting: list[tuple[object, str, int]] = [(value, path, 1)]
        while waiting:
            item, where, depth = waiting.pop()
            left -= 1
            if left < 0:
                raise InvalidError(path, "too much", f"at most {self.values} values")
            if type(item) in {list, dict}:
                if depth > self.depth:
                    raise InvalidError(path, "nested more deeply", f"at most {self.depth} levels")
                waiting += [(inner, name, depth + 1) for inner, name in self._inside(item, where)]
            elif type(item) is str:
                self.text.parse(item, where)
            elif item is not None and type(item) is not bool:
                self.number.parse(item, where)
        return value  # type: ignore[return-value]

    def _inside(self, item: Any, where: str) -> Iterable[tuple[object, str]]:
        if type(item) is list:
            return [(inner, f"{where}[{index}]") for index, inner in enumerate(item[: self.values + 1])]
        for key in item:
            self.text.parse(key, f"{where}'s key")
        return [(inner, join(where, key)) for key, inner in item.items()]


class AnyObject:
    """A JSON object of any shape, within the bounds of ``AnyJson``."""

    def __init__(self, within: AnyJson) -> None:
        self.within = within

    def parse(self, value: object, path: str, /) -> JsonObject:
        """Return the object."""
        if type(value) is not dict:
            refuse(path, value, "an object")
        self.within.parse(value, path)
        return value


class Unchecked:
    """Anything: it is checked by whoever reads it, as an observation is by its game."""

    def parse(self, value: object, path: str, /) -> Any:  # noqa: ARG002 - the interface
        """Return ``value``."""
        return value


def load_json(content: str | bytes) -> Any:
    """Return the JSON in ``content`` (bytes are UTF-8); a byte order mark is passed over.  Raises NotJsonError.

    Numbers and texts are not looked at yet: NaN, 1e999 and half a character are refused by the declaration, which can
    name their field.
    """
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        return json.loads(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise NotJsonError("not JSON that is read here: it is nested too deeply") from error
    except ValueError as error:
        raise NotJsonError(f"not JSON: {error}") from error


def refuse(path: str, value: object, wanted: str) -> NoReturn:
    """Raise InvalidError about ``value``."""
    raise InvalidError(path, describe(value), wanted)


def join(path: str, key: object) -> str:
    """Return the path of the field ``key`` of what ``path`` names; a key may be anything."""
    name = key[:MAX_QUOTED] if isinstance(key, str) else str(key)[:MAX_QUOTED]
    name = name if name.isprintable() else ascii(name)
    return f"{path}.{name}" if path else name
