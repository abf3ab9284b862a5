"""Ways to rank households by risk: by hand first, learned second."""
