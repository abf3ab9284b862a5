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
# # Three ways to rank
#
# *An office can visit one household in twenty. A **rule** says who is near the line. A **card** gives points that a clerk adds up.
# A **model** has learned from what became of others. Do they send the staff to the same doors, do they find the same falls – and can each of them say why?*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
households = 5000
seed = 7
list_share = 0.05
model = "boosting"
n_draws = 200

# %%
# %matplotlib inline
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown

from hardship_model import figures, report, study
from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.evaluation.backtest import Origin, judge, score_everybody
from hardship_model.evaluation.curves import by_list_size
from hardship_model.evaluation.lists import on_the_list, same_doors
from hardship_model.evaluation.withholding import withhold_few_on_lists
from hardship_model.features import declare, features
from hardship_model.figures import words
from hardship_model.models.contributions import contributions
from hardship_model.models.reasons import by_pillar, follow_ups, reasons
from hardship_model.months import to_month, to_text
from hardship_model.parameters import describe
from hardship_model.privacy import withhold_small_cells

pd.options.display.max_colwidth = None

# %%
ways = ("rule_in_force", "income_over_line", "single_trigger_alerts", "scorecard", model)
[task] = [
    t for t in study.load_study(Path("../configs/town.toml")).tasks if "first_fall_in_12" in t.name
]
task = replace(task, name="fall_in_12_months", kind="both", every_months=6)
origin = Origin(
    name="2020 and 2021", train_until=to_month("2019-12"), test_from=to_month("2020-01"),
    answers_until=to_month("2022-12"),
)  # fmt: skip
town = invent(Config(n_households=households, seed=seed))
on_file, truth = records(town), truth_panel(town)
declared = declare(on_file)
scored = score_everybody(
    on_file, task=task, origin=origin, models=ways, declared=declared, seed=1, learn_from=truth,
    judge_by=truth,
)  # fmt: skip
judged = withhold_few_on_lists(judge(scored, list_shares=(list_share,), n_draws=n_draws, seed=1))
nothing_chosen = pd.DataFrame(columns=["task", "model", "chosen"])

# %%
as_of = scored.rows["as_of"].to_numpy()
listed = {way: on_the_list(s, share=list_share, as_of=as_of) for way, s in scored.score.items()}
fell = scored.answer == 1
shared = same_doors(listed).set_index(["one", "other"])["share"]
found_by = pd.DataFrame({way: on_list[fell] for way, on_list in listed.items()})
recall = judged[judged["metric"] == f"recall_at_{list_share:.0%}".replace("%", "pct")].set_index(
    "model"
)

# %% [markdown]
# **In short.** In an invented town, lists of the same length, made every half-year:

# %%
three = ("income_over_line", "scorecard", model)
by_hand, mine = recall.loc["scorecard"], recall.loc[model]
lines = [
    f"Of {int(fell.sum())} falls within a year, "
    + ", ".join(
        f"{words.model(way)} had {row['events']:.0f} on its list ({row['value']:.0%}, {row['low']:.0%} to {row['high']:.0%})"
        for way, row in recall.loc[[*three]].iterrows()
    )
    + ".",
    f"Against the best that needs no learning ({words.model(mine['against'])}), the card is {by_hand['verdict']}, {words.model(model)} is {mine['verdict']}.",
    f"They knock at different doors: of the places on the list of {words.model(model)}, {shared[model, 'scorecard']:.0%} are on the card's list as well and {shared[model, 'rule_in_force']:.0%} on that of the rule in force.",
    f"{(found_by[[*three]].max(axis=1) > 0.5).mean():.0%} of the falls are on at least one of the three lists; {(found_by[[*three]].min(axis=1) > 0.5).mean():.0%} are on all three.",
    "All can say why: the rule in one number, the card in points, the model in terms that add up to its score.",
]
Markdown("\n".join(f"* {line}" for line in lines))

# %% [markdown]
# ## One household, drawn
#
# A household of the town that nobody ever was. It fell within the year; by its income on file it was not near the line, and still the model put it high.

