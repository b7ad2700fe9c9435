"""How functions come to be."""
