"""Programs that play Battleship: textbook players, and players that place and shoot as people do."""
