"""``opponent.toml``: what an opponent is, needs and claims.  The same file serves menu, template and function."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "opponent.toml"
INFERENCE_LAYER = "inference"
"""The shared layer of numpy and onnxruntime."""


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
        """Return the manifest in ``folder``.  Raises ManifestError, naming file and key."""
        path = folder / MANIFEST
        try:
            with path.open("rb") as file:
                data = tomllib.load(file)
        except FileNotFoundError:
            raise ManifestError(
                f"{path}: no such file; an opponent is a folder with {MANIFEST} and function.py"
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise ManifestError(f"{path}: {error}") from error
        try:
            return cls.from_table(data)
        except ManifestError as error:
            raise ManifestError(f"{path}: {error}") from error

    @classmethod
    def from_table(cls, data: Mapping[str, Any]) -> Manifest:
        """Return the manifest that a parsed TOML document means.  Raises ManifestError, naming the key."""
        opponent = _table(data, "opponent")
        needs = _table(data, "function", required=False)
        _only_known(data, {"opponent", "function", "plays", "training"}, "")
        known = {item.name for item in fields(cls)}
        _only_known(opponent, known - {"function", "plays", "training"}, "opponent.")
        _only_known(needs, {item.name for item in fields(FunctionNeeds)}, "function.")
        for key in ("name", "game", "title", "difficulty", "author", "colour", "algorithm"):
            if key not in opponent:
                raise ManifestError(f"opponent.{key} is missing")
        name = opponent["name"]
        if (
            not isinstance(name, str)
            or not name.replace("_", "").isalnum()
            or not name.isascii()
            or name != name.lower()
        ):
            raise ManifestError(f"opponent.name {name!r}: use small letters, digits and _")
        if "layers" in needs:
            needs = {**needs, "layers": tuple(needs["layers"])}
        return cls(
            **opponent,
            function=FunctionNeeds(**needs),
            plays=_table(data, "plays", required=False),
            training=_table(data, "training", required=False),
        )


def _table(data: Mapping[str, Any], key: str, *, required: bool = True) -> dict[str, Any]:
    value = data.get(key)
    if value is None and not required:
        return {}
    if not isinstance(value, dict):
        raise ManifestError(f"[{key}] is missing" if value is None else f"{key} is {value!r}, not a table")
    return value


def _only_known(data: Mapping[str, Any], known: set[str], prefix: str) -> None:
    for key in data:
        if key not in known:
            raise ManifestError(f"{prefix}{key} is not a key of {MANIFEST}; there are {', '.join(sorted(known))}")
