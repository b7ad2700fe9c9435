"""Lets the opponents that played a new record annotate it."""
