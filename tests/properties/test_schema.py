"""What passes a declaration can be drawn, sorted, encoded, logged and stored; what does not is refused by its field."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_functions.runtime.listing import DEPLOYED, GUEST, LISTED
from ai_functions.runtime.manifest import TABLES, Game
from ai_functions.runtime.model import CARD_FIELDS
from ai_functions.runtime.protocol import REQUEST, RESPONSE
from games.catalog import GAMES
from games.record_fields import RECORD
from games.schema import (
    AnyJson,
    AnyObject,
    Boolean,
    Choice,
    Dictionary,
    Integer,
    InvalidError,
    List,
    NotJsonError,
    Nullable,
    Number,
    Object,
    Text,
    load_json,
)
from games.texts import describe, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

DECLARATIONS = {
    "manifest": TABLES, "card": CARD_FIELDS, "deployed": DEPLOYED, "listed": LISTED, "guest": GUEST,
    "request": REQUEST, "response": RESPONSE, "record": RECORD,
}  # fmt: skip
ODD_TEXT = st.text(max_size=12) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Mn"]), max_size=4)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_TEXT, inner, max_size=4),
    max_leaves=12,
)


def values_of(kind: Any, *, odd: bool) -> SearchStrategy[Any]:
    """Return values that ``kind`` may take; with ``odd``, mixed with some that it may not."""

    def inside(one: Any) -> SearchStrategy[Any]:
        return values_of(one, odd=odd)

    def fields(of: dict[str, Any]) -> dict[str, SearchStrategy[Any]]:
        return {key: inside(one) for key, one in of.items()}

    plain = st.text("ab é", min_size=1, max_size=5).filter(str.strip)
    makers: dict[type, Callable[[], SearchStrategy[Any]]] = {
        Object: lambda: st.fixed_dictionaries(fields(kind.required), optional=fields(kind.optional)),
        Nullable: lambda: st.none() | inside(kind.kind),
        List: lambda: st.lists(inside(kind.kind), max_size=2),
        Dictionary: lambda: st.dictionaries(values_of(kind.key, odd=False), inside(kind.value), max_size=2),
        AnyObject: lambda: st.dictionaries(plain, ANYTHING if odd else st.integers(-9, 9), max_size=2),
        AnyJson: lambda: ANYTHING if odd else st.lists(st.booleans() | plain, max_size=2),
        Choice: lambda: st.sampled_from(sorted(kind.of)),
        Boolean: st.booleans,
        Game: lambda: st.sampled_from(sorted(GAMES)),
        Integer: lambda: st.integers(kind.least, kind.most),
        Number: lambda: st.floats(kind.least, kind.most),
        Text: lambda: st.from_regex(kind.pattern.replace(".", "[a-z]"), fullmatch=True) if kind.pattern else plain,
    }
    sound = makers.get(type(kind), lambda: st.just("2026-01-01T00:00:00+00:00"))()
    return st.one_of(*[sound] * 30, ANYTHING) if odd else sound


def candidates(name: str) -> SearchStrategy[Any]:
    kind = DECLARATIONS[name]
    return values_of(kind, odd=False) | values_of(kind, odd=True) | ANYTHING


def check_sound(value: Any, *, lines: bool = False) -> None:
    """Fail for anything that could not be drawn, sorted, encoded, logged or stored."""
    if isinstance(value, str):
        value.encode("utf-8")
        assert value.replace("\n", "" if lines else "\n").isprintable()
        assert len(value) <= 5000
    elif isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, int):
        assert abs(value) < 2**64
    elif isinstance(value, dict):
        for key, item in value.items():
            check_sound(key, lines=lines)
            check_sound(item, lines=lines or key == "options")
    elif isinstance(value, list | tuple):
        for item in value:
            check_sound(item, lines=lines)


def check(name: str, value: Any) -> bool:
    """Check what becomes of ``value``, and return whether it passes."""
    try:
        found = DECLARATIONS[name].parse(value, "")
    except InvalidError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1000
        assert error.wanted
        return False
    else:
        found.pop("observation", None)  # its game checks it
        check_sound(found)
        json.dumps(found, allow_nan=False).encode()
        return True


@pytest.mark.parametrize("name", DECLARATIONS)
def test_whatever_passes_is_sound(name: str) -> None:
    @settings(max_examples=150, derandomize=True, deadline=None, database=None)
    @given(candidates(name))
    def property_holds(value: Any) -> None:
        passed.append(check(name, value))

    passed: list[bool] = []
    property_holds()
    assert 10 < sum(passed) < len(passed) - 10


@pytest.mark.slow
@pytest.mark.parametrize("name", DECLARATIONS)
def test_whatever_passes_is_sound_in_many_more_cases(name: str) -> None:
    @settings(max_examples=1_500, deadline=None, database=None, derandomize=True)
    @given(candidates(name))
    def property_holds(value: Any) -> None:
        check(name, value)

    property_holds()


@settings(derandomize=True, database=None)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_json_or_an_error(content: bytes | str) -> None:
    try:
        load_json(content)
    except NotJsonError as error:
        assert str(error)


@settings(derandomize=True, database=None)
@given(ODD_TEXT, st.integers(1, 20))
def test_a_repaired_text_passes(text: str, most: int) -> None:
    kept = printable(text, most, "x")
    assert Text(most, 1).parse(kept, "name") == kept
    assert printable(kept, most, "x") == kept


@settings(derandomize=True, database=None)
@given(ANYTHING)
def test_anything_can_be_described_in_a_line(value: Any) -> None:
    assert describe(value).isprintable()
    assert len(describe(value)) < 600


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_nested_too_deeply_is_refused_without_recursion() -> None:
    deep = nested(100_000)
    with pytest.raises(InvalidError, match="explanation is nested more deeply"):
        AnyJson().parse(deep, "explanation")
    with pytest.raises(InvalidError, match="is a list; wanted: printable text"):
        Text(5).parse(deep, "name")
    with pytest.raises(NotJsonError, match="nested too deeply"):
        load_json("[" * 200_000)


def test_a_list_of_too_many_values_is_refused() -> None:
    with pytest.raises(InvalidError, match="it is too much; wanted: at most 10 values"):
        AnyJson(values=10).parse([0] * 10, "")
    assert AnyJson(values=10).parse([0] * 9, "") == [0] * 9


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load_json("\ufeff[1]") == load_json(b"\xef\xbb\xbf[1]") == [1]
