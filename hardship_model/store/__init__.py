"""The model store: one immutable version per accepted model, in a folder at any address."""

from hardship_model.store.folder import StoreError
from hardship_model.store.model_files import Fits, ServedModel, fits_of, from_bytes, to_bytes
from hardship_model.store.versions import MODEL, Event, Store, Version

__all__ = [
    "MODEL", "Event", "Fits", "ServedModel", "Store", "StoreError", "Version", "fits_of",
    "from_bytes", "to_bytes",
]  # fmt: skip
