# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What could have been known?
#
# *A mother loses her job in March. The office writes it down in June. In the table that a researcher opens years later, both stand in the line of March.
# A model that learns from this table knows in April what nobody knew in April. On paper it is splendid. What would it have been worth to the office?*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
households = 2000
seed = 7
late_months = 6
n_draws = 200

# %%
# %matplotlib inline
from dataclasses import replace
from functools import partial

import pandas as pd
from IPython.display import Markdown
from lightgbm import LGBMClassifier

from hardship_model import Origin, Pipeline, Question, Task, declare, features, leak_check
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.let_in import LEAKS, worth
from hardship_model.figures import draw_two_dates, draw_worth
from hardship_model.months import to_month, to_text
from hardship_model.privacy import withhold_small_cells
from hardship_model.report import about_panel, about_worth, alarms_table, worth_table
from hardship_model.study import read_survey

# %%
town = invent(Config(n_households=households, seed=seed))
on_file, truth = records(town), truth_panel(town)
asked = truth.with_rows(
    truth.rows.assign(recorded_month=truth.rows["recorded_month"] + late_months)
)
real = read_survey(panel, file)
last = int(real.months[-1])
within = Question(ask="entered_within", horizon_months=6)
at_end = Question(ask="in_hardship_at", horizon_months=12)
cases = {
    "The invented town": (
        asked,
        Task(name="falls within six months", kind="both", question=within, every_months=2),
        (to_month("2019-12"), to_month("2021-12")),
    ),
    "Real households": (
        real,
        Task(name="poor next year", kind="both", question=at_end),
        (last - 24, last),
    ),
}

# %%
plain = partial(LGBMClassifier, n_estimators=50, random_state=1, n_jobs=1, verbosity=-1)
promised, checked = {}, {}
for where, (rows, task, (now, end)) in cases.items():
    origin = Origin(name=to_text(now), train_until=now, test_from=now, answers_until=end)
    honest = replace(Pipeline.of(declare(rows), model="logistic"), build=plain)
    promised[where] = withhold_small_cells(
        worth(rows, honest, task=task, origin=origin, n_draws=n_draws),
        shown=["value", "low", "high"],
    )
    found = {
        name: leak_check(rows, let_in(honest), task=task, origin=origin)
        for name, let_in in LEAKS.items()
    }
    checked[where] = pd.concat(found, names=["pipeline"]).reset_index("pipeline")

# %% [markdown]
# **In short.** The same model, gradient boosting as anybody would run it, on the same households:

# %%
sentences = []
for where, table in promised.items():
    alarmed = checked[where].groupby("pipeline")["alarm"].any()
    at_none = "raises one" if alarmed.pop("none") else "none"
    sentences += [f"**{where}.** {' '.join(about_worth(table))}"]
    sentences += [
        f"`leak_check` raises an alarm at {alarmed.sum()} of {len(alarmed)} leaks there, and {at_none} at the pipeline without any."
    ]
Markdown("\n".join(f"* {sentence}" for sentence in sentences))

# %% [markdown]
# ## Two dates, one household
#
# Every row of a panel has two dates: the month that it **tells of**, and the month in which it was **written down**.
# Here is one invented household as the office's file has it, picked because so many of its rows came late. The black line is the end of the month in which the office asks.

# %%
as_of = to_month("2020-06")
window = on_file.rows["month"].between(as_of - 11, as_of + 6)
of_window = on_file.rows[window].assign(late=lambda rows: rows["recorded_month"] > rows["month"])
missing = of_window[(of_window["month"] <= as_of) & (of_window["recorded_month"] > as_of)]
household = missing.groupby("household_id")["late"].sum().idxmax()
draw_two_dates(on_file.with_rows(of_window.reset_index(drop=True)), household, as_of=as_of)

# %% [markdown]
# *What to see.* On the grey diagonal a month is written down at once; the higher above it, the later. Below the black line is what the office could know.
# The red rings are the trap: months that lie behind, and stand in today's table like all others, but that nobody had written down yet.
#
# Single columns may come later still: what a medical scheme settles takes a month, an entry about school aid takes three (`lag_months`).
#
# ## What a model sees of it
#
# Some features of this household at that month's end: by the date of record, as this library computes them, and by the date of the event.

# %%
who = pd.DataFrame({"household_id": [household], "as_of": [as_of]})
shown = [f for f in declare(on_file) if f.stat in ("now", "mean") and f.kind == "amount"]
at_once = on_file.with_rows(on_file.rows.assign(recorded_month=on_file.rows["month"]))
seen = pd.concat(
    {
        "by the date of record": features(on_file, shown, who=who).iloc[0],
        "by the date of the event": features(at_once, shown, who=who).iloc[0],
    },
    axis=1,
)
seen[seen.iloc[:, 0] != seen.iloc[:, 1]].head(8).astype(float).round(2).rename_axis(index="feature")

