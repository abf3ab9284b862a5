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
# # A year of visits
#
# *An office has a fixed number of visits a month. Reports come in, lists lie on the desk, a model offers names.
# Whom does it visit, whom does it find, how early – and what became of the visits that found nobody?*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
reading = {}  # of a panel of yours: which columns tell what, such as {"stays": ["hospital"]}
exit_months = 1  # months out of hardship that end a spell; 6 suits a monthly panel
spell_months = 1  # months that a spell must last to count; 3 suits a monthly panel
judge_by = "within_6"  # "ever" where households are seen for less than half a year
households = 3000
towns = 2
n_draws = 200

# %%
# %matplotlib inline
from dataclasses import replace
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from hardship_model import figures, report, screen_study, study
from hardship_model.months import to_month, to_text
from hardship_model.screening.comparison import by_group, compare
from hardship_model.screening.tallies import add_up, how_sure, tally

# %%
pd.set_option("display.max_colwidth", None)
plan = screen_study.load_screen_study(Path("../configs/screen.toml"))
plan = replace(plan, households=households, towns=towns, last_month=to_month("2021-12"))
stages = list(screen_study.settle(plan))
played = [
    stage.play(screen_study.strategies_for(plan, stage.world), seed=plan.seed, with_ledger=True)
    for stage in stages
]
sums = add_up([tally(one, n_draws=n_draws, seed=1) for one in played], n_draws=n_draws, seed=1)
comparison = compare(sums, reference=plan.reference)

# %% [markdown]
# **In short.** Computed from this run:

# %%
share = comparison.query("measure == 'ever'").set_index("strategy")
waste = comparison.query("measure == 'visits_in_vain'").set_index("strategy")
best = share.drop(index="oracle")["value"].idxmax()
worst = share["value"].idxmin()
Markdown(
    f"* With the same visits, {best.replace('_', ' ')} found {share.loc[best, 'value']:.0%} of the year's new falls"
    f" ({share.loc[best, 'counted']:.0f} of {share.loc[best, 'out_of']:.0f}), {worst.replace('_', ' ')}"
    f" {share.loc[worst, 'value']:.0%}, and whoever knew the truth {share.loc['oracle', 'value']:.0%}.\n"
    f"* Against the {plan.reference.replace('_', ' ')} that is {share.loc[best, 'verdict'] or 'the same strategy'}.\n"
    f"* Of the visits that were asked for, {waste.loc[best, 'value']:.0%} met no hardship under {best.replace('_', ' ')},"
    f" {waste.loc['random', 'value']:.0%} when doors were drawn at random."
)

# %% [markdown]
# ## What an office can do in a month
#
# Every strategy has the same staff and the same money. They differ in their *channels* – how a household comes to notice – and in the *order* in which those who wait are visited.

# %%
first = played[0]
Markdown(
    f"A town of {households:,} worker households: {first.strategies[0].visits_per_month} visits a month,"
    f" {first.strategies[0].budget_yuan_per_year:,.0f} yuan a year. {first.scale_text()}."
)

# %%
screen_study.strategies_table(first.strategies, first.world).groupby("strategy", sort=False).agg(
    channels=("channel", lambda names: ", ".join(names)), order=("order", "first")
)

# %% [markdown]
# ## One case, from lead to file
#
# The ledger has a row for every lead and every visit. Here is an invented household that the status quo found after its fall.

# %%
falls = first.falls().query(
    "strategy == 'status_quo' and how == 'after' and not running_at_start and channel == 'application'"
)
case = falls.sort_values(["found_month", "household_id"]).head(1)
told = [
    f"{one['kind'].replace('_', ' ')} through {one['cause'].replace('_', ' ')} in {to_text(one['onset'])},"
    f" found in {to_text(one['found_month'])} by {one['channel'].replace('_', ' ')},"
    f" {one['delay_months']} months after the fall"
    for one in case.to_dict("records")
]
print(*told or ["No such fall in a town this small: set households=3000 or more to see one."])
contacts = first.ledger[
    (first.ledger["strategy"] == "status_quo")
    & first.ledger["household_id"].isin(case["household_id"])
]
contacts.assign(month=contacts["month"].map(to_text))[
    ["month", "channel", "step", "found", "cost_yuan"]
].reset_index(drop=True)

# %% [markdown]
# ## Where the visits go

# %%
visits = first.ledger[first.ledger["step"] == "visit"]
by = visits.groupby(["strategy", "channel"], observed=True)["found"].agg(visits="size", found="sum")
by.loc[["status_quo", "guangxi_combined", "income_visits", "combined_with_model"]]

# %% [markdown]
# *What to see.* Reviews of those already on file take their part everywhere. What is left goes to leads; where leads run out, to doors in turn.
#
# ## Who was found, and when

# %%
figures.draw_found(comparison)

# %%
report.verdicts_table(comparison, "ever")

# %%
print("Intervals:", how_sure(plan.towns))

# %% [markdown]
# *What to see.* Few falls are foreseen by anybody: *before the fall* means that a visit placed the household among the monitored. Most of the difference between strategies comes after the fall.
# All strategies share the same lives and the same luck, so the verdicts compare like with like even where intervals overlap.
#
# ## At what cost

# %%
report.comparison_table(
    comparison, "visits_per_find", "yuan_per_find", "visits_in_vain", "repeat_visits"
)

# %% [markdown]
# ## Whom does each one miss?

# %%
figures.draw_missed(by_group(sums), strategies=figures.shown_strategies(comparison), measure="ever")

# %% [markdown]
# *What to see.* Groups in which fewer than ten were found, or fewer than ten were not, have no dot. In towns of this size that is most of them; the full size in `configs/screen.toml` shows more.
#
# ## The real survey beside it
#
# As shipped, German households of 1986 to 1988, who really fell. Nobody looked for them: channels, costs and staff are the assumed ones of a Chinese office, and what the survey did not ask (insurance, districts, membership) is left out. How many are missed by everybody nobody knows: here a fall is known when the survey saw it.

# %%
real = study.read_survey(panel, file)
survey = screen_study.of_panel(
    screen_study.load(Path("../configs/screen_rwm5yr.toml")), panel, file, reading
)
survey = replace(
    survey, exit_months=exit_months, spell_months=spell_months, judge_by=judge_by,
    replicates=2, factors=(1.0,), n_draws=n_draws,
)  # fmt: skip
found_there = screen_study.run_panel(survey)
Markdown(report.about_panel(real))

# %%
figures.draw_found(found_there.comparison)

# %%
report.verdicts_table(found_there.comparison, survey.judge_by)

# %%
left_out = {name for name, _ in found_there.data["left_out"]}
Markdown(
    "\n".join(f"* {sentence}" for sentence in report.panel_in_short(found_there))
    + (
        f"\n* Not played, or without one of their channels, since no column tells: {', '.join(sorted(left_out)).replace('_', ' ')}."
        if left_out
        else ""
    )
)

# %% [markdown]
# *What to see.* The same question, other families: a survey that asks once a year dates a fall to the year, so that *within a month* says little.
#
# ## What this does not show
#
# * That any office is like this. The lives are invented, and what channels hear, how often and at what cost is mostly assumed; notebook 08 moves the assumptions.
# * That finding helps. Aid does not change lives here.
# * A best strategy: a year in two small towns has few falls, and most verdicts are *too close to call*.
