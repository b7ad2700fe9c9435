"""``lambda-arcade records`` and ``lambda-arcade replay``: what was played, looked at again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from client.commands import record_tables
from client.commands.context import UsageError, cloud_choice, err, find_environment, out, print_json
from client.console import labelled
from games.catalog import find_game
from games.record import RecordError, bears_proofs, headline, is_kept, is_unreferred, replay, verify
from games.schema import NotJsonError, load_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from games.record import Frame, GameRecord
    from infra.environment.environment import Environment

EXIT_PROBLEMS = 1
SHOWN_TURNS = 12

Sources = Annotated[
    list[str] | None,
    typer.Argument(help="Files, folders or s3://BUCKET/PREFIX; without any, what this machine has recorded."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    family = typer.Typer(no_args_is_help=True, help="Recorded matches: list, show, verify, count, export.")
    family.command("list", epilog="Example: lambda-arcade records list --game battleship")(list_records)
    family.command("show", epilog="Example: lambda-arcade records show 3f2a")(show)
    family.command("verify", epilog="Example: lambda-arcade records verify my_records.jsonl")(verify_records)
    record_tables.register(family)
    app.add_typer(family, name="records")
    app.command("replay", epilog="Example: lambda-arcade replay 3f2a --speed 4")(replay_record)


def read_sources(context: typer.Context, sources: Iterable[str], warn: Callable[[str], None]) -> list[GameRecord]:
    """Return the records in ``sources``, read from disk or from the cloud in use.  Raises TrainingError."""
    from training.records import read_records  # noqa: PLC0415 - the composition root reaches in here

    def read_bucket(bucket: str, prefix: str) -> Iterable[tuple[str, bytes]]:
        return find_environment(context).cloud.read_objects(bucket, prefix)

    return [record for source in sources for record in read_records(source, warn, read_bucket)]


def own_records() -> Path:
    """Return the folder in which this machine records."""
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    return cloud_paths().home / "records"


def list_records(
    context: typer.Context,
    sources: Sources = None,
    *,
    game: Annotated[str | None, typer.Option(help="Only this game.")] = None,
    json: AsJson = False,
) -> None:
    """List recorded matches, the oldest first."""
    records = _read(context, sources, game)
    if json:
        print_json([_summary(record) for record in records])
        return
    table = Table("match", "game", "when (UTC)", "players", "result", box=None, header_style="bold")
    for record in records:
        when = record.started_at[5:16].replace("T", " ")
        table.add_row(record.match_id[:8], record.game, when, Text(_players(record)), Text(_result(record)))
    out.print(table)
    out.print(f"{len(records)} matches")


def show(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="A match id (or its beginning), or a file.")],
    *,
    json: AsJson = False,
) -> None:
    """Show one match: who played, how it went, and the final board."""
    found = find_record(context, record)
    verify(found)
    if json:
        print_json(found.to_json())
        return
    head = f"  {found.game}, rules {found.rules_version}, {found.started_at}"
    out.print(labelled(found.match_id, "bold", head))
    for item in found.participants:
        since = f" from step {item.since_step}" if item.since_step else ""
        version = f" version {item.version}" if item.version else ""
        out.print(f"  {item.player}: {item.name} ({item.kind}{version}{since})")
    if found.origin is not None:
        out.print(f"  goes on from step {found.origin.step} of {found.origin.match_id}")
    late = Counter(turn.fallback for turn in found.turns if turn.fallback)
    if late:
        told = ", ".join(f"{count} {cause}" for cause, count in late.items())
        out.print(f"  a stand-in played {late.total()} of {len(found.turns)} actions: {told}")
    if found.pledge is not None:
        word = f", with the word {found.pledge.word!r}" if found.pledge.word else ""
        out.print(f"  promised before the match: {found.pledge.commitment}{word}")
    for turn in found.turns[-SHOWN_TURNS:]:
        latency = "" if turn.latency_ms is None else f"  {turn.latency_ms:.0f} ms"
        request = f"  request {turn.request_id}" if turn.request_id else ""
        out.print(f"  {turn.step:>6} {turn.player:<8} {turn.action}{latency}{request}")
    *_, last = replay(found)
    out.print(find_game(found.game).board(last.state))
    out.print(f"{_result(found)}; replayed and verified: {found.digest}")


def verify_records(context: typer.Context, sources: Sources = None, *, json: AsJson = False) -> None:
    """Say whether every record is possible under the rules, and whether the functions in it answered as it says.

    Proofs are checked with the keys of the cloud in use, where it runs.  Exit status 1 for a record that is impossible,
    cannot be read, or has a proof that is none; one without proofs, or with another platform's, is no worse for that,
    and rates nobody.
    """
    unreadable: list[str] = []
    problems: list[str] = []
    possible: list[GameRecord] = []
    records = read_sources(context, sources or [str(own_records())], unreadable.append)
    for record in records:
        try:
            verify(record)
        except RecordError as error:
            problems.append(str(error))
        else:
            possible.append(record)
    proofs = _check_proofs(context, possible)
    pledged = [record for record in records if is_kept(record)]
    if json:
        counts = {"records": len(records), "impossible": problems, "unreadable": unreadable, "pledges": len(pledged)}
        print_json({**counts, **proofs.to_json()})
    else:
        for problem in (*unreadable, *problems, *proofs.forged):
            out.print(labelled("✗", "red", f" {problem}"), soft_wrap=True)
        out.print(f"{len(records) - len(problems)} of {len(records)} records verified")
        if pledged:
            out.print(f"dice and sealed actions are as promised before the match in {len(pledged)}")
        out.print(proofs.told(), soft_wrap=True)
    if problems or unreadable or proofs.forged:
        raise typer.Exit(EXIT_PROBLEMS)


@dataclass(frozen=True, slots=True)
class _Proofs:
    """What became of the records' proofs."""

    proved: int
    without: int
    forged: tuple[str, ...]
    """Records with a proof that is none, and why."""
    foreign: int = 0
    """Records with a proof by a key that this cloud does not have: it can say nothing of them."""
    unchecked: str = ""
    """Why nothing was checked."""

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        counts = {"proved": self.proved, "without_proofs": self.without, "by_unknown_keys": self.foreign}
        return {**counts, "forged": list(self.forged), **({"unchecked": self.unchecked} if self.unchecked else {})}

    def told(self) -> str:
        """Return it in a line."""
        if self.unchecked:
            return f"{self.without} without proofs; the others' were not checked: {self.unchecked}"
        foreign = f"{self.foreign} by keys that this cloud does not have, " if self.foreign else ""
        none = f"{len(self.forged)} with a proof that is none"
        return f"{self.proved} proved, {self.without} without proofs, {foreign}{none}"


