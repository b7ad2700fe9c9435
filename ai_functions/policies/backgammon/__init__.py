"""What backgammon's opponents are built from: features, chances of how a game ends, and what follows from them."""
