"""What is drawn of Pac-Man: maze, actors, panels, and what the functions say they saw."""
