"""The JSON Schema of a record, in docs: every record fits it, and what does not fit is not read."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from games.record import GameRecord, RecordError
from infra.services.record_schema import document
from tests.conformance.tables import NAMES, played, register
from tests.mutants import places

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "record.schema.json"
FILES = sorted((ROOT / "tests").rglob("*.jsonl"))
"""Every file of records that the tests have."""
VALIDATOR = jsonschema_rs.validator_for(document(), validate_formats=True)


def test_the_written_schema_is_the_one_that_records_are_read_by() -> None:
    assert json.loads(WRITTEN.read_text("utf-8")) == document(), (
        "run: python -m infra.services.record_schema > docs/record.schema.json"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_record_of_the_tests_fits(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    assert lines
    for data in lines:
        GameRecord.from_json(data)
        VALIDATOR.validate(data)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_now_fits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    VALIDATOR.validate(json.loads(played(name, 3).to_line()))


ODD: tuple[Any, ...] = (None, True, -1, 2**65, 0.5, "", "x" * 3000, "two words", [], [[]], {}, {"a": 1})


def test_what_the_schema_refuses_is_not_read() -> None:
    record: Any = json.loads(FILES[0].read_text("utf-8").splitlines()[0])
    record["turns"] = record["turns"][:3]
    refused = 0
    for path in places(record):
        for odd in ODD:
            wrong = deepcopy(record)
            *above, last = path
            holder = wrong
            for key in above:
                holder = holder[key]
            holder[last] = odd
            if not VALIDATOR.is_valid(wrong):
                refused += 1
                with pytest.raises(RecordError):
                    GameRecord.from_json(wrong)
    assert refused > 200
