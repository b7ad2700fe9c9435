"""Matches that are uploaded while the server is killed, and while its disk is full: all that was answered is kept."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import requests
from clouds import EXAMPLE, client_of, create_function
from proving import Signer
from recording import annotation, games_of, recorded
from test_local_durability import eventually, fill

from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.core.state import Account
from infra.deploy.deploy import deploy_all, deploy_opponents
from infra.environment.environment import Environment
from infra.local import daemon
from infra.monitor.dead_letters import list_dead_letters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from games.record import GameRecord

NAMES = "first_free", "sparring"
SETTLED_S = 240.0


def quiet_port() -> int:
    """Return a free port that no client is given: one that calls it while nobody listens would meet itself there."""
    for port in range(21_000 + os.getpid() % 5_000, 32_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no port is free")


def deployed(home: Path, cache: Path) -> Environment:
    cloud = daemon.up(home, port=quiet_port())
    environment = Environment(Cloud(Account(cloud.endpoint)), this_machine(), cache=cache)
    deploy_all(environment, [EXAMPLE], lambda _what, _seconds: None)
    return environment


class Uploads:
    """Somebody who uploads matches, one after the other, each until it is accepted."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._base = [recorded(seed) for seed in range(8)]
        self._signer = Signer(environment, self._base[0])
        self._stop = threading.Event()
        self.answered: list[GameRecord] = []
        self.told: set[str] = set()
        """What was said where one was not accepted."""
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        for number in count():
            if self._stop.is_set():
                return
            record = self._signer.prove(replace(self._base[number % 8], match_id=f"{number:032x}"))
            while not self._accepted(record):
                time.sleep(0.1)

    def _accepted(self, record: GameRecord) -> bool:
        line, kind = record.to_line().encode(), {"content-type": "application/json"}
        try:
            answer = requests.post(f"{self._environment.api}/records", data=line, headers=kind, timeout=60)
        except requests.RequestException:
            return False
        if answer.status_code not in {200, 201}:
            self.told.add(answer.text)
            return False
        self.answered.append(record)
        return True


def check_kept(environment: Environment, answered: list[GameRecord]) -> None:
    """Check that every match of ``answered`` is stored, counted once and annotated, and that nothing is dead."""
    assert len({record.match_id for record in answered}) == len(answered)
    assert eventually(lambda: games_of(environment, *NAMES) >= len(answered), SETTLED_S)
    assert games_of(environment, *NAMES) == len(answered)
    for record in answered:
        assert eventually(lambda record=record: annotation(environment, record) is not None, SETTLED_S)
    stored = dict(environment.cloud.read_objects(environment.platform["BucketName"], "records/"))
    assert len(stored) == len(answered)
    assert list_dead_letters(environment) == []


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_what_was_answered_is_counted_once_and_annotated_after_kills_at_random_moments(
    tmp_path: Path, kills: int
) -> None:
    home, rng = tmp_path / "home", random.Random(14)
    environment = deployed(home, tmp_path / "cache")
    cloud = daemon.status(home)
    uploads = Uploads(environment)
    try:
        for _ in range(kills):
            time.sleep(rng.choice([0.0, 0.3, 1.0]) + rng.random())
            assert cloud is not None
            os.kill(cloud.pid, signal.SIGKILL)
            cloud = daemon.up(home, port=cloud.port)
        assert eventually(lambda: len(uploads.answered) >= kills, 60)
    finally:
        uploads.close()
    try:
        check_kept(environment, uploads.answered)
    finally:
        daemon.down(home)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 128 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["/bin/mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system of its own can be mounted by root alone: a full disk is not tried here")
    yield folder
    daemon.down(folder / "home")
    subprocess.run(["/bin/umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("moments", [3, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_what_was_answered_is_kept_over_a_disk_that_is_full_at_random_moments(
    small_disk: Path, tmp_path: Path, moments: int
) -> None:
    environment, rng = deployed(small_disk / "home", tmp_path / "cache"), random.Random(15)
    cloud = daemon.status(small_disk / "home")
    assert cloud is not None
    create_function(
        client_of(cloud, "lambda"), "beside", "def handler(event, context):\n    print(event)\n    return event"
    )
    move = f"{environment.api}/opponents/first_free"
    uploads = Uploads(environment)
    refused: list[Any] = []
    try:
        for moment in range(moments):
            time.sleep(rng.random())
            filler = fill(small_disk)
            assert requests.get(move, timeout=60).status_code == 200, "what reads goes on"
            if moment % 3 == 0:
                (done,) = deploy_opponents(environment, [changed(tmp_path, moment)], lambda _what, _seconds: None)
                refused.append(done.problem)
            time.sleep(rng.random())
            filler.unlink()
        reached = len(uploads.answered)
        assert eventually(lambda: len(uploads.answered) > reached, 60)
    finally:
        uploads.close()
    assert all("disk of the local cloud is full" in problem for problem in refused if problem)
    assert any(refused)
    assert all("disk of the local cloud is full" in text for text in uploads.told if "Not stored" in text)
    (done,) = deploy_opponents(environment, [EXAMPLE], lambda _what, _seconds: None)
    assert done.problem == ""
    os.kill(cloud.pid, signal.SIGKILL)
    daemon.up(small_disk / "home", port=cloud.port)
    check_kept(environment, uploads.answered)


def changed(folder: Path, number: int) -> Path:
    """Return a folder with an opponent that is not deployed yet."""
    target = folder / f"opponent_{number}"
    target.mkdir()
    for path in EXAMPLE.iterdir():
        if path.is_file():
            text = path.read_text("utf-8").replace('"first_free"', f'"opponent_{number}"')
            (target / path.name).write_text(text, "utf-8")
    return target
