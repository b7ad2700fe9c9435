"""What functions have been doing, and what that costs."""
