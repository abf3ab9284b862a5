"""From a config to towns, scores, played strategies and their tables: the main job of screening.

Stands above `screening`, which knows no models, and lends it their scores.
"""

from hardship_model.screen_study.config import ScreenStudy, load_screen_study
from hardship_model.screen_study.run import ScreenResults, as_files, run
from hardship_model.screen_study.scores import scores_of
from hardship_model.screen_study.towns import settle, strategies_for, town_of
from hardship_model.screening.ready_made import strategies_table
from hardship_model.screening.strategies import ORDERS

__all__ = [
    "ORDERS",
    "ScreenResults",
    "ScreenStudy",
    "as_files",
    "load_screen_study",
    "run",
    "scores_of",
    "settle",
    "strategies_for",
    "strategies_table",
    "town_of",
]  # fmt: skip
