"""What all of ``infra`` stands on: names, state, errors, prices, processes."""
