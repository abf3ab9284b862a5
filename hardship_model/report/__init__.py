"""What does one read? Tables and sentences in plain words, and one page that holds them all."""

from hardship_model.report.cards import data_sheet, model_card
from hardship_model.report.document import page
from hardship_model.report.leaks import about_worth, alarms_table, worth_table
from hardship_model.report.missed import about_missed, equal_table, gaps_table, groups_table
from hardship_model.report.pages import in_language, own_names, pages, read_results
from hardship_model.report.panel_screened import panel_in_short, panel_screen_page
from hardship_model.report.scorecard import scorecard_page
from hardship_model.report.screened import screen_page
from hardship_model.report.screened_sentences import screened_in_short
from hardship_model.report.screened_tables import comparison_table, verdicts_table
from hardship_model.report.sentences import (
    about_falls,
    about_models,
    about_panel,
    about_visits,
    in_short,
)
from hardship_model.report.tables import (
    answers_table,
    calibration_table,
    choice_table,
    decisions_table,
    drift_table,
    features_table,
    lists_table,
    models_table,
    moves_table,
    visits_table,
)

__all__ = [
    "about_falls", "about_missed", "about_models", "about_panel", "about_visits", "about_worth",
    "alarms_table", "answers_table", "calibration_table", "choice_table", "comparison_table",
    "data_sheet",
    "decisions_table", "drift_table", "equal_table", "features_table", "gaps_table",
    "groups_table", "in_language", "in_short", "lists_table", "model_card", "models_table",
    "moves_table", "own_names", "page", "pages", "panel_in_short", "panel_screen_page",
    "read_results", "scorecard_page", "screen_page", "screened_in_short", "verdicts_table",
    "visits_table", "worth_table",
]  # fmt: skip
