"""What was known when: the two dates of a household's rows, and what leaks promise and give."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hardship_model.data.panel import Panel, PanelError
from hardship_model.figures import style, words
from hardship_model.figures.reading import records
from hardship_model.language import named, say
from hardship_model.months import to_text


def draw_two_dates(panel: Panel, household_id: int | str, *, as_of: int) -> Figure:
    """Which months of this invented household's life were on file at the end of `as_of`?

    One dot per row: the month that it tells of, and the month in which it was written down.
    Raises PanelError for a panel of real households: nobody's life is drawn.
    """
    if not panel.invented:
        raise PanelError(
            f"Panel {panel.name!r} holds real households, and these are not drawn one by one."
        )
    rows = panel.rows[panel.rows["household_id"] == household_id]
    month, recorded = rows["month"].to_numpy(), rows["recorded_month"].to_numpy()
    kinds = {
        say("known"): (recorded <= as_of, style.BLUE, style.BLUE),
        say("it happened, and nobody had written it down"): (
            (month <= as_of) & (recorded > as_of), style.VERMILLION, "white",
        ),
        say("still to come"): (month > as_of, style.GREY, "white"),
    }  # fmt: skip
    with style.look():
        figure, panels = style.canvas(1, height=3.9)
        axes = panels[0, 0]
        ends = np.array([month.min(), month.max()])
        axes.plot(ends, ends, color=style.PALE, linewidth=1)
        axes.axhline(as_of + 0.5, color=style.INK, linewidth=1.6)
        for chosen, edge, fill in kinds.values():
            axes.plot(
                month[chosen], recorded[chosen], "o", color=edge, markerfacecolor=fill, markersize=6
            )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(6, integer=True))
            axis.set_major_formatter(FuncFormatter(lambda place, _: to_text(int(place))))
        axes.set_xlabel(say("month that the row tells of"))
        axes.set_ylabel(say("month in which it was written down"))
        marks = [
            Line2D([], [], marker="o", linestyle="", color=edge, markerfacecolor=fill, label=name)
            for name, (_, edge, fill) in kinds.items()
        ]
        style.legend(figure, marks, columns=2)
    return figure


def draw_worth(worth: pd.DataFrame) -> Figure:
    """What does each leak promise on paper (ring), and what is left of it on the day (dot)?"""
    names = list(worth["leak"].unique())
    looks = {"on paper": (style.VERMILLION, "white", -0.15), "on the day": (style.BLUE, None, 0.15)}
    with style.look():
        figure, panels = style.canvas(1, height=1.1 + 0.45 * len(names))
        axes = panels[0, 0]
        for row in records(worth):
            paint, fill, aside = looks[row["judged"]]
            place = names.index(row["leak"]) + aside
            axes.plot([row["low"], row["high"]], [place, place], color=paint, linewidth=1.6)
            axes.plot(
                [row["value"]], [place], "o", color=paint, markerfacecolor=fill or paint,
                markersize=5.5,
            )  # fmt: skip
        axes.axvline(0.5, color=style.GREY, linestyle=":", linewidth=1)
        day = worth[worth["judged"] == "on the day"]
        notes = [words.out_of(row["events"], row["n"]) for row in records(day)]
        style.lines(axes, labels=[named("leaks", name) for name in names], notes=notes)
        axes.set_title(
            say("fell, of those judged on the day"), loc="right", fontsize=8, color=style.GREY
        )
        axes.set_xlabel(say("AUROC with its 95% interval; the dotted line is chance"))
        marks = [
            Line2D(
                [],
                [],
                marker="o",
                color=paint,
                markerfacecolor=fill or paint,
                label=named("judged", name),
            )
            for name, (paint, fill, _) in looks.items()
        ]
        style.legend(figure, marks)
    return figure
