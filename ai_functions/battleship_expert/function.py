"""Plays to win (see ``ai_functions/policies/battleship/expert.py``)."""

from __future__ import annotations

from pathlib import Path

from ai_functions.policies.battleship.expert import Expert

_PLAYER = Expert(Path(__file__).parent)
act = _PLAYER.act
policy = _PLAYER.policy
explain = _PLAYER.explain
worth = _PLAYER.worth
