"""What a leak promises, what is left of it, and what the check said: tables and sentences."""

from collections.abc import Sequence

import pandas as pd

from hardship_model.figures import words
from hardship_model.figures.reading import parts, records
from hardship_model.language import named, say

_HEADS = {
    "on paper": ("fell on paper", "AUROC on paper"),
    "on the day": ("fell on the day", "AUROC on the day"),
}


def worth_table(worth: pd.DataFrame) -> pd.DataFrame:
    """What does each leak promise on paper, and what is left of it on the day? One row per leak."""
    rows = []
    for (leak,), table in parts(worth, "leak"):
        said = {"let in": named("leaks", leak)}
        for row in records(table):
            fell, auroc = _HEADS[row["judged"]]
            said |= {fell: words.out_of(row["events"], row["n"]), auroc: words.value_between(row)}
        rows.append(said)
    return pd.DataFrame(rows)


def about_worth(worth: pd.DataFrame) -> Sequence[str]:
    """Two sentences on what leaks promise; the first row of `worth` is the pipeline without one."""
    honest = worth_table(worth).iloc[0]
    leaks = worth[worth["leak"] != worth["leak"].iloc[0]]
    ends = leaks.groupby("judged")["value"].agg(["min", "max"])
    paper, day = (words.between(*ends.loc[at], digits=2) for at in ("on paper", "on the day"))
    return [
        say(
            "Shown what could have been known, the model reaches an AUROC of {auroc}; {fell} fell.",
            auroc=honest["AUROC on the day"],
            fell=honest["fell on the day"],
        ),
        say(
            "With one of {n} leaks let in it would have been printed as {paper}; the same code, run"
            " on the file of the day, gives {day}.",
            n=leaks["leak"].nunique(),
            paper=paper,
            day=day,
        ),
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
        return words.verdict("not looked at")
    return words.verdict("alarm") if alarm else "·"