# %% [markdown]
# *What to see.* None of the numbers in the right column is wrong. They are only not known yet. *NaN* is an honest answer: in the last three months nothing had arrived.
#
# ## The whole town
#
# How much of a month is on file, so many months after it?

# %%
lag = on_file.rows["recorded_month"] - on_file.rows["month"]
arrived = lag.value_counts(normalize=True).sort_index().cumsum()
arrived.map("{:.0%}".format).rename_axis("months later").rename("rows on file").to_frame().T

# %% [markdown]
# The file knows of few falls, so for what follows the whole town is **asked**, like a survey: everybody's income and state in every month, as they truly are.
# But the answers take their time to reach the office:

# %%
print(
    f"Every answer is written down {late_months} months after the month that it tells of."
    f" {len(asked.households):,} households, {to_text(asked.months[0])} to {to_text(asked.months[-1])}."
)

# %% [markdown]
# ## Four leaks, let in on purpose
#
# * **Dated by the event:** each row is taken as known in the month that it tells of.
# * **Mean of the whole life:** a harmless-looking column, the share of months that the household spent in hardship, over the whole table.
# * **Rows split by chance:** seven rows in ten train and three judge, whenever they were. The same household a month or two earlier is among the seven, with nearly the same future.
# * **Answer made of the inputs:** *fell* is defined by a rule on the income that the model is shown. It learns the rule.
#
# Each is judged twice. **On paper:** on the table as it lies today, as it would be printed. **On the day:** the same code, run again on what was on file then, and judged by who really fell.

# %%
draw_worth(promised["The invented town"])

# %% [markdown]
# *What to see.* Without a leak both are the same, and that is the test of an honest evaluation. With a leak the ring moves to the right, the dot does not.
# Worse: it moves to the left where the model came to rely on what it will not have.
# A split by chance spoils only the evaluation: the model on the day is the honest one, it is the printed number that is wrong.
# And an answer made of the inputs can be foretold without fault, and is not what anybody wanted to know.

# %%
worth_table(promised["The invented town"])

# %% [markdown]
# ## What does `leak_check` say?
#
# It is given the panel and the pipeline (what a model sees, which rows train, which model) and does not know what we let in.

# %%
alarms_table(checked["The invented town"])

# %%
alarms = checked["The invented town"].query("alarm")
Markdown(
    "\n".join(
        f"* **{name}**, *{check}*: {said}"
        for name, check, said in alarms[["pipeline", "check", "said"]].itertuples(index=False)
    )
)

# %% [markdown]
# *What to see.* Two checks do most of the work, and neither involves chance. *Future rewritten* changes everything that was not known and looks whether a column moves.
# *Training rows* holds each answer against what the question gave from the file of that day.
# *Futures exchanged* asks how much it matters: it gives every household the future of another one, and a model that still tells who falls has looked.
# The last two are about the check itself: the answer, planted as a column, must be noticed, and a column of noise must not.

# %%
planted = checked["The invented town"].query("pipeline == 'none'").set_index("check")["said"]
print(planted["leak planted"])
print(planted["noise planted"])

# %% [markdown]
# ## A real survey beside it
#
# As shipped, German households, 1984 to 1988, asked once a year: who is poor next year? The same model, the same four leaks.

# %%
Markdown(about_panel(real))

# %%
draw_worth(promised["Real households"])

# %%
worth_table(promised["Real households"])

# %%
alarms_table(checked["Real households"])

# %% [markdown]
# *What to see.* The German survey tells one date only, so dating by the event changes nothing and nothing is found: where a table does not say when something was written down, no tool can tell that it came late.
# A split by chance promises nothing here: the rows of one household lie a year apart and share no months. That it did no harm once is no permission.
# The other two leaks look as splendid on real families as on invented ones.
#
# ## What this does not show
#
# * That a pipeline without an alarm has no leak. A column that was filled in later under an earlier date, and gives away only some of the answers, looks like a good column; the sentence about the planted leak says how many it takes.
# * How late offices really write things down. The town's delays are assumed (`docs/PARAMETERS.md`), and the six months of the second half are ours to show the effect. Change `late_months` and see.
# * That the honest model is good. It is plain boosting on few columns; notebook `05_would_it_have_worked_then` compares it with a clerk.
# * Anything about published numbers. We do not know which leak, if any, is behind any of them; only that each of these four would be enough.
