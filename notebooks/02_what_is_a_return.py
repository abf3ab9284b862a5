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
# # What is a return?
#
# *A family was poor, got out of it, and is poor again. Did it fall back (返困)? Did it never really leave? Or is it new to
# us only because we began to look too late? The answer decides whom an office goes on looking after, and for how long.*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
horizon_months = 12

# %%
# %matplotlib inline
import pandas as pd
from IPython.display import Markdown

from hardship_model.data.drawn import FIRST_MONTH, panel_from_strips
from hardship_model.figures import draw_hazards, draw_moves, draw_strips
from hardship_model.labels import Question, outcomes
from hardship_model.privacy import withhold_small_cells
from hardship_model.report import about_falls, about_panel, answers_table, moves_table
from hardship_model.study import read_survey
from hardship_model.transitions import transitions

# %%
real = read_survey(panel, file)
moved = withhold_small_cells(transitions(real), shown=["rate", "low", "high", "cumulative"])

# %% [markdown]
# **In short.** Computed from these households:

# %%
later = moved[moved["months"] == horizon_months].set_index("move")["rate"]
times = later.get("return", 0.0) / later.get("first_fall", 1.0)
sentences = [
    about_panel(real),
    *about_falls(moved),
    f"Within {horizon_months} months a return is {times:.1f} times as frequent as a first fall."
    if times > 0
    else "How much oftener a return comes than a first fall cannot be said: too few fell.",
    "Whether somebody counts as *fallen back* hangs on three choices of ours: how long is *out*,"
    " how long must the new spell last, and since when do we look.",
]
Markdown("\n".join(f"* {sentence}" for sentence in sentences))

# %% [markdown]
# ## The words, on lives that we drew ourselves
#
# One line is one invented family, one box one month.
# The black line is the end of the month in which an office asks: *who will be in hardship within the next four months?*
# What lies to the right of it, the office does not know yet.

# %%
drawn = panel_from_strips("""
    edda  HH...H..
    fria  HH......
    gerd  .....H..
    hild  ??...H..
    ida   HH..?...
    jona  HH..?H..
    kaia  HHH..H..
""")
as_of = FIRST_MONTH + 3
draw_strips(drawn, drawn.households, as_of=as_of)

# %% [markdown]
# *What to see.* Edda falls back, Fria does not, Gerd falls for the first time.
# Hild was not seen in the first two months. If she was poor then, her fall is a return; nobody can tell.
# Ida and Jona were out of sight once: for Ida that month might have been one in hardship, for Jona it does not matter any more.

# %%
question = Question(ask="entered_within", horizon_months=4)
outcomes(drawn, question, as_of=[as_of])[["household_id", "kind", "answer", "months_to_entry"]]

# %% [markdown]
# Three answers, not two. Ida's is *unknown*: a month that was not seen makes a *no* doubtful, never a *yes*.
# And Hild counts as a first fall, since months that were not seen are read as out of hardship: the shorter we have looked, the more *returns* pass for *first falls*.
#
# Now let a family be *out* only after two months without hardship, and let a spell count only when it lasts two months.

# %%
stricter = Question(ask="entered_within", horizon_months=4, exit_months=2, spell_months=2)
outcomes(drawn, stricter, as_of=[as_of])[["household_id", "kind", "answer", "months_to_entry"]]

# %% [markdown]
# *What to see.* The same lives, other answers. Kaia is gone: one month out, she has not left hardship yet, and who has not left cannot return.
# Nobody falls any more, because no new spell lasts two months.
# For Ida and Jona, each out of sight for a month, that cannot be said.

# %% [markdown]
# ## Real households
#
# As shipped, `rwm5yr`: six thousand West Germans of 1984 to 1988, one person per household, asked once a year, with the household's net income in marks of 1985.
# In hardship is who has less than 60% of the median of 1984 to 1986, a line that does not move.

# %%
draw_moves(moved)

# %% [markdown]
# *What to see.* Each dot is a share of those who were seen twice, so many months apart; the bar is its 95% interval, the counts stand at the right.
# The second panel lies to the right of the first: those who had left hardship fall more often than those never seen in it.
# The third shows the other side: of those in hardship, many are out of it a year later. Hardship here is more a revolving door than a room.

# %%
moves_table(moved)

# %% [markdown]
# ## Does time out of hardship help?
#
# Of those who were seen to leave, how many come back in the next year, by how long they have been out?

# %%
draw_hazards(moved)

# %% [markdown]
# *What to see.* The first year out is the most dangerous; before you believe it, look at how close the two intervals come.
# The third line is empty: after three years out fewer than ten came back, and so small a number is withheld.
# That leaving slows down in the same manner does not show that a family changes with time: the quick leave first, and the slow remain.

# %% [markdown]
# ## How much hangs on the definition?
#
# The same question – *in hardship a year later?* – when *out* means one year without hardship, or two.

# %%
counted = {}
for exit_months in (12, 24):
    asked = Question(ask="in_hardship_at", horizon_months=horizon_months, exit_months=exit_months)
    found = outcomes(real, asked, as_of=real.months)
    counted[f"out for {exit_months} months"] = answers_table(found)
pd.concat(counted, names=["rule", ""]).droplevel("")

# %% [markdown]
# *What to see.* The stricter rule counts fewer returns, and a lower share of those at risk: it drops the first, most dangerous year.
# An office that stops looking after one good year would not see the falls that this rule does not count.
# The many unknown are not a fault of the families: a survey that ends, or misses a year, has no answer, and we do not invent one.

# %% [markdown]
# ## And on since when we look
#
# At each year's end, how many of those out of hardship are known to have been in it before?

# %%
asked_once = Question(ask="in_hardship_at", horizon_months=horizon_months)
at_risk = outcomes(real, asked_once, as_of=real.months)
known = pd.crosstab(at_risk["as_of"] // 12, at_risk["kind"]).rename_axis(index="end of")
known["seen poor before"] = (known["return"] / known.sum(axis=1)).map("{:.1%}".format)
known.rename(columns={"first_fall": "never seen poor", "return": "left"})

# %% [markdown]
# *What to see.* In the first year nobody can fall *back*: nothing was seen before it. The share grows with every year of looking,
# although the families are the same kind of families. A rate of first falls from a short panel is too high, since it holds returns whose beginning nobody saw.

# %% [markdown]
# ## What this does not show
#
# * Why somebody falls back, or whether help would have prevented it.
# * Months: these families were asked once a year, so short spells between two interviews are missing, and *out for a year* means out at two interviews.
# * Errors in the answers. An income misremembered once makes a fall and a return that never were.
# * Other places and times. As shipped these are persons in West Germany forty years ago, whose income is that of the whole household, however many live on it.
# * Real families one by one. Only the drawn ones are shown singly; of the others, counts below ten are withheld.
# * That some households are asked again and again and count each time: the intervals of the two figures are slightly too narrow.
