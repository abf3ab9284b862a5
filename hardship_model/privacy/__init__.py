"""Both doors: nothing personal comes in, nothing small goes out."""

from hardship_model.privacy.anonymity import Hiding, banded, hiding, merged, suppressed, top_coded
from hardship_model.privacy.identifiers import (
    IdentifierError,
    identifiers,
    named_by,
    refuse_identifiers,
)
from hardship_model.privacy.passing import passed
from hardship_model.privacy.pseudonyms import fingerprint, key_of, pseudonyms
from hardship_model.privacy.releasing import LOG, ReleaseError, refuse_together, release
from hardship_model.privacy.showing import SingleHouseholdsError, shown, sums_by
from hardship_model.privacy.small_cells import SMALLEST_CELL, withhold_small_cells

__all__ = [
    "LOG",
    "SMALLEST_CELL",
    "Hiding",
    "IdentifierError",
    "ReleaseError",
    "SingleHouseholdsError",
    "banded",
    "fingerprint",
    "hiding",
    "identifiers",
    "key_of",
    "merged",
    "named_by",
    "passed",
    "pseudonyms",
    "refuse_identifiers",
    "refuse_together",
    "release",
    "shown",
    "sums_by",
    "suppressed",
    "top_coded",
    "withhold_small_cells",
]
