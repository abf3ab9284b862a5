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
# # Which strategy for which budget?
#
# *An office may get half the staff next year, or twice. Should it look in another way then? Would it rather have a model, or more visits?
# Which channels together, and what if the numbers we assumed are wrong?*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
reading = {}  # of a panel of yours: which columns tell what, such as {"stays": ["hospital"]}
exit_months = 1  # months out of hardship that end a spell; 6 suits a monthly panel
spell_months = 1  # months that a spell must last to count; 3 suits a monthly panel
judge_by = "within_6"  # "ever" where households are seen for less than half a year
households = 1500
towns = 2
n_draws = 200
assumption_draws = 3
strategies = (
    "status_quo",
    "guangxi_combined",
    "income_visits",
    "model_visits",
    "combined_with_model",
    "oracle",
)

# %%
# %matplotlib inline
from dataclasses import replace
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from hardship_model import figures, report, screen_study, study
from hardship_model.months import to_month
from hardship_model.screening.comparison import compare
from hardship_model.screening.tallies import add_up, tally

# %%
pd.set_option("display.max_colwidth", None)
plan = screen_study.load_screen_study(Path("../configs/screen.toml"))
plan = replace(
    plan,
    households=households,
    towns=towns,
    last_month=to_month("2022-06"),
    strategies=strategies,
    n_draws=n_draws,
    factors=(0.5, 1.0, 2.0),
    assumption_factors=(2.0,),
    assumption_towns=1,
    assumption_draws=assumption_draws,
    trajectories=2,
)
results = screen_study.run(plan)

# %% [markdown]
# **In short.** For a few small invented towns, so with wide intervals:

# %%
Markdown("\n".join(f"* {sentence}" for sentence in report.screened_in_short(results)))

# %% [markdown]
# ## One queue, drawn
#
# Eight invented families wait to be visited, the likeliest first. Three of them fell. With half the means two are visited, with the usual ones four, with twice the means all eight.

# %%
queue = pd.DataFrame(
    {
        "household": ["alva", "bodo", "edda", "fria", "gerd", "hild", "ida", "jona"],
        "fell": [True, False, True, False, False, False, True, False],
    }
)
queue["visits needed to reach it"] = range(1, len(queue) + 1)
queue

# %%
found_with = {visits: int(queue["fell"].head(visits).sum()) for visits in (2, 4, 8)}
Markdown(
    "Found of "
    + f"{queue['fell'].sum()}: "
    + ", ".join(f"{found} with {visits} visits" for visits, found in found_with.items())
    + ". Each fall costs more visits than the one before it: what the first visits leave over is harder to find. A better order moves the falls up; more visits only go further down."
)

# %% [markdown]
# ## More of the same
#
# The whole town now. Budget and visits grow together, from half the usual means to twice.

# %%
figures.draw_frontier(results.frontier)

# %% [markdown]
# *What to see.* A line that stays flat has run out of leads worth visiting: more staff buys little there. A steep one is held back by its means.
# Lines that cross are the answer to the question: the better strategy for a small budget need not be the better one for a large.

# %%
best = results.frontier.query("strategy != 'oracle'")
best = best.loc[best.groupby("factor")["share"].idxmax()]
best[["factor", "strategy", "found", "open", "share", "low", "high", "spent_yuan"]].round(3)

# %% [markdown]
# ## A model, or more visits?
#
# How many more visits a month would an office without the model need, to find as many? Beyond what was played the answer is only *more than* or *fewer than*.

# %%
results.worth_in_visits[["strategy", "against", "visits_per_month", "said"]]

# %% [markdown]
# ## What each channel adds
#
# The combined mechanism, taken apart. What a channel would catch is counted whether or not another had caught it already.

# %%
figures.draw_channels(results.channels, strategy=plan.take_apart)

# %% [markdown]
# *What to see.* A hollow dot far left of its filled one: what this channel catches, others catch too. At the right the same office is played without the channel.
# Left of nought it finds *more* without: a channel also costs money, and its leads stand in the queue.
#
# ## The best mix for a budget