def _check_proofs(context: typer.Context, records: list[GameRecord]) -> _Proofs:
    from infra.core.errors import CloudError  # noqa: PLC0415 - infra is imported inside commands
    from infra.core.proofs import foreign_keys, why_unproved  # noqa: PLC0415
    from infra.deploy.keys import platform_keys  # noqa: PLC0415
    from infra.local import daemon  # noqa: PLC0415
    from infra.local.paths import LocalCloudError  # noqa: PLC0415

    proving = [record for record in records if bears_proofs(record)]
    without = len(records) - len(proving)
    if not proving:
        return _Proofs(0, without, ())
    if cloud_choice(context).local and daemon.status() is None:
        return _Proofs(0, without, (), unchecked="the local cloud does not run; lambda-arcade cloud up")
    try:
        environment = find_environment(context)
        keys, listed = platform_keys(environment), _games_listed(environment)
    except (CloudError, LocalCloudError) as error:
        return _Proofs(0, without, (), unchecked=str(error))
    if not keys:
        return _Proofs(0, without, (), unchecked="the cloud in use has no keys; lambda-arcade deploy --all")
    own = [record for record in proving if not foreign_keys(record, keys)]
    wrong = [(record, why) for record in own if (why := why_unproved(record, keys, listed))]
    forged = tuple(f"{record.match_id}: {why}" for record, why in wrong)
    return _Proofs(len(own) - len(forged), without, forged, len(proving) - len(own))


