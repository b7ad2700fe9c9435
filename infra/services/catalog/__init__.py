"""``GET /opponents``: what is deployed, in which versions, how strong, and where."""
