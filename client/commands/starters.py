"""What ``lambda-arcade new`` writes: a script and a notebook that train and deploy an opponent as they are."""

from __future__ import annotations

import textwrap
from typing import Any, NamedTuple

TRAIN, NOTEBOOK = "train.py", "train.ipynb"


class _Cell(NamedTuple):
    """What a cell of the notebook says, and does; the script does the same."""

    says: str
    does: str


_CELLS = (
    _Cell(
        "Recorded matches. These are played by programs, so that there is something to start from; "
        'la.records("cloud") are those that people played, la.records() those of this machine.',
        """\
games = la.make_records("{game}", games=150, seed=1)
table = games.table("{table}")
""",
    ),
    _Cell("Rows to learn from: named columns, a label, and the match of each row.", "X, y, groups = table.xy()\n"),
    _Cell(
        "Any estimator of scikit-learn, LightGBM or XGBoost. Matches are not torn apart by the splits.",
        """\
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
loss = -cross_val_score(model, X, y, groups=groups, cv=GroupKFold(5), scoring="neg_log_loss")
print(f"log loss {{loss.mean():.4f}} ± {{loss.std() / len(loss) ** 0.5:.4f}}, matches held out")
model.fit(X, y)
""",
    ),
    _Cell(
        "A function of its own, in the menu of a running game.",
        """\
done = la.deploy(model, name="{name}", game="{game}", table=table, folder={folder})
print(done)
""",
    ),
)
_IMPORTS = """\
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lambda_arcade as la
"""


def table_of(game: str) -> str:
    """Return the table that a game's starter learns from: its first one."""
    from training.tables.kinds import kinds_of  # noqa: PLC0415 - heavy

    return next(iter(kinds_of(game)))


def train_script(name: str, game: str) -> str:
    """Return ``train.py``."""
    words = {"name": name, "game": game, "table": table_of(game), "folder": 'Path(__file__).parent / "opponent"'}
    head = (
        f'"""Trains the opponent {name}, and deploys it: python {TRAIN}."""\n\nfrom pathlib import Path\n\n{_IMPORTS}'
    )
    cells = [f"{textwrap.fill(cell.says, 110, initial_indent='# ', subsequent_indent='# ')}\n"
             f"{cell.does.format(**words)}" for cell in _CELLS]  # fmt: skip
    return "\n".join((head, *cells))


def notebook(name: str, game: str) -> dict[str, Any]:
    """Return the notebook, as JSON: nbformat 4.5, without outputs."""
    words = {"name": name, "game": game, "table": table_of(game), "folder": '"opponent"'}
    first = _Cell(f"The opponent {name}: trained, and deployed.", _IMPORTS)
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate((first, *_CELLS)):
        text = {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": _lines(cell.says)}
        code = {
            "cell_type": "code",
            "id": f"code-{number}",
            "metadata": {},
            "source": _lines(cell.does.format(**words)),
        }
        cells += [text, {**code, "execution_count": None, "outputs": []}]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").splitlines(keepends=True)
