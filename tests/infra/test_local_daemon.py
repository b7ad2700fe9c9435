from __future__ import annotations

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from infra.core import processes
from infra.local import daemon
from infra.local.paths import PORT_VARIABLE, LocalCloudError, cloud_paths, wanted_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("daemon") / "home"
    yield folder
    daemon.down(folder)


@pytest.fixture
def running(shared: Path) -> daemon.LocalCloud:
    """Return a server that may be killed: the one that a test before has left, if it did."""
    return daemon.up(shared, port=0)


@pytest.fixture
def home(shared: Path) -> Path:
    """Return a home in which no server runs."""
    daemon.down(shared)
    return shared


def test_it_starts_is_found_and_stops(home: Path) -> None:
    assert daemon.status(home) is None
    first = daemon.up(home, port=0)
    assert first.fresh
    again = daemon.up(home, port=0)
    assert (again.endpoint, again.pid, again.fresh) == (first.endpoint, first.pid, False)
    assert daemon.status(home) is not None
    assert "stopped" in daemon.down(home)
    assert daemon.status(home) is None
    assert not processes.is_running(first.pid, first.since)
    assert daemon.down(home) == "no local cloud was running"


def test_several_programs_at_once_get_one_server(home: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        clouds = list(threads.map(lambda _: daemon.up(home, port=0), range(4)))
    assert len({cloud.pid for cloud in clouds}) == 1
    assert sum(cloud.fresh for cloud in clouds) == 1


def test_a_port_that_another_program_has_is_avoided_and_said(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cloud = daemon.up(home, port=port)
    assert cloud.port != port
    assert any(str(port) in note and str(cloud.port) in note for note in cloud.notes)


def test_only_a_server_that_nobody_stopped_is_revived_and_where_it_was(running: daemon.LocalCloud) -> None:
    first, home = running, running.home
    assert daemon.revive(home) is None
    os.kill(first.pid, signal.SIGKILL)
    assert until_gone(first)
    second = daemon.revive(home)
    assert second is not None
    assert (second.endpoint, second.pid == first.pid) == (first.endpoint, False)
    daemon.down(home)
    assert daemon.revive(home) is None


def until_gone(cloud: daemon.LocalCloud) -> bool:
    end = time.monotonic() + 60
    while processes.is_running(cloud.pid, cloud.since) and time.monotonic() < end:
        time.sleep(0.01)
    return not processes.is_running(cloud.pid, cloud.since)


def test_a_server_that_was_killed_is_replaced_and_said(running: daemon.LocalCloud) -> None:
    first = running
    os.kill(first.pid, signal.SIGKILL)
    second = daemon.up(first.home, port=0)
    assert second.pid != first.pid
    assert any(str(first.pid) in note for note in second.notes)


def test_a_server_that_no_longer_answers_is_replaced_and_said(running: daemon.LocalCloud) -> None:
    first = running
    os.kill(first.pid, signal.SIGSTOP)
    second = daemon.up(first.home, port=0)
    assert second.pid != first.pid
    assert not processes.is_running(first.pid, first.since)
    assert any("no longer answered" in note for note in second.notes)


def test_a_process_id_that_now_belongs_to_another_program_is_left_alone(home: Path) -> None:
    pidfile = cloud_paths(home).pidfile
    pidfile.parent.mkdir(parents=True, exist_ok=True)
    pidfile.write_text(json.dumps({"endpoint": "http://127.0.0.1:1", "pid": os.getpid(), "since": "0"}))
    assert daemon.up(home, port=0).pid != os.getpid()


def test_a_half_written_pidfile_is_put_right(home: Path) -> None:
    pidfile = cloud_paths(home).pidfile
    pidfile.parent.mkdir(parents=True, exist_ok=True)
    pidfile.write_text('{"endpoint": "http')
    assert daemon.up(home, port=0).fresh


def test_a_server_whose_home_is_deleted_ends(running: daemon.LocalCloud, tmp_path: Path) -> None:
    cloud = running
    cloud.home.rename(tmp_path / "gone")
    end = time.monotonic() + 60
    while processes.is_running(cloud.pid, cloud.since) and time.monotonic() < end:
        time.sleep(0.1)
    assert not processes.is_running(cloud.pid, cloud.since)


def test_a_state_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    state = cloud_paths(tmp_path / "home").state / "state.json"
    state.parent.mkdir(parents=True)
    state.write_text("{")
    with pytest.raises(LocalCloudError, match=r"state\.json cannot be read"):
        daemon.up(tmp_path / "home", port=0)


@pytest.mark.parametrize("text", ["x", "70000", "-1"])
def test_a_port_that_is_none_is_quoted(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(PORT_VARIABLE, text)
    with pytest.raises(LocalCloudError, match=f"'{text}'"):
        wanted_port()
