"""Matches written down while they are played, and uploaded afterwards."""
