"""The least that a call of a function can cost here: one real ``awslambdaric`` under a loop that does nothing else.

What ``bench throughput --against raw`` compares a cloud with: the same function, in a process without any sandbox, is
given the same event again and again over the Runtime API, with no HTTP server, log, limit or count around it.  It has
a key of its own, so that its answers bear proofs as those in the cloud do.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from ai_functions.runtime.proof import KEY_VARIABLE, ProofKey
from infra.core.errors import CloudError
from infra.deploy.probe import unpacked_function
from infra.load.traffic import OK, Call
from infra.local.workers.runtime_api import ACCEPTED
from infra.local.workers.sandbox import PYTHON
from infra.local.workers.worker import AWSLAMBDARIC, LAUNCHER

if TYPE_CHECKING:
    from types import TracebackType

    from games.core import JsonObject
    from infra.local.workers.functions import Function

START_S = 30.0
HEAD_END = b"\r\n\r\n"


class BareLoop:
    """A function's process, and the other end of its Runtime API."""

    def __init__(self, folder: Path) -> None:
        """Start the opponent in ``folder``.  Raises CloudError where it does not start."""
        self._scratch = TemporaryDirectory(prefix="lambda-arcade-bare-")
        packed = unpacked_function(folder, Path(self._scratch.name))
        listener = socket.create_server(("127.0.0.1", 0))
        function = replace(
            packed.function, environment={KEY_VARIABLE: str(ProofKey.of(b"", "1", packed.manifest.name))}
        )
        self._process = _started(function, listener.getsockname()[1], Path(self._scratch.name))
        listener.settimeout(START_S)
        try:
            self._connection, _ = listener.accept()
        except TimeoutError as error:
            self.close()
            raise CloudError(f"{packed.manifest.name} does not start by itself") from error
        finally:
            listener.close()
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.settimeout(START_S)
        self._receive()

    def __enter__(self) -> Self:
        """Return the loop."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, and leave nothing behind."""
        self._process.kill()
        self._process.wait()
        self._scratch.cleanup()

    def calls(self, event: bytes, seconds: float) -> list[Call]:
        """Give the function ``event`` again and again for so many ``seconds``; return the calls."""
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(event)}\r\n"
            "Lambda-Runtime-Aws-Request-Id: bare\r\nLambda-Runtime-Invoked-Function-Arn: bare\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000 + seconds * 1000 + 60_000)}\r\n\r\n"
        )
        given = head.encode() + event
        began = time.monotonic()
        done: list[Call] = []
        while (at := time.monotonic()) < began + seconds:
            self._connection.sendall(given)
            path = self._receive()
            done.append(Call(at - began, (time.monotonic() - at) * 1000, 0 if path.endswith(b"/error") else OK))
            self._connection.sendall(ACCEPTED)
            self._receive()
        return done

    def _receive(self) -> bytes:
        """Return the path of the worker's next request, once all of it has come."""
        data = b""
        while (end := data.find(HEAD_END)) < 0:
            data += self._connection.recv(65536)
        head = data[:end].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(data) < end + len(HEAD_END) + length:
            data += self._connection.recv(65536)
        return head.split(b" ", 2)[1]


def event_of(endpoint: str, body: JsonObject) -> bytes:
    """Return the event that an HTTP API makes of a move's request, as far as a function looks at it."""
    path = f"{urlsplit(endpoint).path}/move"
    http = {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""}
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"accountId": "000000000000", "stage": "$default", "requestId": "bare", "http": http},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    return json.dumps(event).encode()


def _started(function: Function, port: int, scratch: Path) -> subprocess.Popen[bytes]:
    variables = function.variables(api=f"127.0.0.1:{port}", log_stream="bare", scratch=scratch)
    words = (function.label, AWSLAMBDARIC, str(function.memory_mb), os.pathsep.join(function.search_path()))
    return subprocess.Popen(  # noqa: S603 - running functions is its use
        [PYTHON, "-I", "-S", "-u", "-X", "utf8", str(LAUNCHER), *words, sysconfig.get_path("purelib"), ""],
        stdin=subprocess.PIPE,  # it ends when this end does
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=function.code,
        env=variables,
    )
