"""Ends a canary whose alarm goes off."""
