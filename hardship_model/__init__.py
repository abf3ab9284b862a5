"""Months → panel → outcomes and features → scores → visits → report.

What loads slowly is loaded when it is first asked for: a process that only builds features, of
which a province starts many, needs no models.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from hardship_model.data.panel import Column, Panel
from hardship_model.features import declare, features
from hardship_model.labels import Question, outcomes
from hardship_model.transitions import transitions

if TYPE_CHECKING:
    from hardship_model.data.mapping import load_mapping, read_panel
    from hardship_model.evaluation.backtest import Origin, Task, choose, judge, score_everybody
    from hardship_model.evaluation.leaks import Pipeline, leak_check

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
_ASKED_FOR = {
    "data.mapping": ["load_mapping", "read_panel"],
    "evaluation.backtest": ["Origin", "Task", "choose", "judge", "score_everybody"],
    "evaluation.leaks": ["Pipeline", "leak_check"],
}


def __getattr__(name: str) -> object:
    for module, names in _ASKED_FOR.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
