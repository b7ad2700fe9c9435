"""Lists that scroll: of opponents, of actions."""
