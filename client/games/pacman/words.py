"""Which events of Pac-Man come too often to be told in words."""

QUIET = frozenset({"dot", "turned", "exit", "mode"})
