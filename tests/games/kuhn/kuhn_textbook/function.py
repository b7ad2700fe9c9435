"""Plays Kuhn's own solution (see ``tests/games/kuhn/textbook.py``)."""

from tests.games.kuhn.textbook import act, policy

__all__ = ["act", "policy"]
