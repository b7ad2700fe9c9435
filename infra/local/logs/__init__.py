"""What functions print, and figures about them, on their way to CloudWatch."""
