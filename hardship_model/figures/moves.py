"""Who falls, who leaves, who falls back: the table `transitions` as two pictures.

Of a panel with many periods every third, sixth or twelfth month is drawn; the table has them all.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from hardship_model.figures import style, words
from hardship_model.figures.reading import records
from hardship_model.language import say

_COLOURS = {
    "first_fall": style.ORANGE,
    "return": style.VERMILLION,
    "leave": style.GREEN,
    "hazard_of_return": style.VERMILLION,
    "hazard_of_leaving": style.GREEN,
}
#: More lines than this are hard to read.
_MOST = 12


def draw_moves(transitions: pd.DataFrame) -> Figure:
    """Of those who could move, how many had moved after so many months? With counts and 95%."""
    return _draw(
        transitions, ["first_fall", "return", "leave"], "{months} months later",
        say("share that had moved, with 95% interval; at the right: how many, of how many"),
    )  # fmt: skip


def draw_hazards(transitions: pd.DataFrame) -> Figure:
    """The longer out of hardship, the safer? The longer in it, the harder to leave?"""
    return _draw(
        transitions, ["hazard_of_return", "hazard_of_leaving"], "after {months} months",
        say("share that moves in the next period, with 95% interval; at the right: how many"),
    )  # fmt: skip


def _draw(transitions: pd.DataFrame, moves: Sequence[str], label: str, axis: str) -> Figure:
    tables = {move: transitions[transitions["move"] == move] for move in moves}
    tables = {move: _few(table) for move, table in tables.items() if len(table)}
    lines = [len(table) + 1.5 for table in tables.values()]
    with style.look():
        figure, panels = style.canvas(
            len(lines), height=0.6 + 0.22 * sum(lines), heights=lines, share_x="all"
        )
        for panel, (move, table) in zip(panels[:, 0], tables.items(), strict=True):
            style.dots(
                panel,
                table.rename(columns={"rate": "value"}),
                labels=[say(label, months=months) for months in table["months"]],
                colours=[_COLOURS[move]] * len(table),
                notes=[words.out_of(r["events"], r["n"]) for r in records(table)],
            )
            panel.set_title(words.move(move))
        panel.set_xlim(left=0)
        panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        figure.supxlabel(axis, fontsize=8)
    return figure


def _few(table: pd.DataFrame) -> pd.DataFrame:
    """The rows at round months, when there are more than can be read."""
    if len(table) <= _MOST:
        return table
    at = [table["months"] % every == 0 for every in (3, 6, 12, 24)]
    return table[next((rows for rows in at if rows.sum() <= _MOST), at[-1])]
