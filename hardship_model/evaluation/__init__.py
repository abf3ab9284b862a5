"""Would it have worked then? Prospective evaluation with counts and intervals."""
