"""Makes an opponent's folder of somebody's model: converted, compared, given a card and a manifest, and tried.

Everything is made beside the place where it is wanted and moved there at the end: what is wrong on the way leaves the
folder, and what serves, as they were.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, cast

import ai_functions
from ai_functions.policies.agent import SPACE
from ai_functions.policies.chooser import ANSWER, OWN
from ai_functions.policies.estimator import CODE
from ai_functions.runtime.answer import move
from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.listing import NAME
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import MANIFEST, Manifest, ManifestError
from ai_functions.runtime.model import MODEL, SKOPS, ModelError, read_card
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.catalog import find_game
from games.core import GameError
from games.schema import InvalidError
from training.artifact import write_artifact
from training.contracts import TrainingError
from training.prototypes import agents, judging
from training.prototypes.reporting import report_of
from training.prototypes.strength import measure
from training.prototypes.whole import NEEDS as WHOLE
from training.tables.observations import of_every_phase, positions_in
from training.tables.playing import some_games

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.core import JsonObject
    from training.progress import ProgressReporter
    from training.prototypes.asked import Asked, Ready
    from training.prototypes.strength import Strength
    from training.runs import Keeper
    from training.tables.observations import Position

LEFT_S = 3600
"""After which what is half made belongs to nobody any more."""
_COLOURS = ("#5fb3b3", "#c9a227", "#d2691e", "#7a9e3f", "#8f7fc7", "#c75b7a", "#4f8fc0", "#b07d4f")
_LADDER = Path(ai_functions.__file__).parent


@dataclass(frozen=True, slots=True)
class Made:
    """An opponent that was made and tried, in its folder."""

    folder: Path
    manifest: Manifest
    card: JsonObject
    positions: tuple[Position, ...]
    """What it was asked: of every phase."""
    lines: tuple[str, ...] = field(default=())
    """What a person should know, a line each."""
    run: str = ""
    """Under which name its report was kept; empty where none was."""


def make(
    asked: Asked,
    folder: Path,
    reporter: ProgressReporter,
    *,
    prove: Callable[[Path, Sequence[Position]], Mapping[str, Any]] | None = None,
    keeper: Keeper | None = None,
) -> Made:
    """Make the opponent that was ``asked`` for and put it into ``folder``.

    ``prove`` tries the folder in a function's real runtime, before anything is put in place, and returns what the card
    is to say of it; ``keeper`` gets the card and a report.  Raises TrainingError; the folder is as it was then.
    """
    name = check_name(asked.name, folder)
    rules = find_game(asked.game)
    reporter.report(f"playing {rules.INFO.title} for positions to try it on")
    games = some_games(asked.game, options=asked.options)
    positions = positions_in(games)
    made = (agents if asked.agent else judging).ready(asked, positions, reporter)
    card = made.card
    staging = folder.parent / f".{name}.{os.getpid()}"
    for left in folder.parent.glob(f".{name}.*"):  # by a program that was killed; another may be at work now
        if left == staging or time() - left.stat().st_mtime > LEFT_S:
            shutil.rmtree(left, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        texts = _with_manifest(asked, made, folder, place=1)
        write_artifact(staging, made.model, card, texts, made.file)
        phases = of_every_phase(positions)
        reporter.report(f"asking it {len(phases)} positions of games, of every phase")
        _try(staging, phases)
        proved = {} if prove is None else prove(staging, phases)
        for line in _proved(proved) if asked.whole else ():
            reporter.report(line)
        strength = None if asked.options else _strength(staging, reporter)
        card = {**card, **cast("JsonObject", dict(proved))}
        if strength is not None:
            played = {key: value.to_json() for key, value in strength.measures.items()}
            card["evaluation"] = cast("JsonObject", {"candidate": played, "line": strength.line})
            texts = _with_manifest(asked, made, folder, place=strength.place)
        run = ""
        if keeper is not None:
            run = keeper.name_of(name)
            card = {**card, "run": run}
            old = folder if (folder / MANIFEST).exists() else None
            keeper.keep(run, card, report_of(asked, card, (old, staging), games, strength, reporter))
        _put(folder, made, card, texts)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    lines = (*made.lines, *_proved(proved), *([] if strength is None else [f"strength: {strength.line}"]))
    return Made(folder, Manifest.load(folder), read_card(folder), tuple(phases), lines, run)


def check_name(name: str, folder: Path | None = None) -> str:
    """Return the name.  Raises TrainingError for one that no function may have, or that somebody else has."""
    try:
        NAME.parse(name, "name")
    except InvalidError as error:
        raise TrainingError(str(error)) from error
    shipped = _LADDER / name
    if (shipped / MANIFEST).exists() and (folder is None or folder.resolve() != shipped.resolve()):
        raise TrainingError(f"{name!r} is one of the ladder's opponents: choose another name")
    if folder is not None and folder.exists() and any(folder.iterdir()):
        _check_ours(name, folder)
    return name


def _check_ours(name: str, folder: Path) -> None:
    finish_interrupted(folder)
    try:
        there = Manifest.load(folder).name
        made_here = bool({ANSWER, SPACE} & set(read_card(folder)))
    except (ManifestError, ModelError) as error:
        raise TrainingError(f"{folder} is there and holds no opponent: give another folder ({error})") from error
    if not made_here:
        raise TrainingError(f"{folder} holds the opponent {there}, which was not made so: give another folder or name")
    if there != name:
        raise TrainingError(f"{folder} holds the opponent {there}, not {name}: give another folder")


def _with_manifest(asked: Asked, made: Ready, folder: Path, *, place: int) -> dict[str, str]:
    return {**made.texts, MANIFEST: _manifest(asked, made, folder, place)}


def _manifest(asked: Asked, made: Ready, folder: Path, place: int) -> str:
    """Return ``opponent.toml``: what a person changed in the one that is there stays."""
    path = folder / MANIFEST
    before: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    usual = {
        "name": asked.name,
        "game": asked.game,
        "title": asked.name.replace("_", " ").title(),
        "difficulty": place,
        "author": _author(),
        "colour": _COLOURS[sum(asked.name.encode()) % len(_COLOURS)],
        "temperature": 0.0,
    }
    opponent = {**usual, **before.get("opponent", {}), "algorithm": _short(made.algorithm)}
    if asked.title is not None:
        opponent["title"] = asked.title
    if asked.temperature is not None:
        opponent["temperature"] = float(asked.temperature)
    tables: dict[str, Any] = {"opponent": opponent}
    if asked.options:
        tables["plays"] = dict(asked.options)
    needs = {**dict(made.needs), **before.get("function", {})}
    if made.needs or needs.get("layers") == WHOLE["layers"]:  # what another kind of model needed is not needed now
        needs = {**needs, **made.needs} if made.needs else {key: needs[key] for key in needs if key not in WHOLE}
    if needs:
        tables["function"] = needs
    tables |= {key: value for key, value in before.items() if key not in {*tables, "function"}}
    return "\n".join(
        f"[{table}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
        for table, values in tables.items()
    )


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _author() -> str:
    try:
        return getpass.getuser()[:80] or "you"
    except (OSError, KeyError, ImportError):
        return "you"


def _short(text: str) -> str:
    words = re.sub(r"\s+", " ", text)
    return words if len(words) <= 200 else f"{words[:197]}..."  # noqa: PLR2004 - what a manifest takes


def _try(folder: Path, positions: Sequence[Position]) -> None:
    """Raise TrainingError unless the opponent gives each position a legal answer, the same one twice, by its model."""
    asked = False
    try:
        opponent = load_opponent(folder)
        for number, position in enumerate(positions):
            data = json.loads(json.dumps(opponent.game.encode_observation(position.observation)))
            request = MoveRequest(opponent.manifest.game, "try", 0, number, data).to_json()
            first, again = (move(opponent, "0", request, cold=False)[1].action for _ in range(2))
            opponent.game.check(position.state, position.player, opponent.game.parse_action(first))
            if first != again:
                raise TrainingError(f"asked twice for the same move it answers {first} and {again}")
            asked |= opponent.policy is None or bool(opponent.policy(position.observation))
    except (GameError, ModelError, ManifestError, Problem) as error:
        raise TrainingError(f"it does not answer a recorded position: {error}") from error
    if not asked:
        raise TrainingError(
            f"its model is asked at none of {len(positions)} positions, so it plays by chance: features(observation) "
            "must return columns where there is something to choose"
        )


def _strength(folder: Path, reporter: ProgressReporter) -> Strength | None:
    reporter.report("playing it, to see how strong it is")
    return measure(folder, lambda done, total: reporter.count("games", done, total))


def _put(folder: Path, made: Ready, card: JsonObject, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_artifact(folder, made.model, card, texts, made.file)
    for name in {OWN, f"{CODE}.py", MODEL, SKOPS} - {made.file, *texts}:  # of a model of another kind, before this one
        (folder / name).unlink(missing_ok=True)


def _proved(proved: Mapping[str, Any]) -> list[str]:
    """Return what a function's real runtime showed, as a line."""
    if not proved:
        return []
    said = proved["runtime"]
    layers = f", {said['layers_mb']:.0f} MB of layers" if "layers_mb" in said else ""
    line = f"function: cold start {said['init_ms']:.0f} ms, a move {said['p50_ms']:.1f} ms (median of {said['moves']})"
    return [f"{line}{layers}"]
