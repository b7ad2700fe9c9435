"""Requests by the thousand: the load test, the drill, and what is measured of functions."""
