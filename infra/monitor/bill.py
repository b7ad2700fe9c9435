"""What players cost a month: ``python -m infra.monitor.bill`` prints the tables of docs/aws.md from the price table.

A plain estimate; its assumptions stand here as numbers so that they can be argued with.
"""

from __future__ import annotations

from games.catalog import GAMES, find_game
from infra.core.prices import (
    ALARMS_AN_OPPONENT,
    AS_OF,
    METRICS_A_VERSION,
    PRICES,
    SECONDS_A_MONTH,
    billed_gb_seconds,
    move_usd,
)

PLAYERS = (1, 100, 10_000)
HOURS_A_DAY = 4
OPPONENTS = 9
MEMORY_MB = 512
BILLED_MS = 10
"""Of one move on AWS.  The local cloud bills 1 to 3 ms on a whole core; 512 MB is under a third of one."""
ANSWER_BYTES = 600
QUOTA_CONCURRENCY, QUOTA_API_REQUESTS = 1000, 10_000
"""AWS's defaults for an account in one region."""
REQUESTS_A_CONCURRENCY = 10
"""Lambda takes at most ten requests a second for each unit of the concurrency quota."""


def moves_a_second() -> dict[str, float]:
    """Return the moves that one player makes an opponent answer each second, by game."""
    return {name: find_game(name).INFO.moves_per_second for name in GAMES}


def playing_usd(players: int, moves_a_second: float) -> float:
    """Return what the moves of so many players at once cost in a month."""
    moves = players * moves_a_second * HOURS_A_DAY * 3600 * 30
    one = move_usd(billed_gb_seconds(BILLED_MS, MEMORY_MB)) + ANSWER_BYTES / 1e9 * PRICES.egress_gb
    return moves * one


def standing_usd() -> float:
    """Return what a month costs whoever plays: alarms, the metrics of opponents that are played, the dashboard."""
    metrics = 2 * METRICS_A_VERSION * PRICES.metric_month
    return OPPONENTS * (ALARMS_AN_OPPONENT * PRICES.alarm_month + metrics) + PRICES.dashboard_month


def tables() -> str:
    """Return the tables as Markdown."""
    terms = f"{HOURS_A_DAY} hours a day, {OPPONENTS} opponents, {BILLED_MS} ms a move at {MEMORY_MB} MB"
    lines = [
        f"Prices of {AS_OF}; {terms}.",
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
