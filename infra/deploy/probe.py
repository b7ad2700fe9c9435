"""Tries a packed function before anybody is served by it: in a worker as the local cloud starts them.

The process has the function's zip and its layers, the runtime's own packages and nothing else of this machine; memory
and time are limited as on AWS.
"""

from __future__ import annotations

import asyncio
import json
import zipfile
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

from ai_functions.runtime.protocol import MoveRequest, MoveResponse
from games.catalog import find_game
from games.core import GameError
from games.schema import InvalidError
from infra.build.layers import build_layer, this_machine
from infra.build.packaging import PackagingError, check_unzipped, package_opponent
from infra.local.paths import cloud_paths
from infra.local.workers.functions import Call, Function
from infra.local.workers.sandbox import find_sandbox
from infra.local.workers.spawner import Spawner
from infra.local.workers.worker import StartError, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ai_functions.runtime.manifest import Manifest
    from games.core import JsonObject
    from infra.build.layers import Layer

HANDLER = "ai_functions.runtime.handler.handler"
WARM_UP = 3
"""Answers that count for no median."""


class Asked(Protocol):
    """A position at which somebody is asked."""

    @property
    def player(self) -> str:
        """Who."""

    @property
    def observation(self) -> Any:
        """What is known."""

    @property
    def state(self) -> Any:
        """What is true."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a packed function did."""

    init_ms: float
    """From the process's start until it was ready."""
    p50_ms: float
    """Of a warm move, in the function."""
    worst_ms: float
    moves: int
    zip_bytes: int
    memory_mb: int
    layers_mb: float = 0.0
    """Of its layers, unpacked."""


def prove(folder: Path, positions: Sequence[Asked]) -> JsonObject:
    """Return for a card how the opponent in ``folder`` does as a function.  Raises PackagingError as ``try_out``."""
    tried = try_out(folder, [(item.player, item.observation, item.state) for item in positions])
    return {"runtime": {key: round(value, 2) for key, value in asdict(tried).items()}}


def try_out(folder: Path, positions: Sequence[tuple[str, Any, Any]]) -> Tried:
    """Pack the opponent in ``folder`` and ask it ``positions`` (who, what is known, the state).

    Raises PackagingError for one that does not start, or does not answer each with a legal move.
    """
    with TemporaryDirectory(prefix="lambda-arcade-try-") as scratch, closing(Spawner()) as spawner:
        packed = unpacked_function(folder, Path(scratch))
        tried = asyncio.run(_tried(packed, spawner, Path(scratch) / "tmp", positions))
        return replace(tried, layers_mb=packed.layers_bytes / 1e6)


@dataclass(frozen=True, slots=True)
class Packed:
    """A packed opponent, unpacked again as a worker needs it."""

    manifest: Manifest
    function: Function
    zip_bytes: int
    layers_bytes: int
    """Of its layers, unpacked."""


def unpacked_function(folder: Path, scratch: Path) -> Packed:
    """Pack the opponent in ``folder`` and unpack it in ``scratch``, its layers in the cache.  Raises PackagingError."""
    manifest, package = package_opponent(folder)
    target = this_machine()
    layers = [build_layer(name, target, cloud_paths().home / "cache") for name in manifest.function.layers]
    check_unzipped(package, [(layer.name, layer.unzipped) for layer in layers])
    code = _unzipped(BytesIO(package.content), scratch / "code")
    parts = tuple(map(_kept_unzipped, layers))
    needs = manifest.function
    function = Function(manifest.name, "1", HANDLER, needs.memory_mb, float(needs.timeout_s), code, parts)
    return Packed(manifest, function, len(package.content), sum(layer.unzipped for layer in layers))


async def _tried(packed: Packed, spawner: Spawner, scratch: Path, positions: Sequence[tuple[str, Any, Any]]) -> Tried:
    try:
        worker = await Worker.started(packed.function, spawner, scratch, find_sandbox())
    except StartError as error:
        raise PackagingError(
            f"{packed.manifest.name} does not start as a function: {_said(error.answer.payload)}"
        ) from error
    try:
        return await _asked(worker, packed.manifest, positions, packed.zip_bytes)
    finally:
        await worker.close()


async def _asked(worker: Worker, manifest: Manifest, positions: Sequence[tuple[str, Any, Any]], size: int) -> Tried:
    rules = find_game(manifest.game)
    took: list[float] = []
    init, memory = worker.init_ms or 0.0, 0
    for number, (player, observation, state) in enumerate(positions):
        request = MoveRequest(manifest.game, "try", 0, number, rules.encode_observation(observation)).to_json()
        answer = await worker.invoke(Call(f"try-{number}", json.dumps(request).encode(), manifest.name))
        if answer.error:
            raise PackagingError(f"{manifest.name} fails at a recorded position as a function: {_said(answer.payload)}")
        try:
            action = rules.parse_action(MoveResponse.from_json(answer.payload).action)
            rules.check(state, player, action)
        except (InvalidError, GameError) as error:
            detail = answer.payload.get("detail") if isinstance(answer.payload, dict) else None
            raise PackagingError(f"{manifest.name} does not answer a recorded position: {detail or error}") from error
        took.append(answer.duration_ms)
        memory = answer.memory_mb
    warm = took[WARM_UP:] or took
    return Tried(init, median(warm), max(warm), len(took), size, memory)


def _kept_unzipped(layer: Layer) -> Path:
    """Return the layer's files, beside its zip: they are the same for every opponent and take a second to unzip."""
    folder = layer.path.with_name(f"{layer.path.stem}-{layer.sha256[:16]}")
    if not folder.exists():
        with TemporaryDirectory(dir=layer.path.parent) as made:
            whole = _unzipped(layer.path, Path(made) / "layer")
            with suppress(OSError):  # another process was quicker
                whole.rename(folder)
    return folder


def _unzipped(content: BytesIO | Path, folder: Path) -> Path:
    with zipfile.ZipFile(content) as archive:
        archive.extractall(folder)
    return folder


def _said(payload: Any) -> str:
    """Return an error of a function in one line."""
    if isinstance(payload, dict):
        return f"{payload.get('errorType', 'error')}: {str(payload.get('errorMessage', '')).strip()[:300]}"
    return str(payload)[:300]
