"""Work falls into parts that any executor may do: the results are the same to the last bit."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from concurrent.futures import Executor, Future
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

import ai_functions
import lambda_arcade as la
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import MODEL
from lambda_arcade.reporting import Silent
from tests.prototypes.kinds import some_records
from training.bootstrap import make_games
from training.card import Origin
from training.contracts import TrainingError
from training.dataset import usable
from training.evaluation.evaluate import LocalTasks, LocalTrial, play_tasks, run, task_seeds
from training.evaluation.judging import Foretold
from training.executors import in_parts, keeping_processes, lent, opened, spread, using, workers
from training.games.backgammon.choosing import _every
from training.games.battleship.examples import choice_rows
from training.games.battleship.win_examples import race_rows
from training.pipeline import Wishes, gather, train
from training.shipped import Shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.record import GameRecord
LADDER = Path(ai_functions.__file__).parent
EASY = LADDER / "battleship_easy"
GAMES = 12


class Elsewhere(Executor):
    """Does at once what it is sent, as bytes, as a process that has nothing but this program."""

    def __init__(self) -> None:
        self.sent = 0

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.sent += 1
        done: Future[Any] = Future()
        work, given, more = pickle.loads(pickle.dumps((function, arguments, named)))  # noqa: S301 - its own
        done.set_result(pickle.loads(pickle.dumps(work(*given, **more))))  # noqa: S301 - the same
        return done


def played(record: GameRecord) -> GameRecord:
    """Return the record without the clock's times."""
    return replace(record, started_at="", turns=tuple(replace(turn, at_ms=0) for turn in record.turns))


def everything(records: la.Records, folder: Path) -> dict[str, Any]:
    """Do everything that an executor may do, and return what comes of it."""
    manifest = Manifest.load(EASY)
    with lent(1000) as pool:
        seeds = list(islice(task_seeds("test", 1), 6))
        tasks = play_tasks(LocalTasks("battleship", str(EASY)), seeds, pool, lambda _done: None)
        rows = run(LocalTrial("battleship", str(EASY)), seeds, pool, lambda _done: None)
    sound = usable(list(records), "battleship", lambda _text: None)
    table = records.table("shots", rows=600, reporter=Silent())
    table.sink_parquet(folder / "shots.parquet")
    loss = Foretold(manifest, (EASY, EASY))
    with lent(1000) as pool:
        losses = list(spread(loss, [sound[part.start : part.stop] for part in in_parts(len(sound), 5)], pool))
    made = make_games(manifest, 12, seed=3, progress=lambda _done: None)
    return {
        "tasks": [(dict(task.row), task.controls.tolist()) for task in tasks],
        "trials": rows,
        "sound": [record.match_id for record in sound],
        "table": (folder / "shots.parquet").read_bytes(),
        "fingerprint": table.written.fingerprint,
        "losses": np.concatenate(losses).tolist(),
        "made": [played(record) for record in made],
        "choices": [array.tobytes() for array in choice_rows(manifest, sound, 1)],
        "races": [array.tobytes() for array in race_rows(sound, 1)],
    }


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> la.Records:
    """Some games, and among them what is no record, one that cannot have happened, and one twice."""
    path = tmp_path_factory.mktemp("records") / "games.jsonl"
    lines = [record.to_line() for record in some_records(GAMES)]
    lines[3:3] = ["no record", lines[0], lines[1].replace('"steps":', '"steps":1', 1)]
    path.write_text("\n".join(lines) + "\n")
    return la.records(path, game="battleship")


