"""How backgammon's opponents are learned and measured."""
