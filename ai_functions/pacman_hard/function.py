"""Plays what its model learned (see ``ai_functions/policies/pacman/team.py``)."""

from __future__ import annotations

from pathlib import Path

from ai_functions.policies.pacman.team import Team

_TEAM = Team(Path(__file__).parent)
act = _TEAM.act
explain = _TEAM.explain
policy = _TEAM.policy
