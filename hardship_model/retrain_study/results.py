"""What a retraining found, for its page, its model card and the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.withholding import withhold_few_on_lists
from hardship_model.features import Feature
from hardship_model.privacy import withhold_small_cells
from hardship_model.retrain_study.config import Retrain
from hardship_model.retraining.gate import Verdict


@dataclass(frozen=True, kw_only=True, eq=False)
class Results:
    """The tables behind a verdict."""

    plan: Retrain
    #: What the models may look at, of the panel as it is now.
    declared: tuple[Feature, ...]
    #: What was read (`provenance.describe`).
    data: Mapping[str, Any]
    #: One row per recipe: why this one.
    choice: pd.DataFrame
    #: Candidate, incumbent and rules, on the households judged.
    scored: Scored
    #: The version that served, and how it was judged; empty without one.
    incumbent: str
    incumbent_judged: str
    backtest: pd.DataFrame
    reliability: pd.DataFrame
    drift: pd.DataFrame
    performance: pd.DataFrame
    checks: pd.DataFrame
    verdict: Verdict

    @property
    def recipe(self) -> str:
        """The recipe of the candidate."""
        return str(self.choice.loc[self.choice["chosen"], "model"].item())

    def as_files(self) -> dict[str, pd.DataFrame]:
        """Which table becomes which CSV? Small counts are withheld."""
        return {
            "verdict": self.checks,
            "choice": self.choice,
            "backtest": withhold_few_on_lists(self.backtest),
            "reliability": withhold_small_cells(
                self.reliability, shown=["expected", "observed", "low", "high"]
            ),
            "drift": self.drift,
            "performance": withhold_small_cells(self.performance, shown=["value", "low", "high"]),
        }
