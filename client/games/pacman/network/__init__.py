"""The ghosts' functions over a network, without ever holding up a frame.  Start reading at ``schedule``."""
