"""Invented households, month by month: for showing what a word means, never for real people."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from hardship_model.data.panel import Panel, PanelError
from hardship_model.figures import style
from hardship_model.language import say
from hardship_model.months import to_text

#: Colour and sign of not seen (−1), out of hardship (0), in hardship (1).
_SIGNS = {-1: ("#FFFFFF", "?"), 0: (style.SKY, ""), 1: (style.VERMILLION, "H")}


def draw_strips(
    panel: Panel, household_ids: Sequence[str] | Sequence[int], *, as_of: int | None = None
) -> Figure:
    """What did these invented households go through, period by period?

    A line at the end of `as_of` separates what was known from what came later. Raises
    PanelError for a panel of real households: nobody's life is drawn.
    """
    if not panel.invented:
        raise PanelError(
            f"Panel {panel.name!r} holds real households, and these are not drawn one by one;"
            " draw_moves shows how they moved."
        )
    places = pd.Index(panel.households).get_indexer(pd.Index(list(household_ids)))
    if (places < 0).any():
        raise PanelError(
            f"{int((places < 0).sum())} of the {len(places)} households asked for are not in"
            f" panel {panel.name!r}."
        )
    state = panel.state[:, places].T
    with style.look():
        figure, panels = style.canvas(1, height=0.9 + 0.3 * len(places))
        axes = panels[0, 0]
        colours = ListedColormap([paint for paint, _ in _SIGNS.values()])
        axes.pcolormesh(state, cmap=colours, vmin=-1, vmax=1, edgecolors="white", linewidth=2)
        for line, period in zip(*(state != 0).nonzero(), strict=True):
            sign = _SIGNS[int(state[line, period])][1]
            axes.text(period + 0.5, line + 0.5, sign, ha="center", va="center", fontsize=7.5)
        if as_of is not None:
            axes.axvline(panel.period_of(as_of) + 1, color=style.INK, linewidth=2)
        axes.set_yticks(
            [k + 0.5 for k in range(len(places))], labels=[str(h) for h in household_ids]
        )
        every = max(1, len(panel.months) // 8)
        axes.set_xticks(
            [k + 0.5 for k in range(0, len(panel.months), every)],
            labels=[to_text(month) for month in panel.months[::every]],
        )
        axes.invert_yaxis()
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(say("month") if panel.step_months == 1 else say("last month of the period"))
        signs = [
            Patch(facecolor=style.VERMILLION, label=say("in hardship (H)")),
            Patch(facecolor=style.SKY, label=say("out of hardship")),
            Patch(facecolor="white", edgecolor=style.GREY, label=say("not seen (?)")),
        ]
        style.legend(figure, signs, columns=3)
    return figure
