"""The tables of ``docs/battleship.md``: ``python -m training.games.battleship.studies``."""
