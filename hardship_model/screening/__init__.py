"""Ways of looking for households in hardship, and what each one finds. Knows scores, no model."""
