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
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What if only the screened are labelled?
#
# *An office's model learns from what the office has found. Whom it does not visit, it never finds; whom it never finds, the model never learns to look for. Does the model go blind, year by year? And do a few visits drawn by lot open its eyes?*

# %% tags=["parameters"]
households = 800
towns = 4
first_year = 2019
model = "logistic"

# %%
# %matplotlib inline
import numpy as np
import pandas as pd
from IPython.display import Markdown

from hardship_model import figures
from hardship_model.retraining.apart import by_year, drift
from hardship_model.retraining.estimates import drawn_share
from hardship_model.retraining.under_screening import (
    OFFICES,
    Experiment,
    retrain_under_screening,
)

# %%
names = ("truth", "visits", "visits_random", "income_visits")
experiment = Experiment(
    households=households, towns=towns, first_year=first_year, model=model,
    offices=tuple(one for one in OFFICES if one.name in names),
)  # fmt: skip
sums = retrain_under_screening(experiment)
years, apart = by_year(sums), drift(sums)

# %% [markdown]
# **In short.** Computed from this run, a small one:

# %%
told = apart[apart["measure"] == "recall"].set_index("office")
lines = [
    f"* Of open hardship, the share on a list of {experiment.list_share:.0%}: {office.replace('_', ' ')} against {row['against']}, mean of the years after the first: {100 * row['gap']:+.1f} points ({100 * row['gap_low']:+.1f} to {100 * row['gap_high']:+.1f}), {row['gap_verdict']}; growing by {100 * row['per_year']:+.1f} points a year ({100 * row['per_year_low']:+.1f} to {100 * row['per_year_high']:+.1f})."
    for office, row in told.iterrows()
]
fell = years[(years["measure"] == "recall") & (years["office"] == "truth")]["out_of"].sum()
lines.append(
    f"* With {towns} towns of {households:,} households and {fell:,.0f} household-months of open hardship, an interval over towns is wide: what such a run shows is how one would look, not how it ends."
)
Markdown("\n".join(lines))

# %% [markdown]
# ## What a visit by lot is worth, drawn
#
# Eight invented households. Those with a high score are visited for it; two of the others are drawn by lot, with one chance in three each. One of the two who were drawn had fallen.

# %%
drawn = pd.DataFrame(
    {
        "household": ["anna", "bela", "cora", "dora", "edda", "fria", "gerd", "hild"],
        "visited for": ["score", "score", "lot", "lot", "", "", "", ""],
        "chance": [1.0, 1.0, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3],
        "fell": [True, False, True, False, True, False, False, False],
    }
)
drawn

# %%
by_lot = drawn[drawn["visited for"] == "lot"]
found, of = drawn_share(
    by_lot["fell"].to_numpy(), np.ones(len(by_lot)),
    chance=by_lot["chance"].to_numpy(), known=np.ones(len(by_lot), dtype=bool),
)  # fmt: skip
low_scores = drawn[drawn["visited for"] != "score"]
Markdown(
    f"Each household drawn stands for {1 / by_lot['chance'].iloc[0]:.0f}. Estimated among those with a low score: {found:.0f} of {of:.0f} fell;"
    f" in truth {low_scores['fell'].sum()} of {len(low_scores)}. From visits by score alone the office would have said: of those we did not visit we know of none."
)

# %% [markdown]
# One draw is luck: here it says half where the truth is a third. Over many draws the estimate is right; that is what its weight is for. Whoever refuses is unknown, not a no.
#
# ## Offices that learn from their own visits
#
# In the invented town the truth is known. Four offices live through the same lives, with the same visits to make: one is told the truth each year (no office is), one learns from its visits, one too but draws a fifth of its free visits by lot,
# and a clerk who learns nothing and visits whoever has least income.

# %%
figures.draw_retrained(years)

# %% [markdown]
# *What to see.* Left: of household-months in hardship that the office does not know of, the share on top of the model's list. Right: of the year's falls, the share that the office had found six months later. Where blue sinks below black year after year, the office has taught its model its own habits.
# The thin lines are intervals over towns; lines that cross within them say nothing.
#
# ## Do they drift apart?

# %%
figures.draw_drift(apart)

# %% [markdown]
# *What to see.* Left the mean gap, right by how much it grows each year. An interval that covers the line at nought is no drift that this run could see, and no proof that there is none.

# %%
shown = years[(years["measure"] == "recall") & (years["year"] == years["year"].max())]
shown = shown.set_index("office")
pd.DataFrame(
    {
        "open hardship on the list, household-months": [
            "withheld"
            if 0 < row["counted"] < 10
            else f"{row['counted']:.0f} of {row['out_of']:.0f}"
            for _, row in shown.iterrows()
        ]
    },
    index=shown.index.str.replace("_", " "),
)

# %% [markdown]
# ## The real survey beside it
#
# There is none. A survey asks everybody, whether an office knows them or not; who was visited, and who was not, only an office's own ledger tells, and none is public. What an office can do is keep that ledger: who was drawn by lot, with which chance, who was met, who refused.
#
# ## What this does not show
#
# * A large run. `python benchmarks/retraining/play.py` plays ten towns of 10,000 households over six years, with every office, in a quarter of an hour; what it found stands in `benchmarks/README.md`.
# * Other ways to go astray: an office whose reports come from its friends, a rule that changes, visitors who see what the score makes them expect.
# * What visits by lot cost those who would have been visited instead; the share found on the right counts it for this town only.
