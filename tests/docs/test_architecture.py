"""The picture of the rooms is that of the imports, and the page beside it names every room."""

from __future__ import annotations

import tomllib

import pytest

from tests.docs import architecture

PAGE = architecture.ROOT / "ARCHITECTURE.md"


def test_the_architecture_names_every_room() -> None:
    text = PAGE.read_text("utf-8")
    rooms = {room.replace(".", "/") for room in architecture.Rooms.read().imports if room.count(".") == 1}
    folders = {f"{room}/" for room in rooms if (architecture.ROOT / room).is_dir()}
    assert {"infra/deploy/", "client/net/", "training/evaluation/"} <= folders
    assert [folder for folder in sorted(folders) if folder not in text] == []


def test_the_architecture_states_every_import_rule() -> None:
    rules = tomllib.loads((architecture.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    text = PAGE.read_text("utf-8").replace("`", "")
    assert [rule["name"] for rule in rules if rule["name"].partition(";")[0] not in text] == []


def test_the_picture_of_the_rooms_is_that_of_the_code() -> None:
    rooms = architecture.Rooms.read()
    assert rooms.heights["games"] == 0
    assert architecture.PICTURE.read_text("utf-8") == architecture.picture(rooms), (
        "run: python -m tests.docs.architecture"
    )


def test_a_circle_of_rooms_is_no_picture() -> None:
    with pytest.raises(architecture.CircleError, match=r"\['a', 'b'\]"):
        _ = architecture.Rooms({"a": {"b"}, "b": {"a"}, "c": set()}).heights


def test_an_import_that_follows_from_others_is_no_arrow() -> None:
    rooms = architecture.Rooms({"top": {"middle", "base"}, "middle": {"base"}, "base": set()})
    assert rooms.arrows == [("middle", "base"), ("top", "middle")]
