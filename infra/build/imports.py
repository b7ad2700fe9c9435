"""What a function imports, found by reading it: the files of ours it needs, and what it must not use."""

from __future__ import annotations

import ast
import sys
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_PARSING = Lock()
"""On Python 3.11 two threads that parse at once can make each other fail: python/cpython#106905."""
RUNTIME = "ai_functions/runtime"
"""Every function ships with it, and it imports the layer's packages only where a model is loaded."""


class ImportRefusedError(ValueError):
    """An import that would not be there in the cloud; the message names file, line and module."""


def ours_needed_by(
    roots: Iterable[Path],
    homes: Mapping[str, Path],
    outside: AbstractSet[str],
    *,
    optional: Iterable[Path] = (),
    spared: AbstractSet[Path] = frozenset(),
) -> dict[str, Path]:
    """Return every file of ours that ``roots`` import, themselves included if they are ours: name in a zip -> file.

    ``homes`` names the packages that are ours, and the folder in which each lies.  ``outside`` names the packages from
    elsewhere that will be there.  Raises ImportRefusedError for an import of any other, unless it is in ``optional`` or
    imported by way of a file in ``spared`` that is itself imported inside a function only: such a file is left out, and
    so fails where it is asked for.
    """
    waiting = [*((path, False) for path in roots), *((path, True) for path in optional)]
    seen: dict[Path, bool] = {}
    left_out = set()
    while waiting:
        path, may_miss = waiting.pop()
        if path in seen and (may_miss or not seen[path]):
            continue
        seen[path] = may_miss
        waiting.extend((package, may_miss) for package in _packages_around(path, homes))
        for line, name, late in _imports_of(path):
            top = name.split(".")[0]
            if top in homes:
                waiting.extend((file, may_miss or (late and file in spared)) for file in _files_of(name, homes[top]))
            elif (
                _inside(path, homes).rpartition("/")[0] != RUNTIME
                and not _is_beside(top, path)
                and top not in sys.stdlib_module_names
                and top not in outside
            ):
                if not may_miss:
                    raise ImportRefusedError(f"{path}:{line}: imports {top}, {_why(top)}")
                left_out.add(path)
    named = {_inside(path, homes): path for path in seen if path not in left_out}
    return {name: named[name] for name in sorted(named) if name}


def _inside(path: Path, homes: Mapping[str, Path]) -> str:
    """Return what the file is called in a zip; empty for one that is in none of our packages."""
    for top, home in homes.items():
        if path.is_relative_to(home / top):
            return path.relative_to(home).as_posix()
    return ""


def _imports_of(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Yield line and dotted name of everything that ``path`` imports when it runs, and whether inside a function.

    Raises ImportRefusedError for a file that is not Python.
    """
    source = path.read_bytes()
    try:
        with _PARSING:
            tree = ast.parse(source, filename=str(path))
    except SyntaxError as error:
        raise ImportRefusedError(f"{path}:{error.lineno}: not Python: {error.msg}") from error
    yield from _walk(tree, late=False)


def _walk(node: ast.AST, *, late: bool) -> Iterator[tuple[int, str, bool]]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for other in node.orelse:
            yield from _walk(other, late=late)
        return
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name, late) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        yield node.lineno, node.module, late
        yield from ((node.lineno, f"{node.module}.{alias.name}", late) for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, late=late or isinstance(node, ast.FunctionDef))


def _files_of(name: str, home: Path) -> Iterator[Path]:
    """Yield the file of the module ``name``; nothing if the name is something inside a module."""
    base = home.joinpath(*name.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.exists():
            yield candidate


def _packages_around(path: Path, homes: Mapping[str, Path]) -> Iterator[Path]:
    for folder in path.parents[: _inside(path, homes).count("/")]:
        if (folder / "__init__.py").exists():
            yield folder / "__init__.py"


def _is_beside(top: str, path: Path) -> bool:
    return path.with_name(f"{top}.py").exists()


def _why(top: str) -> str:
    if top in {"numpy", "onnxruntime"}:
        return 'which needs layers = ["inference"] in [function] of opponent.toml'
    return "which a function does not have; it may use the standard library, games, ai_functions and its layers"
