"""Whole games of the strongest shooter in compiled code, for tuning and for tables."""
