"""MiniStack as it comes, in a process of its own: what its faults are shown by."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clouds import client_of

from infra.local import server
from infra.local.daemon import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "MARK_OF_THE_MACHINE"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Plain:
    """MiniStack in a process of its own, with nothing of ours."""

    folder: Path
    port: int

    @classmethod
    def at(cls, folder: Path) -> Plain:
        """Return one in ``folder``, at a port that is free."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return cls(folder, listener.getsockname()[1])

    @property
    def cloud(self) -> LocalCloud:
        return LocalCloud(f"http://127.0.0.1:{self.port}", 0, self.folder, "")

    def client(self, service: str) -> Any:
        return client_of(self.cloud, service)

    def given(self) -> dict[str, str]:
        state, objects = str(self.folder / "state"), str(self.folder / "objects")
        own = {"PERSIST_STATE": "1", "STATE_DIR": state, "S3_PERSIST": "1", "S3_DATA_DIR": objects, MARK: "seen"}
        there = {"GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1", "SERVICES": server.SERVICES}
        return {**os.environ, **own, **there, "LOG_LEVEL": "ERROR", "DOCKER_HOST": "unix:///nonexistent"}

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-m", "ministack"], env=self.given(), stdout=log, stderr=log)
        try:
            assert eventually(lambda: not socket.socket().connect_ex(("127.0.0.1", self.port)))
            yield process
        finally:
            process.kill()
            process.wait()


def eventually(holds: Any) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def payload_of(client: Any, name: str, payload: bytes = b"1", **more: Any) -> Any:
    return json.loads(client.invoke(FunctionName=name, Payload=payload, **more)["Payload"].read())


def status(stacks: Any, name: str) -> str:
    return str(stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
