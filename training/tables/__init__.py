"""From recorded matches to tables, in a stream: what is in memory does not grow with the number of matches."""
