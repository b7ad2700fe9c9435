"""Kuhn poker: the third game that only tests know.  It proves that a game is a folder and a line of the catalogue."""
