"""Offices that learned from different answers: how they did, year by year, and how far apart."""

from collections.abc import Mapping
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from hardship_model.figures import style, words
from hardship_model.language import say

#: Colour, and line; broken where visits are drawn at random.
_LOOKS: Mapping[str, tuple[str, Literal["-", "--", ":"]]] = {
    "truth": (style.INK, "-"),
    "visits": (style.BLUE, "-"),
    "visits_random": (style.BLUE, "--"),
    "visits_weighted": (style.SKY, ":"),
    "visits_or_no": (style.VERMILLION, "-"),
    "visits_or_no_random": (style.VERMILLION, "--"),
    "old_file": (style.GREEN, "-"),
    "income_visits": (style.GREY, "-"),
}
_DRAWN = ("recall", "falls_found")
#: Years between the lines of two offices, so that their intervals stand apart.
_SPREAD = 0.07


def draw_retrained(by_year: pd.DataFrame) -> Figure:
    """How much of the truth did each office see, year by year? With 95 % intervals over towns."""
    told = by_year[by_year["measure"].isin(_DRAWN)]
    names = list(told["office"].unique())
    with style.look():
        figure, panels = style.canvas(1, len(_DRAWN), height=4.2)
        for panel, measure in zip(panels[0], _DRAWN, strict=True):
            rows = told[told["measure"] == measure]
            for k, name in enumerate(names):
                _line(panel, rows[rows["office"] == name], name, _SPREAD * (k - len(names) / 2))
            panel.set_ylim(bottom=0, top=1.15 * rows["value"].max())
            panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            panel.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
            panel.set_xticks(sorted(rows["year"].unique()))
            panel.set_title(words.retrained(measure), fontsize=8)
            panel.set_xlabel(say("in each year of {n}", n=words.counts(rows["out_of"])), fontsize=8)
        style.legend(figure, [
            Line2D([], [], color=_LOOKS[name][0], linestyle=_LOOKS[name][1], marker="o",
                   markersize=3.5, label=words.office(name))
            for name in names
        ])  # fmt: skip
    return figure


def _line(panel: Axes, rows: pd.DataFrame, name: str, aside: float) -> None:
    paint, dash = _LOOKS[name]
    at = rows["year"] + aside
    panel.vlines(at, rows["low"], rows["high"], color=paint, linewidth=0.6, alpha=0.4)
    panel.plot(at, rows["value"], dash, color=paint, marker="o", markersize=3, linewidth=1.3)


def draw_drift(drift: pd.DataFrame) -> Figure:
    """How far is each office from the one it is held against, and does the gap grow?

    At the left the mean gap over the years after the first, at the right what each year adds;
    with 95 % intervals over towns. On the line there is none.
    """
    with style.look():
        lines = len(drift) / len(drift["measure"].unique())
        figure, panels = style.canvas(
            len(_DRAWN), 2, height=0.8 + len(_DRAWN) * (0.4 + 0.36 * lines), share_x="col",
            share_y="row",
        )  # fmt: skip
        for row, measure in zip(panels, _DRAWN, strict=True):
            rows = drift[drift["measure"] == measure]
            for panel, name in zip(row, ("gap", "per_year"), strict=True):
                _apart(panel, rows, name)
            row[0].set_title(words.retrained(measure), fontsize=8)
        panels[-1, 0].set_xlabel(say("gap, points"))
        panels[-1, 1].set_xlabel(say("growth, points a year"))
    return figure


def _apart(panel: Axes, rows: pd.DataFrame, name: str) -> None:
    told = rows.rename(columns={name: "value", f"{name}_low": "low", f"{name}_high": "high"})
    told = told[["value", "low", "high"]] * 100
    labels = [
        say("{office}\nagainst {other}", office=words.office(office), other=words.office(against))
        for office, against in zip(rows["office"], rows["against"], strict=True)
    ]
    style.dots(panel, told, labels=labels, colours=[_LOOKS[office][0] for office in rows["office"]])
    panel.tick_params(axis="y", labelsize=7)
    panel.axvline(0, color=style.GREY, linewidth=1, zorder=0)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda points, _: words.signed(points, 0)))
