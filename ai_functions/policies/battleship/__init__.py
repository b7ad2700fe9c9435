"""Battleship's features, inference and the policies built on them; training and functions share them."""
