"""How far players have drifted from those that deployed models learned from: what ``cloud status`` shows of it."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import requests

from client.commands.context import err, explain_missing
from client.net.remote import new_session
from infra.core.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from games.record import GameRecord
    from infra.environment.environment import Environment
    from infra.monitor.status import FunctionStatus

NEWEST = 60
"""Records of a game that are looked at: those stored last."""
LARGEST = 8 * 1024 * 1024
FETCH_S = 30.0
OPPONENT = "opponent/"
CACHE = "drift.json"
UNKNOWN = "unknown"
"""Marks what could not be looked up this time, and may be the next."""
HIDDEN = frozenset({"state", UNKNOWN})


def drifts_of(environment: Environment, items: Iterable[FunctionStatus]) -> dict[str, Any]:
    """Return the drift of each opponent that serves; nothing, and a line, where what trains is not installed."""
    serving = {item.name: item.version for item in items if item.share and "-" not in item.name}
    if not environment.has_platform or not serving:
        return {}
    try:
        return drifts(environment, serving)
    except ModuleNotFoundError as error:
        told = explain_missing(error) or str(error)
        err.print(f"how far players have drifted is not shown: {told}", soft_wrap=True)
        return {}


def drifts(environment: Environment, names: Mapping[str, str]) -> dict[str, Any]:
    """Return for each opponent, by name, the drift as JSON, or why there is none to be told, under ``why_not``.

    ``names`` has the version of each that serves.  What was found is kept until a record or a version is added.  Raises
    ModuleNotFoundError without the extra ``train``.
    """
    from training.report.drift import drift_of  # noqa: F401, PLC0415 - first of all: whether that can be done here

    games: dict[str, list[GameRecord]] = {}
    found: dict[str, Any] = {}
    kept = environment.cache / CACHE
    before = _before(kept)
    for name, version in names.items():
        stack = environment.cloud.stack(environment.names.opponent(name))
        if stack is None:
            continue
        game = str(json.loads(stack.parameters["Listing"])["game"])
        if game not in games:
            games[game] = _records(environment, game)
        state = sha256(" ".join([name, version, *(record.match_id for record in games[game])]).encode()).hexdigest()
        found[name] = before.get(state) or {**_told(environment, name, games[game]), "state": state}
    if found:
        environment.cache.mkdir(parents=True, exist_ok=True)
        known = {one["state"]: one for one in found.values() if UNKNOWN not in one}
        kept.write_text(json.dumps(known), encoding="utf-8")
    return {name: {key: value for key, value in one.items() if key not in HIDDEN} for name, one in found.items()}


def drift_line(name: str, found: Mapping[str, Any]) -> str:
    """Return what is said about an opponent's players."""
    if "why_not" in found:
        return f"{name}: not known: {found['why_not']}"
    unit, matches = found["unit"], found["matches"]
    if found["rise"] is None:
        return f"{name}: {matches} new matches with {unit}s to foretell, too few to say"
    word = "players have drifted" if found["drifted"] else "players are as they were"
    return (
        f"{name}: {word}: the loss of {unit}s is {found['rise']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f}) "
        f"beside games held out, in {matches} new matches"
    )


def _records(environment: Environment, game: str) -> list[GameRecord]:
    from training.records import read_records  # noqa: PLC0415

    def newest(bucket: str, prefix: str) -> Any:
        return environment.cloud.read_objects(bucket, prefix, newest=NEWEST, largest=LARGEST)

    place = f"s3://{environment.platform['BucketName']}/records/{game}/"
    return list(read_records(place, lambda _text: None, newest))


def _before(kept: Path) -> dict[str, Any]:
    """Return what was found before; nothing where that cannot be read."""
    try:
        found: dict[str, Any] = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        return {}
    return found


def _told(environment: Environment, name: str, records: list[GameRecord]) -> dict[str, Any]:
    """Return the drift, or why it cannot be told now: an operator sees the rest of the status all the same."""
    try:
        return _drift(environment, name, records)
    except CloudError as error:
        return {"why_not": str(error), UNKNOWN: True}


def _drift(environment: Environment, name: str, records: list[GameRecord]) -> dict[str, Any]:
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415
    from ai_functions.runtime.model import read_card  # noqa: PLC0415
    from training.dataset import usable  # noqa: PLC0415
    from training.report.drift import drift_of  # noqa: PLC0415

    with TemporaryDirectory(prefix="lambda-arcade-drift-") as scratch:
        folder = _unpacked(environment, name, Path(scratch))
        card = read_card(folder)
        if not card:
            return {"why_not": "it has no model"}
        new = [record for record in records if record.started_at > str(card.get("created", ""))]
        manifest = Manifest.load(folder)
        found = drift_of(manifest, folder, usable(new, manifest.game, lambda _text: None))
    return {"why_not": found} if isinstance(found, str) else found.to_json()


def _unpacked(environment: Environment, name: str, into: Path) -> Path:
    """Return the folder of the opponent that serves, from its own package.  Raises CloudError."""
    function = environment.names.function(name)
    code = environment.cloud.call("lambda", "get_function", FunctionName=function, Qualifier="live")["Code"]
    try:
        answer = new_session(guest=True).get(code["Location"], timeout=FETCH_S)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise CloudError(f"{name}: its package cannot be fetched: {error}") from error
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(into, [item for item in archive.namelist() if item.startswith(OPPONENT)])
    return into / OPPONENT
