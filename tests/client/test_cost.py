"""The HUD's dollars are those of `cloud status`: both come from one table, over the catalog."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tables import info

from client.net.cost import Price
from client.net.remote import OpponentInfo
from client.net.request_pool import Move
from client.ui.hud import Hud
from games.match import MoveMetadata
from infra.core.prices import billed_gb_seconds, move_usd, price_of

LISTED = {"name": "easy", "game": "battleship", "title": "Easy", "difficulty": 1, "endpoint": "http://here/easy"}


def answered(compute_ms: float) -> Move:
    return Move("A1", MoveMetadata(latency_ms=20.0, compute_ms=compute_ms), "someone", "1")


@pytest.mark.parametrize(("memory_mb", "architecture"), [(512, "x86_64"), (1024, "arm64")])
def test_a_million_moves_cost_the_same_in_the_hud_and_in_the_status(memory_mb: int, architecture: str) -> None:
    entry = OpponentInfo.from_json({**LISTED, "price": price_of(memory_mb, architecture)})
    hud = Hud(entry)
    for compute_ms in (0.2, 1.7, 12.0):
        hud.note(entry, answered(compute_ms))
    status = sum(move_usd(billed_gb_seconds(ms, memory_mb), architecture) for ms in (0.2, 1.7, 12.0))
    assert hud.bill.usd == pytest.approx(status)


@pytest.mark.parametrize("said", [{}, {"price": None}])
def test_a_catalog_without_prices_leaves_the_sum_as_it_was(said: dict) -> None:
    unpriced = OpponentInfo.from_json({**LISTED, **said})
    hud = Hud(unpriced)
    hud.note(unpriced, answered(0.4))
    assert hud.bill.text(4) == "-"
    hud.note(replace(info("someone"), price=Price(1.65e-6, 8.3e-9)), answered(0.4))
    known = hud.bill.text(4)
    assert known == "0.0002 ¢"
    hud.note(unpriced, answered(0.4))
    assert hud.bill.text(4) == known


def test_a_move_that_the_fallback_played_costs_nothing() -> None:
    priced = replace(info("someone"), price=Price(1.65e-6, 8.3e-9))
    hud = Hud(priced)
    hud.note(priced, Move("A1", MoveMetadata(fallback="timeout")))
    assert hud.bill.usd is None


def test_a_cold_start_shows_what_it_costs_and_the_warm_move_after_it_what_that_does() -> None:
    priced = replace(info("someone"), price=Price(1e-6, 1e-8))
    hud = Hud(priced)
    cold = MoveMetadata(latency_ms=900.0, compute_ms=2.0, cold=True, init_ms=597.5)
    hud.note(priced, Move("A1", cold, "someone", "1"))
    assert hud.last is not None
    assert hud.last.spent_usd == pytest.approx(1e-6 + 600 * 1e-8)
    hud.note(priced, answered(2.0))
    assert hud.last.spent_usd == pytest.approx(1e-6 + 2 * 1e-8)
    assert hud.bill.usd == pytest.approx(2e-6 + 602 * 1e-8)
