"""Numbers and tables as a page shows them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def number(value: float) -> str:
    """Return a number as people read it: whole ones with commas, others with three digits."""
    if float(value).is_integer() and abs(value) >= 1:
        return f"{int(value):,}"
    return f"{value:.3g}"


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{100 * value:.1f} %"


def plural(count: int, one: str, several: str) -> str:
    """Return ``count`` of them."""
    return f"{count:,} {one if count == 1 else several}"


def of_interval(found: Any, shown: Callable[[float], str] = number) -> str:
    """Return a value with its interval, as HTML."""
    if found["value"] is None:
        return "-"
    return f"{shown(found['value'])} <small>({shown(found['low'])} to {shown(found['high'])})</small>"


def why_not(told: Any) -> str:
    """Return why a part of the report is not there."""
    return f"<p>Does not apply: {escape(told['why_not'])}.</p>"


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Return names and what they are."""
    return (
        "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value) + "</dl>"
    )


def facts(told: Sequence[tuple[str, str]]) -> str:
    """Return a few numbers in large letters."""
    return (
        '<div class="facts">'
        + "".join(f"<div><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in told)
        + "</div>"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, markup: bool = False) -> str:
    """Return a table; cells are HTML already where ``markup`` says so."""
    shown = (lambda cell: cell) if markup else escape
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{shown(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'
