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
# # Whom does it miss?
#
# *A list finds half of those who fall. Which half? If the courier, the migrant, the family that no list has ever named are always in the other one, then half is not the number to look at.*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
households = 10_000
list_share = 0.1
n_draws = 200
model = "scorecard"

# %%
# %matplotlib inline
from dataclasses import replace
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from hardship_model import figures, report, screen_study, study
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.data.population.groups import true_groups
from hardship_model.evaluation.backtest import score_everybody
from hardship_model.evaluation.equal_recall import equal_recall
from hardship_model.evaluation.groupings import group_labels
from hardship_model.evaluation.groups import by_group
from hardship_model.features import declare
from hardship_model.months import to_month
from hardship_model.screening.comparison import by_group as found_by_group
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.tallies import add_up, tally
from hardship_model.screening.world import from_town

# %%
plan = study.load_study(Path("../configs/town.toml"))
[task] = [one for one in plan.tasks if one.name == "first_fall_in_12_months"]
task = replace(task, name="fall_in_12_months", kind="both", every_months=6)
town = invent(Config(n_households=households))
on_file, truth = records(town), truth_panel(town)
taught = {
    teacher: score_everybody(
        on_file, task=task, origin=plan.origins[-1], models=("income_over_line", model),
        declared=declare(on_file), seed=1, learn_from=answers, judge_by=truth,
    )
    for teacher, answers in {"truth": truth, "file": on_file}.items()
}  # fmt: skip
lists = {
    "income_over_line": ("truth", "income_over_line"),
    "learned from the truth": ("truth", model),
    "learned from the file": ("file", model),
}
scored = replace(
    taught["truth"],
    score={name: taught[teacher].score[of] for name, (teacher, of) in lists.items()},
    risk={name: taught[teacher].risk[of] for name, (teacher, of) in lists.items()},
)
groups = true_groups(town, scored.rows)
groups["kind"] = scored.rows["kind"].astype(str).str.replace("_", " ")
by = by_group(scored, groups, list_share=list_share, n_draws=n_draws, seed=1)

# %%
missed = by[by["metric"] == "exclusion_error"].set_index(["model", "column", "group"])
apart = missed[missed["gap"].isin(["higher", "lower"])].drop(index="income_over_line", level=0)
single = apart[~apart.index.get_level_values("column").str.contains("×")]

# %% [markdown]
# **In short.** Computed from this run, for lists of one household in ten:

# %%
whole = missed.xs("everybody", level="column").droplevel("group")
lines = [
    f"{name.replace('_', ' ').capitalize()}: misses {row['value']:.0%} ({row['low']:.0%} to {row['high']:.0%}) of those who fell within a year, {row['events']:.0f} of {row['n']:.0f}."
    for name, row in whole.iterrows()
]
lines += [
    f"The list {name} misses *{group}* {'more' if row['gap'] == 'higher' else 'less'} than others: {row['value']:.0%}, {row['events']:.0f} of {row['n']:.0f}."
    for (name, column, group), row in single.iterrows()
]
lines.append(
    "Of every other group that is large enough to be shown, the run cannot say that it is missed more, or less, than everybody."
)
Markdown("\n".join(f"* {line}" for line in lines))

# %% [markdown]
# ## One list, drawn
#
# Ten invented households, five with a main earner in formal work, five in flexible work. Six of them fell. The office visits the four that a score puts on top.

# %%
drawn = pd.DataFrame(
    {
        "household": [
            "anna",
            "bela",
            "cora",
            "dora",
            "edda",
            "fria",
            "gerd",
            "hild",
            "ida",
            "jona",
        ],
        "work": ["flexible", "flexible", "formal", "flexible", "formal"] * 2,
        "score": [0.5, 0.4, 0.9, 0.3, 0.8, 0.2, 0.7, 0.6, 0.1, 0.45],
        "fell": [True, False, True, False, False, True, True, True, False, True],
    }
)
drawn = drawn.sort_values("score", ascending=False, ignore_index=True)
drawn["visited"] = drawn["score"].rank(ascending=False) <= 4
drawn["missed"] = drawn["fell"] & ~drawn["visited"]
drawn

# %%
drawn[drawn["fell"]].groupby("work")["missed"].agg(fell="size", missed="sum", share="mean")

# %% [markdown]
# **Exclusion error**: of those of a group who fell, the share that the list misses. It says nothing about those who did not fall, and a group can be missed more although nobody looked at its name:
# it is enough that its income leaves fewer traces.
#
# With so few households the difference is luck; the counts say so. A share without its counts would not.
#
# ## The whole town
#
# In the invented town the truth is known, also of families on nobody's list. Three lists of the same length: income over line, which needs no learning; a model taught by the truth, which no office has;
# and the same model taught by the office's own file, that is by what the old ways of looking have found.

# %%
figures.draw_exclusion(by)

# %% [markdown]
# *What to see.* Left is better: fewer missed; the dotted lines are everybody's. At the right stands what income over line missed, of how many falls. Hollow: few fell.
# Groups of whom fewer than ten were missed, or fewer than ten found, are withheld, here as they would be in an office.
# The list learned from the file lies to the right of the one learned from the truth. It has learned whom the office used to find, and goes on missing the others.
#
# ## Two things at once
#
# Somebody may be missed for two reasons together: the migrant who is also uninsured. The table has every pair of groups.

