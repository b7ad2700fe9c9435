"""Where the local cloud keeps what it must not lose, and what it may."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_dir

HOME_VARIABLE = "LAMBDA_ARCADE_HOME"
PORT_VARIABLE = "LAMBDA_ARCADE_PORT"
IAM_VARIABLE = "LAMBDA_ARCADE_IAM"
ENFORCED = "enforced"
DEFAULT_PORT = 4566
REFUSED_EXIT = 3
"""The exit status of a server that will not start as things are; the last line of its log says why."""


class LocalCloudError(RuntimeError):
    """The local cloud cannot be started, found or stopped; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CloudPaths:
    """The files of one local cloud."""

    home: Path

    @property
    def folder(self) -> Path:
        """Everything below belongs to the local cloud."""
        return self.home / "cloud"

    @property
    def state(self) -> Path:
        """Control plane: functions, stacks, APIs, queues, tables."""
        return self.folder / "state"

    @property
    def objects(self) -> Path:
        """What is in the buckets."""
        return self.folder / "objects"

    @property
    def unpacked(self) -> Path:
        """Functions' and layers' zips, unpacked by their sha256.  May be deleted while no cloud runs."""
        return self.folder / "unpacked"

    @property
    def scratch(self) -> Path:
        """Each worker's /tmp.  Emptied at every start."""
        return self.folder / "scratch"

    @property
    def log(self) -> Path:
        """What the server itself has to say."""
        return self.folder / "server.log"

    @property
    def pidfile(self) -> Path:
        """Which process serves, since when, where."""
        return self.folder / "server.json"

    @property
    def access(self) -> Path:
        """Who else may call it, from ``cloud up --lan`` and ``--allow-origin`` until ``cloud down``."""
        return self.folder / "access.json"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops the cloud."""
        return self.folder / "lock"


def cloud_paths(home: Path | None = None) -> CloudPaths:
    """Return the paths under ``home``, by default those of the variable LAMBDA_ARCADE_HOME."""
    return CloudPaths(
        (home or Path(os.environ.get(HOME_VARIABLE) or user_data_dir("lambda-arcade"))).expanduser().resolve()
    )


def wanted_port() -> int:
    """Return the port to serve on if it is free.  Raises LocalCloudError for a variable that names none."""
    text = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 <= int(text) < 2**16:
        raise LocalCloudError(f"{PORT_VARIABLE} is {text!r}; give a port number, 0 for any free one")
    return int(text)


def enforces_iam() -> bool:
    """Whether signatures and policies are to be checked.  Raises LocalCloudError for a variable that says neither."""
    text = os.environ.get(IAM_VARIABLE, "")
    if text not in {"", ENFORCED}:
        raise LocalCloudError(f"{IAM_VARIABLE} is {text!r}; give {ENFORCED}, or nothing to let everything pass")
    return text == ENFORCED
