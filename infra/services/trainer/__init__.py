"""Retrains one opponent where its records are, and publishes what passes the gate: a function with a stack of its own.

``tally`` counts new records and starts ``handler``, which trains.  Each opponent that is to be retrained has a trainer
of its own, with a role that may change this opponent and no other.
"""
