"""Tables of the documentation, each made by a command: ``python -m training.studies.<name>``."""
