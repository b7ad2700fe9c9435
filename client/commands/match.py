"""``lambda-arcade match`` and ``lambda-arcade evaluate``: opponents against each other, and against the same tasks."""

from __future__ import annotations

from itertools import groupby
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from client.commands.contest import Bot, Deployed, api_of, find_deployed, play_match
from client.commands.context import UsageError, err, out, print_json
from client.commands.evaluate import evaluate
from client.commands.progress import advancing, reporting
from client.commands.records import own_records
from client.console import labelled
from client.net.remote import RemoteOpponent, fetch_guest, is_url
from client.net.request_pool import RequestPool
from client.records.recorder import Recorder, record_path
from client.records.uploader import Uploader
from games.catalog import find_game
from games.match import Match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.commands.contest import Contestant
    from games.core import AnyGame
    from games.record import GameRecord
    from training.evaluation.evaluate import Fixture
    from training.evaluation.report import Standing
    from training.evaluation.statistics import Difference

UPLOAD_S = 10.0

POINTS = "points a match"
"""What is compared where the two meet each other."""


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("match", epilog="Example: lambda-arcade match battleship battleship_hard battleship_easy --games 20")(
        match
    )
    app.command("evaluate", epilog="Example: lambda-arcade evaluate battleship_easy battleship_hard --games 2000")(
        evaluate
    )


def match(
    context: typer.Context,
    game: Annotated[str, typer.Argument(help="A game, such as battleship.")],
    first: Annotated[str, typer.Argument(help="A deployed opponent, the URL of one, or a player of the benchmark.")],
    second: Annotated[str, typer.Argument(help="The one it is compared with.")],
    *,
    games: Annotated[int, typer.Option(min=2, help="How many matches; an even number, they come in pairs.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same tasks.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Let two opponents play each other over HTTP, in pairs of matches with the same seed.

    Where functions play every seat, the two swap seats within a pair; otherwise both meet the same reference player.
    Every match is recorded and uploaded.
    """
    from training.contracts import benchmark_for  # noqa: PLC0415
    from training.evaluation.evaluate import fixtures  # noqa: PLC0415 - the composition root reaches in here
    from training.evaluation.report import counts, standing  # noqa: PLC0415

    rules = find_game(game)
    benchmark = benchmark_for(game)
    given = (first, second)
    first, second = (fetch_guest(word).name if is_url(word) else word for word in given)
    if first == second:
        raise UsageError(f"{first} cannot play itself: give two different opponents")
    plan = fixtures(benchmark, rules.PLAYERS, (first, second), games, seed)
    began = perf_counter()
    api = api_of(context)
    pool = RequestPool()
    uploader = Uploader(own_records(), api)
    recorder = Recorder(own_records(), uploader.put)
    for told in recorder.recover():
        err.print(told, soft_wrap=True)
    contestants = _contestants(api, pool, game, given)
    records: list[GameRecord] = []
    try:
        with reporting() as reporter:
            advance = advancing(reporter, f"{first} - {second}", len(plan))
            for fixture in plan:
                records.append(_play(rules, fixture, contestants, recorder))
                advance(1)
    finally:
        pool.close()
        recorder.close()
        uploader.close(UPLOAD_S)
        if uploader.trouble is not None:
            err.print(f"not uploaded yet, and tried again at the next start: {uploader.trouble}", soft_wrap=True)
    standings = [standing(records, name) for name in (first, second)]
    measure, gap = _compare(plan, records, (first, second), rules)
    excluded = sum(not counts(record) for record in records)
    if not json:
        _show(game, standings, measure, gap, excluded)
        out.print(f"{len(records)} records are in {own_records() / game}, {uploader.sent} uploaded", soft_wrap=True)
        return
    print_json(
        {
            "game": game,
            "games": len(records),
            "seed": seed,
            "opponents": [item.to_json() for item in standings],
            "difference": {"of": measure, "first": first, "second": second, **gap.to_json()} if gap else None,
            "excluded": excluded,
            "records": [str(record_path(own_records(), record)) for record in records],
            "uploaded": uploader.sent,
            "seconds": round(perf_counter() - began, 2),
        }
    )


def _contestants(api: str, pool: RequestPool, game: str, given: tuple[str, str]) -> dict[str, Contestant]:
    """Return who plays, by name: functions where they are deployed, otherwise players of the benchmark."""
    from training.contracts import benchmark_for  # noqa: PLC0415 - the composition root reaches in here

    players = benchmark_for(game).players
    found: dict[str, Contestant] = {name: Bot(name, act) for name, act in players.items()}
    for info in find_deployed(api, [word for word in given if word not in players]):
        if info.game != game:
            raise UsageError(f"{info.name} plays {info.game}, not {game}")
        found[info.name] = Deployed(info, pool, RemoteOpponent.of(info))
    return found


def _play(rules: AnyGame, fixture: Fixture, contestants: Mapping[str, Contestant], recorder: Recorder) -> GameRecord:
    seats = {player: contestants[name] for player, name in fixture.seats.items()}
    played = Match(
        rules,
        {player: contestant.participant(player) for player, contestant in seats.items()},
        seed=fixture.seed,
        policy_seed=fixture.policy_seed,
        journal=recorder.journal(),
    )
    return play_match(played, seats)


def _compare(
    plan: Sequence[Fixture], records: Sequence[GameRecord], names: tuple[str, str], rules: AnyGame
) -> tuple[str, Difference | None]:
    """Return what is compared between the two within pairs, and how it differs."""
    from training.evaluation.report import paired_points, paired_scores  # noqa: PLC0415

    together = list(zip(plan, records, strict=True))
    pairs = [[record for _, record in group] for _, group in groupby(together, key=lambda item: item[0].pair)]
    if all(set(names) <= set(fixture.seats.values()) for fixture in plan):
        return POINTS, paired_points(pairs, *names)
    partner = next(player for player in rules.PLAYERS if plan[0].seats[player] not in names)
    return f"{partner}'s score", paired_scores(pairs, partner)


def _show(game: str, standings: Sequence[Standing], measure: str, gap: Difference | None, excluded: int) -> None:
    table = Table("", "version", "won", "drawn", "lost", "win rate (95 %)", "p50 ms", "p99 ms", title=game, box=None)
    for item in standings:
        results = item.results
        cells = (
            [
                *(str(count) for count in (results.wins, results.draws, results.losses)),
                f"{results.rate:.0%} ({results.low:.0%} to {results.high:.0%})",
            ]
            if results
            else ["-"] * 4
        )
        latency = [f"{value:.1f}" for value in item.latency_ms] if item.latency_ms else ["-", "-"]
        table.add_row(item.name, ", ".join(item.versions) or "-", *cells, *latency)
    out.print(table)
    for item in standings:
        for side, score in sorted(item.scores.items(), reverse=True):
            if side == "other" and measure == POINTS:
                continue  # it is the other one's own
            whose = f"{item.name}'s score" if side == "own" else f"score of who sat opposite {item.name}"
            out.print(f"{whose}: {score.mean:.1f} ± {score.standard_error:.1f} ({score.n} matches)")
    if gap is not None:
        first, second = standings[0].name, standings[1].name
        out.print(
            f"{measure}, {first} less {second}: {gap.mean:+.2f} ± {gap.standard_error:.2f} "
            f"(95 % {gap.low:+.2f} to {gap.high:+.2f}, p = {gap.p:.4f}, {gap.pairs} pairs)"
        )
    if excluded:
        reason = "a stand-in played, or nobody had won after half an hour of play"
        out.print(labelled(f"{excluded} of the matches do not count: {reason}", "yellow"))
