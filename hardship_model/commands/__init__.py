"""Commands that stand apart from the main job; `cli` gathers them."""
