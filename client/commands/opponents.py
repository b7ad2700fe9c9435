"""Who can be played, and which version of them: opponents, deploy, promote, rollback, delete."""

from __future__ import annotations

import time
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from client.commands.context import UsageError, find_environment, out, print_json, tell
from client.console import labelled

if TYPE_CHECKING:
    from rich.text import Text

    from infra.environment.environment import Deployed

NAME = Annotated[str, typer.Argument(help="The opponent's name.", metavar="NAME")]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    family = typer.Typer()
    family.callback(invoke_without_command=True, epilog="Example: lambda-arcade opponents --json")(opponents)
    family.command(epilog="Example: lambda-arcade opponents show battleship_hard --version 7")(show)
    app.add_typer(family, name="opponents")
    app.command(
        epilog="Examples: lambda-arcade deploy ./my_opponent  |  lambda-arcade deploy --all --dry-run  |  "
        "lambda-arcade deploy battleship_hard --canary 10%  |  "
        "lambda-arcade deploy model.onnx --name mine --game battleship"
    )(deploy)
    app.command(epilog="Example: lambda-arcade promote battleship_hard")(promote)
    app.command(epilog="Example: lambda-arcade rollback battleship_hard --to 6")(rollback)
    app.command(epilog="Example: lambda-arcade delete my_opponent --yes")(delete)
    app.command(
        epilog="Examples: lambda-arcade retrain battleship_easy --after 100  |  "
        "lambda-arcade retrain battleship_easy --every 7d --now  |  lambda-arcade retrain battleship_easy --off"
    )(retrain)


def opponents(context: typer.Context, *, as_json: JSON = False) -> None:
    """List the opponents that are deployed, with versions, ratings and endpoints."""
    if context.invoked_subcommand is not None:
        return
    from client.commands.catalog import fetch_catalog  # noqa: PLC0415 - requests, which no other command here needs

    api = find_environment(context).api
    listed = fetch_catalog(api)
    if as_json:
        print_json(listed)
        return
    table = Table("opponent", "game", "level", "version", "rating (95 %)", "games", box=None, header_style="bold")
    for item in listed:
        canary = "".join(f" + {version} at {weight:.0%}" for version, weight in item["weights"].items())
        rating = "-" if item["rating"] is None else f"{item['rating']:.0f}"
        if item.get("low") is not None and item.get("high") is not None:
            rating += f" ({item['low']:.0f} to {item['high']:.0f})"
        elif item["deviation"] is not None:  # by a platform that an earlier version deployed
            rating += f" ± {item['deviation']:.0f}"
        table.add_row(
            item["name"], item["game"], str(item["difficulty"]), item["version"] + canary, rating,
            str(item["games"]),
        )  # fmt: skip
    out.print(table if listed else "nobody is deployed; lambda-arcade deploy --all")
    if listed:
        out.print(f"each answers at {api}/opponents/NAME", soft_wrap=True)


def show(
    context: typer.Context,
    name: NAME,
    version: Annotated[str | None, typer.Option(help="Ask this version; by default the one that serves.")] = None,
    *,
    as_json: JSON = False,
) -> None:
    """Ask a deployed function, in one of its versions, which data, code and run made it."""
    from infra.deploy.smoke_test import IDENTIFY  # noqa: PLC0415
    from infra.deploy.versions import known_version  # noqa: PLC0415

    environment = find_environment(context)
    qualifier = known_version(environment, name, version)
    answer = environment.cloud.invoke(environment.names.function(name), IDENTIFY, qualifier=qualifier)
    who = loads(answer["body"])
    if as_json:
        print_json(who)
        return
    out.print(f"{who['name']} version {who['version']}: {who['algorithm']}", soft_wrap=True)
    out.print(f"  model {who['sha256'] or 'none'}")
    for title, found in (("trained on", who["trained_on"]), *sorted(who.get("made", {}).items())):
        if found is not None:
            out.print(f"  {title}: {found if isinstance(found, str) else dumps(found)}", soft_wrap=True)


