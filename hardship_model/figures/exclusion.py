"""Whom does the list miss? Exclusion error by group, for the chosen model and a clerk."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.reading import chosen_model, parts, records, single_groups
from hardship_model.language import say
from hardship_model.models import BASELINES

#: Beside the chosen model stands the stronger clerk.
_CLERK = BASELINES[-1]
_APART = 0.17


def draw_exclusion(by_group: pd.DataFrame, choice: pd.DataFrame | None = None) -> Figure:
    """Of those who fell, what share did the list miss, group by group?

    Lists of the chosen model and a clerk, or, when nothing was chosen, of all models. A line per
    group of each single grouping, everybody first; the groups that are withheld are counted. At
    the right, what the first list missed. Hollow: fewer than 30 households fell. Dotted: what is
    missed of everybody.
    """
    missed = single_groups(by_group[by_group["metric"] == "exclusion_error"])
    places = list(parts(missed, "task", "origin"))
    shown = [_shown(table, _models(table, choice, task)) for (task, _), table in places]
    lines = [len(groups) * max(len(models) / 2, 1) + 2.6 for groups, models in shown]
    with style.look():
        figure, panels = style.canvas(
            len(places), height=0.6 + 0.235 * sum(lines), heights=lines, share_x="col"
        )
        for panel, ((task, origin), table), (groups, models) in zip(
            panels[:, 0], places, shown, strict=True
        ):
            _lines_of(panel, table, groups, models)
            withheld = int(table.loc[table["model"] == models[0], "withheld"].sum())
            panel.set_title(
                say("{task}, {origin}: {n} groups withheld", task=words.task(task), origin=origin,
                    n=withheld)
            )  # fmt: skip
        panels[-1, 0].set_xlabel(say("exclusion error: missed, of those who fell"))
        panels[-1, 0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        drawn = style.colours([model for _, models in shown for model in models])
        style.legend(figure, [
            Line2D([], [], color=paint, marker="o", label=words.model(m))
            for m, paint in drawn.items()
        ])  # fmt: skip
    return figure


def _models(table: pd.DataFrame, choice: pd.DataFrame | None, task: str) -> list[str]:
    if choice is None:
        return list(table["model"].unique())
    return list(dict.fromkeys([chosen_model(choice, task), _CLERK]))


def _shown(table: pd.DataFrame, models: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Everybody, the groups of which something may be told, and the models to draw."""
    some = table["value"].notna() | (table["column"] == table["group"])
    told = table[table["model"].isin(models) & some]
    return told[["column", "group"]].drop_duplicates(), models


def _lines_of(panel: Axes, table: pd.DataFrame, groups: pd.DataFrame, models: list[str]) -> None:
    counts: list[str] = []
    for k, (model, paint) in enumerate(style.colours(models).items()):
        of = table[table["model"] == model].set_index(["column", "group"])
        rows = records(of.reindex(pd.MultiIndex.from_frame(groups)))
        shift = _APART * (2 * k - len(models) + 1) * min(2 / len(models), 1)
        for place, row in enumerate(rows):
            _dot(panel, row, place + shift, paint)
        panel.axvline(rows[0]["value"], color=paint, linestyle=":", linewidth=1)
        counts = counts or [
            words.withheld() if pd.isna(row["n"]) else words.out_of(row["events"], row["n"])
            for row in rows
        ]
    labels = [words.group(row["column"], row["group"]) for row in records(groups)]
    style.lines(panel, labels=labels, notes=counts)


def _dot(panel: Axes, row: dict[str, Any], place: float, paint: str) -> None:
    panel.plot([row["low"], row["high"]], [place, place], color=paint, linewidth=1.5)
    panel.plot(
        [row["value"]], [place], "o", color=paint, markersize=5,
        markerfacecolor="white" if row["flagged"] is True else paint,
    )  # fmt: skip
