"""``lambda-arcade bench``: every figure that README and docs quote comes from here."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Timer
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.protocol import MoveRequest
from client.commands.context import UsageError, cloud_choice, err, out, print_json
from client.remote import OpponentInfo, RemoteOpponent, fetch_opponents
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from games.core import JsonObject

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Names = Annotated[list[str] | None, typer.Argument(help="Opponents; without any, all that are deployed.")]
WARM_UP = 20
FIRST_FRAME = "first frame after"
"""What ``play`` prints when the window shows something."""
START_TIMEOUT_S = 900
ROOT = Path(__file__).resolve().parents[2]

app = typer.Typer(no_args_is_help=True, help="Measure what README and docs claim.")


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample of times in milliseconds, told as the median, the 99th percentile and the mean's standard error."""

    n: int
    p50: float
    p99: float
    mean: float
    error: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        """Return the spread of at least two times."""
        ranked = sorted(times)
        return cls(
            n=len(ranked),
            p50=round(statistics.median(ranked), 2),
            p99=round(ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))], 2),
            mean=round(statistics.fmean(ranked), 2),
            error=round(statistics.stdev(ranked) / len(ranked) ** 0.5, 2),
        )

    def to_json(self) -> JsonObject:
        """Return the spread as JSON."""
        return {"n": self.n, "p50": self.p50, "p99": self.p99, "mean": self.mean, "standard_error": self.error}