# %%
income = features(
    on_file, [f for f in declared if f.name == "income_over_line_now"], who=scored.rows
)
near = scored.fitted["rule_in_force"].model.multiple
not_near = fell & (income["income_over_line_now"] >= near).to_numpy()
pick = max(np.flatnonzero(not_near), key=lambda row: scored.risk[model][row])
who = scored.rows.iloc[[pick]]
household, month = int(who["household_id"].iloc[0]), int(who["as_of"].iloc[0])
around = truth.rows["household_id"].eq(household) & truth.rows["month"].between(
    month - 23, month + 12
)
figures.draw_strips(
    truth.with_rows(truth.rows[around].reset_index(drop=True)), [household], as_of=month
)

# %% [markdown]
# *What to see.* To the left of the black line is what was true when the list was made, to the right what came. No office sees this strip. What it has on file:

# %%
X = features(on_file, declared, who=who)
same_month = as_of == month
place = {}
for way, score in scored.score.items():
    here = score[same_month]
    first, last = int((here > score[pick]).sum()) + 1, int((here >= score[pick]).sum())
    place[words.model(way)] = f"{first:,}" if first == last else f"{first:,} to {last:,}"
card = scored.fitted["scorecard"].model
alerts = scored.fitted["single_trigger_alerts"].model.gone_off(X).iloc[0]
said = {
    "rule in force": f"income {X['income_over_line_now'].iloc[0]:.2f} times the line; near is below {near:g}",
    "income over line": f"{X['income_over_line_now'].iloc[0]:.2f}",
    "single trigger alerts": ", ".join(words.model(a) for a in alerts.index[alerts])
    or "none went off",
    "scorecard": f"{card.points(X)[0]} points",
    words.model(model): f"risk {scored.risk[model][pick]:.1%}",
}
pd.DataFrame({"what it says": said, f"place among {same_month.sum():,} in {to_text(month)}": place})

# %% [markdown]
# Why? The rule has said all it knows. The card adds up:

# %%
points = card.points_by_feature(X).iloc[0].sort_values(ascending=False)
points.rename(words.model).rename("points").to_frame()

# %% [markdown]
# The model's score is a sum as well, of one term per feature: exactly, not by sampling. The features of one column speak as one.

# %%
found = contributions(scored.fitted[model].model, X)
why = reasons(found, X, declared, columns=on_file.columns, most=4)
why[["pillar", "adds", "text", "text_zh"]].round({"adds": 2})

# %% [markdown]
# And by pillar, with what could be offered. Whether there is a right to it, the rule behind each suggestion decides, not the score.

# %%
pillars = by_pillar(found, declared)
rules = describe().drop_duplicates("name").set_index("name")["label"]
offered = follow_ups(pillars)
offered = offered.assign(rule=offered["rests_on"].map(rules), adds=offered["adds"].round(2))
offered[["pillar", "adds", "label", "label_zh", "rule"]]

# %%
check = found.score[0] - scored.score[model][pick]
print(
    f"Base {found.base:.3f}, pillars {pillars.iloc[0].sum():+.3f}: together {found.score[0]:.3f}."
    f" The model says {scored.score[model][pick]:.3f}; apart by no more than scores are rounded by: {abs(check) < 1e-5}."
)

# %% [markdown]
# *What to see.* A term says what moved the score, measured against an average household. It does not say what brought the family down: whoever lives in a city where many fell gets a term for the city, and what was never written down can speak as loudly as what was.
#
# ## The card, on paper
#
# What a clerk would hold in the hand. It was learned from the same years as the model, then rounded to whole points.

# %%
HTML(report.scorecard_page(card, declared, columns=on_file.columns))

# %% [markdown]
# *What to see.* Points never rise with income, because policy says so, even where the data would have it otherwise. Look for lines that you would not defend before a family:
# points for the city one lives in, or against a second home because nobody who fell happened to have one. A card shows them; in a model they are there as well, and one has to ask.
#
# ## The whole town
#
# How well does each put those who fell above those who did not?

