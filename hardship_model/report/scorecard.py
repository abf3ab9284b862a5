"""A points scorecard as a page of paper: tick, add up, look up the risk."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

import numpy as np

from hardship_model.data.panel import Column
from hardship_model.features import Feature
from hardship_model.figures import words
from hardship_model.figures.reading import records
from hardship_model.models.bins import Bins
from hardship_model.models.reasons import say_what
from hardship_model.models.scorecard import Scorecard

_CELL = "border:1px solid #999;padding:.15em .35em;text-align:center;vertical-align:top"
_LEFT = "border:1px solid #999;padding:.15em .35em;text-align:left;min-width:13em"
_SMALL = "font-size:85%;color:#555"
_UNKNOWN = "unknown 未知"
_NO_YES = ("no 否", "yes 是")
#: Stats of a count or flag that are whole numbers.
_WHOLE = ("now", "previous", "min", "max", "count", "since", "spells")
#: Sums with a lower risk than this share one place of the ladder.
_LEAST_RISK = 0.001


def scorecard_page(
    card: Scorecard, declared: Sequence[Feature], *, columns: Sequence[Column] = ()
) -> str:
    """What does a clerk hold in the hand? HTML that prints on one page, in both languages.

    One line per feature, with the points for what may stand on file and an empty box; below them
    the sum, and the risk that goes with it. `columns` are the panel's, for words.
    """
    about = {f.name: f for f in declared}
    most = max(len(points) for points in card.points_.values())
    lines = "".join(
        _line(about[name], bins, card.points_[name], columns, n_cells=most)
        for name, bins in card.bins_.items()
    )
    total = f'<tr><td style="{_LEFT}"><b>sum 合计</b></td>{_boxes(most)}</tr>'
    counted = card.card().groupby("feature")[["rows", "events"]].sum().iloc[0]
    answers, falls = (words.count(counted[name]) for name in ("rows", "events"))
    return (
        '<div style="max-width:50em"><table style="border-collapse:collapse;font-size:78%">'
        f"{lines}{total}</table>{_ladder(card)}"
        f'<p style="{_SMALL}">Learned from {answers} answers, {falls} of them a fall;'
        f" {card.points_to_double} points more double the odds. A sum orders visits and decides"
        " about nobody. 分值仅用于排定走访次序，不作为认定依据。</p></div>"
    )


def _line(
    feature: Feature, bins: Bins, points: np.ndarray, columns: Sequence[Column], *, n_cells: int
) -> str:
    english, chinese = say_what(feature, columns=columns)
    [values_zh] = [c.values_zh for c in columns if c.name == feature.column] or [{}]
    cells = "".join(
        f'<td style="{_CELL}">{escape(said)}<br><b>{given}</b></td>'
        for said, given in zip(_said(feature, bins, values_zh), points, strict=True)
    )
    return (
        f'<tr><td style="{_LEFT}">{escape(english)}<br><span style="{_SMALL}">{escape(chinese)}'
        f"</span></td>{cells}{_boxes(n_cells - len(points))}</tr>"
    )


def _boxes(n_empty: int) -> str:
    """The empty end of a line, and the box for its points."""
    rest = f'<td colspan="{n_empty}"></td>' if n_empty else ""
    return f'{rest}<td style="{_CELL};min-width:3em"></td>'


def _said(feature: Feature, bins: Bins, values_zh: Mapping[str, str]) -> Iterator[str]:
    """What each bin holds, in signs and in words of both languages."""
    if bins.levels is not None:
        for place in range(len(bins.evidence) - 1):
            levels = [str(level) for level, bin_ in bins.levels.items() if bin_ == place]
            yield ", ".join(_word(level, values_zh) for level in levels)
    elif feature.kind in ("count", "flag") and feature.stat in _WHOLE:
        yield from _whole(np.ceil(np.asarray(bins.edges)), flag=_is_flag(feature))
    else:
        yield from _ranges([f"{edge:,g}" for edge in np.asarray(bins.edges)])
    yield _UNKNOWN


def _word(level: str, values_zh: Mapping[str, str]) -> str:
    return " ".join(dict.fromkeys([level.replace("_", " "), values_zh.get(level, "")])).strip()


def _is_flag(feature: Feature) -> bool:
    return feature.kind == "flag" and feature.stat == "now"


def _ranges(edges: Sequence[str]) -> Iterator[str]:
    if not edges:
        yield "any 任意"
        return
    yield f"< {edges[0]}"
    yield from (f"{low} – <{high}" for low, high in pairwise(edges))
    yield f"≥ {edges[-1]}"


def _whole(edges: np.ndarray, *, flag: bool) -> Iterator[str]:
    """Bins of whole numbers by the numbers in them."""
    if flag and len(edges) == 1:
        yield from _NO_YES
        return
    if not len(edges):
        yield "any 任意"
        return
    for low, after in pairwise([0.0, *edges]):
        yield f"{low:g}" if low >= after - 1 else f"{low:g} – {after - 1:g}"
    yield f"≥ {edges[-1]:g}"


def _ladder(card: Scorecard) -> str:
    """Which risk goes with which sum?"""
    rows = records(card.ladder())
    shown = [row for row in rows if row["risk"] >= _LEAST_RISK]
    sums = "".join(f'<td style="{_CELL}">{row["points"]:g}</td>' for row in shown)
    risks = "".join(f'<td style="{_CELL}">{row["risk"]:.1%}</td>' for row in shown)
    less = f'<td style="{_CELL}">less 以下</td>', f'<td style="{_CELL}">&lt; {_LEAST_RISK:.1%}</td>'
    some_less = len(shown) < len(rows)
    return (
        '<table style="border-collapse:collapse;font-size:78%;margin-top:.8em">'
        f'<tr><td style="{_LEFT}">sum 合计</td>{less[0] * some_less}{sums}</tr>'
        f'<tr><td style="{_LEFT}">risk 风险</td>{less[1] * some_less}{risks}</tr></table>'
    )
