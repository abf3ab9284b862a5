"""Features: what could have been known about a household at the end of a month."""

from hardship_model.features.declared import WINDOWS_MONTHS, Feature, declare
from hardship_model.features.engine import features
from hardship_model.features.in_parts import write_features

__all__ = ["WINDOWS_MONTHS", "Feature", "declare", "features", "write_features"]
