"""What a leak promises, what is left of it, and what the check said: tables and sentences."""

from collections.abc import Sequence

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import parts, records


def worth_table(worth: pd.DataFrame) -> pd.DataFrame:
    """What does each leak promise on paper, and what is left of it on the day? One row per leak."""
    rows = []
    for (leak,), table in parts(worth, "leak"):
        said = {"let in": leak}
        for row in records(table):
            said[f"fell {row['judged']}"] = words.out_of(row["events"], row["n"])
            said[f"AUROC {row['judged']}"] = words.value_between(row)
        rows.append(said)
    return pd.DataFrame(rows)


def about_worth(worth: pd.DataFrame) -> Sequence[str]:
    """Two sentences on what leaks promise; the first row of `worth` is the pipeline without one."""
    honest = worth_table(worth).iloc[0]
    leaks = worth[worth["leak"] != honest["let in"]]
    ends = leaks.groupby("judged")["value"].agg(["min", "max"])
    paper, day = (words.between(*ends.loc[at], digits=2) for at in ("on paper", "on the day"))
    return [
        f"Shown what could have been known, the model reaches an AUROC of"
        f" {honest['AUROC on the day']}; {honest['fell on the day']} fell.",
        f"With one of {leaks['leak'].nunique()} leaks let in it would have been printed as"
        f" {paper}; the same code, run on the file of the day, gives {day}.",
    ]


def alarms_table(checked: pd.DataFrame) -> pd.DataFrame:
    """Which check raised an alarm at which pipeline? One row per pipeline.

    `checked` holds the tables of `leak_check` one below the other, with the pipeline's name
    in the column `pipeline`.
    """
    rows = []
    for (name,), table in parts(checked, "pipeline"):
        said = {row["check"]: _verdict(row["alarm"], row["value"]) for row in records(table)}
        rows.append({"pipeline": name, **said})
    return pd.DataFrame(rows)


def _verdict(alarm: bool, value: float) -> str:
    if pd.isna(value):
        return "not looked at"
    return "alarm" if alarm else "·"
