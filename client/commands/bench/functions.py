"""What is measured of deployed functions: round trips, releases, cold starts, sizes."""

from __future__ import annotations

import statistics
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from ai_functions.runtime.protocol import MoveRequest
from client.commands.bench.table import AsJson, Spread, show
from client.commands.context import UsageError, err, find_environment, left_out, tell
from client.net.remote import OpponentInfo, RemoteOpponent, fetch_opponents, post_once
from games.catalog import find_game, game_packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from games.core import JsonObject

Names = Annotated[list[str] | None, typer.Argument(help="Opponents; without any, all that are deployed.")]
WARM_UP = 20
STEPS_BEFORE = {False: 40, True: 400}
"""Steps that are played before a request is taken; in real time a step is a tick."""


def latency(
    context: typer.Context,
    names: Names = None,
    calls: Annotated[int, typer.Option(min=2, help="Calls of each opponent, each way.")] = 300,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Time warm round trips over the HTTP API and by direct Invoke, one caller, one after the other."""
    from infra.load.cold_starts import invoke_times  # noqa: PLC0415 - infra is imported inside commands

    environment, found = deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("calling", total=len(found) * 2)
        for info in found:
            request = middle_request(info.game)
            over_http = Spread.of(list(_http_times(info, request, calls)))
            progress.advance(task)
            direct = Spread.of(list(invoke_times(environment, info.name, request.to_json(), calls)))
            progress.advance(task)
            rows.append({"name": info.name, "http": over_http.to_json(), "invoke": direct.to_json()})
    show(rows, json=json, title="Warm round trips, ms")


def simulation(
    context: typer.Context,
    game: Annotated[
        str | None, typer.Option(help="What the function that is loaded plays; without it the first game there is.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, help="How long the ramp lasts.")] = 30,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Load a function for real, and compare what comes of it with what ``cloud simulate``'s model says."""
    from infra.load.rehearsal import rehearse  # noqa: PLC0415

    environment = find_environment(context)
    rows: list[JsonObject] = [
        {"what": one.what, "measured": round(one.measured, 1), "modelled": round(one.modelled, 1),
         "ratio": None if one.ratio is None else round(one.ratio, 2), "meant": one.within}
        for one in rehearse(environment, post_once, game or next(iter(game_packages())), seconds, tell)
    ]  # fmt: skip
    show(rows, json=json, title="The model beside a real ramp")


def releases(
    context: typer.Context,
    names: Names = None,
    times: Annotated[int, typer.Option(min=2, help="Releases of each.")] = 7,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Time the deployment of a changed model, to the proof that it answers, and the rollback from it."""
    from infra.deploy.opponents import find_folder  # noqa: PLC0415
    from infra.load.speed import release_times  # noqa: PLC0415

    environment, found = deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("releasing", total=len(found) * times)
        for info in found:
            done = release_times(environment, find_folder(info.name), times, lambda: progress.advance(task))
            rows.append({"name": info.name, "deploy": Spread.of(done.deploy_ms).to_json(),
                         "rollback": Spread.of(done.rollback_ms).to_json()})  # fmt: skip
    show(rows, json=json, title="Releases, ms")


def cold(
    context: typer.Context,
    names: Names = None,
    starts: Annotated[int, typer.Option(min=2, help="Cold starts of each.")] = 7,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Time cold starts of each opponent, and of a function that imports scikit-learn and unpickles its model."""
    from infra.deploy.opponents import find_folder  # noqa: PLC0415
    from infra.load.cold_starts import cold_starts  # noqa: PLC0415

    environment, found = deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("starting", total=(len(found) + 1) * starts)

        def step() -> None:
            progress.advance(task)

        opponents = [(find_folder(info.name), middle_request(info.game).to_json()) for info in found]
        measured = cold_starts(environment, opponents, starts, step)
    slowest = statistics.median(measured[-1].total_ms)
    for item in measured:
        ratio = round(statistics.median(item.total_ms) / slowest, 3)
        rows.append(
            {"name": item.name, "total": Spread.of(item.total_ms).to_json(), "init": Spread.of(item.init_ms).to_json(),
             "of_unpickled": ratio}
        )  # fmt: skip
    show(rows, json=json, title="Cold starts, ms")


def sizes(json: AsJson = False) -> None:  # noqa: FBT002
    """Tell the size of each opponent's zip, with and without its model."""
    from infra.build.packaging import package_opponent  # noqa: PLC0415
    from infra.deploy.opponents import ladder_folders  # noqa: PLC0415

    rows: list[JsonObject] = []
    for folder in ladder_folders():
        manifest, package = package_opponent(folder)
        model = folder / "model.onnx"
        bare = len(package.content) - _deflated(model) if model.exists() else len(package.content)
        rows.append({"name": manifest.name, "zip_bytes": len(package.content), "without_model_bytes": bare})
    show(rows, json=json, title="Zips, bytes")


def deployed(context: typer.Context, names: list[str] | None) -> tuple[Any, list[OpponentInfo]]:
    """Return the environment, and those of its opponents that are named, or all.  Raises UsageError."""
    environment = find_environment(context)
    found = fetch_opponents(environment.api, left_out)
    wanted = names or [info.name for info in found]
    unknown = sorted(set(wanted) - {info.name for info in found})
    if unknown or not found:
        raise UsageError(f"not deployed: {', '.join(unknown) or 'any opponent'}; run lambda-arcade deploy --all")
    return environment, [info for info in found if info.name in wanted]


def middle_request(name: str) -> MoveRequest:
    """Return a request as it comes in the middle of a game: what the last seat is asked after some steps."""
    from client.net.fallback import fallback_action  # noqa: PLC0415

    game, random = find_game(name), Random(1)  # noqa: S311 - a game
    player = game.PLAYERS[-1]
    state = game.start({}, random)
    steps = STEPS_BEFORE[game.INFO.real_time]
    while steps > 0 or player not in game.to_act(state):
        actions = {who: fallback_action(name, game.ask(state, who), random) for who in game.to_act(state)}
        state, _events = game.step(state, actions)
        state = state if game.outcome(state) is None else game.start({}, random)
        steps -= 1
    return MoveRequest(name, "bench", 40, 7, game.encode_observation(game.observe(state, player)))


def _http_times(info: OpponentInfo, request: MoveRequest, calls: int) -> Iterator[float]:
    opponent = RemoteOpponent(info.endpoint)
    for call in range(WARM_UP + calls):
        reply = opponent.ask(request, 30.0)
        if call >= WARM_UP:
            yield reply.latency_ms


def _deflated(path: Path) -> int:
    from infra.build.packaging import pack  # noqa: PLC0415

    return len(pack("model", {path.name: path}).content)
