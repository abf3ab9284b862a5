"""A job from lives to tables, written into a folder: `python tests/one_small_job.py FOLDER`.

`tests/house/test_any_processor.py` runs it on pretended processors and compares the files.
"""

import sys
from pathlib import Path

import numpy as np

from hardship_model.data.population import Config, invent
from hardship_model.files import write_csv
from hardship_model.months import to_month
from hardship_model.screen_study import scores_of
from hardship_model.screening.comparison import by_group, compare
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.tallies import tally
from hardship_model.screening.world import from_town

MODEL = "mean_of_both"  # the logistic and the boosting
STRATEGIES = ("status_quo", "guangxi_combined", "model_visits")
MONTHS = {"first_month": to_month("2021-01"), "last_month": to_month("2021-06")}


def write(folder):
    """The lives, the office's calibrated risks, every lead and visit, and what is told of them."""
    town = invent(Config(n_households=1200, seed=1, last_month=MONTHS["last_month"]))
    scores = scores_of(town, model=MODEL, **MONTHS, rescore_months=3, seed=1)
    world = from_town(town, **MONTHS)
    played = play(
        world, ready_made(world, STRATEGIES, model=MODEL), replicates=[1], seed=1, scores=scores
    )
    sums = tally(played, n_draws=50, seed=1)
    np.savez(folder / "lives.npz", **town.fixed, **town.truth)
    np.save(folder / "scores.npy", scores["risk"].to_numpy())
    write_csv(played.ledger, folder / "ledger.csv")
    write_csv(compare(sums, reference="status_quo"), folder / "comparison.csv")
    write_csv(by_group(sums), folder / "by_group.csv")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
