"""What functions print, and metrics about them, on their way to CloudWatch."""
