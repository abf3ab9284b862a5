"""Strategies side by side: found by when, at which budget, whom they miss, what could turn it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.groups import draw_split
from hardship_model.figures.reading import parts, records
from hardship_model.language import say
from hardship_model.screen_study import PanelResults, ScreenResults

#: Strategies in colour; the others are grey.
_COLOURS = {
    "status_quo": style.INK, "guangxi_combined": style.GREEN, "income_visits": style.ORANGE,
    "model_visits": style.BLUE, "combined_with_model": style.VERMILLION,
    "guangxi_online": style.PURPLE,
}  # fmt: skip
#: Whose misses are drawn.
_MISSES = ("status_quo", "guangxi_combined", "income_visits", "combined_with_model")
#: Who knows the truth stands so far off that the others could not be told apart beside it.
_OFF = "oracle"
_WHEN = ("before", "within_1", "within_3", "within_6", "ever", "backlog_found")
#: Between the intervals of two strategies at one budget, in multiples of the budget.
_ASIDE = 0.012
#: The assumptions with the largest swing that are drawn.
_SWINGS = 16


def colour(strategy: str) -> str:
    """Which colour has this strategy?"""
    return _COLOURS.get(strategy, style.GREY)


def draw_found(comparison: pd.DataFrame) -> Figure:
    """Which share of the falls has each strategy found by when? With 95 % intervals.

    The oracle is left out; it stands in the table. So is what a survey cannot tell of anybody.
    """
    shown = comparison[comparison["strategy"] != _OFF]
    names = list(shown["strategy"].unique())
    told = set(shown.loc[shown["out_of"] > 0, "measure"])
    when = [measure for measure in _WHEN if measure in told]
    rows_of_panels = -(-len(when) // 3)
    with style.look():
        figure, panels = style.canvas(
            rows_of_panels, 3, height=(0.75 + 0.17 * len(names)) * rows_of_panels, share_y="row"
        )
        for panel in panels.ravel()[len(when) :]:
            panel.set_visible(False)
        for panel, measure in zip(panels.ravel(), when, strict=False):
            rows = shown[shown["measure"] == measure]
            style.dots(
                panel, rows, labels=[words.strategy(name) for name in names],
                colours=[colour(name) for name in names],
            )  # fmt: skip
            _percent(panel)
            panel.set_title(
                say("{what}\nof {n}", what=words.strategy_measure(measure),
                    n=words.counts(rows["out_of"])),
                fontsize=7.5,
            )  # fmt: skip
        figure.supxlabel(say("share of the falls, with 95% interval"), fontsize=8)
    return figure


def _percent(panel: Axes) -> None:
    panel.set_xlim(left=0)
    decimals = 1 if panel.get_xlim()[1] < 0.03 else 0
    panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=decimals))
    # Steps that whole per cents can name: a tick at 2.5% would read 2%.
    panel.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))


def draw_frontier(frontier: pd.DataFrame) -> Figure:
    """How many of the open falls does each strategy find, with how much money and staff?

    With 95% intervals of those in colour; of how many falls stands at the axis.
    """
    shown = frontier[frontier["strategy"] != _OFF]
    with style.look():
        figure, panels = style.canvas(1, height=3.9)
        panel = panels[0, 0]
        for (name,), line in parts(shown, "strategy"):
            bold = name in _COLOURS
            panel.plot(
                line["factor"], line["share"], "-o", color=colour(name), markersize=3.5,
                linewidth=1.8 if bold else 0.8, zorder=3 if bold else 2,
            )  # fmt: skip
            if bold:
                aside = _ASIDE * list(_COLOURS).index(name)
                panel.vlines(
                    line["factor"] + aside, line["low"], line["high"], color=colour(name),
                    linewidth=0.9, alpha=0.6, zorder=1,
                )  # fmt: skip
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.set_xlabel(say("budget and visits, multiples of the usual"))
        panel.set_xticks(sorted(shown["factor"].unique()))
        panel.set_ylabel(say("found, of {n} open falls", n=words.counts(shown["open"])))
        names = [name for name in shown["strategy"].unique() if name in _COLOURS]
        handles = [
            Line2D([], [], color=colour(n), marker="o", label=words.strategy(n)) for n in names
        ]
        if len(names) < shown["strategy"].nunique():
            handles.append(Line2D([], [], color=style.GREY, marker="o", label=say("the others")))
        style.legend(figure, handles, columns=3)
    return figure


def draw_missed(by_group: pd.DataFrame, *, strategies: Sequence[str], measure: str) -> Figure:
    """Whom does each of these strategies find more, whom less? Withheld groups have no dot."""
    table = by_group[by_group["measure"] == measure]
    table = table[table["strategy"].isin(strategies)].assign(who=lambda t: t["strategy"])
    colours = {name: colour(name) for name in strategies}
    return draw_split(table, colours, of="out_of", axis=words.strategy_measure(measure))


def draw_channels(channels: pd.DataFrame, *, strategy: str) -> Figure:
    """What would each channel catch, what of that only it, and what is lost without it?

    At the left: filled, caught; hollow, its part when every fall is split among its catchers.
    """
    rows = channels[channels["strategy"] == strategy]
    names = [words.channel(name) for name in rows["channel"]]
    paint = [style.BLUE] * len(rows)
    lost = rows.rename(columns={"lost": "value"}).drop(columns=["low", "high"])
    lost = lost.rename(columns={"lost_low": "low", "lost_high": "high"})
    with style.look():
        figure, panels = style.canvas(1, 2, height=1.0 + 0.32 * len(rows), share_y="row")
        left, right = panels[0]
        style.dots(left, rows.rename(columns={"share": "value"}), labels=names, colours=paint)
        left.plot(
            rows["credit"] / rows["falls"], range(len(rows)), "o", color=style.BLUE,
            markerfacecolor="white", markersize=5,
        )  # fmt: skip
        _percent(left)
        left.set_xlabel(say("falls caught; ○ equal split"))
        style.dots(
            right, lost, labels=names, colours=[style.VERMILLION] * len(rows),
            notes=[words.out_of(r["caught"], r["falls"]) for r in records(rows)],
        )  # fmt: skip
        right.axvline(0, color=style.GREY, linewidth=1, zorder=0)
        right.set_xlabel(say("finds lost without it"))
        right.set_title(say("caught, of falls"), loc="right", fontsize=8, color=style.GREY)
    return figure


def draw_overlaps(overlaps: pd.DataFrame, *, strategy: str) -> Figure:
    """Of what the channel in the row catches, which share does the one in the column catch too?"""
    rows = overlaps[overlaps["strategy"] == strategy]
    names = list(rows["channel"].unique())
    shares = rows.set_index(["channel", "other"])["share"]
    grid = pd.DataFrame([[shares.get((a, b)) for b in names] for a in names], dtype=float)
    with style.look():
        figure, panels = style.canvas(1, height=1.2 + 0.36 * len(names))
        panel = panels[0, 0]
        # Blues that stay pale enough for dark numbers.
        panel.pcolormesh(grid, cmap="Blues", vmin=0, vmax=1.8, edgecolors="white", linewidth=1)
        for i, j in np.argwhere(grid.notna().to_numpy()):
            share = f"{100 * grid.iloc[i, j]:.0f}"
            panel.text(j + 0.5, i + 0.5, share, ha="center", va="center", fontsize=7.5)
        labels, middles = [words.channel(name) for name in names], np.arange(len(names)) + 0.5
        panel.set_xticks(middles, labels=labels, rotation=40, ha="right")
        panel.set_yticks(middles, labels=labels)
        panel.invert_yaxis()
        panel.tick_params(length=0)
        panel.grid(visible=False)
        panel.set_ylabel(say("of what this one has …"))
        panel.set_xlabel(say("… this one has too, in %"))
    return figure


def draw_flips(flip_points: pd.DataFrame) -> Figure:
    """How far does the gap between the first two move when one assumption is moved?

    Left of nought the order has turned. The assumptions with the largest swing only.
    """
    ends = flip_points[["gap_low", "gap_high", "gap"]]
    swing = ends.max(axis=1) - ends.min(axis=1)
    rows = flip_points.loc[swing.sort_values(ascending=False, kind="stable").index[:_SWINGS]]
    with style.look():
        figure, panels = style.canvas(1, height=1.1 + 0.25 * len(rows))
        panel = panels[0, 0]
        for place, row in enumerate(records(rows)):
            for end, off, paint in (("low", -0.17, style.SKY), ("high", 0.17, style.BLUE)):
                reach = [row["gap"], row[f"gap_{end}"]]
                panel.plot(reach, [place + off] * 2, color=paint, linewidth=3)
            panel.plot([row["gap"]], [place], "|", color=style.INK, markersize=9)
        labels = [_tried(row) for row in records(rows)]
        panel.set_yticks(range(len(rows)), labels=labels)
        panel.tick_params(axis="y", length=0, labelsize=7)
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.axvline(0, color=style.VERMILLION, linewidth=1.2)
        panel.grid(visible=False, axis="y")
        panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        first, second = (words.strategy(rows[who].iloc[0]) for who in ("first", "second"))
        panel.set_xlabel(
            say("lead of {first}\non {second}, share of falls", first=first, second=second)
        )
        handles = [
            Line2D([], [], color=style.SKY, linewidth=6, label=say("moved down")),
            Line2D([], [], color=style.BLUE, linewidth=6, label=say("moved up")),
        ]
        style.legend(figure, handles)
    return figure


def _tried(row: dict[str, object]) -> str:
    tried = words.to(f"{row['tried_low']:.2g}", f"{row['tried_high']:.2g}")
    return f"{words.assumption(str(row['assumption']))} × {tried}"


def draw_sensitivity(sensitivity: pd.DataFrame) -> Figure:
    """What do the lead of the first strategy and its share hang on, when everything may move?

    Bars: mean size of the effects of one assumption, with its interval; rings: their spread. The
    largest effects on the lead only.
    """
    of_lead = sensitivity[sensitivity["outcome"] == "lead"]
    largest = list(of_lead.sort_values("size", ascending=False, kind="stable")["assumption"])
    largest = largest[:_SWINGS]
    first, second = (words.strategy(sensitivity[who].iloc[0]) for who in ("first", "second"))
    titles = {
        "lead": say("lead of {first}\non {second}", first=first, second=second),
        "share": say("share of falls found\nby {first}", first=first),
    }
    with style.look():
        figure, panels = style.canvas(1, 2, height=1.3 + 0.25 * len(largest), share_y="row")
        for panel, (outcome, title) in zip(panels[0], titles.items(), strict=True):
            rows = sensitivity[sensitivity["outcome"] == outcome]
            rows = rows.set_index("assumption").loc[largest]
            at = np.arange(len(rows))
            panel.barh(at, rows["size"], height=0.6, color=style.SKY)
            panel.hlines(at, rows["low"], rows["high"], color=style.INK, linewidth=1.1)
            panel.plot(
                rows["spread"], at, "o", color=style.VERMILLION, markerfacecolor="none",
                markersize=5, clip_on=False,
            )  # fmt: skip
            panel.set_yticks(at, labels=[words.assumption(name) for name in largest])
            panel.tick_params(axis="y", length=0, labelsize=7.5)
            panel.set_ylim(len(rows) - 0.5, -0.5)
            panel.grid(visible=False, axis="y")
            _percent(panel)
            panel.set_title(title, fontsize=8)
            panel.set_xlabel(say("effect, in shares of falls"))
        handles = [
            Line2D([], [], color=style.SKY, linewidth=6, label=say("mean size, with 95% interval")),
            Line2D([], [], color=style.VERMILLION, marker="o", markerfacecolor="none",
                   linestyle="none", label=say("spread over the other assumptions")),
        ]  # fmt: skip
        style.legend(figure, handles)
    return figure


def draw_draws(assumption_draws: pd.DataFrame) -> Figure:
    """In which share of the draws over all assumptions is each strategy the best?

    Hollow: in which share of the towns, with the numbers in force.
    """
    rows = assumption_draws.rename(columns={"share": "value"})
    names = list(rows["strategy"])
    with style.look():
        figure, panels = style.canvas(1, height=0.9 + 0.26 * len(rows))
        panel = panels[0, 0]
        style.dots(
            panel, rows, labels=[words.strategy(name) for name in names],
            colours=[colour(name) for name in names],
            notes=[words.out_of(r["best"], r["draws"]) for r in records(rows)],
        )  # fmt: skip
        panel.plot(
            rows["best_in_towns"], range(len(rows)), "o", color=style.INK,
            markerfacecolor="none", markersize=8, linestyle="none",
        )  # fmt: skip
        panel.set_xlim(-0.03, 1.03)
        panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.set_xlabel(say("best of all in this share of the draws; ○ of the towns as assumed"))
    return figure


def shown_strategies(comparison: pd.DataFrame) -> list[str]:
    """The strategies whose misses are drawn, as far as they were played."""
    return [name for name in _MISSES if (comparison["strategy"] == name).any()]


def draw_screened(results: ScreenResults | PanelResults) -> dict[str, Figure]:
    """Every picture of a run of `screen`, by the name of its file."""
    drawn = {
        "found": draw_found(results.comparison), "frontier": draw_frontier(results.frontier),
    }  # fmt: skip
    of, whose = results.by_group, shown_strategies(results.comparison)
    if ((of["measure"] == "ever") & of["strategy"].isin(whose)).any():
        drawn["missed"] = draw_missed(of, strategies=whose, measure="ever")
    if isinstance(results, PanelResults):
        return drawn
    apart = results.study.take_apart
    drawn["draws"] = draw_draws(results.assumption_draws)
    if (results.channels["strategy"] == apart).any():
        drawn["channels"] = draw_channels(results.channels, strategy=apart)
        drawn["overlaps"] = draw_overlaps(results.overlaps, strategy=apart)
    if not results.flip_points.empty:
        drawn["flips"] = draw_flips(results.flip_points)
    if not results.sensitivity.empty:
        drawn["sensitivity"] = draw_sensitivity(results.sensitivity)
    return drawn