# %%
mix = results.best_mix
mix.assign(channels=mix["channels"].str.replace("_", " "))[
    ["factor", "channels", "caught", "no_mix_catches_more", "all_channels_catch", "falls"]
].round(1)

# %% [markdown]
# *What to see.* `no mix catches more` comes with a certificate from the optimiser. Between it and `all channels catch` lies what money could still buy; beyond that lie falls that no channel speaks of.
#
# ## A strategy of your own
#
# A few lines: the combined mechanism without the linkage whose single triggers fill the queue, played in the first of the towns.

# %%
played = []
without_models = replace(plan, towns=1, strategies=("status_quo", "guangxi_combined"))
for stage in screen_study.settle(without_models):
    [usual] = [
        one
        for one in screen_study.strategies_for(without_models, stage.world)
        if one.name == "guangxi_combined"
    ]
    kept = tuple(channel for channel in usual.channels if channel.name != "linkage")
    mine = replace(usual, name="without_linkage", channels=kept)
    played.append(stage.play([usual, mine], seed=1, with_ledger=True))

# %%
sums = add_up([tally(one, n_draws=n_draws, seed=1) for one in played], n_draws=n_draws, seed=1)
compare(sums, reference="guangxi_combined").query(
    "measure in ['within_6', 'ever', 'yuan_per_find']"
)[["strategy", "measure", "counted", "out_of", "value", "low", "high", "verdict"]].round(3).fillna(
    ""
)

# %% [markdown]
# ## What if the assumptions are wrong?

# %%
figures.draw_draws(results.assumption_draws)

# %% [markdown]
# *What to see.* Filled: in which share of the draws, each of all assumptions at once, a strategy was the best. Rings: in which share of the towns, with the numbers in force. A lead that is there with these numbers and gone in the draws was a lead of the numbers.
#
# Then one assumption at a time:

# %%
figures.draw_flips(results.flip_points)

# %% [markdown]
# *What to see.* Each bar moves one assumption and nothing else, on the same lives and luck. A bar that crosses the red line turns the order of the first two.
# In towns this small a step of a fall or two is luck.
#
# And when everything is uncertain at once? Here every assumption stands anywhere between a half and twice, while one of them is moved through that range.

# %%
figures.draw_sensitivity(results.sensitivity)

# %% [markdown]
# *What to see.* A long bar: the answer hangs on this number, so it is worth finding out. A ring beyond its bar: how much it matters depends on where the other numbers stand.
# Two trajectories, as here, are few; `trajectories` in the config sets how many.
#
# ## The real survey beside it
#
# As shipped, German households of 1986 to 1988, who really fell. Nobody looked for them: channels, costs and staff are the assumed ones of a Chinese office. Which channels an office has is not asked there, so only two ways are held against each other: a clerk who goes by income, and a model.

# %%
real = study.read_survey(panel, file)
survey = screen_study.of_panel(
    screen_study.load(Path("../configs/screen_rwm5yr.toml")), panel, file, reading
)
survey = replace(
    survey,
    strategies=("income_visits", "model_visits"),
    reference="income_visits",
    replicates=2,
    factors=(1.0, 2.0),
    n_draws=n_draws,
    exit_months=exit_months,
    spell_months=spell_months,
    judge_by=judge_by,
)
found_there = screen_study.run_panel(survey)
Markdown(report.about_panel(real))

# %%
figures.draw_frontier(found_there.frontier)

# %%
Markdown("\n".join(f"* {sentence}" for sentence in report.panel_in_short(found_there)))

# %% [markdown]
# *What to see.* Here too more visits find more, and less so the more there are. How many visits the model is worth hangs on the file from which it learns: this one missed nobody who was seen, better than any real one.
#
# ## What this does not show
#
# * Numbers to decide by. The intervals are those of two small towns; the full size stands in `configs/screen.toml`.
# * What a model is worth: in a town this small it has met too few households that entered the file. In larger towns it does better.
# * What happens when assumptions about *lives* are wrong – how many fall, and why. Only channels, visits and costs were moved.
# * Whether an office could do it: training, trust, law. A mix is a list of names here.
