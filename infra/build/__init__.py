"""From a folder to a zip, and from packages to a layer."""