@app.command(epilog="Example: lambda-arcade bench latency battleship_hard --calls 500")
def latency(
    context: typer.Context,
    names: Names = None,
    calls: Annotated[int, typer.Option(min=2, help="Calls of each opponent, each way.")] = 300,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Time warm round trips over the HTTP API and by direct Invoke, one caller, one after the other."""
    from infra.measure import invoke_times  # noqa: PLC0415 - infra is imported inside commands

    arcade, found = _deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("calling", total=len(found) * 2)
        for info in found:
            request = _request(info.game)
            over_http = Spread.of(list(_http_times(info, request, calls)))
            progress.advance(task)
            direct = Spread.of(list(invoke_times(arcade, info.name, request.to_json(), calls)))
            progress.advance(task)
            rows.append({"name": info.name, "http": over_http.to_json(), "invoke": direct.to_json()})
    _show(rows, json=json, title="Warm round trips, ms")


@app.command(epilog="Example: lambda-arcade bench throughput battleship_easy --callers 1 --callers 50")
def throughput(
    context: typer.Context,
    names: Names = None,
    callers: Annotated[list[int] | None, typer.Option(min=1, help="How many at once; by default 1, 8 and 50.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long for each.")] = 10,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count the moves a second that a function answers over the HTTP API; the callers are on this machine, too."""
    from infra.speed import throughput as measure  # noqa: PLC0415

    _arcade, found = _deployed(context, names)
    rows: list[JsonObject] = []
    for info in found:
        request = _request(info.game).to_json()
        for count in callers or (1, 8, 50):
            rate, times = measure(info.endpoint, request, count, seconds)
            rows.append({"name": info.name, "callers": count, "requests": times.calls, "per_second": round(rate, 1),
                         "errors": times.errors, "throttled": times.throttled, "p50": times.p50_ms,
                         "p99": times.p99_ms})  # fmt: skip
    _show([{key: round(value, 1) if isinstance(value, float) else value for key, value in row.items()} for row in rows],
          json=json, title="Moves a second, over HTTP")  # fmt: skip


@app.command(epilog="Example: lambda-arcade bench releases battleship_hard --times 10")
def releases(
    context: typer.Context,
    names: Names = None,
    times: Annotated[int, typer.Option(min=2, help="Releases of each.")] = 7,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Time the deployment of a changed model, to the proof that it answers, and the rollback from it."""
    from infra.opponents import find_folder  # noqa: PLC0415
    from infra.speed import release_times  # noqa: PLC0415

    arcade, found = _deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("releasing", total=len(found) * times)
        for info in found:
            done = release_times(arcade, find_folder(info.name), times, lambda: progress.advance(task))
            rows.append({"name": info.name, "deploy": Spread.of(done.deploy_ms).to_json(),
                         "rollback": Spread.of(done.rollback_ms).to_json()})  # fmt: skip
    _show(rows, json=json, title="Releases, ms")


@app.command(epilog="Example: lambda-arcade bench cold --starts 10")
def cold(
    context: typer.Context,
    names: Names = None,
    starts: Annotated[int, typer.Option(min=2, help="Cold starts of each.")] = 7,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Time cold starts of each opponent, and of a function that imports scikit-learn and unpickles its model."""
    from infra.measure import cold_starts  # noqa: PLC0415
    from infra.opponents import find_folder  # noqa: PLC0415

    arcade, found = _deployed(context, names)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("starting", total=(len(found) + 1) * starts)

        def step() -> None:
            progress.advance(task)

        opponents = [(find_folder(info.name), _request(info.game).to_json()) for info in found]
        measured = cold_starts(arcade, opponents, starts, step)
    slowest = statistics.median(measured[-1].total_ms)
    for item in measured:
        ratio = round(statistics.median(item.total_ms) / slowest, 3)
        rows.append(
            {"name": item.name, "total": Spread.of(item.total_ms).to_json(), "init": Spread.of(item.init_ms).to_json(),
             "of_unpickled": ratio}
        )  # fmt: skip
    _show(rows, json=json, title="Cold starts, ms")


@app.command(epilog="Example: lambda-arcade bench sizes --json")
def sizes(json: AsJson = False) -> None:  # noqa: FBT002
    """Tell the size of each opponent's zip, with and without its model."""
    from infra.opponents import ladder_folders  # noqa: PLC0415
    from infra.packaging import package_opponent  # noqa: PLC0415

    rows: list[JsonObject] = []
    for folder in ladder_folders():
        manifest, package = package_opponent(folder)
        model = folder / "model.onnx"
        bare = len(package.content) - _deflated(model) if model.exists() else len(package.content)
        rows.append({"name": manifest.name, "zip_bytes": len(package.content), "without_model_bytes": bare})
    _show(rows, json=json, title="Zips, bytes")


@app.command(epilog="Example: lambda-arcade bench start")
def start(json: AsJson = False) -> None:  # noqa: FBT002
    """Time ``make play`` in a fresh clone to the first frame, then a second time.  Takes minutes, and the network."""
    with tempfile.TemporaryDirectory(prefix="lambda-arcade-start-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607 - git
        environment = {
            **os.environ,
            "LAMBDA_ARCADE_HOME": str(Path(folder) / "home"),
            "LAMBDA_ARCADE_PORT": "0",
            "SDL_VIDEODRIVER": os.environ.get("SDL_VIDEODRIVER", "" if os.environ.get("DISPLAY") else "dummy"),
            "SDL_AUDIODRIVER": "dummy",
            "PYTHONUNBUFFERED": "1",
        }
        rows: list[JsonObject] = []
        try:
            for which in ("first", "second"):
                err.print(f"{which} start in {clone}")
                shown, ready = _first_frame(clone, environment)
                rows.append({"name": f"{which} start", "first_frame_s": shown, "menu_ready_s": ready})
        finally:
            down = [str(_python(clone)), "-m", "client", "cloud", "down"]
            subprocess.run(down, cwd=clone, env=environment, check=False, capture_output=True)  # noqa: S603
    _show(rows, json=json, title="From make play to the first frame, s")


@app.command(epilog="Example: lambda-arcade bench engine --seconds 5")
def engine(
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each engine runs.")] = 3.0,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count Pac-Man's ticks a second: plain Python, compiled, and ALE's MsPacman where it is installed."""
    from training.pacman_bench import ticks_per_second  # noqa: PLC0415

    found = ticks_per_second(seconds)
    rows: list[JsonObject] = [{"name": key, **value} for key, value in found.items()]
    _show(rows, json=json, title="Ticks a second")


@app.command(epilog="Example: lambda-arcade bench pursuit pacman_expert --games 100")
def pursuit(
    name: Annotated[str, typer.Argument(help="A Pac-Man opponent of this repository.")] = "pacman_expert",
    games: Annotated[int, typer.Option(min=2, help="Games of one life for each round trip.")] = 40,
    level: Annotated[int, typer.Option(min=1, help="Level on which they are played.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of games and network.")] = 1,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count fallbacks, requests and dots of a greedy Pac-Man by the network's round trip, in simulated time."""
    from client.pursuit.study import ROUND_TRIPS_MS, study  # noqa: PLC0415
    from training.players.pacman import greedy, seated  # noqa: PLC0415

    opponent, bot = load_opponent(ROOT / "ai_functions" / name), seated(greedy)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("playing", total=(len(ROUND_TRIPS_MS) + 1) * games)
        for rtt_ms in (None, *ROUND_TRIPS_MS):
            found = study(opponent, bot, rtt_ms, games, seed, {"level": level}, on_game=lambda: progress.advance(task))
            rows.append(found.to_json() if json else found.in_short())
    _show(rows, json=json, title=f"{name} over a network, level {level}")


@app.command(epilog="Example: lambda-arcade bench frames pacman_hard --minutes 10")
def frames(
    name: Annotated[str, typer.Argument(help="A Pac-Man opponent of this repository.")] = "pacman_expert",
    minutes: Annotated[float, typer.Option(min=0.05, help="How long the game is played, in real time.")] = 1.0,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Time what the window's loop does for a picture of Pac-Man while a bot plays; a picture has 16.7 ms."""
    from client.frame_study import FRAME_S, study_frames  # noqa: PLC0415 - pygame is needed only here
    from training.players.pacman import greedy, seated  # noqa: PLC0415

    opponent, bot = load_opponent(ROOT / "ai_functions" / name), seated(greedy)
    with tempfile.TemporaryDirectory() as folder, Progress(console=err, transient=True) as progress:
        task = progress.add_task("playing", total=minutes * 60)
        found = study_frames(opponent, bot, minutes * 60, Path(folder), lambda: progress.advance(task))
    rows: list[JsonObject] = []
    for what, times in (("main thread's work", found.worked), ("on the clock", found.took)):
        late = sum(time > FRAME_S * 1000 for time in times)
        rows.append({"name": what, "ms": Spread.of(times).to_json(), "longest": round(max(times), 1), "too_long": late})
    _show(rows, json=json, title=f"A picture of Pac-Man, {found.games} games, ms")


def register(root: typer.Typer) -> None:
    """Add this family to the command line."""
    root.add_typer(app, name="bench")


def _deployed(context: typer.Context, names: list[str] | None) -> tuple[Any, list[OpponentInfo]]:
    from infra.connect import connect  # noqa: PLC0415

    choice = cloud_choice(context)
    arcade = connect(choice.endpoint, choice.profile, choice.region)
    found = fetch_opponents(arcade.api)
    wanted = names or [info.name for info in found]
    unknown = sorted(set(wanted) - {info.name for info in found})
    if unknown or not found:
        raise UsageError(f"not deployed: {', '.join(unknown) or 'any opponent'}; run lambda-arcade deploy --all")
    return arcade, [info for info in found if info.name in wanted]


def _request(name: str) -> MoveRequest:
    """Return a request as it comes in the middle of a game: what the last seat is asked after some steps."""
    from client.fallback import stand_in  # noqa: PLC0415

    game, random = find_game(name), Random(1)  # noqa: S311 - a game
    player = game.PLAYERS[-1]
    state = game.start({}, random)
    for _ in range(40 if name == "battleship" else 400):
        asked = game.to_act(state) if name == "battleship" else ()
        actions = {who: stand_in(name, game.observe(state, who), random) for who in asked}
        state, _events = game.step(state, actions)
    while player not in game.to_act(state):
        others = game.to_act(state) if name == "battleship" else ()
        state, _events = game.step(state, {who: stand_in(name, game.observe(state, who), random) for who in others})
    return MoveRequest(name, "bench", 40, 7, game.encode_observation(game.observe(state, player)))


def _http_times(info: OpponentInfo, request: MoveRequest, calls: int) -> Iterator[float]:
    opponent = RemoteOpponent(info.endpoint)
    for call in range(WARM_UP + calls):
        reply = opponent.ask(request, 30.0)
        if call >= WARM_UP:
            yield reply.latency_ms


def _deflated(path: Path) -> int:
    from infra.packaging import pack  # noqa: PLC0415

    return len(pack("model", {path.name: path}).content)


def _first_frame(clone: Path, environment: dict[str, str]) -> tuple[float, float | None]:
    """Return the seconds to the first frame, and to the menu with every opponent in it."""
    started = time.monotonic()
    command = [sys.executable, "bootstrap.py", "play"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=clone, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        shown = ready = None
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        patience = Timer(START_TIMEOUT_S, process.kill)
        patience.start()
        for line in process.stdout:
            took = round(time.monotonic() - started, 1)
            err.print(f"[dim]{took:6.1f} s  {line.rstrip()}[/]", markup=True, highlight=False)
            if FIRST_FRAME in line:
                shown = took
            elif "ready after" in line:
                ready = took
                break
        patience.cancel()
        process.terminate()
    if shown is None:
        raise UsageError("play ended before it showed anything; see the lines above")
    return shown, ready


def _python(clone: Path) -> Path:
    return clone / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _show(rows: list[JsonObject], *, json: bool, title: str) -> None:
    if json:
        print_json(rows)
        return
    table = Table(title=title)
    flat = [_flat(row) for row in rows]
    for column in flat[0]:
        table.add_column(column, justify="left" if column == "name" else "right", no_wrap=column == "name")
    for row in flat:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)


def _flat(row: JsonObject) -> dict[str, Any]:
    """Return a row as a table shows it: of a spread the median, the 99th percentile, and the mean with its error."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict) and "p50" in value:
            flat |= {"n": value["n"], f"{key} p50": value["p50"], f"{key} p99": value["p99"]}
            flat[f"{key} mean"] = f"{value['mean']} ± {value['standard_error']}"
        elif isinstance(value, dict):
            flat |= {f"{key} {inner}": item for inner, item in value.items()}
        else:
            flat[key] = value
    return flat
