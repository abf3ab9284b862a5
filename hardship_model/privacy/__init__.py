"""Both doors: nothing personal comes in, nothing small goes out."""

from hardship_model.privacy.identifiers import IdentifierError, identifiers, refuse_identifiers
from hardship_model.privacy.small_cells import SMALLEST_CELL, withhold_small_cells

__all__ = [
    "SMALLEST_CELL",
    "IdentifierError",
    "identifiers",
    "refuse_identifiers",
    "withhold_small_cells",
]
