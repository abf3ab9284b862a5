"""From a config to towns or a survey, scores, played strategies and tables: the job of screening.

Stands above `screening`, which knows no models, and lends it their scores.
"""

from hardship_model.screen_study.config import ScreenStudy, load_screen_study
from hardship_model.screen_study.folder import read_results, write_results
from hardship_model.screen_study.own_panel import of_panel
from hardship_model.screen_study.panel_config import PanelScreen, load
from hardship_model.screen_study.panel_run import PanelResults, run_panel
from hardship_model.screen_study.panel_scores import scores_of_panel
from hardship_model.screen_study.run import ScreenResults, as_files, run
from hardship_model.screen_study.scores import scores_of
from hardship_model.screen_study.towns import settle, strategies_for, town_of
from hardship_model.screening.ready_made import strategies_table
from hardship_model.screening.strategies import ORDERS

__all__ = [
    "ORDERS",
    "PanelResults",
    "PanelScreen",
    "ScreenResults",
    "ScreenStudy",
    "as_files",
    "load",
    "load_screen_study",
    "of_panel",
    "read_results",
    "run",
    "run_panel",
    "scores_of",
    "scores_of_panel",
    "settle",
    "strategies_for",
    "strategies_table",
    "town_of",
    "write_results",
]  # fmt: skip
