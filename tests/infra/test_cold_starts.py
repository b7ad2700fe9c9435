"""What is called a cold start waited for a process to start; what waited for none is called warm."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
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
from infra.core.errors import CloudError
from infra.deploy.deploy import Options, deploy_opponents
from infra.load.mass_start import mass_starts
from infra.load.traffic import Call
from infra.monitor.metrics import take_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.environment.environment import Environment

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"
PATIENCE_S = 30.0


NUMBERS = count(1)
START = """
import socket
socket.create_connection(("127.0.0.1", {port})).recv(1)
"""


class Gate:
    """A port at which starting processes wait until it is opened."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.open = threading.Event()
        self.passed = 0
        threading.Thread(target=self._let_through, daemon=True).start()

    def close(self) -> None:
        self.open.set()
        self._listener.close()

    def _let_through(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.open.wait()
                connection.close()
                self.passed += 1


@dataclass(frozen=True)
class Late:
    """An opponent whose processes start when they are let, and that nobody has asked yet."""

    environment: Environment
    url: str
    gate: Gate

    def let_start(self, calls: int) -> None:
        """Let processes start as soon as so many calls are under way."""
        self._until(lambda: self.metrics()["concurrency"] == calls)
        self.gate.open.set()

    def until_all_started(self) -> None:
        """Wait until no process starts any more; how many do depends on who is served first."""
        passed = -1
        while passed != self.gate.passed:
            passed = self.gate.passed
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
def late(environment: Environment, tmp_path: Path) -> Iterator[Late]:
    folder, name = tmp_path / "late", f"late_{next(NUMBERS)}"
    gate = Gate()
    shutil.copytree(EXAMPLE, folder)
    manifest, function = folder / "opponent.toml", folder / "function.py"
    manifest.write_text(manifest.read_text("utf-8").replace('"first_free"', f'"{name}"'), "utf-8")
    function.write_text(function.read_text("utf-8") + START.format(port=gate.port), "utf-8")
    (done,) = deploy_opponents(environment, [folder], lambda _what, _seconds: None, Options(smoke_test_new=False))
    assert not done.problem
    yield Late(environment, f"{environment.api}/opponents/{name}", gate)
    gate.close()


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
        late.until_all_started()
        assert [late.move() for _ in range(3)] == [False] * 3
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
    assert late.gate.passed == 1


def test_a_warm_neighbour_is_asked_in_quiet_and_while_another_starts(environment: Environment) -> None:
    asked: list[float] = []

    def neighbour(seconds: float) -> list[Call]:
        asked.append(seconds)
        return [Call(at_s, 1.5, 200) for at_s in (0.0, 1000.0)]

    event = request().to_json()
    found = mass_starts(environment, (EXAMPLE, event), neighbour, at_once=2, quiet_s=1.25)
    assert found.quiet_ms == (1.5, 1.5)
    assert found.meanwhile_ms == (1.5,), "what was asked after the last start is none of it"
    assert found.started == 2
    assert found.took_s > 0
    assert asked[1] == 1.25
    with pytest.raises(CloudError, match="2 calls of the neighbour failed, the first with 429"):
        mass_starts(environment, (EXAMPLE, event), lambda _seconds: [Call(0.0, 1.0, 429)], 1, 1.0)
