"""Lambda Arcade for data scientists: records to tables, estimators to functions.

>>> import lambda_arcade as la
>>> games = la.make_records("battleship", games=3, seed=1)
>>> table = games.table("shots")
>>> X, y, groups = table.xy()
>>> X.width, sorted(set(y.tolist())), len(set(groups.tolist()))
(28, [0, 1], 3)

``la.deploy(model, name="mine", game="battleship", table=table)`` makes a function of what was fitted on ``X`` and
``y``: see docs/first-model.md.  ``la.gymnasium_env("battleship", opponent=la.opponent("battleship_hard"))`` is an
environment to learn in by playing: see docs/environments.md.  What is imported here is light; what a call needs is
imported by the call.
"""

from __future__ import annotations

import client.neighbours  # noqa: F401 - first: whether what we import is ours, beside somebody's own training.py
from lambda_arcade.agents import deploy_agent, save_agent
from lambda_arcade.environments import gymnasium_env, pettingzoo_env, scores
from lambda_arcade.models import Deployed, Saved, deploy, save
from lambda_arcade.opponents import opponent
from lambda_arcade.records import Records, make_records, records

__all__ = [
    "Deployed",
    "Records",
    "Saved",
    "deploy",
    "deploy_agent",
    "gymnasium_env",
    "make_records",
    "opponent",
    "pettingzoo_env",
    "records",
    "save",
    "save_agent",
    "scores",
]
