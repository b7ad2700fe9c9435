"""``opponent.toml``: what an opponent is, needs and claims.  The same file serves menu, template and function."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.listing import ALGORITHM, AUTHOR, COLOUR, DIFFICULTY, NAME, TITLE
from games.catalog import game_packages
from games.schema import AnyJson, AnyObject, Choice, Integer, InvalidError, List, Number, Object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "opponent.toml"
INFERENCE_LAYER = "inference"
"""The shared layer of numpy and onnxruntime."""
SKLEARN_LAYER = "sklearn"
"""The shared layer of scikit-learn and skops, for what no converter to ONNX knows."""


class ManifestError(ValueError):
    """An ``opponent.toml`` that says something impossible, or leaves out something needed."""


@dataclass(frozen=True, slots=True)
class FunctionNeeds:
    """The table ``[function]``: what the opponent needs of the machine."""

    memory_mb: int = 512
    timeout_s: int = 5
    layers: tuple[str, ...] = (INFERENCE_LAYER,)
    """Shared layers: ``("inference",)`` for numpy and onnxruntime, ``()`` for a rule-based opponent."""
    reserved_concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``opponent.toml`` says, checked."""

    name: str
    game: str
    title: str
    difficulty: int
    """Place on the game's ladder: 1 is the easiest."""
    author: str
    colour: str
    """``#rrggbb``, for the menu and the HUD."""
    algorithm: str
    """One line: what decides the moves."""
    deadline_ms: int = 1000
    """How soon this opponent promises to answer when warm."""
    temperature: float = 0.0
    """How freely moves are sampled; 0 takes the best."""
    function: FunctionNeeds = field(default_factory=FunctionNeeds)
    plays: Mapping[str, Any] = field(default_factory=dict)
    """The table ``[plays]``: options of the game (variants) this opponent plays well; empty: the standard game."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """The table ``[training]``: what the game's recipe needs to make this model again from records."""

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Return the manifest in ``folder``.  Raises ManifestError, naming file, key, value and what is wanted."""
        path = folder / MANIFEST
        try:
            data = tomllib.loads(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
            return cls.from_table(data)
        except FileNotFoundError:
            raise ManifestError(
                f"{path}: no such file; an opponent is a folder with {MANIFEST} and function.py"
            ) from None
        except OSError as error:
            raise ManifestError(f"{path}: {error.strerror}") from error
        except RecursionError as error:
            raise ManifestError(f"{path}: it is nested too deeply") from error
        except ValueError as error:  # no UTF-8, no TOML, or no manifest
            raise ManifestError(f"{path}: {error}") from error

    @classmethod
    def from_table(cls, data: Mapping[str, Any]) -> Manifest:
        """Return the manifest that a parsed TOML document means.  Raises ManifestError, naming the key."""
        try:
            tables = TABLES.parse(data, "")
        except InvalidError as error:
            raise ManifestError(str(error)) from error
        return cls(
            **tables["opponent"],
            function=FunctionNeeds(**tables.get("function", {})),
            plays=tables.get("plays", {}),
            training=tables.get("training", {}),
        )


class Game:
    """The name of a game of the catalogue, those registered by then included."""

    def parse(self, value: object, path: str, /) -> str:
        """Return the name."""
        return Choice(game_packages()).parse(value, path)


TABLES = Object(
    {
        "opponent": Object(
            {
                "name": NAME,
                "game": Game(),
                "title": TITLE,
                "difficulty": DIFFICULTY,
                "author": AUTHOR,
                "colour": COLOUR,
                "algorithm": ALGORITHM,
            },
            {"deadline_ms": Integer(1, 29_000), "temperature": Number(0, 1000)},
        ),
    },
    {
        "function": Object(
            {},
            {
                "memory_mb": Integer(128, 10_240),
                "timeout_s": Integer(1, 29),
                "layers": List(Choice((INFERENCE_LAYER, SKLEARN_LAYER)), 5),
                "reserved_concurrency": Integer(0, 1000),
            },
        ),
        "plays": AnyObject(AnyJson(values=200, depth=4)),
        "training": AnyObject(AnyJson(values=1000)),
    },
)
"""AWS allows a function behind an HTTP API 29 s, and 128 to 10,240 MB."""
