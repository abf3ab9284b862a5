"""Ways to choose visits, compared: what each found, and at how many visits a fall."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.reading import records
from hardship_model.language import say


def draw_visits(visits: pd.DataFrame) -> Figure:
    """How many falls did each order of visits find, and how many visits did one fall cost?

    At the left filled dots are falls found at any time, hollow ones those found in the period
    in which they happened; 95% intervals over households.
    """
    table = {str(name): rows for name, rows in visits.groupby("measure", sort=False)}
    found, at_once, effort = (table[name] for name in words.MEASURES)
    names = list(found["strategy"])
    colours = [style.colour(name) for name in names]
    with style.look():
        figure, panels = style.canvas(1, 2, height=1.0 + 0.3 * len(names), share_y="row")
        left, right = panels[0]
        style.dots(left, found, labels=[words.order(name) for name in names], colours=colours)
        for place, (value, paint) in enumerate(zip(at_once["value"], colours, strict=True)):
            left.plot([value], [place], "o", color=paint, markerfacecolor="white", markersize=5)
        style.dots(
            right, effort, labels=[words.order(name) for name in names], colours=colours,
            notes=[words.out_of(r["counted"], r["out_of"]) for r in records(found)],
        )  # fmt: skip
        left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        left.set_xlim(left=0)
        right.set_xlim(left=0)
        left.set_xlabel(say("falls found"))
        left.set_title(say("○ found at once"), loc="right", fontsize=8, color=style.GREY)
        right.set_xlabel(say("visits per fall found"))
        right.set_title(say("found, of falls"), loc="right", fontsize=8, color=style.GREY)
    return figure
