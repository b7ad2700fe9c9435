"""The maze chase: the arcade's rules to the tick, on mazes of our own.  Start reading at ``rules``."""
