from __future__ import annotations

import json
from typing import Any

from infra.local.logs import observer
from infra.local.logs.embedded_metrics import embedded_metrics
from infra.local.logs.platform_log import billed_ms, log_events
from infra.local.workers.functions import Answer


def test_a_line_of_the_embedded_metric_format_is_metrics() -> None:
    line = json.dumps(
        {
            "_aws": {
                "Timestamp": 1,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "Arcade",
                        "Dimensions": [["Opponent"], ["Opponent", "Version"]],
                        "Metrics": [{"Name": "Latency", "Unit": "Milliseconds"}, {"Name": "Moves"}],
                    }
                ],
            },
            "Opponent": "easy",
            "Version": 3,
            "Latency": [1.5, 2],
            "Moves": 4,
        }
    )
    one, both = {"Opponent": "easy"}, {"Opponent": "easy", "Version": "3"}
    assert list(embedded_metrics(line)) == [
        ("Arcade", "Latency", value, "Milliseconds", one) for value in (1.5, 2.0)
    ] + [("Arcade", "Moves", 4.0, "None", one)] + [
        ("Arcade", "Latency", value, "Milliseconds", both) for value in (1.5, 2.0)
    ] + [("Arcade", "Moves", 4.0, "None", both)]


def test_other_lines_are_no_metrics() -> None:
    for line in ("", "{", "[]", '{"_aws": 1}', '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "x"}]}]}}'):
        assert list(embedded_metrics(line)) == []


def test_a_log_group_stays_small_and_keeps_what_is_newest() -> None:
    size = observer.MAX_GROUP_CHARACTERS // 2
    streams: dict[str, Any] = {name: {"events": [{"message": "x" * 10}]} for name in ("old", "middle", "new")}
    sizes = {"old": size, "middle": size, "new": size}
    observer._trim(streams, sizes)
    assert list(streams) == list(sizes) == ["middle", "new"]
    rows = [{"message": "x" * (observer.MAX_GROUP_CHARACTERS // 10), "number": number} for number in range(15)]
    alone = {"only": {"events": rows}}
    observer._trim(alone, {"only": 2 * observer.MAX_GROUP_CHARACTERS})
    assert [row["number"] for row in alone["only"]["events"]] == list(range(8, 15))


def test_the_platforms_lines_surround_what_was_printed() -> None:
    answer = Answer({}, error=False, output="one\rand\ntwo\n", duration_ms=1.234, init_ms=70.1, memory_mb=14)
    lines = log_events("id", "7", 512, answer)
    assert lines[:4] == ["START RequestId: id Version: 7", "one\nand", "two", "END RequestId: id"]
    assert lines[4] == (
        "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 72 ms\tMemory Size: 512 MB\t"
        "Max Memory Used: 14 MB\tInit Duration: 70.10 ms\t"
    )


def test_a_timeout_is_said_in_the_log() -> None:
    report = {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 1.00 seconds"}
    lines = log_events("id", "7", 512, Answer(report, error=True, output="", duration_ms=1000))
    assert "Task timed out after 1.00 seconds" in lines


def test_time_is_billed_by_the_millisecond_rounded_up() -> None:
    assert [billed_ms(0.0, None), billed_ms(1.01, None), billed_ms(1.0, 70.5)] == [1, 2, 72]
