"""Pac-Man's features and the policies of ghosts built on them; training and functions share them."""
