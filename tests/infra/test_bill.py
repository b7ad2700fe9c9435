"""What it costs: the assumptions' sums, the month's bill of the local cloud, and a price file of the user's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from time import sleep, time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from clouds import move_request

from infra.core.errors import CloudError
from infra.core.prices import (
    GATEWAY,
    INVOKE,
    PRICES,
    URL,
    PriceError,
    Prices,
    billed_gb_seconds,
    move_usd,
    price_table,
    read_prices,
)
from infra.deploy.smoke_test import IDENTIFY
from infra.local.logs.ledger import Ledger, way_and_match
from infra.local.logs.observer import Observation
from infra.local.paths import HOME_VARIABLE
from infra.local.workers.functions import Answer, Function
from infra.monitor.bill import one_move_usd, standing, standing_usd
from infra.monitor.month import Usage, make_bill, take_bill
from infra.monitor.status import way_of
from infra.templates.__main__ import written

if TYPE_CHECKING:
    from pathlib import Path

    from infra.environment.environment import Environment

NOON = datetime(2026, 11, 16, tzinfo=UTC)
"""Half of November has passed."""


def test_a_move_costs_a_third_of_what_it_did():
    assert one_move_usd(URL) * 1e6 < 0.60
    assert one_move_usd(GATEWAY) * 1e6 < 1.40


def test_a_start_is_billed_with_the_move_that_waited_for_it():
    assert billed_gb_seconds(1.2, 512, 100.3) == pytest.approx(0.102 / 2)
    assert one_move_usd(URL, 600) - one_move_usd(URL) == pytest.approx(0.3 * PRICES.lambda_gb_second_x86_64)


def test_four_alarms_watch_everybody_and_no_opponent_has_one_of_its_own_but_its_canary():
    for path, text in written().items():
        alarms = re.findall(r"Type: AWS::CloudWatch::Alarm\n(?: +Condition: (\w+))?", text)
        assert len(alarms) == (4 if path.stem == "platform" else 2 if path.stem == "opponent" else 0), path
        if path.stem == "opponent":
            assert alarms == ["IsCanary"] * 2
    assert standing()["alarms"] == pytest.approx(0.40)


def test_nine_opponents_stand_for_at_most_half_a_dollar_a_month():
    assert standing_usd(9) <= 0.50
    assert standing(9)["queues"] == 0, "nothing of the platform looks into a queue"
    assert standing(9, queues=1)["queues"] == pytest.approx(0.26, abs=0.01), "an opponent that annotates from one does"
    assert standing_usd(9, queues=1, dashboard=True) == pytest.approx(standing_usd(9) + 0.2592 + 3)
    assert standing_usd(9, queues=1, free=True) == pytest.approx(standing_usd(9) - 0.40)


def test_a_price_file_takes_the_place_of_the_prices_that_it_names(tmp_path: Path):
    assert price_table(tmp_path) is PRICES
    (tmp_path / "prices.toml").write_text('as_of = "May 2027"\nhttp_api_request = 2e-6\n')
    own = price_table(tmp_path)
    assert own == replace(PRICES, as_of="May 2027", http_api_request=2e-6)
    assert move_usd(0, prices=own) - move_usd(0) == pytest.approx(1e-6)
    assert own.overrides() == '{"as_of": "May 2027", "http_api_request": 2e-06}'
    assert PRICES.overrides() == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("log_gb = -1", "log_gb is -1; wanted: a number from 0 to"),
        ('log_gb = "much"', "log_gb is 'much'; wanted"),
        ("log_tb = 1", "log_tb is no field that is known here"),
        ("log_gb = nan", "log_gb is nan; wanted"),
        ("log_gb", "prices.toml: "),
    ],
)
def test_an_impossible_price_is_told_in_a_sentence(text: str, told: str):
    with pytest.raises(PriceError, match=r"^prices\.toml: ") as caught:
        read_prices(text, "prices.toml")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_negative_price_stops_what_would_count_with_it(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    (tmp_path / "prices.toml").write_text("alarm_month = -0.1\n")
    with pytest.raises(CloudError, match=r"alarm_month is -0\.1; wanted"):
        take_bill(environment)


def usage(function: str, match: str, **more: Any) -> Usage:
    return Usage(
        **{"function": function, "via": GATEWAY, "match_id": match, "requests": 10, "gb_seconds": 0.05, **more}
    )


def test_only_what_a_gateway_calls_pays_the_gateway():
    by = {via: usage("easy", "m", via=via).usd(PRICES) for via in (GATEWAY, URL, INVOKE)}
    assert by[GATEWAY] - by[URL] == pytest.approx(10 * (PRICES.http_api_request + 112e-9 * PRICES.log_gb))
    assert by[URL] - by[INVOKE] == pytest.approx(10 * 600e-9 * PRICES.egress_gb)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        *((name, GATEWAY) for name in ("battleship_easy", "service-catalog", "service-recorder")),
        *((name, INVOKE) for name in ("service-rater", "service-coach", "trainer-easy", "tally-easy")),
    ],
)
def test_what_no_gateway_calls_has_no_gateway_in_its_status(name: str, wanted: str):
    assert way_of(name) == wanted


def test_a_month_is_summed_by_function_match_and_player_and_foretold():
    found = [usage("easy", "one"), usage("hard", "one"), usage("easy", "two"), usage("recorder", "")]
    month = make_bill(found, {"one": "Ada"}, PRICES, NOON, opponents=9, dashboard=False)
    each = found[0].usd(PRICES)
    assert {row["function"]: row["usd"] for row in month.functions} == pytest.approx(
        {"easy": 2 * each, "hard": each, "recorder": each}
    )
    assert {row["player"]: row["requests"] for row in month.players} == {
        "Ada": 20, "(no record)": 10, "(no match)": 10,
    }  # fmt: skip
    stands = sum(standing(9).values())
    assert month.elapsed == pytest.approx(0.5)
    assert month.so_far_usd == pytest.approx(4 * each + stands / 2)
    assert month.forecast_usd == pytest.approx(8 * each + stands)
    after = make_bill(found, {}, PRICES, NOON, stands=False, opponents=0)
    assert after.so_far_usd == after.forecast_usd == pytest.approx(4 * each), "nothing comes any more"
    gateway = 40 * PRICES.http_api_request  # all else is free
    assert month.so_far_free_usd == pytest.approx(gateway + standing_usd(9, free=True) / 2)


def test_the_free_tier_ends_where_it_is_used_up():
    much = usage("easy", "one", via=URL, requests=3_000_000, gb_seconds=500_000.0)
    month = make_bill([much], {}, PRICES, NOON, opponents=0, dashboard=False)
    spent = month.so_far_free_usd - standing_usd(0, free=True) / 2
    assert spent == pytest.approx(2_000_000 * PRICES.lambda_request + 100_000 * PRICES.lambda_gb_second_x86_64)


EASY = Function("easy", "1", "app.handler", 512, 3.0, None)  # type: ignore[arg-type]  # it is only counted
MOVE = {"match_id": "m", "observation": {}}


def over_http(domain: str, body: str = json.dumps(MOVE)) -> dict[str, Any]:
    return {"requestContext": {"domainName": f"a.{domain}.localhost"}, "body": body}


def test_the_ledger_outlives_its_server(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    for _ in range(2):
        ledger = Ledger(path)
        for answer in (
            Answer({}, error=False, output="", duration_ms=1.2, init_ms=100.5),
            Answer({}, error=False, output="", duration_ms=3.0),
        ):
            event = over_http("execute-api")
            ledger.note(Observation("000000000000", "us-east-1", EASY, answer, "id", event, time()))
        rows = ledger.to_json()
    (row,) = rows
    assert (row["via"], row["match_id"], row["requests"]) == (GATEWAY, "m", 4)
    assert row["billed_ms"] == 2 * (102 + 3)
    assert row["cold_starts"] == 2


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (over_http("execute-api"), (GATEWAY, "m")),
        (over_http("lambda-url"), (URL, "m")),
        (MOVE, (INVOKE, "m")),
        ({"match_id": "m"}, (INVOKE, "")),
        (over_http("execute-api", "nonsense"), (INVOKE, "")),
        (over_http("execute-api", "[" * 100_000), (INVOKE, "")),
        ([1], (INVOKE, "")),
        ("nonsense", (INVOKE, "")),
    ],
)
def test_a_call_is_known_by_its_way_and_its_match(event: Any, wanted: tuple[str, str]):
    assert way_and_match(event) == wanted


REPORT = re.compile(r"Billed Duration: (\d+) ms\tMemory Size: (\d+) MB")


LOGGED_S = 1.0
"""How long no line must have come: they are written some at a time."""


def reported(environment: Environment, function: str) -> tuple[int, float]:
    """Return requests and GB-seconds by an independent sum over the log's REPORT lines, once all have come."""
    group = f"/aws/lambda/{environment.names.function(function)}"
    lines: list[str] = []
    while len(now := [text for _, _, text in environment.cloud.log_events(group, 0) if "REPORT" in text]) != len(lines):
        lines = now
        sleep(LOGGED_S)
    found = [REPORT.search(text) for text in lines if text.startswith("REPORT")]
    assert all(found)
    return len(found), sum(int(one[1]) / 1000 * int(one[2]) / 1024 for one in found if one)


