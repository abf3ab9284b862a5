"""Made-up households in groups, with scores that may be worse for one of them."""

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Origin, Scored, Task
from hardship_model.labels import Question

SHARES = {"north": 0.4, "south": 0.25, "east": 0.2, "west": 0.1, "isle": 0.05}


def grouped_scores(
    seed: int, *, blind_in: str = "", n_households: int = 1500, n_months: int = 4
) -> tuple[Scored, pd.DataFrame]:
    """Two models and the groups `place` and `migrant`; `blind_in` has scores that say nothing.

    Who falls does not depend on the group, nor do the scores, but for the group `blind_in`.
    """
    rng = np.random.default_rng(seed)
    household = np.repeat(np.arange(n_households), n_months)
    place = rng.choice(list(SHARES), n_households, p=list(SHARES.values()))[household]
    migrant = rng.choice(["yes", "no"], n_households, p=[0.3, 0.7])[household]
    log_odds = -2.5 + rng.normal(size=n_households)[household]
    log_odds += rng.normal(0, 0.3, len(household))
    fell = rng.random(len(household)) < 1 / (1 + np.exp(-log_odds))
    score = np.where(place == blind_in, rng.permutation(log_odds), log_odds)
    rougher = score + rng.normal(size=len(household))
    answer = np.where(rng.random(len(household)) < 0.02, "unknown", np.where(fell, "yes", "no"))
    scored = Scored(
        task=Task(
            name="falls", kind="both", question=Question(ask="entered_within", horizon_months=6)
        ),
        origin=Origin(name="now", train_until=1, test_from=2, answers_until=20),
        rows=pd.DataFrame(
            {
                "household_id": household,
                "as_of": np.tile(np.arange(n_months), n_households),
                "answer": pd.Categorical(answer, categories=["no", "yes", "unknown"]),
            }
        ),
        score={"fine": score, "rough": rougher},
        risk={"fine": 1 / (1 + np.exp(-score)), "rough": 1 / (1 + np.exp(-rougher))},
        n_train=1,
        train_events=1,
    )
    return scored, pd.DataFrame({"place": place, "migrant": migrant})
