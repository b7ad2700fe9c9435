"""Backgammon: fifteen checkers a side, two dice, and a cube."""
