"""Deployed opponents over HTTP: found, asked without holding up a frame, and replaced when they do not answer."""
