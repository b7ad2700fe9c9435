"""What commands work on: everything deployed under one prefix in one cloud, how it is reached, and its locks."""
