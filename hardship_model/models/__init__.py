"""Ways to rank households by risk: by hand first, learned second.

Every model has scikit-learn's interface: `fit(X, y)`, then `predict_proba` or, for a model
whose scores are no probabilities, `decision_function`.
"""

from collections.abc import Callable, Sequence

from sklearn.base import BaseEstimator

from hardship_model.features import Feature
from hardship_model.models.alerts import SingleTriggerAlerts
from hardship_model.models.by_hand import IncomeOverLine, RuleInForce
from hardship_model.models.explainable import ExplainableBoosting
from hardship_model.models.hazard import DiscreteHazard, logistic_hazard
from hardship_model.models.learned import boosting, logistic, mean_of_both, monotone_logistic
from hardship_model.models.scorecard import Scorecard
from hardship_model.models.shrunk import shrunk
from hardship_model.models.tuning import tuned_logistic

#: What a config may name. Baselines come first and are always in the table.
BASELINES = ("rule_in_force", "income_over_line")
#: Also computed by hand, on panels that have what it reads.
BY_HAND = (*BASELINES, "single_trigger_alerts")
LEARNED = (
    "scorecard", "logistic", "monotone_logistic", "boosting", "mean_of_both", "explainable",
    "shrunk", "tuned_logistic", "hazard",
)  # fmt: skip
#: A learned model with this ending learns from everybody at risk, not from the households of
#: the task's kind alone: helps where few have ever fallen back.
OF_EVERYBODY = "_of_everybody"
#: These learn from how long each household was followed, also from those lost to sight.
FOLLOWING = ("hazard", f"hazard{OF_EVERYBODY}")


def build(name: str, declared: Sequence[Feature], *, seed: int) -> Callable[[], BaseEstimator]:
    """How is the model of this name made for these features? Raises ValueError for no model."""
    makers: dict[str, Callable[[], BaseEstimator]] = {
        "rule_in_force": RuleInForce,
        "income_over_line": IncomeOverLine,
        "single_trigger_alerts": SingleTriggerAlerts,
        "scorecard": lambda: Scorecard(tuple(declared)),
        "logistic": lambda: logistic(declared, seed=seed),
        "monotone_logistic": lambda: monotone_logistic(declared),
        "boosting": lambda: boosting(declared, seed=seed),
        # Needs the extra `explain`; says so when it is fitted without.
        "explainable": lambda: ExplainableBoosting(tuple(declared), random_state=seed),
        "mean_of_both": lambda: mean_of_both(declared, seed=seed),
        "shrunk": lambda: shrunk(declared, seed=seed),
        "tuned_logistic": lambda: tuned_logistic(declared),
        "hazard": lambda: DiscreteHazard(
            logistic_hazard(declared, seed=seed), horizon_months=None, step_months=None
        ),
    }
    plain = name.removesuffix(OF_EVERYBODY)
    if plain not in makers or (plain in BY_HAND and plain != name):
        raise ValueError(
            f"There is no model {name!r}; a config may name {sorted(makers)},"
            f" the learned ones also with the ending {OF_EVERYBODY!r}."
        )
    return makers[plain]
