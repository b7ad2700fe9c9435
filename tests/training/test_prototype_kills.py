"""A program that makes an opponent of a model is killed: what was there stays whole, and the next call works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.model import CARD, MODEL
from tests.prototypes.kinds import a_table
from training.runs import PAGE

if TYPE_CHECKING:
    from pathlib import Path

SAVES = """
import sys, joblib
import lambda_arcade as la
print("begun", file=sys.stderr, flush=True)
la.save(joblib.load(sys.argv[1]), sys.argv[2], name="mine", game="battleship")
print("done", file=sys.stderr, flush=True)
"""
MOMENTS = [
    ("begun", 0.0), ("for positions", 0.0), ("for positions", 0.1), ("converting", 0.0), ("converting", 0.2),
    ("asking it", 0.0), ("asking it", 0.5), ("playing it", 0.5), ("writing the report", 0.0),
    ("writing the report", 0.1),
]  # fmt: skip
"""After which line, and how many seconds later."""


class Workplace:
    """A home and two models, the first of which was made an opponent of."""

    def __init__(self, place: Path) -> None:
        self.place, self.folder = place, place / "mine"
        X, y, _ = a_table(10).xy()
        for number, weight in enumerate((1.0, 0.001)):
            model = LogisticRegression(C=weight, max_iter=50).fit(X, y)
            joblib.dump(model, place / f"{number}.joblib")
        assert self.saved(0) == 0
        self.before = self.content()

    def saved(self, number: int, words: str = "", after_s: float = 0.0) -> int:
        """Make an opponent of a model; with ``words``, kill the program so long after it said them."""
        command = [sys.executable, "-c", SAVES, str(self.place / f"{number}.joblib"), str(self.folder)]
        home = {**os.environ, "LAMBDA_ARCADE_HOME": str(self.place / "home"), "PYTHONWARNINGS": "ignore"}
        with subprocess.Popen(command, env=home, stderr=subprocess.PIPE, text=True) as program:
            assert program.stderr is not None
            for line in program.stderr:
                if words and words in line:
                    time.sleep(after_s)
                    program.kill()
                    break
        return program.returncode

    def content(self) -> dict[str, bytes]:
        """Return the opponent's files."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("kills"))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("words", "after_s"), MOMENTS)
def test_what_was_there_survives_a_kill(workplace: Workplace, words: str, after_s: float) -> None:
    workplace.saved(1, words, after_s)
    content = workplace.content()
    card: Any = json.loads(content[CARD])
    assert card["sha256"] == sha256(content[MODEL]).hexdigest()
    assert content == workplace.before or words == "writing the report"  # it may have been done by then
    load_opponent(workplace.folder)
    runs = [path for path in (workplace.place / "home" / "runs").iterdir() if not path.name.startswith(".")]
    assert all((run / PAGE).exists() for run in runs)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_a_kill_the_same_call_works(workplace: Workplace) -> None:
    workplace.saved(1, "asking it")
    assert workplace.saved(1) == 0
    assert workplace.content() != workplace.before
    load_opponent(workplace.folder)
