"""The platform's own functions: each small, single-purpose, with a role of its own.  A folder each."""
