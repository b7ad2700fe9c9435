"""The written contract is the one that the functions parse."""

from __future__ import annotations

import json
from pathlib import Path

from ai_functions.runtime.protocol import parse_move_request
from games.record import GameRecord, verify
from infra.services.openapi import document

WRITTEN = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_document_is_openapi() -> None:
    from openapi_spec_validator import validate  # noqa: PLC0415 - heavy, and for this test alone

    validate(document())


def test_the_written_document_is_the_one_the_types_give() -> None:
    assert json.loads(WRITTEN.read_text("utf-8")) == document(), (
        "run: python -m infra.services.openapi > docs/openapi.json"
    )


def test_its_examples_are_requests() -> None:
    post = document()["paths"]["/opponents/{name}/move"]["post"]
    for game, example in post["requestBody"]["content"]["application/json"]["examples"].items():
        assert parse_move_request(example["value"], game=game).to_json() == example["value"]


def test_its_example_records_are_possible_matches() -> None:
    post = document()["paths"]["/records"]["post"]
    for example in post["requestBody"]["content"]["application/json"]["examples"].values():
        record = GameRecord.from_json(example["value"])
        verify(record)
        assert json.loads(record.to_line()) == example["value"]
