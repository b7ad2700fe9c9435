"""A person's ``features(observation)`` as a file that ships: its source, with what it uses.

A function in a notebook or in a script among other things is taken out of it: its own source, other functions and
constants that it uses, and imports of what a function in the cloud has.
"""

from __future__ import annotations

import ast
import dis
import inspect
import sys
import textwrap
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from games.catalog import game_packages
from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

NAME = "features"
THERE = frozenset({"numpy", "games", "ai_functions"})
"""What a function has beside the standard library."""


def source_of(features: Callable[[Any], Any] | str | Path) -> str:
    """Return Python source that defines ``features(observation)``.

    A path is read as it is.  Raises TrainingError for a function that uses what cannot be shipped, naming it.
    """
    if isinstance(features, str | Path):
        return _read(Path(features))
    imports: dict[str, str] = {}
    pieces: dict[str, str] = {}
    _collect(features, imports, pieces)
    name = getattr(features, "__name__", NAME)
    lines = ["from __future__ import annotations", "", *sorted(imports.values()), "", *pieces.values()]
    if name != NAME:
        lines += ["", f"{NAME} = {name}"]
    return "\n".join(lines).rstrip() + "\n"


def sources_of(functions: Sequence[FunctionType]) -> str:
    """Return Python source that defines each of the functions, with what they use.

    Raises TrainingError for one that uses what cannot be shipped, naming it.
    """
    imports: dict[str, str] = {}
    pieces: dict[str, str] = {}
    for function in functions:
        _collect(function, imports, pieces)
    lines = ["from __future__ import annotations", "", *sorted(imports.values()), "", *pieces.values()]
    return "\n".join(lines).rstrip() + "\n"


def loaded(source: str) -> Callable[[Any], Any]:
    """Return the function that ``source`` defines.  Raises TrainingError for source that cannot be run."""
    scope: dict[str, Any] = {"__name__": "features"}
    try:
        exec(compile(source, "features.py", "exec"), scope)  # noqa: S102 - the user's own code, on the user's machine
    except Exception as error:
        raise TrainingError(f"features.py: {type(error).__name__}: {error}") from error
    found: Callable[[Any], Any] | None = scope.get(NAME)
    if not callable(found):
        raise TrainingError(f"features.py: defines no {NAME}(observation)")
    return found


def _read(path: Path) -> str:
    try:
        source = path.expanduser().read_text(encoding="utf-8")
        ast.parse(source)
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such file; it defines {NAME}(observation)") from None
    except (SyntaxError, ValueError) as error:
        raise TrainingError(f"{path}: not Python: {error}") from error
    return source


def _collect(function: Any, imports: dict[str, str], pieces: dict[str, str]) -> None:
    if not isinstance(function, FunctionType):
        raise TrainingError(f"features is a {type(function).__name__}; give a function made with def, or a file's path")
    name = function.__name__
    if name in pieces:
        return
    if name == "<lambda>" or function.__closure__:
        raise TrainingError(f"{name} uses variables of the function around it, or is a lambda: write it as a plain def")
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise TrainingError(f"the source of {name} cannot be found: write it into a file and give its path") from error
    pieces[name] = ""  # its place; what it uses comes before it
    for used in _names(function, source):
        if used in function.__globals__ and used != name:
            _bring(name, used, function.__globals__[used], imports, pieces)
    del pieces[name]
    pieces[name] = source


def _bring(by: str, name: str, value: Any, imports: dict[str, str], pieces: dict[str, str]) -> None:
    if isinstance(value, ModuleType):
        _check_there(by, value.__name__)
        imports[name] = f"import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
        return
    module = getattr(value, "__module__", None)
    if isinstance(value, FunctionType | type) and isinstance(module, str) and is_there(module):
        imports[name] = f"from {module} import {value.__name__}" + ("" if value.__name__ == name else f" as {name}")
        return
    if isinstance(value, FunctionType):
        if value.__name__ != name:
            raise TrainingError(f"{by} uses {name}, another name of {value.__name__}: call it by its own")
        _collect(value, imports, pieces)
        return
    if not _is_literal(value):
        raise TrainingError(
            f"{by} uses {name}, a {type(value).__name__}, which cannot be shipped: use functions, plain constants, "
            "numpy and the standard library"
        )
    pieces[name] = f"{name} = {value!r}\n"


def _is_literal(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError):
        return False


def _names(function: FunctionType, source: str) -> list[str]:
    """Return the names of the module that ``function`` reads: when it runs, and for its defaults."""
    found = list(_globals_of(function.__code__))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            if node.decorator_list:
                raise TrainingError(f"{node.name} has a decorator, which cannot be shipped: call it from another def")
            defaults = [*node.args.defaults, *(value for value in node.args.kw_defaults if value is not None)]
            found += [part.id for value in defaults for part in ast.walk(value) if isinstance(part, ast.Name)]
    return list(dict.fromkeys(found))


def _globals_of(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_of(constant)


def _check_there(by: str, module: str) -> None:
    if not is_there(module):
        raise TrainingError(
            f"{by} uses {module}, which a function does not have: use numpy, the standard library, games, ai_functions"
        )


def is_there(module: str, more: AbstractSet[str] = frozenset()) -> bool:
    """Say whether a function has this module, its layers bringing ``more``."""
    top = module.partition(".")[0]
    games = {package.partition(".")[0] for package in game_packages().values()}  # a game ships with its function
    return top in THERE | games | more or (top in sys.stdlib_module_names and top != "__main__")
