"""What is called a cold start waited for a process to start; what waited for none is called warm."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ai_functions.runtime.protocol import MoveRequest
from client.net.remote import RemoteOpponent
from games.catalog import find_game
from infra.deploy.deploy import Options, deploy_opponents
from infra.monitor.metrics import take_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.environment.environment import Environment

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"
PATIENCE_S = 30.0


NUMBERS = count(1)
START = """import os, pathlib, time
here = pathlib.Path({folder!r})
while not (here / "open").exists():
    time.sleep(0.01)
(here / str(os.getpid())).touch()
"""


@dataclass(frozen=True)
class Late:
    """An opponent whose processes start when they are let, and that nobody has asked yet."""

    environment: Environment
    url: str
    folder: Path

    def let_start(self, calls: int) -> None:
        """Let processes start as soon as so many calls are under way."""
        self._until(lambda: self.metrics()["concurrency"] == calls)
        (self.folder / "open").touch()

    def until_started(self, processes: int) -> None:
        self._until(lambda: len(list(self.folder.iterdir())) == 1 + processes)
        time.sleep(1)  # from there it is milliseconds to the first call

    def metrics(self) -> dict[str, Any]:
        name = f"lambda-arcade-{self.url.rpartition('/')[2]}"
        found = [item for (function, _), item in take_metrics(self.environment, {}).items() if function == name]
        return found[0] if found else {"concurrency": 0}

    def move(self) -> bool:
        """Ask for a move and return whether that is called a cold start."""
        answer = requests.post(f"{self.url}/move", json=request().to_json(), timeout=PATIENCE_S)
        assert answer.status_code == 200
        return bool(answer.json()["cold"])

    def ask_who(self) -> bool:
        return bool(requests.get(self.url, timeout=PATIENCE_S).json()["cold"])

    @staticmethod
    def _until(done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.fixture
def late(environment: Environment, tmp_path: Path) -> Late:
    folder, name = tmp_path / "late", f"late_{next(NUMBERS)}"
    started = tmp_path / "started"
    started.mkdir()
    shutil.copytree(EXAMPLE, folder)
    manifest, function = folder / "opponent.toml", folder / "function.py"
    manifest.write_text(manifest.read_text("utf-8").replace('"first_free"', f'"{name}"'), "utf-8")
    function.write_text(function.read_text("utf-8") + START.format(folder=str(started)), "utf-8")
    (done,) = deploy_opponents(environment, [folder], lambda _what, _seconds: None, Options(smoke_test_new=False))
    assert not done.problem
    return Late(environment, f"{environment.api}/opponents/{name}", started)


def request() -> MoveRequest:
    game = find_game("battleship")
    observation = game.encode_observation(game.observe(game.start({}, Random(1)), "one"))
    return MoveRequest("battleship", "cold", 0, 1, observation)


def test_calls_that_wait_for_a_process_are_cold_whoever_started_it_and_later_ones_are_warm(late: Late) -> None:
    with ThreadPoolExecutor(3) as pool:
        who = pool.submit(late.ask_who)
        late._until(lambda: late.metrics()["concurrency"] == 1)
        moves = [pool.submit(late.move) for _ in range(2)]
        late.let_start(3)
        assert [who.result(), *(done.result() for done in moves)] == [True] * 3
        late.until_started(3)
        assert [done.result() for done in [pool.submit(late.move) for _ in range(3)]] == [False] * 3
    assert late.ask_who() is False


def test_a_first_move_that_is_asked_with_the_question_who_answers_finds_its_process(late: Late) -> None:
    opponent = RemoteOpponent(late.url)
    with ThreadPoolExecutor(2) as pool:
        said = pool.submit(opponent.identify)
        late._until(lambda: late.metrics()["concurrency"] == 1)
        move = pool.submit(opponent.ask, request(), PATIENCE_S)
        late._until(move.running)
        late.let_start(1)
        assert said.result()["cold"] is True
        assert move.result().response.cold is True
    assert opponent.ask(request(), PATIENCE_S).response.cold is False
    assert late.metrics()["requests"] == 3
    assert len(list(late.folder.iterdir())) == 1 + 1
