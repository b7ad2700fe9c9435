"""How Pac-Man's ghosts learn and are measured.  Start reading at ``recipe``."""
