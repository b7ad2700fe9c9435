"""Players of backgammon that run in the process: partners to measure against, and whose games are learned from."""
