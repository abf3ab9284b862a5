"""One look for every picture: colours, sizes, dots with intervals, and how files are written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hardship_model.figures import fonts
from hardship_model.figures.reading import records
from hardship_model.models import BASELINES, LEARNED, OF_EVERYBODY

#: The palette of Okabe and Ito (2008), which colour-blind readers can tell apart.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE = "#E69F00", "#56B4E9", "#CC79A7"
BROWN, OLIVE = "#7A4B1E", "#9A9A00"
INK, GREY, PALE = "#222222", "#767676", "#D9D9D9"

#: Inches. Narrow, so that a phone shows the text at a readable size.
WIDTH = 5.6

_FIRST = {"logistic": BLUE, "boosting": VERMILLION, "mean_of_both": GREEN}
_FURTHER = [name for name in LEARNED if name not in _FIRST]
_LEARNED = _FIRST | dict(zip(_FURTHER, (PURPLE, ORANGE, SKY, INK, BROWN, OLIVE), strict=True))
_ORDERS = {"risk": BLUE, "risk × months since visit": VERMILLION}

_LOOK: Mapping[str, object] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titlepad": 6,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#EBEBEB",
    "legend.frameon": False,
    "legend.fontsize": 8,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "hardship_model",
    "savefig.dpi": 160,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in the house's look and the language of the moment, whatever the reader's settings."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_LOOK)  # type: ignore[arg-type]
        mpl.rcParams["font.family"] = fonts.families()
        yield


def canvas(
    rows: int, columns: int = 1, *, height: float, heights: Sequence[float] | None = None,
    share_x: Literal["all", "col", "none"] = "none",
    share_y: Literal["row", "none"] = "none",
) -> tuple[Figure, np.ndarray]:  # fmt: skip
    """An empty picture with panels; `height` in inches; panels in an array [rows, columns]."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = figure.subplots(
        rows, columns, squeeze=False, sharex=share_x, sharey=share_y,
        gridspec_kw={"height_ratios": heights} if heights else None,
    )  # fmt: skip
    return figure, panels


def save(figure: Figure, path: Path, *, formats: Sequence[str] = ("svg", "png")) -> None:
    """Write a picture, as SVG and PNG, with bytes that depend on what is drawn alone."""
    nothing = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    with look():
        _settle(figure)
        for ending in formats:
            figure.savefig(path.with_suffix(f".{ending}"), metadata=nothing[ending])


def _settle(figure: Figure) -> None:
    """Find every panel's place once, and round it: the last digits of the solver are luck."""
    engine = figure.get_layout_engine()
    if engine is not None:
        # At the size at which it is written: small letters are wider at some sizes than at others.
        figure.set_dpi(float(mpl.rcParams["savefig.dpi"]))
        engine.execute(figure)
    figure.set_layout_engine("none")
    for panel in figure.axes:
        panel.set_position(np.round(panel.get_position(original=True).bounds, 6))


def colour(name: str) -> str:
    """Which colour has this model or order of visits? Grey for what needs no learning."""
    return _LEARNED.get(name.removesuffix(OF_EVERYBODY), _ORDERS.get(name, GREY))


def colours(names: Sequence[str]) -> dict[str, str]:
    """Colours of lists that stand side by side: what is learned has one, whatever its name."""
    free = iter((BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY))
    return {
        name: GREY if name in BASELINES
        else _LEARNED[plain] if (plain := name.removesuffix(OF_EVERYBODY)) in _LEARNED
        else next(free)
        for name in dict.fromkeys(names)
    }  # fmt: skip


def marker(name: str) -> str:
    """Which mark has this model? A square when it learned from everybody, a ring for a baseline."""
    if name in BASELINES:
        return "o"
    return "s" if name.endswith(OF_EVERYBODY) else "o"


def legend(figure: Figure, handles: Sequence[Artist], *, columns: int = 2) -> None:
    """One legend for the whole picture, below it."""
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def dots(
    panel: Axes,
    table: pd.DataFrame,
    *,
    labels: Sequence[str],
    colours: Sequence[str],
    markers: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """One row of `table` (value, low, high) per line: a dot with its interval, counts at the right.

    A row without a value stays empty: its note says why.
    """
    for place, (row, paint) in enumerate(zip(records(table), colours, strict=True)):
        shape = markers[place] if markers else "o"
        panel.plot([row["low"], row["high"]], [place, place], color=paint, linewidth=1.6)
        panel.plot([row["value"]], [place], shape, color=paint, markersize=5.5)
    lines(panel, labels=labels, notes=notes)


def lines(panel: Axes, *, labels: Sequence[str], notes: Sequence[str] = ()) -> None:
    """Name the lines of a panel, the first on top, with notes at the right."""
    panel.set_yticks(range(len(labels)), labels=labels)
    panel.set_ylim(len(labels) - 0.5, -0.5)
    panel.tick_params(axis="y", length=0)
    panel.grid(visible=False, axis="y")
    if notes:
        right = panel.secondary_yaxis("right")
        right.set_yticks(range(len(labels)), labels=notes)
        right.tick_params(length=0, labelsize=8, labelcolor=GREY)
        right.spines["right"].set_visible(False)
