"""From a folder to the zip that Lambda unpacks: the same input gives the same bytes, so its sha256 names a version.

An opponent's zip holds its folder (as ``opponent/``), the runtime and the rules of its game: what their imports lead to
and nothing else.  A game that is not of this project lies in the zip under its own package's name, and
``games/registered.txt`` names it there.  numpy and onnxruntime come from the shared layer (``infra.build.layers``).
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from base64 import b64encode
from binascii import unhexlify
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.manifest import INFERENCE_LAYER, MANIFEST, SKLEARN_LAYER, Manifest
from ai_functions.runtime.model import model_sha256
from games.catalog import REGISTERED, game_packages, package_of, part_name, registration
from infra.build.imports import ImportRefusedError, ours_needed_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

ROOT = Path(__file__).resolve().parents[2]
"""Where ``games`` and ``ai_functions`` lie."""
MANAGED = frozenset({"boto3", "botocore"})
"""What AWS's managed Python runtime brings along.  Opponents do without: it costs 300 ms at every cold start."""
MAX_OWN_ZIP = 50 * 1024 * 1024
"""Lambda's own limit for a zip that is sent with the call; an opponent above it is a mistake."""
MAX_UNZIPPED = 250 * 1024 * 1024
"""Lambda's limit for function and layers together, unpacked."""
EPOCH = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644 << 16
SKIPPED = {"__pycache__", "tests"}
Files: TypeAlias = "Mapping[str, Path | bytes]"
"""Name in a zip -> a file, or what it holds."""


class PackagingError(ValueError):
    """A folder that cannot become a function; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip ready to ship."""

    name: str
    content: bytes
    sha256: str
    unzipped: int
    """Bytes of its files, unpacked."""

    @property
    def key(self) -> str:
        """Where the zip lies in the artifacts bucket: its content's own name."""
        return f"artifacts/{self.sha256}.zip"

    @property
    def sha256_base64(self) -> str:
        """The checksum as Lambda writes it."""
        return b64encode(unhexlify(self.sha256)).decode()


BROUGHT = {INFERENCE_LAYER: ("numpy", "onnxruntime"), SKLEARN_LAYER: ("numpy", "scipy", "sklearn", "skops")}
"""What an opponent may import of each layer."""


def package_opponent(folder: Path) -> tuple[Manifest, Package]:
    """Return the manifest and the zip of the opponent in ``folder``, a training's whole but half-moved artifact moved.

    Raises ManifestError, ModelError (a model that is not the one on its card) or PackagingError.
    """
    folder = folder.resolve()
    if finish_interrupted(folder):
        model_sha256.cache_clear()
    manifest = Manifest.load(folder)
    model_sha256(folder)
    own = dict(_own_files(folder))
    if "opponent/function.py" not in own:
        raise PackagingError(f"{folder / 'function.py'}: no such file; it defines act(observation, random)")
    roots = [*_modules(ROOT / "ai_functions" / "runtime"), _rules(manifest.game)]
    roots += [path for path in folder.rglob("*.py") if _wanted(folder, path)]
    outside = {module for name in manifest.function.layers for module in BROUGHT.get(name, ())}
    homes = {"games": ROOT, "ai_functions": ROOT, **_home_of(manifest.game)}
    try:
        needed = ours_needed_by(roots, homes, outside)
    except ImportRefusedError as error:
        raise PackagingError(str(error)) from error
    return manifest, pack(manifest.name, {**needed, **own, **_registered([manifest.game])})


def package_service(name: str, outside: AbstractSet[str] = frozenset()) -> Package:
    """Return the zip of the platform's own function ``infra/services/<name>``; ``outside`` is what its layers bring.

    Raises PackagingError.
    """
    roots = _modules(ROOT / "infra" / "services" / name)
    needed = _needed_by(roots, (), outside)
    if "games/catalog.py" not in needed:
        return pack(name, needed)
    games = game_packages()  # the catalogue imports rules by name
    roots += map(_rules, games)
    if "games/frames.py" in needed:  # and this what is drawn of each
        views = (part_name(game, "view", "games") for game in games)
        roots += [_file_of(view, f"{view} is gone") for view in views if view is not None]
    return pack(name, {**_needed_by(roots, games, outside), **_registered(games)})


