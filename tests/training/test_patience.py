"""What a report holds depends on how long its steps work, and not on what else the machine does meanwhile."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from pathlib import Path
from time import sleep

import pytest

import ai_functions
from ai_functions.runtime.manifest import Manifest
from training import executors
from training.patience import Patience
from training.pipeline import gather
from training.prototypes import strength
from training.report.changes import Changes, changes
from training.report.strength import FEWEST, NEW, REPLACED, ROUNDS, Limits, compared

EASY = Path(ai_functions.__file__).parent / "battleship_easy"
FIRST_FREE = Path(__file__).parents[1] / "opponents" / "first_free"
MATCHES = 3


class Silent:
    """Tells nobody."""

    def report(self, text: str) -> None:
        pass

    def count(self, what: str, done: int, total: int) -> None:
        pass


def quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def tasks_of(patience: Patience) -> int:
    found = compared("battleship", {NEW: FIRST_FREE, REPLACED: FIRST_FREE}, 1, frozenset(), Limits(1, patience), quiet)
    return int(found["tasks"])


def test_time_in_which_nothing_is_worked_is_not_spent() -> None:
    patience = Patience(0.2)
    with patience.at_work():
        sleep(0.5)
    assert not patience.is_over()
    assert patience.is_over(0.2)


@pytest.mark.parametrize("executor", [None, "processes:1"])
def test_rounds_end_with_what_was_worked_for_them_in_whichever_process(executor: str | None) -> None:
    none, enough = Patience(0.0), Patience(1e6)
    with ExitStack() as scope:
        if executor is not None:
            scope.enter_context(executors.using(scope.enter_context(executors.opened(executor))))
        assert (tasks_of(none), tasks_of(enough)) == (FEWEST, ROUNDS * FEWEST)
    assert none.spent > 0
    assert enough.spent > 0


def test_positions_are_asked_about_until_patience_is_at_its_end() -> None:
    records = gather(Manifest.load(EASY), [], MATCHES, 1, Silent())
    found = [changes(EASY, EASY, records, Patience(0.0, clock), quiet) for clock in (lambda: 0.0, count().__next__)]
    assert [one.found["matches"] for one in found if isinstance(one, Changes)] == [MATCHES, 1]


def test_a_prototype_plays_the_least_on_a_slow_machine_and_the_most_where_nothing_takes_time() -> None:
    slow, quick = (strength.measure(FIRST_FREE, quiet, clock=clock) for clock in (count(0, 10).__next__, lambda: 0.0))
    assert slow is not None
    assert quick is not None
    assert [one.measures["shots"].n for one in (slow, quick)] == [strength.LEAST, strength.TASKS]
