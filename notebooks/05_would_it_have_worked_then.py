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
# # Would it have worked then?
#
# *An office stands at the end of a year with a list of households and a few visits. It ranks the list by what it knows that day.
# A year later one sees who fell. Would a learned model have put the right names on top – more of them than a clerk with a ruler – and how sure can we be?*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
models = ("logistic", "mean_of_both_of_everybody")
n_draws = 200
replicates = 10

# %%
# %matplotlib inline
from dataclasses import replace
from pathlib import Path

import numpy as np
from IPython.display import Markdown

from hardship_model import figures, report, study
from hardship_model.data.drawn import FIRST_MONTH, panel_from_strips
from hardship_model.evaluation.metrics import Ranking, auroc
from hardship_model.labels import Question, outcomes
from hardship_model.models import BASELINES
from hardship_model.months import to_month, to_text

# %%
plan = study.of_panel(study.load_study(Path("../configs/rwm5yr.toml")), panel, file)
plan = replace(
    plan,
    models=(*BASELINES, *models),
    n_draws=n_draws,
    visits=replace(plan.visits, replicates=replicates),
)
results = study.run(plan)

# %% [markdown]
# **In short.** Computed from these households, looking one year ahead:

# %%
sentences = [report.about_panel(study.read_survey(panel, file)), *report.in_short(results)]
Markdown("\n".join(f"* {sentence}" for sentence in sentences))

# %% [markdown]
# ## What may train, what may judge: on lives that we drew
#
# It is the end of April 2020 (the black line). The question is who will be in hardship two months on.
# To learn, the office needs pairs: what it knew in some month, and what came of it two months later.

# %%
drawn = panel_from_strips("""
    edda  H..H....
    fria  H.......
    gerd  ...H.H..
    hild  .....H..
""")
today = FIRST_MONTH + 3
figures.draw_strips(drawn, drawn.households, as_of=today)

# %%
question = Question(ask="in_hardship_at", horizon_months=2)
then = drawn.known_by(today)
taught = outcomes(then, question, as_of=[today - 3, today - 2, today - 1, today])
taught.assign(as_of=taught["as_of"].map(to_text))[["household_id", "as_of", "answer"]]

# %% [markdown]
# *What to see.* Only the rows up to February have an answer. Those of March and April are *unknown* on that day: their answers lie to the right of the line.
# These months train nobody – the **embargo** – though today we could look the answers up. A backtest that does so has seen the future.
# Hild's fall in June can teach nothing in April; it may judge what was said in April.
#
# ## What *well ranked* means: on a list that we drew
#
# Six households, the highest score first; two of them fell.

# %%
score = np.array([0.9, 0.7, 0.6, 0.4, 0.3, 0.1])
fell = np.array([1, 0, 0, 1, 0, 0])
pairs = [(score[i], score[j]) for i in np.flatnonzero(fell) for j in np.flatnonzero(fell == 0)]
right = sum(above > below for above, below in pairs)
area = auroc(Ranking.of(score, fell).counts(np.ones((1, 6))))[0]
print(
    f"{right} of {len(pairs)} pairs in the right order: {right / len(pairs):.2f}; AUROC {area:.2f}"
)

# %% [markdown]
# **AUROC** asks: of one household that fell and one that did not, how often does the first stand higher? 0.5 is chance.
# **Average precision** looks at the top of the list: as one goes down and meets those who fell, how pure has the list been so far? Chance is the share that fell.
# **Precision** and **recall** stop at a length that an office can visit: how many of the list fell, and how many of all who fell are on it?

# %% [markdown]
# ## The real households: who trains, who judges
#
# Everything is done twice. At the first origin the models are compared and one is **chosen**; at the second it is **judged**, and nothing is chosen any more.

# %%
stairs = figures.stairs(
    plan,
    first_month=to_month(results.data["first_month"]),
    step_months=results.data["step_months"],
)
figures.draw_origins(stairs)

# %% [markdown]
# *What to see.* Two lanes per origin. Above: the years that were learned from, then the year whose answers were waited for.
# Below: the year in which households were ranked, then the year that shows who was right. Nothing to the right of the upper lane was used in the ranking.

# %%
report.choice_table(results.choice)

# %% [markdown]
# *What to see.* Regret is how far a model stays behind the best one at the choosing origin, on average over AUROC and average precision (both explained above); *at worst*, in one of the two.
# The least regret is chosen. With one choosing origin and few falls, a small lead is luck as much as merit.
#
# ## How well did each rank?

# %%
figures.draw_models(results.backtest, results.choice)

# %% [markdown]
# *What to see.* Grey is what needs no learning: the rule in force (near the line or not) and income over line (who has least?).
# The model in bold was chosen beforehand. The dotted line is chance. In the upper row few fell, and the intervals are wide:
# most of what one would like to read into the order of the dots is luck.

# %%
report.models_table(results.backtest, results.choice)

# %% [markdown]
# The verdicts compare each model with the best baseline on the *same* drawn households, which is sharper than looking whether two intervals overlap.
# *Too close to call* is an answer: with so few falls, these data cannot tell.
#
# ## What would the list have held?

# %%
figures.draw_lists(results.lists, results.choice)

# %% [markdown]
# *What to see.* At the left, long lists are thinner; at the right, they hold more of all who fell. The grey bands belong to scores that many households share:
# the rule in force says only *near* or *not near*, so which of the near ones are visited is luck, and the band is what luck can do.

# %%
report.lists_table(results.lists, results.backtest, shares=plan.list_shares)

# %% [markdown]
# ## Does a risk of ten per cent mean ten of a hundred?

# %%
figures.draw_reliability(results.reliability, results.choice)

# %% [markdown]
# *What to see.* Dots above the dotted line: more fell than the model had said. The order of a list can be good while its risks are too low.
# Groups in which fewer than ten fell are withheld, and here these are most groups.
#
# ## And if the office had gone by it?
#
# The same number of visits each year, chosen in six ways. A household that is found leaves the list.

# %%
figures.draw_visits(results.visits)

# %%
report.visits_table(results.visits)

# %% [markdown]
# *What to see.* Going in turn, or by chance, finds little; asking who had least last year finds several times as much.
# The step from there to a learned risk is the small one, and it is the one that the models are about.
#
# ## What this does not show
#
# * That a model is worth its trouble, or that it is not: a few dozen falls cannot tell. The larger Argentine panel (`configs/eph.toml`), where the file is at hand, has thousands.
# * Whether a visit helps. Here it only sees, and it sees everything.
# * A real list. These are survey households; nobody was registered, nobody hid, and everything was written down in the year in which it happened.
# * How the numbers would look with other choices – another line, horizon, or list. Change the config and run it again, but count how often you looked at the judging year.
