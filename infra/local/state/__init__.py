"""What the local cloud keeps on disk."""
