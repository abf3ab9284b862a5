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
# # Who is in the panel?
#
# *An office keeps a file. It knows who applied, who was reported, who was let go. How many families in hardship has it never heard of, and who are they?
# No real office can answer that. In a town that we invented, everybody's life is known, and beside it stands what an office would have on paper.*

# %% tags=["parameters"]
panel = "rwm5yr"  # or the path of a mapping file of yours
file = ""  # what the mapping describes; none when it names a database
households = 6000
seed = 7

# %%
# %matplotlib inline
import pandas as pd
from IPython.display import Markdown

from hardship_model.data.population import Config, invent, records, truth_panel
from hardship_model.figures import draw_moves, draw_strips
from hardship_model.months import to_month
from hardship_model.parameters import describe
from hardship_model.privacy import shown, withhold_small_cells
from hardship_model.rates import wilson
from hardship_model.report import about_falls, about_panel, moves_table
from hardship_model.rules import in_hardship
from hardship_model.study import read_survey
from hardship_model.transitions import transitions

# %%
town = invent(Config(n_households=households, seed=seed))
truth, on_file = truth_panel(town), records(town)
moved = withhold_small_cells(
    transitions(truth, exit_months=6, spell_months=3),
    shown=["rate", "low", "high", "cumulative"],
)
last = town.frame(
    columns=["employment_form", "insurance", "union_member", "state", "registered", "alive"]
)
last = last[(last["month"] == town.months[-1]) & last["alive"]]
last["hard"] = in_hardship(last["state"].cat.codes.to_numpy())
last["filed"] = last["registered"].isin(["deep", "relative", "accidental"])

# %% [markdown]
# **In short.** In the invented town, at the end of its last month:

# %%
hard, known = int(last["hard"].sum()), int((last["hard"] & last["filed"]).sum())
low, high = wilson(known, hard)
sentences = [
    f"{hard:,} of {len(last):,} households ({hard / len(last):.1%}) are in hardship.",
    f"{known} of these {hard} ({known / hard:.0%}, {low:.0%} to {high:.0%}) are in the file as such; of the others the office does not know, or no longer.",
    *about_falls(moved[moved["months"] == 12]),
    f"None of these households exists. {(describe()['tag'] == 'assumed').sum()} of the {len(describe())} values behind them are assumed, not found.",
]
Markdown("\n".join(f"* {sentence}" for sentence in sentences))

# %% [markdown]
# ## Some lives
#
# Two layers, never one column: what is **true** of a household, and what is **on file**. First the truth of six households that fell at some time, three years of it.

# %%
years = truth.rows["month"].between(to_month("2019-01"), to_month("2021-12"))
three_years = truth.with_rows(truth.rows[years].reset_index(drop=True))
ever = three_years.rows.groupby("household_id")["in_hardship"].agg(["sum", "size"])
fell = ever[ever["sum"].between(5, 30) & (ever["size"] == 36)].index[:6]
draw_strips(three_years, fell)

# %% [markdown]
# *What to see.* One line is one invented household, one box one month; **H** is hardship by the rule of the year. Hardship comes in spells, not in single months:
# income counts over twelve months, savings come first, and a household leaves only when it is clearly above the line.
#
# The same households, the same months, as the file has them:

# %%
filed = on_file.rows["month"].between(to_month("2019-01"), to_month("2021-12"))
draw_strips(on_file.with_rows(on_file.rows[filed].reset_index(drop=True)), fell)

# %% [markdown]
# *What to see.* Where the second picture is empty and the first is not, a family was in hardship and nobody knew. Where it is the other way round, a file was kept open.
# A model that learns from the second picture learns whom the office finds, not who falls.
#
# ## The whole town
#
# How often do households fall, leave and fall back?

# %%
draw_moves(moved[moved["months"].isin([6, 12, 24, 36])])

# %% [markdown]
# *What to see.* Who was in hardship before is oftener in it again than the others are for the first time. No rule of the town says so:
# the same low wages, illness and thin savings are still there. A household counts at every month in which it is looked at, so these intervals are too narrow.

# %% [markdown]
# ## Who is it, and whom does the file know?

# %%
by_form = last.groupby("employment_form", observed=True).agg(
    n=("hard", "size"), events=("hard", "sum"), filed=("filed", "sum")
)
told = shown(by_form.assign(share=by_form["events"] / by_form["n"]), events="events")
pd.DataFrame(
    {
        "households": told["n"].map("{:,.0f}".format, na_action="ignore").fillna("withheld"),
        "in hardship": told["share"].map("{:.1%}".format, na_action="ignore").fillna("withheld"),
    }
).rename_axis("work of the main earner")

# %%
hard_now = last[last["hard"]]
known_by = hard_now.groupby("union_member", observed=True).agg(
    n=("filed", "size"), events=("filed", "sum")
)
told = shown(known_by.assign(share=known_by["events"] / known_by["n"]), events="events")
pd.DataFrame(
    {
        "in hardship": told["n"].map("{:,.0f}".format, na_action="ignore").fillna("withheld"),
        "on file": told["share"].map("{:.0%}".format, na_action="ignore").fillna("withheld"),
    }
).rename_axis("union member")

# %% [markdown]
# *What to see.* Whoever has no union stands on no union's list. The misses of one channel and of the next are not independent: the same families are hard to see for all of them.
#
# ## A real survey beside it
#
# As shipped, the German households of 1984 to 1988 (grain: a person and its household's income, by year; another country, another line). The shape is what can be compared, not the level.

# %%
real = read_survey(panel, file)
Markdown(about_panel(real))

# %%
surveyed = withhold_small_cells(transitions(real), shown=["rate", "low", "high", "cumulative"])
moves_table(surveyed[surveyed["months"] == 12])

# %%
moves_table(moved[moved["months"] == 12])

# %%
for name, table in ((real.name, surveyed), ("the invented town", moved)):
    after = table[table["months"] == 12].set_index("move")["rate"]
    times = after.get("return", 0.0) / after.get("first_fall", 1.0)
    said = (
        f"{times:.1f} times as frequent as" if times > 0 else "too rarely seen to be held against"
    )
    print(f"In {name} a return is {said} a first fall.")

# %% [markdown]
# *What to see.* Both agree on the direction. The German line is crossed more easily: one year's income decides there, with neither savings nor a stable exit.
#
# ## What this does not show
#
# * Nothing here is evidence about Guangxi, Qinghai or any real family. The town meets published figures where there are any (`hardship-model calibrate`), and misses some; `docs/PARAMETERS.md` says which numbers are assumed.
# * The share of families on file is a consequence of reporting rates that nobody has measured. Move them, and it moves.
# * What is called hardship is a rule with a line, a list of recognised causes and an assets test. Who is poor and outside the rule does not appear.
