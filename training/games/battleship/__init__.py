"""How Battleship's models are learned and measured.  Start reading at ``recipe``."""
