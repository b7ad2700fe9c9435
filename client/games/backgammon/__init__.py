"""Backgammon in the window."""
