"""What would it cost to miss no group more than another?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.lists import on_the_list
from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.withholding import covered
from hardship_model.privacy import withhold_small_cells

EVERYBODY = "everybody"
_HALVINGS = 60
_COUNTED = ["n", "events"]
_NOW = ["visits_now", "found_now", "recall_now"]
#: What a row counts: a whole and a part of it.
_PAIRS = (("visits_now", "found_now"), ("visits", "found"), ("events", "found"))
_THEN = ["threshold", "visits", "found", "recall", "more_visits", "more_found"]


def equal_recall(
    scored: Scored, groups: pd.Series, *, list_share: float, shown_in: pd.DataFrame
) -> pd.DataFrame:
    """Which thresholds would find the same share of each group's falls, at how many visits?

    Now there is one list for all: the `list_share` of all rows ranked highest. Two ways to
    change that, each with a threshold for each group. *same visits*: every group gets the
    recall that today's visits allow for all. *nobody loses*: groups below everybody's recall
    are raised to it, and nothing is taken from the others. Recall runs on a straight line
    between one fall found and the next; a group in which nobody fell keeps its visits.

    This is hindsight, on the falls that the thresholds were moved for: thresholds fixed in
    advance reach less.

    `groups` are words, in the order of `scored.rows`, named as in `shown_in`: the table of
    `groups.by_group` for the same list. A group whose recall is withheld there is withheld here,
    and so is one that would be left with few found, few missed or few visited in vain; where
    that is one group alone, the smallest of the others goes with it.

    Returns
    -------
    one row per model × `way` × group of the column, with *everybody* first: rows `n`, falls
    `events`; visits, falls found and recall now; `threshold`, the lowest score visited then;
    visits, falls found and recall then; the differences; and `withheld`.

    """
    answer = scored.answer
    names, codes = np.unique(groups.to_numpy(dtype=str), return_inverse=True)
    members = [np.flatnonzero(codes == g) for g in range(len(names))]
    frame = pd.DataFrame(
        {
            "group": names,
            "n": [len(rows) for rows in members],
            "events": [float((answer[rows] == 1).sum()) for rows in members],
        }
    )
    tables = []
    for model, score in scored.score.items():
        listed = on_the_list(score, share=list_share)
        now = frame.assign(
            visits_now=[listed[rows].sum() for rows in members],
            found_now=[listed[rows] @ (answer[rows] == 1) for rows in members],
        )
        curves = [_Curve.of(score[rows], answer[rows]) for rows in members]
        tables += [_moved(now, curves, way).assign(model=model) for way in _WAYS]
    table = _finished(pd.concat(tables, ignore_index=True), scored, column=str(groups.name))
    return _withheld(table, shown_in)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Curve:
    """How many visits does a group need for its first, second … fall found?"""

    #: Falls found 0, …, all of them, and the visits that takes; rising.
    found: np.ndarray
    visits: np.ndarray
    #: The group's scores, highest first.
    score: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, answer: np.ndarray) -> "_Curve":
        """Equal scores are visited together, in equal parts."""
        order = np.argsort(-score, kind="stable")
        last = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
        found = np.r_[0, np.cumsum(answer[order] == 1)[last]]
        at_once, first = np.unique(found, return_index=True)
        return cls(found=at_once, visits=np.r_[0, last + 1][first], score=score[order])

    def visits_for(self, recall: float) -> float:
        """The fewest visits that find this share of the falls."""
        return float(np.interp(recall * self.found[-1], self.found, self.visits))

    def threshold(self, visits: float) -> float:
        """The score of the last household visited; NaN when nobody is."""
        last = int(np.ceil(visits - 1e-9)) - 1
        return float(self.score[last]) if last >= 0 else np.nan


def _same_visits(now: pd.DataFrame, curves: list[_Curve]) -> np.ndarray:
    """The recall that all groups can have with the visits of now; found by halving."""
    can = (now["events"] > 0).to_numpy()
    some = [c for c, falls in zip(curves, can, strict=True) if falls]
    budget = now.loc[can, "visits_now"].sum()
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = sum(c.visits_for(middle) for c in some) <= budget
        low, high = (middle, high) if enough else (low, middle)
    return np.full(len(now), low)


def _nobody_loses(now: pd.DataFrame, curves: list[_Curve]) -> np.ndarray:
    """Everybody's recall, or the group's own where that is higher."""
    overall = ratio(now["found_now"].sum(), now["events"].sum())
    return np.fmax(ratio(now["found_now"].to_numpy(), now["events"].to_numpy()), overall)


_WAYS = {"same visits": _same_visits, "nobody loses": _nobody_loses}


def _moved(now: pd.DataFrame, curves: list[_Curve], way: str) -> pd.DataFrame:
    recall = _WAYS[way](now, curves)
    needed = np.array([c.visits_for(r) for c, r in zip(curves, recall, strict=True)])
    if way == "nobody loses":
        needed = np.maximum(needed, now["visits_now"])
    anybody = now["events"] > 0
    visits = np.where(anybody, needed, now["visits_now"])
    of_groups = now.assign(visits=visits, found=np.where(anybody, recall * now["events"], 0.0))
    whole = of_groups.drop(columns="group").sum().to_frame().T.assign(group=EVERYBODY)
    thresholds = [c.threshold(v) for c, v in zip(curves, visits, strict=True)]
    table = pd.concat([whole, of_groups.assign(threshold=thresholds)], ignore_index=True)
    return table.assign(way=way)


def _finished(table: pd.DataFrame, scored: Scored, *, column: str) -> pd.DataFrame:
    table = table.assign(
        task=scored.task.name,
        origin=scored.origin.name,
        column=column,
        recall_now=ratio(table["found_now"].to_numpy(), table["events"].to_numpy()),
        recall=ratio(table["found"].to_numpy(), table["events"].to_numpy()),
        more_visits=table["visits"] - table["visits_now"],
        more_found=table["found"] - table["found_now"],
    )
    return table[["task", "origin", "column", "model", "way", "group", *_COUNTED, *_NOW, *_THEN]]


def _withheld(table: pd.DataFrame, shown_in: pd.DataFrame) -> pd.DataFrame:
    """The table without what the other withholds, whose counts are the same, and small counts."""
    told = shown_in[(shown_in["metric"] == "recall") & ~shown_in["withheld"]]
    place = ["task", "origin", "column", "model", "group"]
    of_group = table.assign(column=table["column"].mask(table["group"] == EVERYBODY, EVERYBODY))
    in_both = pd.MultiIndex.from_frame(of_group[place]).isin(pd.MultiIndex.from_frame(told[place]))
    few = covered(of_group.assign(metric=table["way"]), ~in_both | _few(table), table["n"])
    numbers = [*_COUNTED, *_NOW, *_THEN]
    out = table.copy()
    out[numbers] = out[numbers].astype(float).mask(few)
    return out.assign(withheld=few)


def _few(table: pd.DataFrame) -> pd.Series:
    """Which rows hold a small count? Halving leaves a trace in the last digits, no household."""
    counts = table[sorted({column for pair in _PAIRS for column in pair})].round(6)
    few = pd.Series(False, index=table.index)
    for whole, part in _PAIRS:
        small = withhold_small_cells(counts, n=whole, events=part, shown=[])["withheld"]
        few |= small & (counts[whole] > 0)
    return few