def _games_listed(environment: Environment) -> dict[str, str]:
    """Return the game of each opponent in the catalogue."""
    entries = environment.cloud.parameters(f"/{environment.names.prefix}/opponents")
    found = {}
    for name, text in entries.items():
        try:
            found[name] = str(load_json(text)["game"])
        except (NotJsonError, KeyError, TypeError):
            continue  # the catalog leaves it out, too
    return found


def replay_record(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="A match id (or its beginning), or a file.")],
    *,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="1 is the game's own speed.")] = 1.0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a step, without waiting.")] = False,
    window: Annotated[
        bool, typer.Option("--window", help="Show it in a window: step by step, with what the coach says.")
    ] = False,
    at: Annotated[int, typer.Option("--at", min=0, help="With --window: the step to begin with.")] = 0,
) -> None:
    """Play a recorded match again, in the terminal or in a window, and check every step of it against the rules."""
    found = find_record(context, record)
    if window:
        from client.commands.watch import show_in_window  # noqa: PLC0415 - needed only with a window

        show_in_window(context, found, own_records(), at=at)
        return
    verify(found)
    if json:
        for frame in replay(found):
            typer.echo(dumps(_frame(found, frame), ensure_ascii=False))
        return
    wait_s = 1 / find_game(found.game).INFO.steps_per_second / speed
    if out.is_terminal:
        with Live(console=out, auto_refresh=False) as live:
            for frame in replay(found):
                live.update(Text(_screen(found, frame)), refresh=True)
                sleep(wait_s)
    else:
        for frame in replay(found):
            if frame.turns or frame.step == found.steps:
                out.print(_screen(found, frame))
    out.print(f"{_result(found)}; every step verified")


def find_record(context: typer.Context, wanted: str) -> GameRecord:
    """Return the one record that ``wanted`` means.  Raises UsageError, saying what there is."""
    if wanted.startswith("s3://") or Path(wanted).exists():
        found = read_sources(context, [wanted], _warn)
    else:
        found = [record for record in _read(context, None, None) if record.match_id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no match {wanted!r} is recorded in {own_records()}; see lambda-arcade records list")
    some = ", ".join(record.match_id[:12] for record in found[:5])
    raise UsageError(f"{wanted!r} means {len(found)} matches: {some}…; give more of its id")


def _read(context: typer.Context, sources: list[str] | None, game: str | None) -> list[GameRecord]:
    if game is not None:
        find_game(game)
    if not sources and not own_records().exists():
        return []
    records = read_sources(context, sources or [str(own_records())], _warn)
    return sorted((record for record in records if game in {None, record.game}), key=lambda item: item.started_at)


def _warn(text: str) -> None:
    err.print(labelled("warning:", "yellow", f" {text}"), soft_wrap=True)


def _players(record: GameRecord) -> str:
    return " - ".join(f"{item.name}{'@' if item.version else ''}{item.version}" for item in record.participants)


def _result(record: GameRecord) -> str:
    """Return how a match ended; nobody can say what a person saw beside the board."""
    return f"{headline(record)}{', unreferred' if is_unreferred(record) and record.outcome else ''}"


def _summary(record: GameRecord) -> dict[str, Any]:
    data = {
        key: value for key, value in record.to_json().items() if key not in {"turns", "seed", "policy_seed", "pledge"}
    }
    fallbacks = sum(turn.fallback is not None for turn in record.turns)
    return {
        **data,
        "turns": len(record.turns),
        "fallbacks": fallbacks,
        "proofs": bears_proofs(record),
        "unreferred": is_unreferred(record),
    }


def _screen(record: GameRecord, frame: Frame) -> str:
    played = "  ".join(f"{turn.player}: {turn.action}" for turn in frame.turns)
    happened = "  ".join(event.kind for event in frame.events)
    return f"step {frame.step} of {record.steps}  {played}\n{find_game(record.game).board(frame.state)}\n{happened}\n"


def _frame(record: GameRecord, frame: Frame) -> dict[str, Any]:
    game = find_game(record.game)
    return {
        "step": frame.step,
        "actions": {turn.player: turn.action for turn in frame.turns},
        "events": [{"kind": event.kind, "player": event.player, **event.detail} for event in frame.events],
        "board": game.board(frame.state),
        "digest": game.digest(frame.state),
    }
