from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.patches.stream_rules import FOREVER, Attempt, Rules, checkpoint, failed, next_step

IDS = ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        (None, 4),
        ({}, 4),
        ({"batchItemFailures": []}, 4),
        ({"batchItemFailures": None}, 4),
        ({"batchItemFailures": [{"itemIdentifier": "3"}]}, 2),
        ({"batchItemFailures": [{"itemIdentifier": "4"}, {"itemIdentifier": "2"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "9"}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{"wrong": "3"}]}, 0),
        ({"batchItemFailures": ["3"]}, 0),
        ("nonsense", 0),
    ],
)
def test_what_a_function_reports_is_where_the_batch_goes_on(answer: Any, good: int) -> None:
    assert checkpoint(IDS, answer, partial=True) == good
    assert checkpoint(IDS, answer, partial=False) == 4


def test_a_queue_keeps_what_is_named_and_everything_after_nonsense() -> None:
    report = {"batchItemFailures": [{"itemIdentifier": "4"}, {"itemIdentifier": "2"}]}
    assert failed(IDS, report, partial=True) == {"2", "4"}
    assert failed(IDS, {"batchItemFailures": [{"itemIdentifier": ""}]}, partial=True) == set(IDS)
    assert failed(IDS, {"batchItemFailures": []}, partial=True) == set()
    assert failed(IDS, report, partial=False) == set()


def test_a_batch_that_went_well_is_done() -> None:
    step = next_step(Rules(batch_size=7), Attempt(4, failures=3), count=4, good=4, oldest_s=0)
    assert (step.done, step.given_up, step.attempt) == (4, 0, Attempt(7))


def test_a_failure_is_tried_again_until_the_retries_are_used_up() -> None:
    rules, attempt = Rules(batch_size=10, retries=2), Attempt(10)
    tries = 0
    while True:
        tries += 1
        step = next_step(rules, attempt, count=3, good=0, oldest_s=0)
        if step.given_up:
            break
        attempt = step.attempt
    assert (tries, step.done, step.given_up) == (3, 0, 3)


def test_records_that_are_too_old_are_given_up() -> None:
    assert next_step(Rules(max_age_s=60), Attempt(10), count=3, good=1, oldest_s=61).given_up == 2
    assert next_step(Rules(max_age_s=60), Attempt(10), count=3, good=1, oldest_s=59).given_up == 0


def test_without_limits_nothing_is_ever_given_up() -> None:
    assert next_step(Rules(), Attempt(10, failures=10_000), count=3, good=0, oldest_s=10**9).given_up == 0


@given(
    count=st.integers(1, 40),
    poison=st.sets(st.integers(0, 39), max_size=5),
    retries=st.integers(0, 3),
    size=st.integers(1, 20),
)
def test_with_bisecting_exactly_the_poison_is_given_up(count: int, poison: set[int], retries: int, size: int) -> None:
    rules, attempt, position, given_up = Rules(batch_size=size, retries=retries, bisect=True), Attempt(size), 0, []
    for _ in range(10_000):
        if position == count:
            break
        batch = range(position, min(count, position + attempt.size))
        failed = any(record in poison for record in batch)
        step = next_step(rules, attempt, len(batch), 0 if failed else len(batch), oldest_s=0)
        given_up += list(batch)[step.done : step.done + step.given_up]
        position, attempt = position + step.done + step.given_up, step.attempt
    assert position == count
    assert given_up == sorted(record for record in poison if record < count)


def test_rules_are_read_from_a_mapping() -> None:
    mapping = {
        "BatchSize": 5,
        "MaximumRetryAttempts": 0,
        "BisectBatchOnFunctionError": "true",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:lost"}},
    }
    expected = Rules(5, 0, FOREVER, bisect=True, partial=True, destination="arn:aws:sqs:us-east-1:000000000000:lost")
    assert Rules.of(mapping) == expected
    assert Rules.of({}) == Rules()
