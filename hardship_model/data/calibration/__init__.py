"""Does the invented town look like what is known? Targets, measures, verdicts."""

from hardship_model.data.calibration.check import calibrate, tally
from hardship_model.data.calibration.targets import Target, targets

__all__ = ["Target", "calibrate", "tally", "targets"]
