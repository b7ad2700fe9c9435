"""Lines of any text: in which order letters stand, which face has them, where they are cut."""
