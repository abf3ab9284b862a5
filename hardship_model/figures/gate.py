"""What the gate asked of a candidate, and how far a new window lies from an earlier one."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from hardship_model.figures import gate_words, style, words
from hardship_model.figures.reading import parts, records
from hardship_model.language import say

_PAINT: Mapping[str, str] = {
    "yes": style.BLUE, "no": style.VERMILLION, "cannot tell": style.GREY,
    "not drifted": style.BLUE, "drifted": style.VERMILLION,
}  # fmt: skip
#: What is drawn as a multiple of its bound, since each row has a bound of another kind.
_BY_BOUND = ("drift",)
#: Checks that were made on all households judged.
_OF_ALL = ("incumbent", "rule", "calibration")


def draw_gate(checks: pd.DataFrame) -> Figure:
    """Every check with its number, its interval and its bound; at the right the answer.

    A panel per kind of check. The broken line is the bound, the thin one no difference at all;
    of drift, numbers are parts of their bound.
    """
    drawn = [(check, rows) for (check,), rows in parts(checks, "check")]
    lines = [len(rows) + 0.6 for _, rows in drawn]
    with style.look():
        height = 0.8 + 0.6 * len(drawn) + 0.19 * sum(lines)
        figure, panels = style.canvas(len(drawn), height=height, heights=lines)
        for panel, (check, rows) in zip(panels[:, 0], drawn, strict=True):
            _checks(panel, rows, by_bound=check in _BY_BOUND)
            panel.set_title(gate_words.check_asked(check), fontsize=8)
            if check in ("incumbent", "rule", "groups"):
                panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=None, symbol=""))
        judged = checks.loc[checks["check"].isin(_OF_ALL), ["events", "n"]].max()
        # Above, since below it would lie under the legend.
        figure.suptitle(say("judged: {fell} fell", fell=words.out_of(*judged)), fontsize=8)
        _legend(figure, ("yes", "no", "cannot tell"))
    return figure


def _checks(panel: Axes, rows: pd.DataFrame, *, by_bound: bool) -> None:
    scale = rows["at_most"] if by_bound else 1.0
    drawn = rows.assign(
        value=rows["number"] / scale, low=rows["low"] / scale, high=rows["high"] / scale,
        at_least=rows["at_least"] / scale, at_most=rows["at_most"] / scale,
    )  # fmt: skip
    # The calibration error has a scale of its own: its numbers stand in the table.
    drawn.loc[drawn["on"] == "error", ["value", "low", "high"]] = float("nan")
    notes = [gate_words.gate_verdict(row) for row in records(drawn)]
    style.dots(
        panel, drawn, labels=[gate_words.check(row) for row in records(drawn)],
        colours=[_PAINT[a] for a in drawn["answer"]], notes=notes,
    )  # fmt: skip
    panel.tick_params(axis="y", labelsize=7)
    panel.axvline(float((drawn["check"] == "calibration").any()), color=style.INK, linewidth=0.6)
    for side in ("at_least", "at_most"):
        at = np.flatnonzero(drawn["value"].notna() & drawn[side].notna())
        panel.vlines(drawn[side].iloc[at], at - 0.5, at + 0.5, color=style.INK, linewidth=0.9,
                     linestyle="--")  # fmt: skip
    panel.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))


def draw_shifts(table: pd.DataFrame, *, most: int = 12) -> Figure:
    """How far has what moved most moved, against its bound? The table of `retraining.drift`.

    One panel per measure, the rows that moved furthest first, `most` of each; the broken line is
    the bound.
    """
    table = table[table["value"].notna()]
    far = (table["value"].abs() / table["bound"]).rename("far")
    table = table.assign(far=far).sort_values("far", ascending=False, kind="stable")
    drawn = [(m, rows.head(most)) for m in gate_words.SHIFTS
             if len(rows := table[table["measure"] == m])]  # fmt: skip
    lines = [len(rows) + 1.4 for _, rows in drawn]
    with style.look():
        figure, panels = style.canvas(len(drawn), height=0.8 + 0.2 * sum(lines), heights=lines)
        for panel, (measure, rows) in zip(panels[:, 0], drawn, strict=True):
            style.dots(
                panel, rows,
                labels=[gate_words.item(row["item"], row["of"]) for row in records(rows)],
                colours=[_PAINT[a] for a in rows["answer"]],
                notes=[words.verdict(a) for a in rows["answer"]],
            )  # fmt: skip
            panel.tick_params(axis="y", labelsize=7)
            bound = float(rows["bound"].iloc[0])
            sides = [bound] if measure == "distribution" else [-bound, bound]
            for at in sides:
                panel.axvline(at, color=style.INK, linewidth=0.9, linestyle="--")
            panel.axvline(0, color=style.INK, linewidth=0.6)
            panel.set_title(gate_words.shift(measure), fontsize=8)
            if measure != "distribution":
                panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=None, symbol=""))
        _legend(figure, ("not drifted", "drifted", "cannot tell"))
    return figure


def _legend(figure: Figure, answers: tuple[str, ...]) -> None:
    handles = [
        Line2D([], [], color=_PAINT[answer], marker="o", label=words.verdict(answer))
        for answer in answers
    ]
    handles.append(Line2D([], [], color=style.INK, linestyle="--", label=say("bound")))
    style.legend(figure, handles, columns=4)
