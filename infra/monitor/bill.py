"""What players cost a month: ``python -m infra.monitor.bill`` prints the tables of docs/aws.md from the price table.

A plain estimate; its assumptions stand here as numbers so that they can be argued with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.catalog import GAMES, find_game
from infra.core.prices import (
    ALARMS,
    FREE_TIER,
    GATEWAY,
    POLLS_A_QUEUE,
    PRICES,
    SECONDS_A_MONTH,
    URL,
    billed_gb_seconds,
    keep_usd_a_month,
    move_usd,
)

if TYPE_CHECKING:
    from infra.core.prices import Prices

PLAYERS = (1, 100, 10_000)
HOURS_A_DAY = 4
OPPONENTS = 9
MEMORY_MB = 512
BILLED_MS = 10
"""Of one move on AWS.  The local cloud bills 1 to 3 ms on a whole core; 512 MB is under a third of one."""
COLD_INIT_MS = 600
"""Of a start on AWS, which is billed with the move that it delays."""
ZIP_BYTES = 1_000_000
"""Of an opponent, rounded up: code and model."""
LAYER_BYTES = 90_000_000
"""Of all layers of the platform together, in the bucket."""
QUOTA_CONCURRENCY, QUOTA_API_REQUESTS = 1000, 10_000
"""AWS's defaults for an account in one region."""
REQUESTS_A_CONCURRENCY = 10
"""Lambda takes at most ten requests a second for each unit of the concurrency quota."""


def moves_a_second() -> dict[str, float]:
    """Return the moves that one player makes an opponent answer each second, by game."""
    return {name: find_game(name).INFO.moves_per_second for name in GAMES}


def one_move_usd(via: str = GATEWAY, init_ms: float = 0.0, prices: Prices = PRICES) -> float:
    """Return what a move of the assumptions costs; ``init_ms`` is the start that it waited for."""
    return move_usd(billed_gb_seconds(BILLED_MS, MEMORY_MB, init_ms), via=via, prices=prices)


def playing_usd(players: int, moves_a_second: float) -> float:
    """Return what the moves of so many players at once cost in a month."""
    return players * moves_a_second * HOURS_A_DAY * 3600 * 30 * one_move_usd()


def standing(
    opponents: int = OPPONENTS, prices: Prices = PRICES, *, queues: int = 0, dashboard: bool = False
) -> dict[str, float]:
    """Return what a month costs whoever plays, by what it is for, without the free tier.

    ``queues`` are those that opponents annotate from: Lambda looks into them all the time.
    """
    zips = opponents * keep_usd_a_month(ZIP_BYTES, prices=prices) + LAYER_BYTES / 1e9 * prices.s3_gb_month
    return {
        "alarms": ALARMS * prices.alarm_month,
        "zips": zips,
        "queues": queues * POLLS_A_QUEUE * prices.sqs_request,
        **({"dashboard": prices.dashboard_month} if dashboard else {}),
    }


def standing_free(prices: Prices = PRICES) -> dict[str, float]:
    """Return what the free tier takes off each line of ``standing``, at most."""
    return {
        "alarms": FREE_TIER.alarms * prices.alarm_month,
        "queues": FREE_TIER.sqs_requests * prices.sqs_request,
        "dashboard": FREE_TIER.dashboards * prices.dashboard_month,
    }


def standing_usd(
    opponents: int = OPPONENTS, prices: Prices = PRICES, *, queues: int = 0, dashboard: bool = False, free: bool = False
) -> float:
    """Return the sum of ``standing``; ``free`` takes the free tier off."""
    off = standing_free(prices) if free else {}
    stands = standing(opponents, prices, queues=queues, dashboard=dashboard)
    return sum(max(0.0, usd - off.get(what, 0.0)) for what, usd in stands.items())


def tables() -> str:
    """Return the tables as Markdown."""
    terms = f"{HOURS_A_DAY} hours a day, {OPPONENTS} opponents, {BILLED_MS} ms a move at {MEMORY_MB} MB"
    lines = [
        f"Prices of {PRICES.as_of}; {terms}.",
        "",
    ]
    lines += [
        "| players at once | game | moves/s | running at once | moves, $/month | standing, $/month |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for players in PLAYERS:
        for game, rate in moves_a_second().items():
            moves = players * rate
            lines.append(
                f"| {players:,} | {game} | {moves:,.1f} | {moves * BILLED_MS / 1000:,.2f} "
                f"| {playing_usd(players, rate):,.2f} | {standing_usd():.2f} |"
            )
    lines += [
        "",
        "| players at once | game | concurrency quota needed | default | API requests/s needed | default |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for players in PLAYERS:
        for game, rate in moves_a_second().items():
            moves = players * rate
            needed = max(moves * BILLED_MS / 1000, moves / REQUESTS_A_CONCURRENCY)
            lines.append(
                f"| {players:,} | {game} | {needed:,.1f} | {QUOTA_CONCURRENCY:,} "
                f"| {moves:,.1f} | {QUOTA_API_REQUESTS:,} |"
            )
    lines += ["", "| a move, $ a million | Function URL | gateway |", "|---|--:|--:|"]
    for what, init_ms in (("warm", 0.0), (f"cold, {COLD_INIT_MS} ms of start", COLD_INIT_MS)):
        by_url, by_gateway = (one_move_usd(via, init_ms) * 1e6 for via in (URL, GATEWAY))
        lines.append(f"| {what} | {by_url:.2f} | {by_gateway:.2f} |")
    off = standing_free()
    lines += ["", "| standing, $/month | without the free tier | with |", "|---|--:|--:|"]
    for what, usd in (*standing().items(), ("together", standing_usd())):
        free = standing_usd(free=True) if what == "together" else max(0.0, usd - off.get(what, 0.0))
        lines.append(f"| {what} | {usd:.2f} | {free:.2f} |")
    gigabytes = MEMORY_MB / 1024
    warm = gigabytes * PRICES.provisioned_gb_second * SECONDS_A_MONTH
    snap = gigabytes * PRICES.snapstart_cache_gb_second * SECONDS_A_MONTH
    restore = gigabytes * PRICES.snapstart_restore_gb
    lines += [
        "",
        "| cold starts | what it costs |",
        "|---|---|",
        "| nothing: the client calls `GET {opponent}` when it is chosen, which starts the function | 0 |",
        f"| provisioned concurrency, one instance of {MEMORY_MB} MB | {warm:.2f} $/month, used or not |",
        f"| SnapStart, one version of {MEMORY_MB} MB | {snap:.2f} $/month and {restore:.6f} $ a restore |",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables())  # noqa: T201 - that is what it is for
