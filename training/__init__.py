"""From a record to a shipped model."""
