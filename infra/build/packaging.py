"""From a folder to the zip that Lambda unpacks: the same input gives the same bytes, so its sha256 names a version.

An opponent's zip holds its folder (as ``opponent/``), the runtime and its game: what its imports lead to and nothing
else.  numpy and onnxruntime come from the shared layer (``infra.build.layers``).
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from base64 import b64encode
from binascii import unhexlify
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import INFERENCE_LAYER, Manifest
from ai_functions.runtime.model import model_sha256
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


def package_opponent(folder: Path) -> tuple[Manifest, Package]:
    """Return the manifest and the zip of the opponent in ``folder``.

    Raises ManifestError, ModelError (a model that is not the one on its card) or PackagingError.
    """
    folder = folder.resolve()
    manifest = Manifest.load(folder)
    model_sha256(folder)
    own = dict(_own_files(folder))
    if "opponent/function.py" not in own:
        raise PackagingError(f"{folder / 'function.py'}: no such file; it defines act(observation, random)")
    roots = [*_modules("ai_functions/runtime"), *_modules(f"games/{manifest.game}")]
    outside = {"numpy", "onnxruntime"} if INFERENCE_LAYER in manifest.function.layers else set[str]()
    try:
        needed = ours_needed_by(
            [*roots, *(path for path in folder.rglob("*.py") if _wanted(folder, path))], ROOT, outside
        )
    except ImportRefusedError as error:
        raise PackagingError(str(error)) from error
    files = {path.relative_to(ROOT).as_posix(): path for path in needed} | own
    return manifest, pack(manifest.name, files)


def package_service(name: str, outside: AbstractSet[str] = frozenset()) -> Package:
    """Return the zip of the platform's own function ``infra/services/<name>``; ``outside`` is what its layers bring.

    Raises PackagingError.
    """
    needed = _needed_by(_modules(f"infra/services/{name}"), outside)
    games = [path for path in sorted((ROOT / "games").rglob("*.py")) if path.parent != ROOT / "games"]
    extra = games if ROOT / "games" / "catalog.py" in needed else []  # the catalogue imports rules by name
    return pack(name, {path.relative_to(ROOT).as_posix(): path for path in [*needed, *extra]})


def package_trainer(game: str, outside: AbstractSet[str]) -> Package:
    """Return the zip of what trains opponents of ``game``: its recipe and its ladder come along.

    A part of the recipe that is imported only where one opponent needs it, and needs what the layer ``outside`` has
    not, stays behind.  Raises PackagingError for a recipe that cannot do without.
    """
    ladder = [
        path
        for folder in sorted((ROOT / "ai_functions").glob(f"{game}_*"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _wanted(folder, path)
    ]
    roots = [
        *_modules("infra/services/trainer"), ROOT / "training" / "games" / game / "recipe.py",
        ROOT / "training" / "games" / game / "benchmark.py",
        *_modules(f"games/{game}"),
        *_modules("ai_functions/runtime"), *(path for path in ladder if path.suffix == ".py"),
    ]  # fmt: skip
    needed = _needed_by(roots, outside, frozenset(_modules(f"training/games/{game}")))
    return pack(f"trainer of {game}", {path.relative_to(ROOT).as_posix(): path for path in {*needed, *ladder}})


def pack(name: str, files: Mapping[str, Path], *, level: int = 9) -> Package:
    """Return a zip of ``files`` (name inside -> file) without a trace of when, where and by whom it was made."""
    buffer = io.BytesIO()
    unzipped = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for inside in sorted(files):
            content = files[inside].read_bytes()
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


def _needed_by(roots: Iterable[Path], outside: AbstractSet[str], spared: AbstractSet[Path] = frozenset()) -> list[Path]:
    ours = {"games", "ai_functions", "infra", "training"}
    try:
        return ours_needed_by(roots, ROOT, outside | MANAGED, ours=ours, spared=spared)
    except ImportRefusedError as error:
        raise PackagingError(str(error)) from error


def _own_files(folder: Path) -> Iterable[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _wanted(folder, path):
            if path.is_symlink():
                raise PackagingError(f"{path}: a symbolic link; put the file itself into the folder")
            yield f"opponent/{path.relative_to(folder).as_posix()}", path


def _wanted(folder: Path, path: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith(".") or part in SKIPPED for part in parts)


def _modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    if not found:
        raise PackagingError(f"{ROOT / folder}: nothing there to ship")
    return found


def _largest(files: Mapping[str, Path]) -> str:
    inside = max(files, key=lambda key: files[key].stat().st_size)
    return f"the largest file is {inside}, {_mb(files[inside].stat().st_size)}"


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
