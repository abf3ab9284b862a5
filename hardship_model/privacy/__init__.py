"""Both doors: nothing personal comes in, nothing small goes out."""

from hardship_model.privacy.anonymity import Hiding, banded, hiding, merged, suppressed, top_coded
from hardship_model.privacy.identifiers import IdentifierError, identifiers, refuse_identifiers
from hardship_model.privacy.pseudonyms import fingerprint, pseudonyms, read_key
from hardship_model.privacy.small_cells import SMALLEST_CELL, withhold_small_cells

__all__ = [
    "SMALLEST_CELL",
    "Hiding",
    "IdentifierError",
    "banded",
    "fingerprint",
    "hiding",
    "identifiers",
    "merged",
    "pseudonyms",
    "read_key",
    "refuse_identifiers",
    "suppressed",
    "top_coded",
    "withhold_small_cells",
]
