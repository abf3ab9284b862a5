"""Groups side by side, and what it would cost to miss none more than another."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.reading import parts, records
from hardship_model.language import named, say
from hardship_model.privacy import SMALLEST_CELL


def draw_split(table: pd.DataFrame, colours: Mapping[str, str], *, of: str, axis: str) -> Figure:
    """One panel per `by`, one line per `group`, one dot with its 95 % interval per `who`.

    At the right, what a share is of: the column `of`, the same for all who are compared.
    """
    splits = list(parts(table, "by"))
    lines = [rows["group"].nunique() + 1.2 for _, rows in splits]
    with style.look():
        figure, panels = style.canvas(
            len(splits), height=0.9 + 0.24 * sum(lines), heights=lines, share_x="all"
        )
        for panel, ((by,), rows) in zip(panels[:, 0], splits, strict=True):
            _groups_of(panel, rows, colours, of=of, by=by)
            panel.set_title(words.grouping(by), fontsize=8)
        _percent(panels[-1, 0])
        panels[-1, 0].set_xlabel(
            say("{what}, with 95% interval; at the right: of how many falls", what=axis)
        )
        handles = [
            Line2D([], [], color=paint, marker="o", label=words.strategy(name))
            for name, paint in colours.items()
        ]
        style.legend(figure, handles, columns=3)
    return figure


def _groups_of(
    panel: Axes, rows: pd.DataFrame, colours: Mapping[str, str], *, of: str, by: str
) -> None:
    groups = list(rows["group"].unique())
    for k, (name, paint) in enumerate(colours.items()):
        mine = rows[rows["who"] == name].set_index("group").reindex(groups)
        at = np.arange(len(groups)) + 0.13 * (k - (len(colours) - 1) / 2)
        panel.hlines(at, mine["low"], mine["high"], color=paint, linewidth=1.1)
        panel.plot(mine["value"], at, "o", color=paint, markersize=3.5)
    counts = rows.groupby("group", sort=False)[of].max()
    few = counts.isna() | ((counts > 0) & (counts < SMALLEST_CELL))
    said = [words.withheld() if few[g] else words.count(counts[g]) for g in groups]
    style.lines(panel, labels=[words.value(by, group) for group in groups], notes=said)


def _percent(panel: Axes) -> None:
    panel.set_xlim(left=0)
    panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panel.xaxis.set_major_locator(MaxNLocator(5))


def draw_equal_recall(equal: pd.DataFrame, *, model: str) -> Figure:
    """What does each group gain, and how many visits move, when no group is missed more?

    At the left hollow dots are the share of falls found now, filled ones then; at the right the
    visits that each group gains or loses. Two ways: with the visits of now, and so that no group
    loses.
    """
    table = equal[equal["model"] == model]
    ways = list(parts(table, "way"))
    n_lines = table["group"].nunique()
    with style.look():
        figure, panels = style.canvas(
            len(ways), 2, height=0.8 + len(ways) * (0.5 + 0.24 * n_lines), share_x="col",
            share_y="row",
        )  # fmt: skip
        for (left, right), ((way,), rows) in zip(panels, ways, strict=True):
            _moved(left, rows, before="recall_now", after="recall", notes=())
            _moved(
                right, rows.assign(nought=0.0), before="nought", after="more_visits",
                notes=[words.withheld() if row["withheld"]
                       else words.out_of(row["found_now"], row["events"]) for row in records(rows)],
            )  # fmt: skip
            left.set_title(named("ways", way))
            right.set_title(say("found now, of falls"), loc="right", fontsize=8, color=style.GREY)
        _percent(panels[-1, 0])
        panels[-1, 0].set_xlabel(say("falls found: ○ now, ● then"))
        panels[-1, 1].set_xlabel(say("more visits"))
    return figure


def _moved(
    panel: Axes, rows: pd.DataFrame, *, before: str, after: str, notes: Sequence[str]
) -> None:
    at = np.arange(len(rows))
    panel.hlines(at, rows[before], rows[after], color=style.BLUE, linewidth=1.6)
    panel.plot(rows[after], at, "o", color=style.BLUE, markersize=5.5)
    panel.plot(rows[before], at, "o", color=style.BLUE, markerfacecolor="white", markersize=5)
    labels = [named("values", str(name)) for name in rows["group"]]
    style.lines(panel, labels=labels, notes=notes)
