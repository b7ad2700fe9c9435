"""Plays what its model learned (see ``tests/games/kuhn/learned.py``)."""

from __future__ import annotations

from pathlib import Path

from tests.games.kuhn.learned import Learned

_PLAYER = Learned(Path(__file__).parent)
act = _PLAYER.act
policy = _PLAYER.policy
explain = _PLAYER.explain