def deploy(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            help="An opponent of the ladder, a folder, or a model's file: .joblib, .pkl, .skops or .onnx.",
            metavar="NAME|FOLDER|FILE",
        ),
    ] = None,
    *,
    everyone: Annotated[bool, typer.Option("--all", help="The platform and everybody of the ladder.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change and what it costs to keep.")
    ] = False,
    canary: Annotated[
        str | None, typer.Option(help="Give a new version this share of new matches, such as 10%.", metavar="SHARE")
    ] = None,
    subscribe: Annotated[
        str | None, typer.Option(help="Annotate the games of this queue or stream too; none ends it.", metavar="ARN")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Give the function a URL of its own, too: none, iam (signed requests) or public."),
    ] = None,
    auth: Annotated[
        str | None, typer.Option(help="With --all: who may call the API (none, key or iam); stays as it is without.")
    ] = None,
    dashboard: Annotated[
        bool | None,
        typer.Option(help="With --all: have a CloudWatch dashboard, for 3 $ a month; stays as it is without."),
    ] = None,
    architecture: Annotated[str, typer.Option(help="Processor on AWS: x86_64 or arm64.")] = "x86_64",
    called: Annotated[
        str | None, typer.Option("--name", help="With a model's file: what the opponent is called.")
    ] = None,
    game: Annotated[str | None, typer.Option(help="With a model's file: the game that it plays.")] = None,
    features: Annotated[
        Path | None, typer.Option(help="With a model's file: a file that defines features(observation).")
    ] = None,
    best: Annotated[str | None, typer.Option(help="With a model's file: the class that makes a good move.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="With an ONNX file: a column that it wants; repeated, in order.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="With an ONNX file: the output that answers.")] = None,
    temperature: Annotated[
        float | None, typer.Option(help="With a model's file: how freely moves are drawn; 0 takes the best.", min=0)
    ] = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="With a skops file: a type that it may make; may be repeated.")
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            metavar="onnx|sklearn",
            help="With a model's file: sklearn ships scikit-learn itself, for what no converter knows; it says what "
            "that costs.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="With a joblib or skops file: read it without a question.")
    ] = False,
    as_json: JSON = False,
) -> None:
    """Deploy one opponent, touching no other, or all of them; what is deployed already is left alone.

    Platform and platform's own functions are brought up to date by --all alone: after an update of this program, too.

    A model's file becomes an opponent first: it is converted to ONNX, compared with the original, tried as a function,
    and played to see how strong it is (docs/first-model.md).
    """
    from infra.deploy.deploy import Options, deploy_all, deploy_opponents  # noqa: PLC0415
    from infra.deploy.opponents import find_folder, ladder_folders  # noqa: PLC0415
    from infra.deploy.platform import make_room  # noqa: PLC0415

    of_a_file = {"name": called, "game": game, "features": features, "best": best, "columns": column,
                 "output": output, "temperature": temperature, "trust": trust, "runtime": runtime,
                 "yes": yes or None}  # fmt: skip
    of_a_folder = {"--dry-run": dry_run, "--canary": canary, "--subscribe": subscribe, "--url": url, "--auth": auth}
    if _is_of_a_file(name, of_a_file, of_a_folder, everyone=everyone):
        _deploy_file(context, Path(str(name)), of_a_file, as_json=as_json)
        return
    _check_together(name, everyone=everyone, of_one={canary, subscribe, url}, auth=auth)
    if dashboard is not None and not everyone:
        raise UsageError("--dashboard goes with --all: there is one for all opponents")
    folders = ladder_folders() if everyone else [find_folder(str(name))]
    environment = find_environment(context, architecture=architecture)
    options = Options(canary=None if canary is None else share(canary), subscribe=subscribe, url=url, dry_run=dry_run)
    if dry_run:
        done = deploy_opponents(environment, folders, tell, options)
    elif everyone:
        done = deploy_all(environment, folders, tell, options, auth=auth, dashboard=dashboard)
    else:
        make_room(environment, folders, tell)
        done = deploy_opponents(environment, folders, tell, options)
    if as_json:
        print_json([_as_json(item) for item in done])
    else:
        for item in done:
            out.print(_sentence(item, dry_run=dry_run), soft_wrap=True)
    failed = [item.label for item in done if item.problem]
    if failed:
        raise UsageError(f"not deployed: {', '.join(failed)}")


