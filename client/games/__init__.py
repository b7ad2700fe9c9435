"""What a game looks like in the window: one package a game."""
