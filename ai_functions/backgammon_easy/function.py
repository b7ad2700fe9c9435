"""Plays what its model learned (see ``ai_functions/policies/backgammon/learned.py``)."""

from __future__ import annotations

from pathlib import Path

from ai_functions.policies.backgammon.learned import Learned

_PLAYER = Learned(Path(__file__).parent)
act = _PLAYER.act
policy = _PLAYER.policy
explain = _PLAYER.explain
