"""``lambda-arcade records compact``, ``stats``, ``make`` and ``export``: records as tables, whatever their number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.commands.computing import EXECUTOR_HELP, EXECUTORS, computing
from client.commands.context import UsageError, cloud_choice, err, out, print_json
from client.commands.progress import reporting
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_arcade import Records
    from training.set_aside import SetAside

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files (JSON lines, or Parquet of records compact), folders, s3://BUCKET/PREFIX, or cloud; without any, "
        "what this machine has recorded."
    ),
]
Game = Annotated[str | None, typer.Option(help="Only this game.")]
Who = Annotated[str | None, typer.Option(help="Only matches in which someone of this name played.")]
Since = Annotated[str | None, typer.Option(help="Only matches that began on this day or later, UTC: 2026-10-01.")]
Until = Annotated[str | None, typer.Option(help="Only matches that began on this day or before.")]
Where = Annotated[str | None, typer.Option("--executor", metavar=EXECUTORS, help=EXECUTOR_HELP)]
BAR = 40
SHOWN = 15
FORMATS = ("jsonl", "parquet", "csv")


def register(family: typer.Typer) -> None:
    """Add the commands to the family ``records``."""
    family.command("stats", epilog="Example: lambda-arcade records stats cloud --game battleship")(stats)
    family.command("compact", epilog="Example: lambda-arcade records compact cloud --to records_parquet")(compact)
    family.command("make", epilog="Example: lambda-arcade records make battleship --games 1000 --to games.jsonl")(make)
    family.command(
        "export",
        epilog="Examples: lambda-arcade records export --game pacman --to games.jsonl  |  "
        "lambda-arcade records export --format parquet --table shots --to shots.parquet",
    )(export)


def chosen(
    context: typer.Context,
    sources: list[str] | None,
    game: str | None,
    player: str | None,
    since: str | None,
    until: str | None,
) -> Records:
    """Return the records that a command is about."""
    from client.commands.records import own_records  # noqa: PLC0415 - it registers these commands
    from lambda_arcade import Records  # noqa: PLC0415

    if game is not None:
        find_game(game)
    own = own_records()
    if not sources and not own.exists():
        raise UsageError(f"no match is recorded in {own}; play some, or lambda-arcade records make GAME makes some")
    return Records(tuple(sources or [str(own)]), game, player, since, until, cloud_choice(context))


def stats(
    context: typer.Context,
    sources: Sources = None,
    *,
    game: Game = None,
    player: Who = None,
    since: Since = None,
    until: Until = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Count what is there: games, days, players, lengths and endings, with bars."""
    from training.tables.stats import stats_of  # noqa: PLC0415 - it brings what trains

    records = chosen(context, sources, game, player, since, until)
    with reporting() as reporter:
        most = records.most
        found = stats_of(records.each(), lambda done: reporter.count("records read", done, max(done, most)))
    data: Any = found.to_json()
    if json:
        print_json(data)
        return
    out.print(f"{found.records} matches, {found.turns} actions, {found.stand_in_turns} of them by a stand-in")
    if found.unreadable:
        out.print(f"{found.unreadable} lines are no record: {_listed(data['reasons'])}")
    if found.records:
        for name in ("games", "days", "kinds", "players", "endings", "steps"):
            _bars(name, data[name], keep_order=name in {"days", "steps"})


def _bars(name: str, counts: Mapping[str, int], *, keep_order: bool) -> None:
    """Print a bar for each count; of names the most frequent, of days the last."""
    items = [(key, count) for key, count in counts.items() if count]
    if not keep_order:
        items.sort(key=lambda item: -item[1])
    shown = items[-SHOWN:] if name == "days" else items[:SHOWN]
    widest, most = max(len(key) for key, _ in shown), max(count for _, count in shown)
    out.print(f"\n{name}" + (f", {len(shown)} of {len(items)}" if len(shown) < len(items) else ""))
    for key, count in shown:
        out.print(f"  {key:<{widest}}  {'█' * max(1, round(BAR * count / most))} {count}", soft_wrap=True)