# %%
pairs = by[(by["metric"] == "exclusion_error") & by["column"].str.contains("×")]
shown = pairs.dropna(subset="value").sort_values("value", ascending=False)
most = "; ".join(
    f"*{row['group']}* by the list {row['model'].replace('_', ' ')}, {row['events']:.0f} of {row['n']:.0f}"
    for _, row in shown.head(3).iterrows()
)
Markdown(
    f"Of {len(pairs)} pairs and lists {len(shown)} are large enough to be shown{', most missed: ' + most if most else ''}."
    " One would want to know more, and a town of this size does not say it: a pair that is small enough to matter is small enough to be withheld."
    " In larger ones, small groups are drawn towards everybody before they are compared (`shrunk`), since who looks at many groups must find some apart by luck alone."
)

# %% [markdown]
# ## What would it cost to miss nobody more?
#
# A threshold of its own for each group. *Same visits* moves visits between groups; *nobody loses* adds visits where a group is behind.

# %%
equal = equal_recall(scored, groups["on a list"], list_share=list_share, shown_in=by)
figures.draw_equal_recall(equal, model="learned from the file")

# %% [markdown]
# *What to see.* Below, nobody loses: at the left the share of the families that no list has named moves up to everybody's, at the right stands the price. Above, with the same visits, everybody's share falls a little; of the two groups nothing is shown, since too few of the listed would still be found.
# This is hindsight: thresholds fixed beforehand reach less.

# %%
whole_town = equal.query("group == 'everybody' and model == 'learned from the file'")
whole_town = whole_town.set_index("way")
Markdown(
    f"With the same visits the office would find {whole_town.loc['same visits', 'found']:.1f} falls instead of {whole_town.loc['same visits', 'found_now']:.1f}."
    f" So that nobody loses it needs {whole_town.loc['nobody loses', 'more_visits']:,.0f} visits on top of {whole_town.loc['nobody loses', 'visits_now']:,.0f}."
)

# %% [markdown]
# ## Strategies miss, too
#
# A list is not yet a visit. Here four ways of looking are played in the same town for two years, with the same staff and money, and each fall is asked: was it found?

# %%
world = from_town(town)
scores = screen_study.scores_of(
    town, model=model, first_month=to_month("2021-01"), last_month=to_month("2022-12"),
    rescore_months=12, seed=1,
)  # fmt: skip
names = ("status_quo", "guangxi_combined", "income_visits", "model_visits")
played = play(
    world, ready_made(world, names, model=model), replicates=[1], seed=1, scores=scores,
    with_ledger=True,
)  # fmt: skip
sums = add_up([tally(played, n_draws=n_draws, seed=1)], n_draws=n_draws, seed=1)
found = found_by_group(sums)
figures.draw_missed(found, strategies=names, measure="ever")

# %% [markdown]
# *What to see.* Now right is better: more found. No strategy is best for every group: whoever asks for income sees lost work and not illness, whoever waits for reports the other way round.
# What a model brings ends where the office may not look anybody up: whoever is no union member and on no list has no score.

# %%
never = found.query("measure == 'ever' and by == 'listed' and group == 'never listed'")
said = [
    f"{name.replace('_', ' ')} {'withheld' if pd.isna(row['value']) else format(row['value'], '.0%')}"
    for name, row in never.set_index("strategy").iterrows()
]
Markdown(f"Found of the falls of families that no list had ever named: {', '.join(said)}.")

# %% [markdown]
# ## The real survey beside it
#
# As shipped, `rwm5yr`: German households, in hardship a year later or not. Nobody is registered there, so nothing can be said about files; but the question of whom a list misses is the same.

# %%
real = study.read_survey(panel, file)
survey = study.of_panel(study.load_study(Path("../configs/rwm5yr.toml")), panel, file)
asked = score_everybody(
    real, task=survey.tasks[-1], origin=survey.origins[-1],
    models=("income_over_line", model), declared=declare(real), seed=1,
)  # fmt: skip
by_real = by_group(
    asked, group_labels(real, asked.rows, by=survey.groups),
    list_share=list_share, n_draws=n_draws, seed=1,
)  # fmt: skip
Markdown(report.about_panel(real))

# %%
figures.draw_exclusion(by_real)

# %%
told = by_real[(by_real["metric"] == "exclusion_error") & by_real["gap"].isin(["higher", "lower"])]
told = told[~told["column"].str.contains("×")]
Markdown(
    f"{len(told)} of {int((by_real['metric'] == 'exclusion_error').sum())} shares lie clearly apart from everybody's: "
    + ("; ".join(
        f"{row['model'].replace('_', ' ')}, {row['column'].replace('_', ' ')} {row['group']}: {row['value']:.0%} missed, {row['gap']}"
        for _, row in told.iterrows()
    ) or "none")
    + "."
)  # fmt: skip

# %% [markdown]
# *What to see.* Wide bars: some hundred falls, divided among groups. A real list must be looked at over several years before one may say that it is fair, or that it is not.
#
# ## What this does not show
#
# * Why a group is missed: because its records are thin, because it falls differently, or because nobody reported it. Only the town knows, and there we wrote the reasons in ourselves.
# * That equal shares are just. Whether to move visits is a decision about people; here one only sees what it would cost.
# * What happens at the door. A group that is visited more may refuse more.
# * Groups that nobody wrote down. In a real office the unlisted are not in the table at all.