def billed(environment: Environment, function: str) -> dict[str, Any]:
    rows = [row for row in take_bill(environment).functions if row["function"] == function]
    return dict(rows[0]) if rows else {"requests": 0, "gb_seconds": 0.0, "gateway_requests": 0, "cold_starts": 0}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_the_local_clouds_bill_is_the_sum_of_its_report_lines(environment: Environment):
    before, said_before = billed(environment, "first_free"), reported(environment, "first_free")
    request = move_request("billed")
    for _ in range(250):
        answer = requests.post(f"{environment.api}/opponents/first_free/move", json=request, timeout=20)
        assert answer.status_code == 200
    for _ in range(3):
        environment.cloud.invoke(environment.names.function("first_free"), IDENTIFY)
    after = billed(environment, "first_free")
    count, gb_seconds = reported(environment, "first_free")
    assert after["requests"] - before["requests"] == count - said_before[0] == 253
    assert after["gb_seconds"] - before["gb_seconds"] == pytest.approx(gb_seconds - said_before[1])
    assert after["gateway_requests"] - before["gateway_requests"] == 250
    match = next(row for row in take_bill(environment).matches if row["match"] == "billed")
    assert match["requests"] == 250
    lines = [
        text
        for _, _, text in environment.cloud.log_events(f"/aws/lambda/{environment.names.function('first_free')}", 0)
        if '"match_id":"billed"' in text
    ]
    assert 1 <= len(lines) <= 6, "one move in a hundred is logged, and starts"


def test_a_table_of_other_prices_is_a_table(environment: Environment, home: Path):
    (home / "prices.toml").write_text('as_of = "May 2027"\n')
    assert environment.prices == Prices(as_of="May 2027")
    assert take_bill(environment).as_of == "May 2027"
