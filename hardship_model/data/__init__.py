"""Where household panels come from: the invented town, surveys, the office's own extract."""
