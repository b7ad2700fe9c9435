"""Pac-Man on the screen.  Start reading at ``scene``."""
