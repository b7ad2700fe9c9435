"""What one player's fleets tell of the next one.  Start reading at ``prior``."""
