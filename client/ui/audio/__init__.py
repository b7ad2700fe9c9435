"""Sounds: how they are synthesised and played."""
