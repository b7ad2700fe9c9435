"""Battleship on the screen: placing, shooting, and the end of a match."""