def package_trainer(game: str, outside: AbstractSet[str]) -> Package:
    """Return the zip of what trains opponents of ``game``: its recipe and its ladder come along.

    A part of the recipe that is imported only where one opponent needs it, and needs what the layer ``outside`` has
    not, stays behind; so does what else of the game's package cannot do without.  Raises PackagingError for a recipe
    that cannot, and for a game without one.
    """
    recipe = _file_of(part_name(game, "recipe", "training.games"), f"{game} has no recipe")
    benchmark = _file_of(part_name(game, "benchmark", "training.games"), f"{game} has no benchmark")
    rules = _rules(game)
    parts = (part_name(game, part, "training.games") for part in ("questions", "picture"))  # found by name, too
    told = [_file_of(part, f"{part} is gone") for part in parts if part is not None]
    ladder = {
        path.relative_to(ROOT).as_posix(): path
        for manifest in sorted((ROOT / "ai_functions").glob(f"*/{MANIFEST}"))
        if Manifest.load(manifest.parent).game == game
        for path in sorted(manifest.parent.rglob("*"))
        if path.is_file() and _wanted(manifest.parent, path)
    }
    roots = [
        *_modules(ROOT / "infra" / "services" / "trainer"), *_modules(ROOT / "ai_functions" / "runtime"),
        recipe, benchmark, rules, *told, *(path for path in ladder.values() if path.suffix == ".py"),
    ]  # fmt: skip
    needed = _needed_by(roots, [game], outside, optional=_modules(rules.parent), spared=_modules(recipe.parent))
    return pack(f"trainer of {game}", {**needed, **ladder, **_registered([game])})


def pack(name: str, files: Files, *, level: int = 9) -> Package:
    """Return a zip of ``files`` without a trace of when, where and by whom it was made."""
    buffer = io.BytesIO()
    unzipped = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for inside in sorted(files):
            content = _content(files[inside])
            unzipped += len(content)
            add(archive, inside, content, level)
    content = buffer.getvalue()
    package = Package(name, content, hashlib.sha256(content).hexdigest(), unzipped)
    if len(content) > MAX_OWN_ZIP:
        raise PackagingError(
            f"{name}: the zip has {_mb(len(content))}, more than {_mb(MAX_OWN_ZIP)}; {_largest(files)}"
        )
    return package


def add(archive: zipfile.ZipFile, inside: str, content: bytes, level: int) -> None:
    """Write one file with a fixed time and mode."""
    info = zipfile.ZipInfo(inside, EPOCH)
    info.external_attr = FILE_MODE
    info.create_system = 3  # Unix, wherever it is made
    archive.writestr(info, content, zipfile.ZIP_DEFLATED, level)


def check_unzipped(package: Package, layers: Iterable[tuple[str, int]]) -> None:
    """Raise PackagingError unless function and layers (name, unpacked bytes) fit into Lambda's limit."""
    parts = [(package.name, package.unzipped), *layers]
    total = sum(size for _, size in parts)
    if total > MAX_UNZIPPED:
        listed = ", ".join(f"{name} {_mb(size)}" for name, size in parts)
        raise PackagingError(
            f"{package.name}: unpacked it has {_mb(total)}, more than Lambda's {_mb(MAX_UNZIPPED)}: {listed}"
        )


def native_python() -> str:
    """Return this machine's Python as Lambda would call it, such as ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _needed_by(
    roots: Iterable[Path],
    games: Iterable[str],
    outside: AbstractSet[str],
    *,
    optional: Iterable[Path] = (),
    spared: Iterable[Path] = (),
) -> dict[str, Path]:
    homes = dict.fromkeys(("games", "ai_functions", "infra", "training"), ROOT)
    for game in games:
        homes |= _home_of(game)
    try:
        return ours_needed_by(roots, homes, outside | MANAGED, optional=optional, spared=frozenset(spared))
    except ImportRefusedError as error:
        raise PackagingError(str(error)) from error


def _rules(game: str) -> Path:
    """Return the file of the game's rules.  Raises PackagingError."""
    return _file_of(f"{package_of(game)}.rules", f"{game} has no rules: {package_of(game)}")


def _file_of(module: str | None, problem: str) -> Path:
    """Return the file of a module, which is not imported.  Raises PackagingError, with ``problem``, for none."""
    try:
        spec = None if module is None else find_spec(module)
    except ModuleNotFoundError as error:
        raise PackagingError(f"{problem} cannot be imported: {error}") from error
    if spec is None or spec.origin is None:
        raise PackagingError(problem)
    return Path(spec.origin)


def _home_of(game: str) -> dict[str, Path]:
    """Return the first package on the way to the game's, and the folder in which it lies."""
    parts = package_of(game).split(".")
    return {parts[0]: _rules(game).parents[len(parts)]}


def _registered(games: Iterable[str]) -> dict[str, bytes]:
    """Return the file by which the catalogue in a zip knows those games that are not of this project."""
    text = registration(games)
    return {f"games/{REGISTERED}": text.encode()} if text else {}


def _own_files(folder: Path) -> Iterable[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and _wanted(folder, path):
            what = "folder" if path.is_dir() else "file"
            raise PackagingError(f"{path}: a symbolic link; put the {what} itself into the opponent's folder")
        if path.is_file() and _wanted(folder, path):
            yield f"opponent/{path.relative_to(folder).as_posix()}", path


def _wanted(folder: Path, path: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith(".") or part in SKIPPED for part in parts)


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    if not found:
        raise PackagingError(f"{folder}: nothing there to ship")
    return found


def _content(file: Path | bytes) -> bytes:
    return file if isinstance(file, bytes) else file.read_bytes()


def _largest(files: Files) -> str:
    inside = max(files, key=lambda key: len(_content(files[key])))
    return f"the largest file is {inside}, {_mb(len(_content(files[inside])))}"


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
