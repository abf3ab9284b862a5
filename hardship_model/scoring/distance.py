"""How far do the households that are scored lie from those that the model learned from?"""

import numpy as np
import pandas as pd

from hardship_model.retraining.drift import CANNOT_TELL, DRIFTED, drift
from hardship_model.retraining.summary import Summary, summarise
from hardship_model.scoring.fit import ScoringError
from hardship_model.scoring.scores import Scores
from hardship_model.store import ServedModel

_MOST_NAMED = 5


def distance(served: ServedModel, scores: Scores) -> pd.DataFrame:
    """What has moved since the training, feature by feature, and the scores?

    The table of `retraining.drift.drift`: stability index and missing share of each feature and
    of the risks, with intervals, against the bounds of the gate. Raises ScoringError for a model
    file that does not say what its training looked like.
    """
    try:
        then = Summary.from_json(served.training)
    except (KeyError, TypeError):
        raise ScoringError(
            "The model file does not say what the households looked like that it learned from."
            " Store the model anew (`hardship-model retrain`)."
        ) from None
    household = np.arange(len(scores.rows))
    risks = {served.name: scores.rows["risk"].to_numpy()}
    now = summarise(scores.X, household=household, scores=risks, like=then)
    return drift(then, now)


def in_words(table: pd.DataFrame) -> str:
    """How far is it, in two sentences?"""
    of_features = table[table["of"] == "feature"]
    far = of_features[of_features["answer"] == DRIFTED].sort_values("value", ascending=False)
    named = list(dict.fromkeys(far["item"]))
    n = of_features["item"].nunique()
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    which = f" ({', '.join(named[:_MOST_NAMED])}{more})" if named else ""
    return f"Of {n} features {len(named)} have drifted since the training{which}. {_risks(table)}"


def _risks(table: pd.DataFrame) -> str:
    of_risks = table[(table["of"] == "score") & (table["measure"] == "distribution")]
    if of_risks.empty:
        return "What the risks were like then was not kept."
    row = of_risks.iloc[0]
    if np.isnan(row["value"]):
        return "Of so few households nobody can tell whether the risks have drifted."
    said = {DRIFTED: "have drifted", CANNOT_TELL: "may or may not have drifted"}
    verb = said.get(row["answer"], "have not drifted")
    return (
        f"The risks {verb}: stability index {row['value']:.2f} ({row['low']:.2f} –"
        f" {row['high']:.2f}), bound {row['bound']:g}."
    )
