"""The main job: from a config to the tables of a run."""

from hardship_model.study.config import TOWN, OfPanel, Study, Visits, load_study
from hardship_model.study.folder import MARK, read_json, read_results, write_results
from hardship_model.study.keys import ConfigError
from hardship_model.study.own_panel import of_panel
from hardship_model.study.run import (
    Results,
    Sources,
    as_files,
    mapping_said,
    read,
    read_survey,
    run,
)

__all__ = [
    "MARK", "TOWN", "ConfigError", "OfPanel", "Results", "Sources", "Study", "Visits", "as_files",
    "load_study", "mapping_said", "of_panel", "read", "read_json", "read_results", "read_survey",
    "run", "write_results",
]  # fmt: skip
