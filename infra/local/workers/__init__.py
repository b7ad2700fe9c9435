"""The processes that run functions on this machine, and the Runtime API they speak."""
