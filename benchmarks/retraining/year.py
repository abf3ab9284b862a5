"""Not a race: a year of quarters in an office that retrains, in one of which the gate says no.

    python benchmarks/retraining/year.py FOLDER [HOUSEHOLDS]

invents a town of 10,000 households, writes for each quarter of 2021 the extract that its office
would have had at the quarter's end, and starts `hardship-model retrain` on it, in FOLDER, with the
config `year.toml` and the mapping `office.toml` that lie beside this file. In the third quarter
the medical insurance has delivered nothing since July; in the fourth it makes up for it. What the
command printed goes into `year.txt` beside this file, the checks into `year_checks.csv`.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.files import write_csv
from hardship_model.months import to_month, to_text

HERE = Path(__file__).resolve().parent
QUARTERS = ("2021-03", "2021-06", "2021-09", "2021-12")
#: The quarter whose extract lacks what the medical insurance tells, and since when.
SILENT_IN, SILENT_SINCE = "2021-09", "2021-07"
OF_INSURANCE = ["scheme_medical_yuan", "inpatient_stays"]


def whole_extract(households: int) -> pd.DataFrame:
    """Everything that will ever be on paper: one row per household and month."""
    town = invent(Config(n_households=households, seed=1))
    # Both panels have a row for each household and month that it lived there, in one order.
    file, truth = records(town).rows, truth_panel(town).rows
    table = file.drop(columns=["in_hardship", "registered"])
    return table.assign(found_in_hardship=truth["in_hardship"].to_numpy())


def extract_of(table: pd.DataFrame, quarter: str) -> pd.DataFrame:
    """What the office has at the end of this month."""
    here = table[table["recorded_month"] <= to_month(quarter)].copy()
    if quarter == SILENT_IN:
        here.loc[here["month"] >= to_month(SILENT_SINCE), OF_INSURANCE] = np.nan
    month, recorded = (here.pop(name).map(to_text) for name in ("month", "recorded_month"))
    return here.assign(month=month, recorded=recorded)


def retrain(folder: Path, quarter: str) -> str:
    """What the command says on the quarter's extract, and its exit code."""
    command = ["retrain", "year.toml", "--now", quarter, "--out", "runs"]
    done = subprocess.run(
        [sys.executable, "-m", "hardship_model.cli", *command],
        cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    said = re.sub(r"\n+", "\n", done.stderr).strip()
    return f"$ hardship-model {' '.join(command)}\n{said}\n$ echo $?\n{done.returncode}\n"


def main(folder: str, households: str = "10000") -> None:
    """Play the year."""
    place = Path(folder)
    place.mkdir(parents=True)
    for name in ("year.toml", "office.toml"):
        shutil.copyfile(HERE / name, place / name)
    table, said, checks = whole_extract(int(households)), [], []
    for quarter in QUARTERS:
        extract_of(table, quarter).to_parquet(place / "extract.parquet", index=False)
        said.append(retrain(place, quarter))
        print(said[-1], flush=True)
        verdict = place / "runs" / quarter / "verdict.csv"
        checks.append(pd.read_csv(verdict).assign(quarter=quarter))
    (HERE / "year.txt").write_text("\n".join(said), encoding="utf-8")
    write_csv(pd.concat(checks, ignore_index=True), HERE / "year_checks.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
