"""What a worker needs to know of the function it runs; everything else about functions is MiniStack's."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
RESERVED = ("AWS_LAMBDA_", "AWS_EXECUTION_ENV", "_HANDLER", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR")
"""AWS: variables that a function's configuration cannot set."""

PREFIX_VARIABLE = "_RUNTIME_API_SECRET"
"""As ``launch.py`` calls it, too."""


@dataclass(frozen=True, slots=True)
class Function:
    """One version of a function, ready to run."""

    name: str
    version: str
    handler: str
    memory_mb: int
    timeout_s: float
    code: Path
    """Its zip, unpacked."""
    layers: tuple[Path, ...] = ()
    """Its layers' zips, unpacked, in order."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its configuration sets."""
    platform: Mapping[str, str] = field(default_factory=dict)
    """What the cloud sets: credentials, region, endpoint."""
    log_group: str = ""

    @property
    def label(self) -> str:
        """What ``ps`` shows."""
        return f"{self.name}:{self.version}"

    def search_path(self) -> list[str]:
        """Return the folders for ``sys.path``, in AWS's order: the function, then each layer's two folders."""
        found = [str(self.code)]
        for layer in self.layers:
            folders = (layer / "python" / "lib" / PYTHON / "site-packages", layer / "python")
            found += [str(folder) for folder in folders if folder.is_dir()]
        return found

    def variables(self, *, api: str, log_stream: str, scratch: Path, secret: str = "") -> dict[str, str]:
        """Return a worker's whole environment: AWS's variables and the function's own, nothing of this machine's.

        ``secret`` is what paths of the Runtime API at ``api`` begin with; the launcher keeps it from the function.
        """
        own = {key: value for key, value in self.environment.items() if not key.startswith(RESERVED)}
        machine = {"SYSTEMROOT": "C:\\Windows"} if platform.system() == "Windows" else {}  # sockets need it there
        return {
            **machine,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": str(scratch),
            "HOME": str(scratch),
            "LD_LIBRARY_PATH": ":".join(str(layer / "lib") for layer in self.layers if (layer / "lib").is_dir()),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{PYTHON}",
            **self.platform,
            **own,
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.code),
            "AWS_LAMBDA_RUNTIME_API": api,
            **({PREFIX_VARIABLE: secret} if secret else {}),
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        }


class Call(NamedTuple):
    """One invocation."""

    request_id: str
    payload: bytes
    arn: str
    """The invoked ARN, with the qualifier the caller used."""


class Answer(NamedTuple):
    """What came of an invocation."""

    payload: Any
    """The handler's answer; for an error, Lambda's description of it."""
    error: bool
    output: str
    """What the function printed."""
    duration_ms: float
    """The handler's time."""
    init_ms: float | None = None
    """The start-up's time, where this invocation was a cold start."""
    memory_mb: int = 0
    """The most memory the worker has used so far."""
    log_stream: str = ""


def failure(kind: str, message: str) -> dict[str, str]:
    """Return Lambda's description of an error that the function did not describe itself."""
    return {"errorType": kind, "errorMessage": message}
