"""Comparisons with other programs, each by a command of its own.

They need gnubg-nn and OpenSpiel, which nothing else does: ``pip install gnubg-nn==1.1.0a11 open-spiel==2.0.2``.
Nothing of either ships, and nothing is trained on them.
"""