@pytest.fixture(scope="module")
def alone(records: la.Records, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return everything(records, tmp_path_factory.mktemp("alone"))


def test_any_executor_does_the_same(records: la.Records, alone: dict[str, Any], tmp_path: Path) -> None:
    executor = Elsewhere()
    with using(executor):
        assert everything(records, tmp_path) == alone
    assert executor.sent > 12
    assert len(alone["sound"]) == GAMES


def trained(folder: Path) -> dict[str, Any]:
    """Train a small level into ``folder``: return its model's bytes and its card, but for clocks."""
    manifest = Manifest.load(EASY)
    records = gather(manifest, [], 20, 5, Silent())
    found = train(EASY, Origin(records, "t", "t", 5), folder, Silent(), wishes=Wishes(20, no_aim=True))
    card = {name: value for name, value in found.card.items() if name != "created"}
    return {"model": (folder / MODEL).read_bytes() if found.verdict.passed else b"", "card": card}


def test_a_training_gives_the_same_bytes_whoever_does_its_parts(tmp_path: Path) -> None:
    """Bootstrap games, reading, rows, the gate: alone, and sent away; the slow tests do it with processes and Dask."""
    executor = Elsewhere()
    with using(executor):
        elsewhere = trained(tmp_path / "elsewhere")
    assert elsewhere == trained(tmp_path / "alone")
    assert len(elsewhere["card"]["sha256"]) == 64
    assert executor.sent > 6


def everything_of_backgammon() -> dict[str, Any]:
    """Do everything of backgammon that an executor may do, and return what comes of it."""
    folder = LADDER / "backgammon_easy"
    manifest = Manifest.load(folder)
    with lent(1000) as pool:
        seeds = list(islice(task_seeds("test", 1), 3))
        tasks = play_tasks(LocalTasks("backgammon", str(folder)), seeds, pool, lambda _done: None)
    made = list(make_games(manifest, 12, seed=3, progress=lambda _done: None))
    sound = usable(made, "backgammon", lambda _text: None)
    with lent(1000) as pool:
        losses = list(spread(Foretold(manifest, (folder, folder)), [sound[:2], sound[2:4]], pool))
    choices = [choice for some in _every(manifest, sound[:5]) for choice in some]
    return {
        "tasks": [(dict(task.row), task.controls.tolist()) for task in tasks],
        "made": [played(record) for record in made],
        "losses": np.concatenate(losses).tolist(),
        "choices": [(choice.rows.tobytes(), choice.chosen) for choice in choices],
    }


def test_any_executor_does_the_same_for_backgammon() -> None:
    executor = Elsewhere()
    with using(executor):
        elsewhere = everything_of_backgammon()
    assert elsewhere == everything_of_backgammon()
    assert executor.sent > 6


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_processes_do_the_same_whatever_their_number(
    count: int, records: la.Records, alone: dict[str, Any], tmp_path: Path
) -> None:
    with opened(f"processes:{count}") as executor, using(executor):
        assert everything(records, tmp_path) == alone


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler with two workers, each a process of its own."""
    from distributed import LocalCluster  # noqa: PLC0415 - slow tests alone

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started:
        yield started.scheduler_address


@pytest.mark.slow
def test_a_dask_cluster_does_the_same(cluster: str, records: la.Records, alone: dict[str, Any], tmp_path: Path) -> None:
    with opened(f"dask:{cluster}") as executor, using(executor):
        assert everything(records, tmp_path) == alone


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_training_on_a_cluster_gives_the_same_model(cluster: str, tmp_path: Path) -> None:
    """``train --executor dask:ADDRESS`` and ``train`` learn the same ``model.onnx``."""
    models = []
    for number, more in enumerate(([], ["--executor", f"dask:{cluster}"])):
        command = ["train", "battleship_easy", "--bootstrap", "60", "--seed", "5", "--games", "20", "--json"]
        done = subprocess.run(
            [sys.executable, "-m", "client", *command, "--out", str(tmp_path / str(number)), *more],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr  # whether the gate lets it pass is not asked here
        models.append(json.loads(done.stdout)["card"]["sha256"])
    assert models[0] == models[1]


@pytest.mark.slow
def test_own_features_of_a_notebook_are_computed_on_a_cluster(cluster: str, records: la.Records) -> None:
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("def features(observation):\n    return {'fired': len(getattr(observation, 'shots', ()))}", scope)  # noqa: S102
    here = records.table("shots", features=scope["features"], rows=500, reporter=Silent()).collect()
    with opened(f"dask:{cluster}") as executor:
        table = records.table("shots", features=scope["features"], rows=500, reporter=Silent(), executor=executor)
        assert_frame_equal(table.collect(), here)


def test_records_are_made_alike_wherever_they_are_played(tmp_path: Path) -> None:
    files = []
    for number, executor in enumerate((None, Elsewhere())):
        made = la.make_records(
            "battleship", games=30, path=tmp_path / f"{number}", reporter=Silent(), executor=executor
        )
        files.append([played(record) for record in made])
    assert files[0] == files[1]


def test_few_tasks_start_no_process_and_a_given_executor_is_always_asked() -> None:
    executor = Elsewhere()
    with lent(10**9) as pool:
        assert pool is None
    with using(executor, always=False):
        for tasks, wanted in ((49, None), (50, executor)):
            with lent(tasks, 25) as pool:
                assert pool is wanted
    with using(executor), lent(1) as pool:
        assert pool is executor


def test_a_folder_that_is_sent_comes_out_as_it_was() -> None:
    sent = pickle.loads(pickle.dumps(Shipped.of(EASY)))  # noqa: S301 - its own
    assert sent.folder != EASY
    assert sent.folder is sent.folder
    for path in ("opponent.toml", "model.onnx", "model_card.json", "function.py"):
        assert (sent.folder / path).read_bytes() == (EASY / path).read_bytes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("threads", "there is no executor 'threads': give processes, processes:N or dask:tcp://HOST:PORT"),
        ("processes:0", "there is no executor"),
        ("processes:", "there is no executor"),
        ("dask:nowhere://x", "no Dask scheduler answers at nowhere://x"),
    ],
)
def test_an_executor_that_there_is_not_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(TrainingError, match=told), opened(text):
        pass


def test_steps_that_keep_processes_work_in_the_same_ones() -> None:
    with keeping_processes():
        with workers(8, 2) as first:
            assert list(spread(abs, [-1, -2], first)) == [1, 2]
        with workers(8, 2) as again:
            assert again is first
            assert list(spread(abs, [-3], again)) == [3]
    if first is not None:  # there is more than one core
        with pytest.raises(RuntimeError, match="shutdown"):
            first.submit(abs, 1)