def compact(
    context: typer.Context,
    sources: Sources = None,
    *,
    to: Annotated[Path, typer.Option(help="The folder to make.")],
    game: Game = None,
    player: Who = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write records as Parquet, by game and day, a row an action: some 20 times smaller, and read without a parser.

    Records that the rules do not allow are left out, counted, and told.  The folder is there whole or not at all.
    """
    from training.tables.compact import compact as write  # noqa: PLC0415 - polars

    records = chosen(context, sources, game, player, since, until)
    with reporting() as reporter:
        most = records.most
        count, aside = write(records.each(), to, lambda done: reporter.count("records read", done, max(done, most)))
    _tell(aside)
    out.print(f"{count} records are in {to}", soft_wrap=True)


def make(
    game: Annotated[str, typer.Argument(help="A game, such as battleship.")],
    *,
    games: Annotated[int, typer.Option(min=1, help="How many matches.")] = 1000,
    players: Annotated[
        str | None, typer.Option(help="Who plays: a group of the game's bootstrap players, such as novices.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same matches.")] = 1,
    to: Annotated[Path | None, typer.Option(help="The file to write; by default GAME.jsonl.")] = None,
    executor: Where = None,
) -> None:
    """Let a game's bootstrap players play each other: records to start from, where nobody has played yet."""
    from training.tables.making import make_file  # noqa: PLC0415 - heavy

    find_game(game)
    path = to or Path(f"{game}.jsonl")
    with reporting() as reporter, computing(executor):
        done = make_file(game, games, players, seed, path, lambda done: reporter.count("games played", done, games))
    out.print(f"{done.games} records are in {path}", soft_wrap=True)


def export(  # noqa: PLR0913 - the same
    context: typer.Context,
    sources: Sources = None,
    *,
    to: Annotated[Path | None, typer.Option(help="The file to write; without it, standard output.")] = None,
    game: Game = None,
    player: Who = None,
    since: Since = None,
    until: Until = None,
    file_format: Annotated[
        str, typer.Option("--format", help="jsonl: records, a line each; parquet or csv: a table.")
    ] = "jsonl",
    table: Annotated[
        str | None, typer.Option(help="With parquet and csv: shots, placements, candidates or positions.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="With a table: at most so many rows, evenly from all.")] = 2_000_000,
    executor: Where = None,
) -> None:
    """Write records as one JSON line each, or a table of them, for training or for another program."""
    if file_format not in FORMATS:
        raise UsageError(f"--format {file_format!r}: it is one of {', '.join(FORMATS)}")
    if file_format == FORMATS[0]:
        if table is not None:
            raise UsageError("--table goes with --format parquet or csv")
        _export_lines(chosen(context, sources, game, player, since, until), to)
        return
    if table is None or to is None:
        raise UsageError(f"--format {file_format} writes a table: give --table shots, for one, and --to FILE")
    with computing(executor):
        _export_table(chosen(context, sources, game, player, since, until), table, to, file_format, rows)


def _export_lines(records: Records, to: Path | None) -> None:
    from games.record import RecordError  # noqa: PLC0415

    count = 0
    partial = None if to is None else to.with_name(f".{to.name}.partial")
    try:
        file = None if partial is None else partial.open("w", encoding="utf-8")
        try:
            for record in records.each():
                if isinstance(record, RecordError):
                    err.print(f"warning: no record, passed over: {record}", soft_wrap=True)
                    continue
                count += 1
                if file is None:
                    typer.echo(record.to_line())
                else:
                    file.write(f"{record.to_line()}\n")
        finally:
            if file is not None:
                file.close()
        if partial is not None and to is not None:
            partial.replace(to)
            err.print(f"{count} records are in {to}", soft_wrap=True)
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _export_table(records: Records, table: str, to: Path, file_format: str, rows: int) -> None:
    with reporting() as reporter:
        made = records.table(table, rows=rows, reporter=reporter)
        made.write(to, file_format)
    _tell(made.set_aside)
    out.print(f"{made.written.rows} rows of {made.matches} matches are in {to}", soft_wrap=True)


def _tell(aside: SetAside) -> None:
    for told in aside.told[:SHOWN]:
        err.print(f"set aside: {told}", soft_wrap=True)
    if aside.count:
        err.print(f"{aside.count} records were set aside: {_listed(aside.reasons)}", soft_wrap=True)


def _listed(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
