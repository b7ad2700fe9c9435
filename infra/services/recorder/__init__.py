"""``POST /records``: stores a recorded game that the rules allow, once."""
