"""Plays what its model learned (see ``ai_functions/policies/backgammon/strong.py``)."""

from __future__ import annotations

from pathlib import Path

from ai_functions.policies.backgammon.strong import Strong

_PLAYER = Strong(Path(__file__).parent)
act = _PLAYER.act
policy = _PLAYER.policy
explain = _PLAYER.explain
assess = _PLAYER.assess
