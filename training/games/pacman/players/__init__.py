"""Programs that play Pac-Man, and programs that play the ghosts."""
