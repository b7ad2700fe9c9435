"""``make test`` draws the same numbers every time: from seeds, and Hypothesis's from the tests themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
SEEDED = {"Random", "default_rng", "RandomState"}
"""What draws from a seed if it is given one."""
MODULES = {"random", "secrets"}
"""Whose own functions draw from no seed that a test knows of."""


def unseeded(source: str) -> list[str]:
    """Return the calls in ``source`` that draw from no seed."""
    tree = ast.parse(source)
    imported = {
        name.asname or name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    found = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = ast.unparse(call.func)
            owner, _, last = name.rpartition(".")
            without_seed = last in SEEDED and not (call.args or call.keywords)
            of_module = last not in SEEDED and (owner in MODULES & imported or owner in ("np.random", "numpy.random"))
            if without_seed or of_module or last in ("SystemRandom", "urandom"):
                found.append(f"line {call.lineno}: {name}")
    return found


def test_no_test_draws_without_a_seed() -> None:
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 50
    found = {str(file.relative_to(TESTS)): unseeded(file.read_text("utf-8")) for file in files}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    ["Random()", "np.random.default_rng()", "np.random.rand(3)", "import random\nrandom.random()", "SystemRandom(1)"],
)
def test_drawing_without_a_seed_is_seen(source: str) -> None:
    assert unseeded(source)


@pytest.mark.parametrize("source", ["Random(3)", "default_rng(seed)", "random = Random(1)\nrandom.choice([1])"])
def test_drawing_from_a_seed_is_left_alone(source: str) -> None:
    assert not unseeded(source)


def test_examples_are_the_same_every_time_unless_a_search_is_asked_for(request: pytest.FixtureRequest) -> None:
    profile = request.config.getoption("--hypothesis-profile") or "fixed"
    now = settings()
    assert (now.derandomize, now.database is None) == ((True, True) if profile == "fixed" else (False, False))
