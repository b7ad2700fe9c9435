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
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any, cast

import numpy as np

import ai_functions
from ai_functions.policies.chooser import ANSWER, OWN, OWN_FEATURES, columns_of
from ai_functions.runtime.answer import move
from ai_functions.runtime.artifact import finish_interrupted
from ai_functions.runtime.listing import NAME
from ai_functions.runtime.loader import FUNCTION, load_opponent
from ai_functions.runtime.manifest import MANIFEST, Manifest, ManifestError
from ai_functions.runtime.model import ModelError, read_card
from ai_functions.runtime.protocol import MoveRequest, Problem
from games.catalog import find_game, part_name
from games.core import GameError
from games.schema import InvalidError
from training.artifact import write_artifact
from training.contracts import TrainingError
from training.export import ABSOLUTE, RELATIVE
from training.prototypes.conversion import convert
from training.prototypes.meaning import meaning_of
from training.prototypes.observations import of_every_phase, positions_in
from training.prototypes.onnx_files import read_onnx
from training.prototypes.own_features import loaded, source_of
from training.prototypes.strength import measure
from training.tables.kinds import candidates_of, kinds_of
from training.tables.playing import some_games

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.core import JsonObject
    from training.progress import ProgressReporter
    from training.prototypes.conversion import Converted
    from training.prototypes.meaning import Meaning
    from training.prototypes.observations import Position
    from training.tables.table import Table

COMPARED_ROWS = 2000
_LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy", "lightgbm", "xgboost", "xgboost-cpu")
_COLOURS = ("#5fb3b3", "#c9a227", "#d2691e", "#7a9e3f", "#8f7fc7", "#c75b7a", "#4f8fc0", "#b07d4f")
_LADDER = Path(ai_functions.__file__).parent


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to have made."""

    model: Any
    """A fitted estimator, or the content of an ONNX file."""
    name: str
    game: str
    table: Table | None = None
    """Whose rows it learned from; without one, rows of games played for the purpose are taken to compare on."""
    features: Any = None
    """A person's own ``features(observation)``, as a function or a file's path."""
    best: Any = None
    """The class that makes a good move."""
    columns: Sequence[str] | None = None
    """The columns that an ONNX model wants, in order."""
    output: str | None = None
    """The output that answers, of an ONNX model."""
    temperature: float | None = None
    title: str | None = None
    source: str = "la.deploy"
    """Where the model came from, in words, for the card."""


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


def make(
    asked: Asked,
    folder: Path,
    reporter: ProgressReporter,
    *,
    prove: Callable[[Path, Sequence[Position]], Mapping[str, Any]] | None = None,
) -> Made:
    """Make the opponent that was ``asked`` for and put it into ``folder``.

    ``prove`` tries the folder in a function's real runtime, before anything is put in place, and returns what the card
    is to say of it.  Raises TrainingError; the folder is as it was then.
    """
    name = check_name(asked.name, folder)
    rules = find_game(asked.game)
    reporter.report(f"playing {rules.INFO.title} for positions to try it on")
    positions = positions_in(some_games(asked.game))
    source = None if asked.features is None else source_of(asked.features)
    own = None if source is None else loaded(source)
    _check_own(asked, own, positions)
    reporter.report("converting it, and comparing it with the original on real rows")
    rows, words = _rows(asked, own, positions)
    converted = _converted(asked, rows, words)
    labels = [label for kind in kinds_of(asked.game).values() for label in kind.labels]
    meaning = meaning_of(converted.output, converted.classes, asked.best, labels, logits=converted.logits)
    card = _card(asked, converted, meaning, source)
    staging = folder.parent / f".{name}.{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        texts = _texts(asked, converted, source, folder, place=1)
        write_artifact(staging, converted.onnx, card, texts)
        phases = of_every_phase(positions)
        reporter.report(f"asking it {len(phases)} positions of games, of every phase")
        _try(staging, phases)
        proved = {} if prove is None else prove(staging, phases)
        reporter.report("playing it, to see how strong it is")
        strength = measure(staging, lambda done, total: reporter.count("games", done, total))
        card = {**card, **cast("JsonObject", dict(proved))}
        if strength is not None:
            played = {key: value.to_json() for key, value in strength.measures.items()}
            card["evaluation"] = cast("JsonObject", {"candidate": played, "line": strength.line})
            texts = _texts(asked, converted, source, folder, place=strength.place)
        _put(folder, converted.onnx, card, texts)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    lines = _lines(converted, meaning, proved, None if strength is None else strength.line)
    return Made(folder, Manifest.load(folder), read_card(folder), tuple(phases), lines)


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
        made_here = ANSWER in read_card(folder)
    except (ManifestError, ModelError) as error:
        raise TrainingError(f"{folder} is there and holds no opponent: give another folder ({error})") from error
    if not made_here:
        raise TrainingError(f"{folder} holds the opponent {there}, which was not made so: give another folder or name")
    if there != name:
        raise TrainingError(f"{folder} holds the opponent {there}, not {name}: give another folder")


def _check_own(asked: Asked, own: Callable[[Any], Any] | None, positions: Sequence[Position]) -> None:
    """Raise TrainingError unless a person's features give the same twice, here and in the file that ships."""
    if own is None:
        return
    given = asked.features if callable(asked.features) else own
    rules = find_game(asked.game)
    for position in of_every_phase(list(positions)):
        actions = rules.legal_actions(position.observation)
        if actions is None:
            continue
        try:
            first, again, shipped = (
                columns_of(position.observation, len(actions), None, function) for function in (given, given, own)
            )
        except Exception as error:
            raise TrainingError(
                f"features(observation) fails on a recorded game: {type(error).__name__}: {error}"
            ) from error
        for other, what in ((again, "asked again"), (shipped, "in the file that ships")):
            odd = _odd_column(first, other)
            if odd:
                raise TrainingError(
                    f"features(observation) gives another {odd!r} {what}: it may depend on nothing else"
                )


