"""Opponents: one folder is one opponent is one function."""
