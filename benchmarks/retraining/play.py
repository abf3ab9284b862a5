"""Not a race: offices that learn from their own visits, at a size that takes a quarter of an hour.

    python benchmarks/retraining/play.py [ORDER]

plays ten towns of 10,000 households from 2017 to 2022, with visits in this order (one of
`screening.strategies.ORDERS`; `by_risk_since_visit` unless told otherwise), and writes the two
tables of `retraining.apart` beside this file. Notebook 10 plays a small version.
"""

import sys
from pathlib import Path

from hardship_model.files import write_csv
from hardship_model.retraining.apart import by_year, drift
from hardship_model.retraining.under_screening import Experiment, retrain_under_screening

FOLDER = Path(__file__).resolve().parent


def main(order: str = "by_risk_since_visit") -> None:
    """Play, and write both tables."""
    sums = retrain_under_screening(Experiment(households=10_000, towns=10, order=order), say=print)
    for name, table in (("by_year", by_year(sums)), ("drift", drift(sums))):
        write_csv(table, FOLDER / f"{order}_{name}.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
