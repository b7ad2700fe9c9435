"""Many records in one second: each is counted once and annotated, and nothing is dead."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
import requests
from proving import Signer
from recording import games_of, recorded
from test_kills_and_full_disks import NAMES, deployed
from test_local_durability import eventually

from infra.local import daemon
from infra.local.patches.schedule import EXHAUSTED, EXPIRED, Settings, Tries, next_try
from infra.monitor.dead_letters import count_dead_letters

if TYPE_CHECKING:
    from pathlib import Path

COUNTED_S = 120.0


@pytest.mark.parametrize("size", [30, pytest.param(500, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])])
def test_a_burst_of_records_is_counted_once_and_annotated_and_nothing_is_dead(tmp_path: Path, size: int) -> None:
    environment = deployed(tmp_path / "home", tmp_path / "cache")
    played = [recorded(seed) for seed in range(10)]
    signer = Signer(environment, played[0])
    proved = (signer.prove(replace(played[number % 10], match_id=f"{number:032x}")) for number in range(size))
    lines = [record.to_line().encode() for record in proved]

    pauses = Random(size)

    def post(line: bytes) -> None:
        while True:
            sent = requests.post(
                f"{environment.api}/records", data=line, headers={"content-type": "application/json"}, timeout=120
            )
            if sent.status_code in {200, 201}:
                return
            assert sent.status_code == 429, sent.text
            time.sleep(0.5 + pauses.random())

    try:
        begun = time.monotonic()
        with ThreadPoolExecutor(size) as callers:
            list(callers.map(post, lines))
        assert eventually(lambda: games_of(environment, *NAMES) == size, COUNTED_S - (time.monotonic() - begun))
        bucket = environment.platform["BucketName"]
        assert eventually(lambda: len(list(environment.cloud.read_objects(bucket, "annotations/"))) == size, 300)
        assert games_of(environment, *NAMES) == size
        assert count_dead_letters(environment) == 0
    finally:
        daemon.down(tmp_path / "home")


def test_a_throttled_event_waits_longer_each_time_and_it_is_no_retry() -> None:
    settings, tries, pauses = Settings(), Tries(), []
    for _ in range(12):
        step = next_try(settings, tries, age_s=0, draw=1.0, throttled=True)
        assert not step.given_up
        tries = step.tries
        pauses.append(step.pause_s)
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 300
    assert (tries.failures, tries.throttles) == (0, 12)
    assert next_try(settings, tries, age_s=0, draw=0.0, throttled=True).pause_s == 150


def test_an_event_that_fails_is_tried_twice_more_and_an_old_one_no_more() -> None:
    settings, tries = Settings(destination="arn"), Tries(throttles=5)
    first = next_try(settings, tries, 0, 0.5, throttled=False)
    second = next_try(settings, first.tries, 0, 0.5, throttled=False)
    third = next_try(settings, second.tries, 0, 0.5, throttled=False)
    assert 0 < first.pause_s < second.pause_s
    assert [step.given_up for step in (first, second, third)] == ["", "", EXHAUSTED]
    assert next_try(Settings(max_age_s=60), Tries(), 59.9, 1.0, throttled=True).given_up == EXPIRED
    assert next_try(Settings(retries=0), Tries(), 0, 0, throttled=False).given_up == EXHAUSTED


def test_settings_are_read_as_lambda_writes_them() -> None:
    destination = {"DestinationConfig": {"OnFailure": {"Destination": "arn:of:queue"}}}
    invoke = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 90, **destination}
    assert Settings.of(invoke, {}) == Settings(0, 90.0, "arn:of:queue")
    assert Settings.of({}, {"DeadLetterConfig": {"TargetArn": "arn:old"}}) == Settings(destination="arn:old")
