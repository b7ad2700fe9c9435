"""The local cloud: the AWS APIs that Lambda Arcade needs, on loopback, with no account and no Docker."""
