"""Dated public numbers, each with unit, source and tag; the files beside this one hold them."""

from hardship_model.parameters._page import page
from hardship_model.parameters._reader import (
    ENDED,
    PLACES,
    TAGS,
    Entry,
    ParameterError,
    describe,
    entries,
    parameter,
    read_group,
    series,
)

__all__ = [
    "ENDED",
    "PLACES",
    "TAGS",
    "Entry",
    "ParameterError",
    "describe",
    "entries",
    "page",
    "parameter",
    "read_group",
    "series",
]
