"""The report of somebody's own model: the same as a training's, as far as there is a table to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from training.evaluation.verdict import Verdict
from training.prototypes.evidence import Evidence, evidence
from training.prototypes.strength import beside_others
from training.report.findings import PATIENCE_S, Found, Parts, assembled, changed, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from games.core import JsonObject
    from games.record import GameRecord
    from training.progress import ProgressReporter
    from training.prototypes.asked import Asked
    from training.prototypes.strength import Strength
    from training.tables.table import Table


def report_of(
    asked: Asked,
    card: JsonObject,
    folders: tuple[Path | None, Path],
    played: Sequence[GameRecord],
    strength: Strength | None,
    reporter: ProgressReporter,
) -> Found:
    """Return the report of the opponent in the second of ``folders``, which replaces that in the first, if any.

    ``played`` are games in whose positions both are asked.
    """
    old, new = folders
    facts = {
        "name": asked.name,
        "game": asked.game,
        "title": asked.title or asked.name,
        "created": card.get("created"),
        "command": f"{asked.source}, runtime {'sklearn' if asked.whole else 'onnx'}",
        "seed": 1,
        "algorithm": card.get("algorithm"),
        "parameters": card.get("parameters"),
        "versions": card.get("versions"),
        "verdict": _not_judged(strength),
    }
    found: list[Evidence] = []

    def foretold() -> Any:
        found.append(_evidence(asked, card, reporter))
        facts["data"] = _data(card, asked.table, found[0])
        return found[0].asked

    parts = Parts(
        asked=foretold,
        curve=lambda _asked: found[0].curve,
        strength=lambda: _strength(asked.game, old, strength),
        function=lambda: (
            {"model_bytes": card["model_bytes"], "runtime": card["runtime"]}
            if "runtime" in card
            else {"model_bytes": card["model_bytes"], "why_not": "it was not tried as a function"}
        ),
        changes=lambda: changed(old, new, played, PATIENCE_S, reporter),
    )
    return assembled(facts, parts, reporter)


def _evidence(asked: Asked, card: Mapping[str, Any], reporter: ProgressReporter) -> Evidence:
    reason = ""
    if asked.agent:
        reason = "an agent learned by playing, from no table"
    elif asked.table is None:
        reason = "no table was given (table=): nobody knows which games it learned from"
    elif isinstance(asked.model, bytes):
        reason = "a model from a file of ONNX is not fitted anew, and nobody knows which games it learned from"
    if reason or asked.table is None:
        return Evidence(why_not(reason), why_not(reason), 0, 0)
    return evidence(asked.model, card["features"], asked.table, reporter)


def _not_judged(strength: Strength | None) -> JsonObject:
    """Return what stands where a training has the gate's verdict."""
    measured = "" if strength is None else f"; {strength.line}"
    reason = f"whoever deploys a model of their own decides alone, and no gate is asked{measured}"
    candidate = {} if strength is None else strength.measures
    games = 0 if strength is None else next(iter(strength.measures.values())).n
    verdict = Verdict(passed=False, reason=reason, games=games, candidate=candidate, current={}, differences={})
    return {**verdict.to_json(), "passed": None}


def _strength(game: str, old: Path | None, strength: Strength | None) -> dict[str, Any]:
    if strength is None:
        return why_not("this game, or this variant of it, is not measured")
    return beside_others(strength, game, old)


def _data(card: Mapping[str, Any], table: Table | None, learned: Evidence) -> dict[str, Any]:
    told: dict[str, Any] = {"games": 0, **card["data"], "learned_from": learned.learned, "held_out": learned.held_out}
    told |= {"functions_passed_over": {}, "set_aside": {"count": 0, "reasons": {}, "told": []}}
    if table is None:
        return told
    aside = table.written.set_aside
    told["set_aside"] = {"count": aside.count, "reasons": dict(sorted(aside.reasons.items())), "told": list(aside.told)}
    counts = (
        table.lazy().group_by(pl.concat_str(pl.col("kind"), pl.lit(":"), pl.col("name")).alias("who"))
        .agg(pl.col("match").n_unique()).sort("who").collect()
    )  # fmt: skip
    return {**told, "players": dict(counts.iter_rows())}
