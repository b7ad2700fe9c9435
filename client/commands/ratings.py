"""``lambda-arcade ratings``: strengths from all records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from client.commands.context import err, find_environment, out, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from games.record import GameRecord
    from infra.environment.environment import Environment


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    family = typer.Typer(no_args_is_help=True, help="How strong everybody is.")
    family.command(epilog="Example: lambda-arcade ratings recompute")(recompute)
    app.add_typer(family, name="ratings")


def recompute(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Count all stored records anew and fit all ratings to that; say which counts did not fit their matches.

    Ratings of earlier versions, which were a chain of updates, are left behind.
    """
    from infra.services.rater.recompute import recompute as compute  # noqa: PLC0415 - infra is imported inside commands
    from infra.services.rater.table import RatingsTable  # noqa: PLC0415

    environment = find_environment(context)
    dynamodb = environment.cloud.client("dynamodb")
    table = RatingsTable(
        environment.platform["RatingsTable"],
        lambda operation, **parameters: getattr(dynamodb, operation)(**parameters),
        lambda line: err.print(line, soft_wrap=True),
    )
    done = compute(table, stored_records(environment, table.old_matches()))
    if as_json:
        games = {
            game: {
                name: {"rating": item.rating, "interval": list(item.interval), "games": item.games}
                for name, item in strengths.items()
            }
            for game, strengths in done.games.items()
        }
        told = {"records": done.records, "counted": done.counted, "differed": list(done.differed)}
        print_json({**told, "people": done.people, "games": games})
        return
    out.print(f"{done.records} records read, {done.counted} of them in no count before; {done.people} people rated")
    table_of_all = Table("function", "game", "rating", "95 % between", "games", box=None, header_style="bold")
    for game, strengths in done.games.items():
        for name, item in sorted(strengths.items(), key=lambda pair: -pair[1].rating):
            low, high = item.interval
            table_of_all.add_row(name, game, f"{item.rating:.0f}", f"{low:.0f} and {high:.0f}", str(item.games))
    out.print(table_of_all)


def stored_records(environment: Environment, old: set[str]) -> Iterator[GameRecord]:
    """Yield the stored records that count: the proved ones, and the ``old`` ones, rated before there were proofs."""
    from infra.services.inbox import PROVED, YES  # noqa: PLC0415

    bucket = environment.platform["BucketName"]
    yield from _read(environment.cloud.read_objects(bucket, "records/", metadata=(PROVED, YES)))
    if old:
        found = _read(environment.cloud.read_objects(bucket, "records/"))
        yield from (record for record in found if record.match_id in old)


def _read(objects: Iterable[tuple[str, bytes]]) -> Iterator[GameRecord]:
    """Yield the records in ``objects``; one that cannot be read is named and left out."""
    from games.record import GameRecord, RecordError  # noqa: PLC0415

    for key, content in objects:
        try:
            yield GameRecord.from_line(content.decode("utf-8"))
        except (RecordError, ValueError) as error:
            err.print(f"left out: {key}: {error}", soft_wrap=True)
