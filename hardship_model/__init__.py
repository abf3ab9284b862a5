"""Months → panel → outcomes and features → scores → visits → report."""

from hardship_model.data.mapping import load_mapping, read_panel
from hardship_model.data.panel import Column, Panel
from hardship_model.evaluation.backtest import Origin, Task, choose, judge, score_everybody
from hardship_model.evaluation.leaks import Pipeline, leak_check
from hardship_model.features import declare, features
from hardship_model.labels import Question, outcomes
from hardship_model.transitions import transitions

__all__ = [
    "Column",
    "Origin",
    "Panel",
    "Pipeline",
    "Question",
    "Task",
    "choose",
    "declare",
    "features",
    "judge",
    "leak_check",
    "load_mapping",
    "outcomes",
    "read_panel",
    "score_everybody",
    "transitions",
]