def _odd_column(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    if one is None or other is None:
        return "" if one is other else "answer"
    if list(one) != list(other):
        return "list of columns"
    for name, values in one.items():
        if not all(a == b or (a != a and b != b) for a, b in zip(values, other[name], strict=True)):  # noqa: PLR0124 - NaN
            return name
    return ""


def _rows(
    asked: Asked, own: Callable[[Any], Any] | None, positions: Sequence[Position]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return real rows by column, COMPARED_ROWS at most, and which columns hold words."""
    game = candidates_of(asked.game)
    words = frozenset[str]() if game is None else game.WORDS
    if asked.table is not None:
        table = asked.table.lazy().select(asked.table.columns(everything=True)).collect()
        if table.height > COMPARED_ROWS:
            table = table.sample(COMPARED_ROWS, seed=1)
        found = {name: table[name].to_list() for name in table.columns}
    else:
        rules = find_game(asked.game)
        found = {}
        for position in positions:
            actions = rules.legal_actions(position.observation)
            given = None if actions is None else columns_of(position.observation, len(actions), game, own)
            for name, values in (given or {}).items():
                found.setdefault(name, []).extend(values)
        if not found:
            raise TrainingError(
                f"{asked.game} has no columns of its own to learn from: give features=, a function "
                "features(observation) that returns them"
            )
        count = len(next(iter(found.values())))
        picked = np.sort(np.random.default_rng(1).choice(count, min(COMPARED_ROWS, count), replace=False))
        found = {name: [values[index] for index in picked] for name, values in found.items()}
    words |= {name for name, values in found.items() if any(isinstance(value, str) for value in values)}
    return {
        name: values if name in words else np.asarray(values, np.float64).astype(np.float32)
        for name, values in found.items()
    }, words


def _converted(asked: Asked, rows: Mapping[str, Any], words: frozenset[str]) -> Converted:
    if isinstance(asked.model, bytes):
        return read_onnx(asked.model, rows, words, asked.columns, asked.output)
    return convert(asked.model, rows, words)


def _card(asked: Asked, converted: Converted, meaning: Meaning, source: str | None) -> JsonObject:
    parity: dict[str, Any] = {"rows": converted.rows, "max_error": converted.max_error, "how": converted.how}
    parity["tolerance"] = f"{ABSOLUTE:g} + {RELATIVE:g} * |estimator|"
    if converted.ambiguous:
        parity["ambiguous_rows"] = converted.ambiguous
    data: dict[str, Any] = {"source": asked.source}
    if asked.table is not None:
        written = asked.table.written
        data |= {"games": written.matches, "rows": written.rows, "set_aside": written.set_aside.count}
        data["records_fingerprint"] = written.fingerprint
    found: dict[str, Any] = {
        "sha256": sha256(converted.onnx).hexdigest(),
        "name": asked.name,
        "game": asked.game,
        "algorithm": converted.algorithm,
        "features": list(converted.features),
        ANSWER: meaning.to_json(),
        OWN_FEATURES: source is not None,
        "data": data,
        "parity": parity,
        "model_bytes": len(converted.onnx),
        "versions": {"python": python_version(), **_versions()},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return cast("JsonObject", found)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _texts(asked: Asked, converted: Converted, source: str | None, folder: Path, *, place: int) -> dict[str, str]:
    texts = {MANIFEST: _manifest(asked, converted, folder, place), FUNCTION: _function(asked.game)}
    return texts if source is None else {**texts, OWN: source}


def _manifest(asked: Asked, converted: Converted, folder: Path, place: int) -> str:
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
    opponent = {**usual, **before.get("opponent", {}), "algorithm": _short(converted.algorithm)}
    if asked.title is not None:
        opponent["title"] = asked.title
    if asked.temperature is not None:
        opponent["temperature"] = float(asked.temperature)
    tables = {"opponent": opponent, **{key: value for key, value in before.items() if key != "opponent"}}
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


def _function(game: str) -> str:
    module = part_name(game, "candidates", "ai_functions.policies")
    if module is None:
        brings, columns = "", "None"
    else:
        package, _, name = module.rpartition(".")
        brings, columns = f"from {package} import {name}\n", name
    return (
        '"""Plays what the model beside this file says of each action that the rules allow."""\n\n'
        "from pathlib import Path\n\n"
        f"{brings}from ai_functions.policies.chooser import Chooser\n\n"
        f"player = Chooser(Path(__file__).parent, {columns})\n"
        "act = player.act\npolicy = player.policy\nexplain = player.explain\n"
    )


def _try(folder: Path, positions: Sequence[Position]) -> None:
    """Raise TrainingError unless the opponent gives each position a legal answer, and the same one twice."""
    try:
        opponent = load_opponent(folder)
        for number, position in enumerate(positions):
            data = json.loads(json.dumps(opponent.game.encode_observation(position.observation)))
            request = MoveRequest(opponent.manifest.game, "try", 0, number, data).to_json()
            first, again = (move(opponent, "0", request, cold=False)[1].action for _ in range(2))
            opponent.game.check(position.state, position.player, opponent.game.parse_action(first))
            if first != again:
                raise TrainingError(f"asked twice for the same move it answers {first} and {again}")
            if opponent.policy is not None:
                opponent.policy(position.observation)
    except (GameError, ModelError, ManifestError, Problem) as error:
        raise TrainingError(f"it does not answer a recorded position: {error}") from error


def _put(folder: Path, onnx: bytes, card: JsonObject, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_artifact(folder, onnx, card, texts)
    if OWN not in texts:
        (folder / OWN).unlink(missing_ok=True)


def _lines(converted: Converted, meaning: Meaning, proved: Mapping[str, Any], strength: str | None) -> tuple[str, ...]:
    size = f"{len(converted.onnx) / 1000:.0f} kB"
    compared = (
        f"agrees with the estimator on {converted.rows} real rows, largest error {converted.max_error:.1e}"
        if converted.how != "as it is"
        else f"answered {converted.rows} real rows"
    )
    lines = [f"model: {size}, {compared} ({converted.how})", f"meaning: {meaning.told()}"]
    if converted.ambiguous:
        lines.append(f"{converted.ambiguous} rows were left out: their last neighbour is as far as the next")
    if proved:
        lines.append(
            f"function: cold start {proved['runtime']['init_ms']:.0f} ms, a move {proved['runtime']['p50_ms']:.1f} ms "
            f"(median of {proved['runtime']['moves']})"
        )
    if strength is not None:
        lines.append(f"strength: {strength}")
    return tuple(lines)
