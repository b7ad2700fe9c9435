"""A recorded match as something to look at: its positions, what a coach says of them, and pictures of both."""
