"""The shared layers: numpy and onnxruntime, and what a retraining needs, without what no function ever loads.

For this machine they are made from what is installed; for AWS from the wheels of the function's own platform and
Python, which pip fetches whatever the machine.  A layer is named by its content and made once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from infra.build.packaging import PackagingError, add, native_python
from infra.core.extras import train_line

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYERS: dict[str, tuple[str, ...]] = {
    "inference": ("numpy", "onnxruntime"),
    "training": ("numpy", "scipy", "scikit-learn", "joblib", "cloudpickle", "threadpoolctl", "narwhals",
                 "skl2onnx", "onnx", "onnxruntime", "protobuf", "ml_dtypes", "typing_extensions", "platformdirs"),
    "sklearn": ("numpy", "scipy", "scikit-learn", "joblib", "cloudpickle", "threadpoolctl", "narwhals",
                "skops", "packaging", "prettytable", "wcwidth"),
    "comparison": ("numpy", "scipy", "scikit-learn", "joblib", "cloudpickle", "threadpoolctl", "narwhals"),  # bench
}  # fmt: skip
UNUSED_FOLDERS = frozenset({"tests", "test", "testing_data", "__pycache__", "include", "f2py", "distutils", "licenses",
                            "transformers", "quantization", "tools", "datasets"})  # fmt: skip
UNUSED_SUFFIXES = frozenset({".pyi", ".pyx", ".pxd", ".tp", ".c", ".cc", ".h", ".proto", ".a", ".lib", ".pdb", ".md",
                             ".txt"})  # fmt: skip
KEPT_ALTHOUGH_UNUSED = frozenset({"numpy/f2py", "sklearn/datasets", "onnx/tools", "skl2onnx/common"})
NEVER_LOADED = (
    "onnxruntime/capi/libonnxruntime.so",  # for programs in C: Python's extension holds all of it itself (33 MB)
    *(f"scipy/{part}/" for part in ("cluster", "datasets", "differentiate", "fftpack", "io", "misc", "odr", "signal")),
    *("onnx/backend/", "onnx/reference/"),
)
"""What neither a model's inference, nor scikit-learn's fitting, nor skl2onnx ever imports."""
EMPTIED = ("numpy/_core/_add_newdocs.py", "numpy/_core/_add_newdocs_scalars.py")
"""Modules that do nothing but give numpy's functions their documentation, for 6 ms of every cold start."""
LOADED = {"sklearn": ("scipy/io/", "scipy/fftpack/")}
"""What is loaded all the same in a layer: skops looks at every estimator that scikit-learn has."""
LEVEL = 1
"""Of compression: a layer is unpacked once and fetched over loopback or a cloud's own network; speed counts."""
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
GLIBC = ("2_28", "2_27", "2_17")
"""Amazon Linux 2023, on which Lambda runs Python 3.12 and later, has glibc 2.34; older tags run there too."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where functions will run."""

    python: str
    architecture: str
    native: bool
    """True for the local cloud: this machine, this Python."""

    @property
    def runtime(self) -> str:
        """Lambda's name of the runtime."""
        return f"python{self.python}"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's zip on disk."""

    name: str
    path: Path
    sha256: str
    unzipped: int

    @property
    def key(self) -> str:
        """Where the zip lies in the artifacts bucket."""
        return f"artifacts/{self.sha256}.zip"


def this_machine() -> Target:
    """Return the target of the local cloud."""
    return Target(native_python(), "x86_64", native=True)


@lru_cache
def build_layer(name: str, target: Target, cache: Path) -> Layer:
    """Return the layer called ``name`` for ``target``, from ``cache`` if it has been made before.

    Raises PackagingError when a wheel for the target cannot be had.
    """
    packages = LAYERS[name]
    try:
        pinned = [f"{package}=={version(package)}" for package in packages]
    except PackageNotFoundError as error:
        raise PackagingError(f"layer {name}: {error.name} is not installed: {train_line()}") from error
    recipe = hashlib.sha256(f"5 {pinned} {target}".encode()).hexdigest()[:16]
    path = cache / f"layer-{name}-{recipe}.zip"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as made:
            unfinished = Path(made) / "layer.zip"
            if target.native:
                _write(unfinished, _installed(packages, LOADED.get(name, ())))
            else:
                wheels = _fetch(pinned, target, Path(made) / "wheels")
                _write(unfinished, _from_wheels(wheels, LOADED.get(name, ())))
            unfinished.replace(path)
    with zipfile.ZipFile(path) as archive:
        unzipped = sum(info.file_size for info in archive.infolist())
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Layer(name, path, sha256, unzipped)


def _write(path: Path, files: Iterator[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for inside, content in files:
            if "/__pycache__/_add_newdocs" not in inside:
                add(archive, f"python/{inside}", b"" if inside in EMPTIED else content, LEVEL)


def _installed(packages: tuple[str, ...], loaded: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for package in packages:
        for file in sorted(distribution(package).files or ()):
            path = Path(str(file.locate()))
            if needed(file.as_posix(), loaded) and path.is_file():
                content = path.read_bytes()
                yield file.as_posix(), content
                cached = Path(importlib.util.cache_from_source(str(path)))
                if path.suffix == ".py" and cached.exists():
                    yield (
                        f"{file.parent.as_posix()}/__pycache__/{cached.name}",
                        _unchecked(cached.read_bytes(), content),
                    )


def _unchecked(bytecode: bytes, source: bytes) -> bytes:
    """Return ``bytecode`` marked as valid whatever the source's time (PEP 552).

    Zips have no true times, and without bytecode every cold start would compile numpy anew.
    """
    return bytecode[:4] + (1).to_bytes(4, "little") + importlib.util.source_hash(source) + bytecode[16:]


def needed(inside: str, loaded: tuple[str, ...] = ()) -> bool:
    """Return whether a wheel's file called ``inside`` is of use to a function.

    ``loaded`` says how files begin that are, although others of the kind are not.
    """
    path = PurePosixPath(inside)
    never = inside.startswith(NEVER_LOADED) and not inside.startswith(loaded)
    if never or ".." in path.parts or path.suffix in UNUSED_SUFFIXES:
        return False
    if any(inside.startswith(f"{kept}/") for kept in KEPT_ALTHOUGH_UNUSED):
        return "tests" not in path.parts and "__pycache__" not in path.parts
    return not UNUSED_FOLDERS.intersection(path.parts[:-1])


def _fetch(pinned: list[str], target: Target, folder: Path) -> Path:
    machine = ARCHITECTURES[target.architecture]
    platforms = [f"--platform=manylinux_{tag}_{machine}" for tag in GLIBC] + [f"--platform=manylinux2014_{machine}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", f"--python-version={target.python}", "--implementation=cp", *platforms,
               f"--dest={folder}", *pinned]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise PackagingError(f"no wheels of {', '.join(pinned)} for Python {target.python} on {machine}: {reason}")
    return folder


def _from_wheels(wheels: Path, loaded: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for inside in sorted(archive.namelist()):
                if needed(inside, loaded) and not inside.endswith("/"):
                    yield inside, archive.read(inside)
