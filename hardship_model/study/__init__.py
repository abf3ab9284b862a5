"""The main job: from a config to the tables of a run."""

from hardship_model.study.config import ConfigError, OfPanel, Study, Visits, load_study
from hardship_model.study.own_panel import of_panel
from hardship_model.study.run import Results, Sources, as_files, read, read_survey, run

__all__ = [
    "ConfigError", "OfPanel", "Results", "Sources", "Study", "Visits", "as_files", "load_study",
    "of_panel", "read", "read_survey", "run",
]  # fmt: skip
