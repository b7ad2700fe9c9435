"""Work that takes seconds, in a process of its own that gives way to whoever draws: the window never waits for it."""
