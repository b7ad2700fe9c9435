"""From records to a playing function, in a notebook, for each kind of model: ``python -m tests.prototypes.walk``.

Each kind is a program of its own, made of what README and docs/first-model.md show.  The table in docs/training.md is
written anew: lines, seconds of CPU from the first import to a deployed function, and how strong it plays.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from training.evaluation.page import put_section

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
NET = Path(__file__).with_name("net.onnx")
BEGIN = """\
import lambda_arcade as la
table = la.make_records("battleship", games=50, seed=1).table("shots")
X, y, groups = table.xy()
"""
_SCALED = """\
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
"""
_TWO = f"""\
from sklearn.ensemble import HistGradientBoostingClassifier, {{0}}
from sklearn.linear_model import LogisticRegression
{_SCALED}linear = make_pipeline(StandardScaler(), LogisticRegression())
model = {{0}}([("linear", linear), ("trees", HistGradientBoostingClassifier())]{{1}}).fit(X, y)
"""
FITS: dict[str, str] = {
    "LogisticRegression behind a scaler": f"""\
from sklearn.linear_model import LogisticRegression
{_SCALED}model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
""",
    "HistGradientBoosting": """\
from sklearn.ensemble import HistGradientBoostingClassifier
model = HistGradientBoostingClassifier().fit(X, y)
""",
    "RandomForest": """\
from sklearn.ensemble import RandomForestClassifier
model = RandomForestClassifier(min_samples_leaf=20).fit(X, y)
""",
    "ExtraTrees": """\
from sklearn.ensemble import ExtraTreesClassifier
model = ExtraTreesClassifier(min_samples_leaf=20).fit(X, y)
""",
    "nearest neighbours behind a scaler": f"""\
from sklearn.neighbors import KNeighborsClassifier
{_SCALED}model = make_pipeline(StandardScaler(), KNeighborsClassifier(25)).fit(X[:5000], y[:5000])
""",
    "MLP behind a scaler": f"""\
from sklearn.neural_network import MLPClassifier
{_SCALED}model = make_pipeline(StandardScaler(), MLPClassifier((32,), max_iter=20)).fit(X, y)
""",
    "SVC(probability=True) behind a scaler": f"""\
from sklearn.svm import SVC
{_SCALED}model = make_pipeline(StandardScaler(), SVC(probability=True)).fit(X[:3000], y[:3000])
""",
    "CalibratedClassifierCV": """\
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
model = CalibratedClassifierCV(RandomForestClassifier(30, min_samples_leaf=20)).fit(X, y)
""",
    "VotingClassifier, soft": _TWO.format("VotingClassifier", ', voting="soft"'),
    "StackingClassifier": _TWO.format("StackingClassifier", ""),
    "ColumnTransformer with words and gaps": """\
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
X, y, groups = table.xy(everything=True)
columns = make_column_transformer((OneHotEncoder(), ["last_result"]), remainder=SimpleImputer())
model = make_pipeline(columns, RandomForestClassifier(50, min_samples_leaf=20)).fit(X, y)
""",
    "LightGBM": """\
from lightgbm import LGBMClassifier
model = LGBMClassifier(verbose=-1).fit(X, y)
""",
    "XGBoost": """\
from xgboost import XGBClassifier
model = XGBClassifier().fit(X.to_numpy(), y)
""",
    "a network, exported to ONNX by its owner": f"""\
from pathlib import Path
model = Path({str(NET)!r}).read_bytes()
""",
    "features of one's own": """\
from games.battleship import rules
from sklearn.linear_model import LogisticRegression
def features(observation):
    cells = rules.legal_actions(observation)
    if cells is None:
        return None
    hits = [report.cell for report in observation.shots if report.result != "miss"]
    near = lambda cell: sum(abs(hit.row - cell.row) + abs(hit.column - cell.column) <= 2 for hit in hits)
    return {"heat": [near(shot.cell) for shot in cells], "hits": len(hits)}
table = la.make_records("battleship", games=50, seed=1).table("shots", features=features)
X, y, groups = table.xy(columns=["density", "parity", "heat"])
model = LogisticRegression().fit(X, y)
""",
    "FunctionTransformer with Python of one's own": """\
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
def roots(rows):
    return np.sqrt(np.abs(rows))
model = make_pipeline(FunctionTransformer(roots), LogisticRegression(max_iter=300)).fit(X, y)
""",
}
WHOLE = "FunctionTransformer with Python of one's own"
"""The one that no converter knows."""


class Walked(NamedTuple):
    """What came of one."""

    lines: int
    cpu_s: float
    strength: str


def program(kind: str, name: str) -> str:
    """Return the whole program."""
    runtime = ', runtime="sklearn"' if kind == WHOLE else ""
    return f'{BEGIN}{FITS[kind]}print(la.deploy(model, name="{name}", game="battleship", table=table{runtime}))\n'


def walk(kind: str, name: str, home: Path) -> Walked:
    """Run the program of a kind in ``home``, and let its function play.  Raises RuntimeError where it does not."""
    text = program(kind, name)
    script = home / f"{name}.py"
    script.write_text(text, "utf-8")
    environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(home), "LAMBDA_ARCADE_PORT": "0"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = _run([sys.executable, str(script)], environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (strength,) = [line.partition("strength: ")[2] for line in said.splitlines() if "strength: " in line]
    arcade = [sys.executable, "-m", "client", "match", "battleship", name, "random", "--games", "2", "--json"]
    if json.loads(_run(arcade, environment))["excluded"]:
        raise RuntimeError(f"{name} is deployed and does not answer")
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Walked(len([line for line in text.splitlines() if line.strip()]), took, strength.partition(" (")[0])


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
    return done.stdout


def section(found: Mapping[str, Walked]) -> str:
    """Return what the page says of programs that were run, by kind."""
    told = textwrap.fill(
        "Each is a program of its own, as a notebook would have it: 50 games are made, a table and a model of them, "
        "and a function that then plays a match. Seconds of CPU are of all that, from the first import until it is "
        "deployed, with its report; a shot fewer is better, and what plays by chance needs some 95.",
        110,
    )
    rows = [f"| {kind} | {one.lines} | {one.cpu_s:.0f} | {one.strength} |" for kind, one in found.items()]
    return "\n".join([told, "", "| model | lines | seconds of CPU | plays with |", "| --- " * 4 + "|", *rows])


def main() -> None:
    """Write the table."""
    with TemporaryDirectory(prefix="lambda-arcade-walk-") as place:
        home = Path(place)
        environment = {**os.environ, "LAMBDA_ARCADE_HOME": str(home), "LAMBDA_ARCADE_PORT": "0"}
        try:
            _run([sys.executable, "-m", "client", "deploy", "battleship_easy"], environment)  # the platform, once
            found = {kind: walk(kind, f"walk_{number}", home) for number, kind in enumerate(FITS)}
        finally:
            _run([sys.executable, "-m", "client", "cloud", "down"], environment)
    put_section(PAGE, "lines and seconds", "python -m tests.prototypes.walk", section(found))


if __name__ == "__main__":
    main()
