"""A thousand opponents of one platform: how long they take, what they weigh, and how long it takes to list them.

Each is a copy of one folder under a name of its own, deployed as any other: a personal opponent for everybody.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import requests

from ai_functions.runtime.manifest import MANIFEST, Manifest
from infra.build.packaging import package_opponent
from infra.core.errors import CloudError
from infra.core.prices import keep_usd_a_month
from infra.deploy.deploy import Options, deploy_opponents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from infra.environment.environment import Environment

LIST_S = 300.0
LISTINGS = 3
"""How often the catalog is asked; the median counts."""
NAME = re.compile(r'(?m)^name = ".*"$')


@dataclass(frozen=True, slots=True)
class Step:
    """What there was after so many opponents."""

    opponents: int
    seconds_each: float
    """That the deployment of one of the last ones took."""
    server_mb: float | None
    """Resident memory of the local cloud's process; None where the system does not tell."""
    disk_mb: float
    """Of all that the local cloud keeps."""
    list_s: float
    """Of ``GET /opponents``, the median."""
    list_kb: float
    keep_usd: float
    """What these opponents cost a month on AWS while nobody plays, beside what the platform does."""


def deploy_many(
    environment: Environment, folder: Path, counts: Sequence[int], home: Path, pid: int, tell: Callable[[str], object]
) -> Iterator[Step]:
    """Deploy copies of ``folder``, up to each of ``counts`` in turn, and yield what was found.

    ``home`` is the local cloud's folder, ``pid`` its process.  Raises CloudError where one cannot be deployed.
    """
    with TemporaryDirectory(prefix="many-") as scratch:
        there = 0
        for count in counts:
            folders = [_copy(folder, Path(scratch), number) for number in range(there, count)]
            began = time.monotonic()
            done = deploy_opponents(environment, folders, lambda *_: None, Options(smoke_test_new=False))
            took = time.monotonic() - began
            if wrong := next((item for item in done if item.problem), None):
                raise CloudError(f"{wrong.label}: {wrong.problem}")
            there = count
            list_s, size = _listing(environment, count)
            zip_bytes = len(package_opponent(folders[-1])[1].content)
            step = Step(count, took / len(folders), _resident_mb(pid), _disk_mb(home), list_s, size / 1e3,
                        count * keep_usd_a_month(zip_bytes, prices=environment.prices))  # fmt: skip
            tell(f"{count} opponents: the last {len(folders)} took {step.seconds_each:.2f} s each")
            yield step


def _copy(folder: Path, scratch: Path, number: int) -> Path:
    """Return a copy of an opponent's folder under a name that nobody else has."""
    name = f"{Manifest.load(folder).name[:30]}_{number:05}"
    copy = scratch / name
    shutil.copytree(folder, copy)
    manifest = copy / MANIFEST
    manifest.write_text(NAME.sub(f'name = "{name}"', manifest.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    return copy


def _listing(environment: Environment, wanted: int) -> tuple[float, int]:
    """Return the seconds and bytes of the catalog's answer.  Raises CloudError if it does not list all."""
    took, size = [], 0
    session = requests.Session()
    session.trust_env = False  # loopback never goes through a proxy
    for _ in range(LISTINGS):
        began = time.monotonic()
        answer = session.get(f"{environment.api}/opponents", timeout=LIST_S)
        took.append(time.monotonic() - began)
        size = len(answer.content)
        if answer.status_code != requests.codes.ok or len(answer.json()) < wanted:
            raise CloudError(f"the catalog answers {answer.status_code}, {size} bytes, for {wanted} opponents")
    return sorted(took)[LISTINGS // 2], size


def _resident_mb(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    return int(status.partition("VmRSS:")[2].split()[0]) / 1e3


def _disk_mb(home: Path) -> float:
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6
