"""An estimator that judges candidates, as the table has them: converted, compared, and what its answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ai_functions.policies.chooser import ANSWER, OWN, OWN_FEATURES, columns_of
from ai_functions.policies.estimator import CODE, TRUSTED
from ai_functions.runtime.loader import FUNCTION
from ai_functions.runtime.model import SKOPS
from games.catalog import find_game, part_name
from training.contracts import TrainingError
from training.export import ABSOLUTE, RELATIVE
from training.prototypes.asked import Ready, usual_card
from training.prototypes.conversion import convert
from training.prototypes.meaning import meaning_of
from training.prototypes.onnx_files import read_onnx
from training.prototypes.own_features import loaded, source_of
from training.prototypes.whole import NEEDS, as_it_is
from training.tables.kinds import candidates_of, kinds_of
from training.tables.observations import of_every_phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from games.core import JsonObject
    from training.progress import ProgressReporter
    from training.prototypes.asked import Asked
    from training.prototypes.conversion import Converted
    from training.prototypes.meaning import Meaning
    from training.tables.kinds import TableKind
    from training.tables.observations import Position

COMPARED_ROWS = 2000


def ready(asked: Asked, positions: Sequence[Position], reporter: ProgressReporter) -> Ready:
    """Return the model that was ``asked`` for, ready to be tried.  Raises TrainingError."""
    _check_table(asked)
    source = None if asked.features is None else source_of(asked.features)
    own = None if source is None else loaded(source)
    _check_own(asked, own, positions)
    rows, words = _rows(asked, own, positions)
    texts = {} if source is None else {OWN: source}
    more: dict[str, Any] = {}
    if asked.whole:
        reporter.report("writing it as it is, and comparing it with the original on real rows")
        converted, trusted, code = as_it_is(asked.model, rows, words)
        more = {TRUSTED: trusted}
        texts |= {f"{CODE}.py": code} if code else {}
    else:
        reporter.report("converting it, and comparing it with the original on real rows")
        converted = _converted(asked, rows, words, reporter)
    labels = [label for kind in kinds_of(asked.game).values() for label in kind.labels]
    meaning = meaning_of(converted.output, converted.classes, asked.best, labels, logits=converted.logits)
    card = {**_card(asked, converted, meaning, source), **more}
    texts[FUNCTION] = _function(asked.game, whole=asked.whole)
    lines = _lines(converted, meaning)
    if asked.whole:
        return Ready(converted.onnx, card, converted.algorithm, texts, lines, SKOPS, NEEDS)
    return Ready(converted.onnx, card, converted.algorithm, texts, lines)


def _check_table(asked: Asked) -> None:
    """Raise TrainingError for a table whose columns no function of the game gets."""
    if asked.table is None:
        return
    kind = asked.table.kind
    if kind.game != asked.game:
        raise TrainingError(f"the table {kind.name} is of {kind.game}, and game={asked.game!r}: give the table's game")
    game = candidates_of(asked.game)
    served = frozenset[str]() if game is None else frozenset(game.COLUMNS)
    if asked.features is not None or _plays(kind, served):
        return
    good = [name for name, one in kinds_of(asked.game).items() if _plays(one, served)]
    way = f"learn from the table {' or '.join(good)}, or " if good else ""
    raise TrainingError(
        f"a function of {asked.game} does not get the columns of the table {kind.name}, so its model would never be "
        f"asked: {way}give features=, a function features(observation) that returns columns for each of the game's "
        f"legal_actions; lambda-arcade train NAME --estimator fits an estimator to what a level of {asked.game} learns"
    )


def _plays(kind: TableKind, served: frozenset[str]) -> bool:
    """Say whether a function gets the columns of a table."""
    return bool(kind.columns) and frozenset(kind.columns) <= served


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


def _converted(asked: Asked, rows: Mapping[str, Any], words: frozenset[str], reporter: ProgressReporter) -> Converted:
    if isinstance(asked.model, bytes):
        return read_onnx(asked.model, rows, words, asked.columns, asked.output)
    return convert(asked.model, rows, words, reporter.report)


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
    more = {
        "features": list(converted.features),
        ANSWER: meaning.to_json(),
        OWN_FEATURES: source is not None,
        "data": data,
        "parity": parity,
    }
    return usual_card(asked, converted.onnx, converted.algorithm, more)


def _function(game: str, *, whole: bool) -> str:
    module = part_name(game, "candidates", "ai_functions.policies")
    if module is None:
        brings, columns = "", "None"
    else:
        package, _, name = module.rpartition(".")
        brings, columns = f"from {package} import {name}\n", name
    model, estimator = "", ""
    if whole:
        model, estimator = ", Estimator(here)", "from ai_functions.policies.estimator import Estimator\n"
    return (
        '"""Plays what the model beside this file says of each action that the rules allow."""\n\n'
        "from pathlib import Path\n\n"
        f"{brings}from ai_functions.policies.chooser import Chooser\n{estimator}\n"
        f"here = Path(__file__).parent\nplayer = Chooser(here, {columns}{model})\n"
        "act = player.act\npolicy = player.policy\nexplain = player.explain\n"
    )


def _lines(converted: Converted, meaning: Meaning) -> tuple[str, ...]:
    size = f"{len(converted.onnx) / 1000:.0f} kB"
    compared = (
        f"agrees with the estimator on {converted.rows} real rows, largest error {converted.max_error:.1e}"
        if converted.how != "as it is"
        else f"answered {converted.rows} real rows"
    )
    lines = [f"model: {size}, {compared} ({converted.how})", f"meaning: {meaning.told()}"]
    if converted.ambiguous:
        lines.append(f"{converted.ambiguous} rows were left out: their last neighbour is as far as the next")
    return tuple(lines)
