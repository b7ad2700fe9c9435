"""Estimators of every kind that a data scientist may bring."""
