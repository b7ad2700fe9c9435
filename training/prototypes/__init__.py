"""From somebody's estimator, or file, to an opponent's folder: converted, compared, measured."""
