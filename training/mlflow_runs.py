"""Hands runs to MLflow: parameters, measures, tags, and the files themselves as artifacts.

MLflow is no dependency: it is asked for here alone, where it is installed.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from training.contracts import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.runs import Run

TAG = "lambda_arcade.run"
"""The tag by which a run is known there: one that is there is not handed over again."""
LONGEST = 6000
"""Characters of a parameter, all that MLflow takes."""
_NEEDED = {"mlflow": "mlflow-skinny", "sqlalchemy": "sqlalchemy", "alembic": "alembic"}


def export(runs: Sequence[Run], uri: str, progress: Callable[[int, int], None]) -> tuple[int, int]:
    """Hand ``runs`` to the tracking server or store at ``uri``; return how many, and how many were there already.

    The experiment of each is called ``lambda-arcade/OPPONENT``.  Raises TrainingError where MLflow, or what it needs
    for ``uri``, is not installed, and for a store that it cannot use.
    """
    _check_installed(uri)
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # a folder is what a person may ask for
    tracking: Any = import_module("mlflow.tracking")
    handed = 0
    try:
        client = tracking.MlflowClient(tracking_uri=uri)
        for number, run in enumerate(runs, start=1):
            handed += _hand_over(client, run)
            progress(number, len(runs))
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise TrainingError(f"MLflow cannot keep runs at {uri}: {first}") from error
    return handed, len(runs) - handed


def _check_installed(uri: str) -> None:
    wanted = _NEEDED if uri.startswith(("sqlite:", "postgresql", "mysql", "mssql")) else {"mlflow": "mlflow-skinny"}
    missing = [package for module, package in wanted.items() if find_spec(module) is None]
    if missing:
        raise TrainingError(f"runs export --mlflow needs {' and '.join(missing)}: pip install {' '.join(missing)}")


def _hand_over(client: Any, run: Run) -> bool:
    """Hand over one run; say whether it was not there already."""
    name = f"lambda-arcade/{run.card.get('name', 'unknown')}"
    experiment = client.get_experiment_by_name(name)
    number = client.create_experiment(name) if experiment is None else experiment.experiment_id
    if client.search_runs([number], filter_string=f"tags.`{TAG}` = '{run.name}' and attributes.status = 'FINISHED'"):
        return False
    began = datetime.fromisoformat(str(run.card["created"])) if run.card.get("created") else None
    moment = None if began is None else int(began.timestamp() * 1000)
    there = client.create_run(number, start_time=moment, run_name=run.name, tags={TAG: run.name, **_tags(run)})
    key = there.info.run_id
    for name, value in parameters_of(run.card).items():
        client.log_param(key, name, value[:LONGEST])
    for name, number in measures_of(run).items():
        client.log_metric(key, name, number, timestamp=moment)
    for path in sorted(run.folder.iterdir()):
        client.log_artifact(key, str(path))
    client.set_terminated(key, status="FINISHED")
    return True


def _tags(run: Run) -> dict[str, str]:
    data: Any = run.card.get("data") or {}
    found = {
        "game": run.card.get("game"),
        "passed": run.passed,
        "model_sha256": run.card.get("sha256"),
        "records": data.get("records_sha256"),
        "source": data.get("source"),
    }
    return {f"lambda_arcade.{name}": str(value) for name, value in found.items() if value is not None}


def parameters_of(card: Mapping[str, Any]) -> dict[str, str]:
    """Return what a training was asked for, by dotted name, as text."""
    told = {
        "seed": card.get("seed"),
        "command": card.get("command"),
        "algorithm": card.get("algorithm"),
        "versions": card.get("versions"),
        **(card.get("parameters") or {}),
    }
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in flat(told).items()
        if value is not None
    }


def measures_of(run: Run) -> dict[str, float]:
    """Return every number that a training measured, by dotted name: of its card and of its report."""
    told: dict[str, Any] = {
        name: run.card.get(name) for name in ("measures", "dial", "setting", "evaluation", "parity", "model_bytes")
    }
    try:
        found: Any = run.report()
    except TrainingError:
        found = {}
    told["held_out"] = {
        who: {**one, "calibration": one["calibration"]["error"]}
        for who, one in (found.get("foretelling") or {}).items()
        if isinstance(one, dict) and "calibration" in one
    }
    told["function"] = (found.get("function") or {}).get("runtime")
    data: Any = run.card.get("data") or {}
    told["data"] = {name: data.get(name) for name in ("games", "turns", "rows", "set_aside")}
    return {
        name: float(value)
        for name, value in flat(told).items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def flat(told: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a table of tables as one table, with dotted names; lists stay as they are."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}".replace("[", "_").replace("]", "_")] = value
    return found