# %%
figures.draw_models(judged.assign(role="judge"), nothing_chosen)

# %% [markdown]
# *What to see.* Grey needs no learning. An alert or a rule says yes or no, and among all who got the same answer the order is luck.
# At the left, all pairs count; at the right, mostly the top of the list, which is what an office visits.

# %%
lists = withhold_small_cells(
    by_list_size(scored), beside="missed", shown=["precision", "recall", "fewest", "most"]
)
figures.draw_lists(lists, nothing_chosen)

# %% [markdown]
# *What to see.* The longer the list, the thinner. The bands are what luck among equals can do. The card's steps are its points: many households have the same sum.
#
# ## The same doors?
#
# Of the places on one list (row), how many go to households that another list (column) has as well?

# %%
overlap = shared.rename_axis(["channel", "other"]).reset_index().assign(strategy="lists")
figures.draw_overlaps(overlap, strategy="lists")

# %% [markdown]
# *What to see.* Two lists of one in twenty share 5% by chance. Most share more, and still differ at most doors: whom one visits depends on how one ranks, much more than on how good the ranking is.
# Where both find as many falls, they do not find the same families.

# %%
combos = found_by[[*three]].gt(0.5)
counted = combos.value_counts().rename("events").reset_index()
counted["n"] = len(combos)
counted = withhold_small_cells(counted, shown=[])
names = counted[[*three]].apply(
    lambda row: " + ".join(words.model(w) for w in three if row[w]) or "none of the three", axis=1
)
pd.DataFrame(
    {
        "found by": names,
        "falls": [words.out_of(e, n) for e, n in zip(counted["events"], counted["n"], strict=True)],
    }
)

# %% [markdown]
# ## The real survey beside it
#
# As shipped, German households, 1984 to 1988: who of those out of hardship is in it a year later? The last year with an answer judges, those before it teach.

# %%
real = study.read_survey(panel, file)
survey = study.of_panel(study.load_study(Path("../configs/rwm5yr.toml")), panel, file)
[asked] = [t for t in survey.tasks if t.kind == "both"]
of_survey = score_everybody(
    real, task=asked, origin=survey.origins[-1], models=ways, declared=declare(real), seed=1
)
judged_there = withhold_few_on_lists(
    judge(of_survey, list_shares=(list_share,), n_draws=n_draws, seed=1)
)
Markdown(report.about_panel(real))

# %%
figures.draw_models(judged_there.assign(role="judge"), nothing_chosen)

# %%
doors = {way: on_the_list(s, share=list_share) for way, s in of_survey.score.items()}
both = same_doors(doors).set_index(["one", "other"])["share"]
rows = judged_there[judged_there["metric"].str.startswith("recall")].set_index("model")
Markdown(
    f"Of the places on the model's list, {both[model, 'scorecard']:.0%} are on the card's and {both[model, 'income_over_line']:.0%} on that of income alone."
    f" Of {rows['n'].max():.0f} falls the card has {words.percent(rows.loc['scorecard', 'value'])}, {words.model(model)} {words.percent(rows.loc[model, 'value'])}, income alone {words.percent(rows.loc['income_over_line', 'value'])};"
    f" against what needs no learning the card is {rows.loc['scorecard', 'verdict']}, the model {rows.loc[model, 'verdict']}."
)

# %% [markdown]
# *What to see.* The order of the ways is much the same as in the town, the distances are smaller, and the intervals are wide: one year of falls in one survey settles little.
# No household of the survey is shown; its reasons exist all the same and stay where the data are.
#
# ## What this does not show
#
# * Which way is best elsewhere. The town is invented; its card and model learned from the truth, which no office has. Notebook 03 says what can be learned from a file.
# * That a reason is a cause. Terms say what the score listened to.
# * What a card could be if people who know the families drew its lines. This one was cut by a machine, and at this size some of its lines are luck.
# * Whom each list misses (notebook 06), or what becomes of visits over a year (notebook 07).
# * How often somebody looked at these years before choosing what to show.
