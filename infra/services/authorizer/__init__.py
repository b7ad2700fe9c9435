"""Lets in who sends the API key."""