SUFFIXES = (".joblib", ".pkl", ".pickle", ".skops", ".onnx")
"""Of files that hold a model."""


def is_model_file(text: str) -> bool:
    """Say whether ``text`` names a model's file."""
    return Path(text).suffix.lower() in SUFFIXES and not Path(text).is_dir()


def _check_together(name: str | None, *, everyone: bool, of_one: set[str | None], auth: str | None) -> None:
    """Raise UsageError for options that do not go together."""
    if (name is None) == (not everyone):
        raise UsageError("give the name of an opponent, a folder or a model's file, or --all")
    if everyone and any(of_one):
        raise UsageError("--canary, --subscribe and --url go with one opponent, not with --all")
    if auth and not everyone:
        raise UsageError("--auth goes with --all: it holds for the whole API")


def _is_of_a_file(name: str | None, of_a_file: dict[str, Any], of_a_folder: dict[str, Any], *, everyone: bool) -> bool:
    """Say whether a model's file is to be deployed.  Raises UsageError for options that do not go together."""
    given = [
        key.removesuffix("s") if key == "columns" else key for key, value in of_a_file.items() if value is not None
    ]
    if name is None or everyone or not is_model_file(name):
        if given:
            raise UsageError(f"--{given[0]} goes with a model's file ({', '.join(SUFFIXES)})")
        return False
    odd = [flag for flag, value in of_a_folder.items() if value]
    if odd:
        raise UsageError(
            f"{odd[0]} goes with a folder, not with a model's file: deploy the file first, then its folder"
        )
    if not of_a_file["name"] or not of_a_file["game"]:
        raise UsageError("with a model's file give --name NAME and --game GAME")
    return True


def _deploy_file(context: typer.Context, path: Path, wanted: dict[str, Any], *, as_json: bool) -> None:
    from client.commands.prototypes import deploy_file  # noqa: PLC0415 - it brings what trains

    done = deploy_file(context, path, **{**wanted, "trust": wanted["trust"] or (), "yes": bool(wanted["yes"]),
                                             "runtime": wanted["runtime"] or "onnx"})  # fmt: skip
    if as_json:
        print_json({"name": done.name, "version": done.version, "url": done.url, "folder": str(done.folder),
                    "found": list(done.lines), "card": dict(done.card)})  # fmt: skip
    else:
        out.print(str(done), soft_wrap=True)


def promote(context: typer.Context, name: NAME, *, as_json: JSON = False) -> None:
    """Give the canary of an opponent all new matches."""
    from infra.deploy.versions import promote as move  # noqa: PLC0415

    began = time.monotonic()
    _moved(name, move(find_environment(context), name).version, began, as_json=as_json)


def rollback(
    context: typer.Context,
    name: NAME,
    to: Annotated[str | None, typer.Option(help="The version to go back to; by default the one before.")] = None,
    *,
    as_json: JSON = False,
) -> None:
    """Let the version before serve again, at once and without an upload; or end a canary."""
    from infra.deploy.versions import rollback as move  # noqa: PLC0415

    began = time.monotonic()
    _moved(name, move(find_environment(context), name, to).version, began, as_json=as_json)


