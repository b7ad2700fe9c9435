"""Zips: the same input gives the same bytes, and holds what the function needs and nothing else."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from ai_functions.runtime.artifact import INCOMING
from ai_functions.runtime.manifest import ManifestError
from ai_functions.runtime.model import ModelError
from infra.build import packaging
from infra.build.layers import Target, build_layer, needed, this_machine
from infra.build.packaging import PackagingError, check_unzipped, package_opponent, package_service
from infra.deploy.probe import unpacked_function

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "first_free"))


def names_in(package: packaging.Package) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(package.content)).namelist()


def test_the_same_folder_gives_the_same_bytes_wherever_and_whenever_it_lies(folder: Path):
    _, here = package_opponent(EXAMPLE)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    _, there = package_opponent(folder)
    assert here.content == there.content


def test_another_line_of_code_gives_another_sha256(folder: Path):
    _, before = package_opponent(folder)
    with (folder / "function.py").open("a") as file:
        file.write("\n# changed\n")
    _, after = package_opponent(folder)
    assert before.sha256 != after.sha256
    assert before.key != after.key


def test_a_zip_holds_its_folder_the_runtime_and_its_game_alone(folder: Path):
    (folder / ".secret").write_text("no")
    _, package = package_opponent(folder)
    names = names_in(package)
    assert {"opponent/function.py", "opponent/opponent.toml", "ai_functions/runtime/handler.py"} < set(names)
    assert "games/battleship/rules.py" in names
    others = ("games/pacman", "infra/", "client/", "training/", "tests/")
    assert not [name for name in names if name.startswith(others) or ".secret" in name or "__pycache__" in name]
    assert names == sorted(names)


def test_an_opponents_own_zip_is_under_200_kilobytes():
    _, package = package_opponent(EXAMPLE)
    assert len(package.content) < 200_000


@pytest.mark.parametrize("module", ["pygame", "sklearn.linear_model", "client.app", "training.export"])
def test_an_import_that_is_not_there_in_the_cloud_is_refused_with_its_line(folder: Path, module: str):
    (folder / "function.py").write_text(f"import json\nimport {module}\n\ndef act(observation, random): ...\n")
    with pytest.raises(PackagingError, match=rf"function\.py:2: imports {module.split('.', maxsplit=1)[0]}"):
        package_opponent(folder)


def test_numpy_without_its_layer_is_refused_with_the_remedy(folder: Path):
    (folder / "function.py").write_text("import numpy as np\n\ndef act(observation, random): ...\n")
    with pytest.raises(PackagingError, match="layers"):
        package_opponent(folder)


def test_an_import_for_the_type_checker_alone_is_no_import(folder: Path):
    text = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pygame\n\ndef act(observation, random): ...\n"
    )
    (folder / "function.py").write_text(text)
    package_opponent(folder)


def test_a_folder_that_is_no_opponent_is_refused(folder: Path):
    (folder / "function.py").unlink()
    with pytest.raises(PackagingError, match=r"function\.py: no such file"):
        package_opponent(folder)
    (folder / "opponent.toml").unlink()
    with pytest.raises(ManifestError, match=r"opponent\.toml: no such file"):
        package_opponent(folder)


def test_a_model_that_is_not_the_one_on_its_card_is_refused(folder: Path):
    (folder / "model.onnx").write_bytes(b"another model")
    (folder / "model_card.json").write_text('{"sha256": "00"}')
    with pytest.raises(ModelError, match="sha256"):
        package_opponent(folder)


def test_a_symbolic_link_does_not_carry_files_of_this_machine_into_the_zip(folder: Path):
    (folder / "notes.txt").symlink_to("/etc/hostname")
    with pytest.raises(PackagingError, match=r"notes\.txt: a symbolic link"):
        package_opponent(folder)


def test_an_artifact_whose_move_was_killed_half_way_is_completed(folder: Path):
    """The new model lies there already, its card does not: neither is usable without the other."""
    onnx, card = b"a newer model", json.dumps({"sha256": sha256(b"a newer model").hexdigest()})
    (folder / INCOMING).mkdir()
    (folder / INCOMING / "model_card.json").write_text(card, "utf-8")
    (folder / "model.onnx").write_bytes(onnx)
    _, package = package_opponent(folder)
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        assert archive.read("opponent/model.onnx") == onnx
        assert archive.read("opponent/model_card.json").decode() == card
    assert not (folder / INCOMING).exists()


def test_a_linked_folder_is_refused_as_a_linked_file_is(folder: Path, tmp_path: Path):
    (tmp_path / "openings").mkdir()
    (tmp_path / "openings" / "first.txt").write_text("A1", "utf-8")
    (folder / "book").symlink_to(tmp_path / "openings")
    with pytest.raises(PackagingError, match="book: a symbolic link; put the folder itself into"):
        package_opponent(folder)


def test_an_oversized_package_is_refused_and_names_its_largest_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packaging, "MAX_OWN_ZIP", 1000)
    with pytest.raises(PackagingError, match="the largest file is"):
        package_opponent(folder)


def test_function_and_layers_together_must_fit_unpacked():
    _, package = package_opponent(EXAMPLE)
    check_unzipped(package, [("inference", 124_000_000)])
    with pytest.raises(PackagingError, match="inference 286"):
        check_unzipped(package, [("inference", 300_000_000)])


@pytest.mark.parametrize("service", ["catalog", "recorder", "coach"])
def test_a_service_ships_alone(service: str):
    names = names_in(package_service(service))
    assert f"infra/services/{service}/handler.py" in names
    assert not [name for name in names if name.startswith(("infra/local", "infra/aws"))]
    declared = {f"ai_functions/runtime/{name}.py" for name in ("listing", "proof", "protocol")}
    assert {name for name in names if name.startswith("ai_functions") and not name.endswith("__init__.py")} <= declared


def test_the_recorder_brings_the_rules_of_every_game_to_verify_records():
    names = names_in(package_service("recorder"))
    assert {"games/battleship/rules.py", "games/pacman/rules.py"} < set(names)


def test_a_layer_leaves_out_what_no_function_uses():
    assert needed("numpy/linalg/_linalg.py")
    assert needed("numpy.libs/libscipy_openblas64_-32a4b2a6.so")
    assert not needed("numpy/linalg/tests/test_linalg.py")
    assert not needed("numpy/_core/include/numpy/arrayobject.h")
    assert not needed("../../../bin/f2py")


def test_a_layer_is_made_once_and_is_the_same_again(tmp_path: Path):
    first = build_layer("inference", this_machine(), tmp_path / "a")
    made = first.path.stat().st_mtime_ns
    assert build_layer("inference", this_machine(), tmp_path / "a").path.stat().st_mtime_ns == made
    assert build_layer("inference", this_machine(), tmp_path / "b").sha256 == first.sha256
    assert "python/onnxruntime/__init__.py" in zipfile.ZipFile(first.path).namelist()


def test_a_layer_is_unpacked_once_for_all_that_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LAMBDA_ARCADE_HOME", str(tmp_path))
    hard = packaging.ROOT / "ai_functions" / "battleship_hard"
    first, again = (unpacked_function(hard, tmp_path / name).function for name in ("first", "again"))
    assert first.layers == again.layers
    assert first.code != again.code
    built = build_layer("inference", this_machine(), tmp_path / "cache")
    assert {
        path.relative_to(again.layers[0]).as_posix() for path in again.layers[0].rglob("*") if path.is_file()
    } == set(zipfile.ZipFile(built.path).namelist())


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize("name", ["inference", "training"])
def test_a_layer_for_aws_holds_wheels_of_the_functions_platform(tmp_path: Path, name: str, architecture: str):
    layer = build_layer(name, Target("3.12", architecture, native=False), tmp_path)
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    libraries = [name for name in zipfile.ZipFile(layer.path).namelist() if "cpython-312" in name]
    assert libraries
    assert all(machine in name for name in libraries)
    assert layer.unzipped < packaging.MAX_UNZIPPED
