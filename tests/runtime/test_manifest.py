"""A manifest is refused by file, key and value; what passes can be deployed and shown."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ai_functions.runtime.listing import DEPLOYED
from ai_functions.runtime.manifest import Manifest, ManifestError
from ai_functions.runtime.model import ModelError, model_sha256

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free" / "opponent.toml"
LADDER = sorted(Path(__file__).parents[2].glob("ai_functions/*/opponent.toml"))
SOUND: dict[str, dict[str, Any]] = {
    "opponent": {
        "name": "mine", "game": "battleship", "title": "Mine", "difficulty": 2, "author": "me", "colour": "#5fb3b3",
        "algorithm": "none",
    },
}  # fmt: skip


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=not (isinstance(value, str) and value.isprintable()))


def written(folder: Path, tables: dict[str, dict[str, Any]]) -> Path:
    """Write ``tables`` as TOML, whose plain values are written as JSON's are; return the folder."""
    lines = []
    for table, keys in tables.items():
        lines += [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    (folder / "opponent.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", LADDER, ids=lambda path: path.parent.name)
def test_every_opponent_of_the_ladder_has_a_sound_manifest(path: Path) -> None:
    assert Manifest.load(path.parent).name == path.parent.name


@pytest.mark.parametrize(
    ("table", "key", "value", "wanted"),
    [
        ("opponent", "difficulty", "2", "is '2'; wanted: a whole number from 1 to 100"),
        ("opponent", "difficulty", 0, "a whole number from 1 to 100"),
        ("opponent", "difficulty", True, "a whole number"),
        ("opponent", "difficulty", 1.5, "a whole number"),
        ("opponent", "difficulty", 10**400, "is a huge number; wanted: a whole number"),
        ("opponent", "colour", 0x5FB3B3, "is 6271923; wanted: a colour #rrggbb"),
        ("opponent", "colour", "#-1-1-1", "a colour #rrggbb"),
        ("opponent", "title", "First\0Free", "without U+0000"),
        ("opponent", "title", "\u200b\u200b", "without U+200B"),
        ("opponent", "title", "\u2800", "printable text of 1 to 60"),
        ("opponent", "title", " ", "printable text of 1 to 60"),
        ("opponent", "title", "\u0301", "printable text of 1 to 60"),
        ("opponent", "title", "line\nline", "without U+000A"),
        ("opponent", "title", "\u202egnol", "without U+202E"),
        ("opponent", "title", "x" * 61, "(61 characters); wanted: printable text of 1 to 60"),
        ("opponent", "title", ["a"], "is ['a']; wanted: printable text"),
        ("opponent", "author", {"first": "me"}, "is an object; wanted: printable text"),
        ("opponent", "name", "Mine!", "small letters, digits and _"),
        ("opponent", "name", "🎲", "small letters, digits and _"),
        ("opponent", "name", "x" * 41, "of 1 to 40 characters"),
        ("opponent", "game", "chess", "is 'chess'; wanted: one of backgammon, battleship, pacman"),
        ("opponent", "temperature", "hot", "a number from 0"),
        ("opponent", "deadline_ms", -1, "a whole number from 1"),
        ("opponent", "speed", 3, "is no field that is known here; wanted: name, game"),
        ("function", "layers", "inference", "is 'inference'; wanted: a list of at most 5"),
        ("function", "memory_mb", 64, "a whole number from 128 to 10240"),
        ("function", "timeout_s", "5", "a whole number from 1 to 29"),
        ("function", "reserved_concurrency", -1, "a whole number from 0"),
    ],
)  # fmt: skip
def test_an_odd_value_is_refused_by_file_key_and_value(
    tmp_path: Path, table: str, key: str, value: Any, wanted: str
) -> None:
    tables = {**SOUND, table: {**SOUND.get(table, {}), key: value}}
    if isinstance(value, dict):
        with pytest.raises(ManifestError, match="wanted"):
            Manifest.from_table(tables)
        return
    with pytest.raises(ManifestError) as caught:
        Manifest.load(written(tmp_path, tables))
    assert str(caught.value).startswith(f"{tmp_path / 'opponent.toml'}: {table}.{key}")
    assert wanted in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_unknown_layer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"function\.layers\[1\] is 'gpu'; wanted: one of inference"):
        Manifest.load(written(tmp_path, {**SOUND, "function": {"layers": ["inference", "gpu"]}}))


def test_a_missing_key_or_table_is_named(tmp_path: Path) -> None:
    without = {key: value for key, value in SOUND["opponent"].items() if key != "colour"}
    with pytest.raises(ManifestError, match=r"opponent\.colour is missing"):
        Manifest.load(written(tmp_path, {"opponent": without}))
    with pytest.raises(ManifestError, match="opponent is missing"):
        Manifest.load(written(tmp_path, {}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "decode"),
        (b"a = " + b"[" * 200_000, "nested too deeply"),
        (b"[opponent]\ndifficulty = " + b"1" * 5000, "limit"),
        (b"[opponent", "end of a table declaration"),
        (b"[opponent]\nname = 2026-01-01", "opponent.name is a date"),
    ],
)
def test_what_is_no_manifest_is_refused_by_its_file(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "opponent.toml").write_bytes(content)
    with pytest.raises(ManifestError, match=told) as caught:
        Manifest.load(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "opponent.toml"))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "opponent.toml").write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes())
    assert Manifest.load(tmp_path) == Manifest.load(EXAMPLE.parent)


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (b"[]", "is []; wanted: an object"),
        (b"{", "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"sha256": 7}', "sha256 is 7"),
        (b'{"sha256": "' + b"a" * 64 + b'", "rating": NaN}', "rating is nan"),
        (b'{"sha256": "' + b"a" * 64 + b'", "evaluation": {"candidate": {"shots": 4}}}', "candidate.shots is 4"),
        (b'{"sha256": "' + b"a" * 64 + b'"}', "model_card.json says aaaa"),
    ],
)
def test_a_model_card_that_is_none_is_refused_by_its_file(tmp_path: Path, card: bytes, told: str) -> None:
    (tmp_path / "model.onnx").write_bytes(b"model")
    (tmp_path / "model_card.json").write_bytes(card)
    with pytest.raises(ModelError) as caught:
        model_sha256(tmp_path)
    assert told in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_model_without_a_card_is_refused_and_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"model")
    with pytest.raises(ModelError, match=r"model_card\.json: no such file beside model\.onnx; .*train") as caught:
        model_sha256(tmp_path)
    advised = str(caught.value).partition("{")[2].partition("}")[0]
    (tmp_path / "model_card.json").write_text("{" + advised + "}")
    assert model_sha256(tmp_path) == sha256(b"model").hexdigest()


def test_what_is_deployed_passes_the_catalogs_own_declaration() -> None:
    said = {key: getattr(Manifest.load(EXAMPLE.parent), key) for key in ("name", "game", "title", "difficulty")}
    assert DEPLOYED.parse({**said, "of_a_later_version": []}, "") == said