def delete(
    context: typer.Context,
    name: NAME,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete one opponent: its function, role, log and routes.  Recorded games stay."""
    from infra.deploy.deploy import delete_opponent  # noqa: PLC0415

    environment = find_environment(context)
    if not yes and not typer.confirm(f"Delete {name} and all its versions?", err=True):
        raise typer.Exit(1)
    began = time.monotonic()
    delete_opponent(environment, name)
    out.print(f"{name} deleted in {time.monotonic() - began:.2f} s")


def retrain(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    name: NAME,
    *,
    after: Annotated[
        int | None, typer.Option(help="Begin after so many new records of its game, each counted once.", min=1)
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="Begin from time to time, too: 7d, 12h, 30m; none ends that.", metavar="TIME")
    ] = None,
    records: Annotated[int | None, typer.Option(help="Read so many of the newest records at most.", min=1)] = None,
    games: Annotated[
        int | None, typer.Option(help="At most so many games of the gate by each of the two models.", min=20)
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Begin at once, too.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Take the trainer away; what it published stays.")] = False,
    architecture: Annotated[str, typer.Option(help="Processor on AWS: x86_64 or arm64.")] = "x86_64",
    as_json: JSON = False,
) -> None:
    """Let the cloud retrain one opponent by itself, in a function of its own that may change this opponent alone.

    It learns from the newest recorded games as lambda-arcade train does, and publishes a new version if that plays no
    worse than the one that serves.  A number that is not given stays as it is; at first it is 100 new records.
    """
    from infra.deploy.trainers import delete_trainer, deploy_trainer, schedule, start_trainer  # noqa: PLC0415

    if off and (after or every or records or games or now):
        raise UsageError("--off goes alone")
    environment = find_environment(context, architecture=architecture)
    if off:
        delete_trainer(environment, name)
        out.print(f"{name} is not retrained any more")
        return
    settings = {
        "NewRecords": None if after is None else str(after),
        "Schedule": None if every is None else schedule(every),
        "MostRecords": None if records is None else str(records),
        "MostGames": None if games is None else str(games),
    }
    done = deploy_trainer(environment, name, tell, {key: value for key, value in settings.items() if value is not None})
    if now:
        start_trainer(environment, name)
    if as_json:
        print_json(_as_json(done))
        return
    did = {"keep": "is there already", "create": "deployed", "update": "updated", "replace": "made anew"}[done.verb]
    out.print(f"{done.label} {did} ({done.seconds:.2f} s){'; it begins now' if now else ''}")
    out.print(f"lambda-arcade cloud logs trainer-{name} --follow shows what it does", soft_wrap=True)


def share(text: str) -> float:
    """Return the share that ``10%`` or ``0.1`` means.  Raises UsageError."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise UsageError(f"--canary {text!r}: give a share between 0% and 100%, such as 10%")
    return value


def _moved(name: str, version: str, began: float, *, as_json: bool) -> None:
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        print_json({"name": name, "version": version, "seconds": seconds})
    else:
        out.print(f"{name}: new matches play version {version} ({seconds:.2f} s)")


def _as_json(item: Deployed) -> dict[str, Any]:
    return {
        "name": item.label,
        "did": item.verb,
        "version": item.version,
        "url": item.url,
        "seconds": round(item.seconds, 3),
        "why": list(item.why),
        "keep_usd_a_month": item.keep_usd,
        "problem": item.problem or None,
        "changes": [
            {"action": change.action, "resource": change.resource, "kind": change.kind, "replaces": change.replaces}
            for change in item.changes
        ],
    }


def _sentence(item: Deployed, *, dry_run: bool) -> str | Text:
    if item.problem:
        return labelled(item.label, "red", f": {item.problem}")
    if dry_run:
        lines = [f"{item.label}: would {item.verb} ({'; '.join(item.why) or 'nothing changed'})"]
        lines += [
            f"    {change.action.lower():8}{change.resource} ({change.kind})"
            + (", replaced" if change.replaces else "")
            for change in item.changes
        ]
        if item.keep_usd is not None:
            lines.append(f"    costs {item.keep_usd:.2f} USD a month on AWS while nobody plays it")
        return "\n".join(lines)
    did = {"keep": "is deployed already", "create": "deployed", "update": "updated", "replace": "made anew"}[item.verb]
    why = f": {'; '.join(item.why)}" if item.why and item.verb != "create" else ""
    url = f"\n    its own URL: {item.url}" if item.url else ""
    return f"{item.label} {did}, version {item.version} ({item.seconds:.2f} s){why}{url}"
