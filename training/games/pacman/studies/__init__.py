"""The tables of ``docs/pacman-ghosts.md``: ``python -m training.games.pacman.studies``."""
