"""Battleship: two hidden fleets, one shot at a time (official rule: a sunk ship is named, its outline is not)."""
