"""What every function ships with.  Its imports are paid for at every cold start: see ``handler``."""
