"""Learning again: from what an office has found, year after year."""
