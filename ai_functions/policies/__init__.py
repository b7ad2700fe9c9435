"""What a model sees: observations as numbers, the same in training and in a function."""
