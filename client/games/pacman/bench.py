"""``lambda-arcade bench`` of Pac-Man, without a cloud: the engine, a hunt over a slow network, the pictures.

With ``client.commands`` it is part of the composition root, and may reach into ``training`` and ``infra``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from ai_functions.runtime.loader import load_opponent
from client.commands.bench.table import AsJson, Spread, show
from client.commands.context import err

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.scene_manager import SceneManager
    from games.core import JsonObject


def engine(
    seconds: Annotated[float, typer.Option(min=0.5, help="How long each engine runs.")] = 3.0,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count Pac-Man's ticks a second: plain Python, compiled, and ALE's MsPacman where it is installed."""
    from training.games.pacman.engine_bench import ticks_per_second  # noqa: PLC0415

    found = ticks_per_second(seconds)
    rows: list[JsonObject] = [{"name": key, **value} for key, value in found.items()]
    show(rows, json=json, title="Ticks a second")


def pursuit(
    name: Annotated[str, typer.Argument(help="A Pac-Man opponent of this repository.")] = "pacman_expert",
    games: Annotated[int, typer.Option(min=2, help="Games of one life for each round trip.")] = 40,
    level: Annotated[int, typer.Option(min=1, help="Level on which they are played.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of games and network.")] = 1,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Count fallbacks, requests and dots of a greedy Pac-Man by the network's round trip, in simulated time."""
    from client.games.pacman.network.latency_bench import ROUND_TRIPS_MS, study  # noqa: PLC0415
    from infra.deploy.opponents import find_folder  # noqa: PLC0415
    from training.games.pacman.players.bots import greedy, seated  # noqa: PLC0415

    opponent, bot = load_opponent(find_folder(name)), seated(greedy)
    rows: list[JsonObject] = []
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("playing", total=(len(ROUND_TRIPS_MS) + 1) * games)
        for rtt_ms in (None, *ROUND_TRIPS_MS):
            found = study(opponent, bot, rtt_ms, games, seed, {"level": level}, on_game=lambda: progress.advance(task))
            rows.append(found.to_json() if json else found.in_short())
    show(rows, json=json, title=f"{name} over a network, level {level}")


def frames(name: str, minutes: float, *, json: bool) -> None:
    """Time what the window's loop does for a picture of Pac-Man while a bot plays; a picture has 16.7 ms."""
    from client.games.pacman.frame_bench import FRAME_S, study_frames  # noqa: PLC0415 - pygame is needed only here
    from infra.deploy.opponents import find_folder  # noqa: PLC0415
    from training.games.pacman.players.bots import greedy, seated  # noqa: PLC0415

    opponent, bot = load_opponent(find_folder(name)), seated(greedy)
    with tempfile.TemporaryDirectory() as folder, Progress(console=err, transient=True) as progress:
        task = progress.add_task("playing", total=minutes * 60)
        found = study_frames(opponent, bot, minutes * 60, Path(folder), lambda: progress.advance(task))
    rows: list[JsonObject] = []
    for what, times in (("main thread's work", found.worked), ("on the clock", found.took)):
        late = sum(time > FRAME_S * 1000 for time in times)
        rows.append({"name": what, "ms": Spread.of(times).to_json(), "longest": round(max(times), 1), "too_long": late})
    show(rows, json=json, title=f"A picture of Pac-Man, {found.games} games, ms")


def open_played(manager: SceneManager) -> Callable[[], object]:
    """Open a match against the arcade's own rules; return what steers in each tick."""
    from client.games.pacman.frame_bench import open_match  # noqa: PLC0415 - pygame is needed only here
    from infra.deploy.opponents import find_folder  # noqa: PLC0415
    from training.games.pacman.players.bots import greedy, seated  # noqa: PLC0415

    return open_match(manager, load_opponent(find_folder("pacman_classic")), seated(greedy))


BENCHMARKS = {
    engine: "lambda-arcade bench engine --seconds 5",
    pursuit: "lambda-arcade bench pursuit pacman_expert --games 100",
}
"""What can be measured, and how it is asked for."""
