"""Bootstrap players: programs of rising skill whose recorded games teach the first models."""
