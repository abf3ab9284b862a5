"""A job from lives to tables, written into a folder: `python tests/one_small_job.py FOLDER`.

`tests/house/test_any_processor.py` runs it on pretended processors and compares the files.
"""

import sys
from pathlib import Path

import numpy as np

from hardship_model.data.population import Config, invent, records
from hardship_model.evaluation.backtest import Origin, fit_models, rows_to_train
from hardship_model.features import declare, features
from hardship_model.files import write_csv
from hardship_model.labels import Question, Task
from hardship_model.months import to_month
from hardship_model.retraining.summary import summarise
from hardship_model.scoring import join, score
from hardship_model.scoring import write as write_list
from hardship_model.screen_study import scores_of
from hardship_model.screening.comparison import by_group, compare
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.tallies import tally
from hardship_model.screening.world import from_town
from hardship_model.store import MODEL as FILE
from hardship_model.store import ServedModel, Store, fits_of, to_bytes

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
    list_of_a_kept_model(records(town), folder)


def list_of_a_kept_model(panel, folder):
    """Kept, read again, and used: list, scores, reasons, distance."""
    declared, last = declare(panel), int(panel.months[-1])
    question = Question(ask="entered_within", horizon_months=12)
    task = Task(name="falls", kind="both", question=question, every_months=6)
    origin = Origin(name="now", train_until=last, test_from=last, answers_until=last)
    fitted = fit_models(
        panel, task=task, origin=origin, models=[MODEL], declared=declared, seed=1
    ).fitted[MODEL]  # fmt: skip
    taught = rows_to_train(panel, task, origin)
    X = features(panel, declared, who=taught)
    spread = summarise(
        X, household=taught["household_id"].to_numpy(), scores={MODEL: fitted.risk(X)}
    )
    served = ServedModel(
        name=MODEL, calibrated=fitted, declared=declared, task=task, fits=fits_of(panel, declared),
        trained_from=int(taught["as_of"].min()), trained_until=last, training=spread.as_json(),
    )  # fmt: skip
    store = Store("memory://one small job")
    version = store.add({FILE: to_bytes(served)}, {})
    kept = store.model(version.name)
    scores = join([score(kept, panel, as_of=last)])
    write_list(folder, scores, served=kept, store=store, version=version, language="zh")
    (folder / "scored.json").unlink()  # it names the model file, of which no two are the same


if __name__ == "__main__":
    write(Path(sys.argv[1]))
