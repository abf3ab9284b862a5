"""What an office's own model says of the households whose records it may look up."""

import numpy as np
import pandas as pd

from hardship_model.data.population import Town, records
from hardship_model.features import declare
from hardship_model.retraining.teaching import from_the_file, learn, too_few, visible


def scores_of(
    town: Town, *, model: str, first_month: int, last_month: int, rescore_months: int, seed: int
) -> pd.DataFrame:
    """Which risk does the model give to each household, for visits from first to last month?

    The model learns once, on the eve of `first_month`, from what had been written down by then,
    *who entered the file*: what the old ways of looking have found, not who fell. It scores anew
    every `rescore_months` months; between, scores are carried on. It sees only rows of months in
    which the office may look a household up (a union member on file, or on one of its lists),
    and of the file only the state on the eve: what was found later depends on the strategy.

    Returns
    -------
    the table `scores`: one row per household × `as_of`, months from the eve of `first_month` to
    the one before `last_month`. Raises PanelError when too few entered the file to learn from.

    """
    eve = first_month - 1
    panel = visible(records(town), eve=eve)
    taught = from_the_file(panel, eve=eve).some_of_the_noes(seed=seed)
    learned = learn(panel, declare(panel), taught, model=model, seed=seed)
    at = learned.risks(panel, as_of=range(eve, last_month, rescore_months))
    if at["risk"].nunique() < 2:  # It tells nobody from anybody.
        raise too_few(taught)
    # Each scoring holds until the next.
    later = [
        at.assign(as_of=(at["as_of"] + months).astype(np.int32)) for months in range(rescore_months)
    ]
    table = pd.concat(later, ignore_index=True)
    table = table[table["as_of"] < last_month].reset_index(drop=True)
    return table.assign(model=pd.Categorical([model] * len(table)))
