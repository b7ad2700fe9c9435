"""Rates both players of every new record, once."""
