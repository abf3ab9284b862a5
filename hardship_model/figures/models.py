"""Models against baselines: how well they rank, how true their risks are, what lists hold."""

from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.reading import chosen_model, parts, records
from hardship_model.language import say
from hardship_model.models import BASELINES, OF_EVERYBODY

#: Beside each chosen model's reliability stands that of the stronger clerk.
_CLERK = "income_over_line"
_RANKING = ("auroc", "average_precision")


def draw_models(backtest: pd.DataFrame, choice: pd.DataFrame) -> Figure:
    """How well does each model rank, at the origins that judge, beside what a clerk can do?

    Grey baselines, coloured models, the chosen one in bold. A dotted line where chance lies.
    """
    judged = backtest[backtest["role"] == "judge"]
    places = list(parts(judged, "task", "origin"))
    n_models = judged["model"].nunique()
    with style.look():
        figure, panels = style.canvas(
            len(places), 2, height=0.5 + len(places) * (0.75 + 0.2 * n_models),
            share_x="col", share_y="row",
        )  # fmt: skip
        for row, ((task, origin), table) in zip(panels, places, strict=True):
            for panel, metric in zip(row, _RANKING, strict=True):
                _dots_of(panel, table[table["metric"] == metric])
                panel.set_xlabel(words.metric(metric))
            chosen = words.model(chosen_model(choice, task))
            for label in row[0].get_yticklabels():
                label.set_fontweight("bold" if label.get_text() == chosen else "normal")
            first = records(table)[0]
            row[0].axvline(0.5, color=style.GREY, linestyle=":", linewidth=1, zorder=0)
            chance = first["events"] / (first["n"] - first["unknown"])
            row[1].axvline(chance, color=style.GREY, linestyle=":", linewidth=1, zorder=0)
            row[0].set_title(
                say(
                    "{task}, judged at {origin}: {fell} fell",
                    task=words.task(task),
                    origin=origin,
                    fell=words.fell(first),
                )
            )
        figure.supxlabel(say("with 95% interval over households; dotted: chance"), fontsize=8)
    return figure


def _dots_of(panel: Axes, table: pd.DataFrame) -> None:
    style.dots(
        panel,
        table,
        labels=[words.model(name) for name in table["model"]],
        colours=[style.colour(name) for name in table["model"]],
        markers=[style.marker(name) for name in table["model"]],
    )


def draw_reliability(reliability: pd.DataFrame, choice: pd.DataFrame) -> Figure:
    """Of those told about this risk, how many fell? The chosen model beside income over line.

    On the diagonal a risk means what it says. Groups that are too small are counted, not drawn.
    """
    places = list(parts(reliability, "task", "origin"))
    with style.look():
        figure, panels = style.canvas(len(places), 2, height=0.3 + 2.5 * len(places))
        for row, ((task, origin), table) in zip(panels, places, strict=True):
            for panel, name in zip(row, (chosen_model(choice, task), _CLERK), strict=True):
                _diagonal(panel, table[table["model"] == name], name)
            limit = max(panel.get_xlim()[1] for panel in row)
            for panel in row:
                panel.set(xlim=(0, limit), ylim=(0, limit), aspect="equal")
                panel.set_xlabel(say("risk told, mean of a group"))
            row[0].set_ylabel(
                say("share that fell\n{task}, {origin}", task=words.task(task), origin=origin)
            )
    return figure


def _diagonal(panel: Axes, table: pd.DataFrame, name: str) -> None:
    paint = style.colour(name)
    shown = table[~table["withheld"]]
    panel.axline((0, 0), slope=1, color=style.GREY, linestyle=":", linewidth=1)
    for row in records(shown):
        panel.plot([row["expected"]] * 2, [row["low"], row["high"]], color=paint, linewidth=1.4)
    panel.plot(
        shown["expected"],
        shown["observed"],
        style.marker(name),
        clip_on=False,
        color=paint,
        markersize=5,
    )
    panel.set_title(words.model(name))
    panel.text(
        0.97, 0.04,
        say("{n} of {all} groups withheld", n=len(table) - len(shown), all=len(table)),
        transform=panel.transAxes, ha="right", fontsize=7.5, color=style.GREY,
    )  # fmt: skip
    panel.text(
        0.97, 0.12, say("drawn: {fell} fell", fell=words.out_of(*shown[["events", "n"]].sum())),
        transform=panel.transAxes, ha="right", fontsize=7.5, color=style.GREY,
    )  # fmt: skip
    reach = max([*shown["high"], *shown["expected"], 0.05])
    panel.set_xlim(0, 1.05 * reach)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))


def draw_lists(lists: pd.DataFrame, choice: pd.DataFrame) -> Figure:
    """How many of a list fell, and how many of all who fell stand on it, for lists of each size?

    A band where equal scores leave the order open: the fewest and the most that luck among
    equals could give. Withheld lists leave a gap.
    """
    places = list(parts(lists, "task", "origin"))
    with style.look():
        figure, panels = style.canvas(len(places), 2, height=0.9 + 2.3 * len(places))
        for row, ((task, origin), table) in zip(panels, places, strict=True):
            chosen = chosen_model(choice, task)
            for panel, column in zip(row, ("precision", "recall"), strict=True):
                for (name,), line in parts(table, "model"):
                    _line(panel, line, column, name=name, chosen=name == chosen)
                for axis in (panel.xaxis, panel.yaxis):
                    axis.set_major_formatter(PercentFormatter(1, decimals=0))
                panel.set_xlim(left=0)
                panel.set_ylim(bottom=0)
                panel.set_xlabel(say("list, share of all ranked"))
            of_all, ranked = table["events"] / table["recall"], table["n"] / table["share"]
            row[0].set_title(
                say(
                    "{task}, judged at {origin}: of {n} ranked {events} fell",
                    task=words.task(task),
                    origin=origin,
                    n=words.count(ranked.max()),
                    events=words.count(of_all.max()),
                )
            )
            row[0].set_ylabel(say("precision: share of the list"))
            row[1].set_ylabel(say("recall: share of all falls"))
        names = lists["model"].unique()
        style.legend(figure, [_key(name) for name in names])
    return figure


def _line(panel: Axes, table: pd.DataFrame, column: str, *, name: str, chosen: bool) -> None:
    look = _key(name)
    panel.plot(
        table["share"], table[column], color=look.get_color(), linestyle=look.get_linestyle(),
        linewidth=2.4 if chosen else 1.2, zorder=3 if chosen else 2,
    )  # fmt: skip
    per_hit = table[column] / table["events"]
    panel.fill_between(
        table["share"], table["fewest"] * per_hit, table["most"] * per_hit,
        color=look.get_color(), alpha=0.1, linewidth=0,
    )  # fmt: skip


def _key(name: str) -> Line2D:
    dashed: dict[str, Literal[":", "--"]] = {BASELINES[0]: ":", BASELINES[1]: "--"}
    learned: Literal["-", "-."] = "-." if name.endswith(OF_EVERYBODY) else "-"
    return Line2D(
        [], [], color=style.colour(name), linestyle=dashed.get(name, learned),
        label=words.model(name),
    )  # fmt: skip
