"""Whom does a list miss? Every metric by group and by pairs of groups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Scored
from hardship_model.evaluation.lists import on_the_list
from hardship_model.evaluation.metrics import ratio
from hardship_model.evaluation.sums import Formula, as_sums
from hardship_model.evaluation.uncertainty import Amounts, Draws, intervals
from hardship_model.evaluation.withholding import AND, fewest_households, withhold_few
from hardship_model.rates import wilson
from hardship_model.shrinkage import Shrunk, shrink

EVERYBODY = "everybody"
#: A group with fewer households that fell than this is flagged: little can be said of it.
FEW_EVENTS = 30
#: Shares of counts; `n` and `events` of their rows are what is divided.
RATES = ("listed", "precision", "recall", "exclusion_error")
#: Of these, noise alone makes more in a small group than in a large one: no group is compared.
GROW_WITH_NOISE = ("brier_calibration", "expected_calibration_error")
#: Columns of what the list brings, before those of `as_sums`.
_N_OF_LIST = 4
_SHOWN = [
    "value",
    "low",
    "high",
    "shrunk",
    "difference",
    "difference_low",
    "difference_high",
    "gap",
]


def by_group(
    scored: Scored, labels: pd.DataFrame, *, list_share: float, n_draws: int, seed: int
) -> pd.DataFrame:
    """How good is each model for each group and pair of groups, and whom does its list miss?

    The list is one for all: the `list_share` of all rows ranked highest, as it stands; equals
    at its end have equal parts of the last places. `labels` are words, one column per grouping,
    in the order of `scored.rows` (`groupings.group_labels`).

    Returns
    -------
    one row per model × group × metric (`column` and `group` say which; the first are of
    everybody): `value` with its 95 % interval over households, the same draws for all; its
    `difference` from everybody's after noise has been taken back, with interval, `shrunk` (the
    value that leaves), and `gap`: *higher*, *lower*, *too close to call*, or nothing where
    groups are not compared. `n` and `events` are rows and falls, of a rate what it divides:
    *listed* of all rows, *precision* of those on the list with a known answer, *recall* and
    *exclusion_error* (missed by the list) of those who fell. `flagged`: fewer than 30
    households fell. `withheld`: a family might be recognised in the row, or in the row of
    another group by subtraction.

    """
    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=n_draws, seed=seed)
    listed = {m: on_the_list(score, share=list_share) for m, score in scored.score.items()}
    whole = _parts(scored, pd.Series(EVERYBODY, index=labels.index), listed, draws)
    tables = []
    for column, groups in _groupings(labels):
        parts = whole if column == EVERYBODY else _parts(scored, groups, listed, draws)
        for model, of_model in parts.items():
            tables.append(_table(column, model, of_model, whole[model][0]))
    table = pd.concat(tables, ignore_index=True)
    table.insert(0, "task", scored.task.name)
    table.insert(1, "origin", scored.origin.name)
    return withhold_few(table, shown=_SHOWN, telling_all=RATES[1:])


def changes(
    scored: Scored, labels: pd.DataFrame, *, new: str, old: str, list_share: float, n_draws: int,
    seed: int,
) -> pd.DataFrame:  # fmt: skip
    """For which group is one model better or worse than another, beyond noise?

    Lists and draws are those of `by_group`; groups only, no pairs of them. A group's change is
    drawn towards none, the more so the less is known of it (`shrinkage.shrink`).

    Returns
    -------
    one row per group × *recall* and *auroc* (`column`, `group`, `metric`): `value` of `new` less
    that of `old`, `shrunk` with its 95 % interval `low` to `high`, `n` and `events`, `fewest`
    (households, for `withholding.withhold_few`) and `flagged`: fewer than 30 households fell.

    """
    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=n_draws, seed=seed)
    listed = {m: on_the_list(scored.score[m], share=list_share) for m in (new, old)}
    everybody = _parts(scored, pd.Series(EVERYBODY, index=labels.index), listed, draws)
    whole = _change(everybody[new][0], everybody[old][0])
    tables = []
    for column in labels:
        groups = _parts(scored, labels[column], listed, draws)
        change = [_change(a, b) for a, b in zip(groups[new], groups[old], strict=True)]
        left = _shrunk_to_none(change, whole)
        tables += [
            pd.DataFrame({
                "column": str(column), "group": part.group, "metric": part.metrics, "n": part.n,
                "events": part.events, "value": part.value, "shrunk": left.difference[:, k],
                "low": left.low[:, k], "high": left.high[:, k], "flagged": part.fallen < FEW_EVENTS,
                "fewest": part.fewest,
            })
            for k, part in enumerate(change)
        ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    return table[table["metric"].isin(["recall", "auroc"])].reset_index(drop=True)


def _groupings(labels: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Everybody, each column, each pair of columns, with the rows' groups."""
    yield EVERYBODY, pd.Series(EVERYBODY, index=labels.index)
    for column in labels:
        yield str(column), labels[column]
    for a, b in combinations(labels.columns, 2):
        yield f"{a}{AND}{b}", labels[a] + AND + labels[b]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """One model in one group: arrays over metrics."""

    group: str
    #: The fewest of what a metric's row would tell (`_fewest`).
    fewest: np.ndarray
    fallen: int
    metrics: list[str]
    value: np.ndarray
    drawn: np.ndarray
    #: What a row of the table counts, and the number that its variance goes by.
    n: np.ndarray
    events: np.ndarray
    size: np.ndarray


def _parts(
    scored: Scored, groups: pd.Series, listed: dict[str, np.ndarray], draws: Draws
) -> dict[str, list[_Part]]:
    """By model: the groups of one grouping, in the order of their names."""
    names, codes = np.unique(groups.to_numpy(dtype=str), return_inverse=True)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    answer = scored.answer
    brought = [_brought(scored, answer, rows, listed, draws) for rows in members]
    totals = draws.totals([piece for piece, _ in brought])
    parts: dict[str, list[_Part]] = {model: [] for model in listed}
    for name, rows, (piece, formulas), total in zip(names, members, brought, totals, strict=True):
        fewest, fallen = fewest_households(answer[rows], draws.household[rows])
        sums = np.split(piece.sums.sum(axis=0)[None], len(listed), axis=1)
        drawn = np.split(total, len(listed), axis=1)
        for model, formula, one, many in zip(listed, formulas, sums, drawn, strict=True):
            value, of_draws = _metrics(formula, one), _metrics(formula, many)
            n, events, size = _counts(formula, one)
            told = _fewest(_of_list(formula, one), fewest, n_metrics=len(value))
            parts[model].append(
                _Part(
                    group=str(name), fewest=told, fallen=fallen, metrics=list(value),
                    value=np.concatenate(list(value.values())),
                    drawn=np.array(list(of_draws.values())),
                    n=n, events=events, size=size,
                )
            )  # fmt: skip
    return parts


def _brought(
    scored: Scored, answer: np.ndarray, rows: np.ndarray, listed: dict[str, np.ndarray],
    draws: Draws,
) -> tuple[Amounts, list[Formula]]:  # fmt: skip
    """What a group's households bring to each model's metrics, and its models' formulas."""
    answer = answer[rows]
    columns, formulas = [], []
    for model, on_list in listed.items():
        amounts, formula = as_sums(
            score=scored.score[model][rows], risk=scored.risk[model][rows], answer=answer,
            list_shares=(),
        )  # fmt: skip
        inside = on_list[rows]
        of_list = [np.ones(len(rows)), inside, inside * (answer == 1), inside * (answer == 0)]
        columns += [np.column_stack(of_list), amounts]
        formulas.append(formula)
    return draws.by_household(np.hstack(columns), rows), formulas


def _metrics(formula: Formula, totals: np.ndarray) -> dict[str, np.ndarray]:
    """Each metric in each draw."""
    of = _of_list(formula, totals)
    return {
        "listed": ratio(of["listed"], of["rows"]),
        "precision": ratio(of["hits"], of["hits"] + of["in_vain"]),
        "recall": ratio(of["hits"], of["yes"]),
        "exclusion_error": ratio(of["yes"] - of["hits"], of["yes"]),
        **formula.metrics(totals[:, _N_OF_LIST:]),
    }


def _counts(formula: Formula, totals: np.ndarray) -> np.ndarray:
    """`n`, `events` and what the variance goes by, of each metric; [3, metrics]."""
    of = {name: float(total[0]) for name, total in _of_list(formula, totals).items()}
    yes, no, hits, visited = of["yes"], of["no"], of["hits"], of["hits"] + of["in_vain"]
    rates = [
        (of["rows"], of["listed"], of["rows"]),
        (visited, hits, visited),
        (yes, hits, yes),
        (yes, yes - hits, yes),
    ]
    others = len(_metrics(formula, totals)) - len(rates)
    pairs = float(ratio(yes * no, yes + no, empty=0.0))
    return np.array([*rates, *[(yes + no, yes, pairs)] * others]).T


def _fewest(of: dict[str, np.ndarray], households: int, *, n_metrics: int) -> np.ndarray:
    """The fewest of: households, those that fell, those that did not, unless none; [metrics].

    For all rates but *listed* also of: found, visited in vain, missed, rightly not visited, since
    each of these could be worked out from the others' rows.
    """
    hits, in_vain = of["hits"][0], of["in_vain"][0]
    cells = [hits, in_vain, of["yes"][0] - hits, of["no"][0] - in_vain]
    # Sums over many rows may leave a little where there is nothing.
    of_list = min([cell for cell in cells if cell > 1e-9], default=0.0)
    told = np.full(n_metrics, float(households))
    told[1 : len(RATES)] = min(households, of_list)
    return told


def _of_list(formula: Formula, totals: np.ndarray) -> dict[str, np.ndarray]:
    names = ("rows", "listed", "hits", "in_vain", *formula.names)
    return dict(zip(names, totals.T, strict=True))


def _table(column: str, model: str, parts: list[_Part], whole: _Part) -> pd.DataFrame:
    """One row per group × metric of one model and grouping."""
    value, n, events = (np.array([getattr(p, a) for p in parts]) for a in ("value", "n", "events"))
    low, high = _bounds(np.array([p.drawn for p in parts]), n, events, whole.metrics)
    left = _beyond_noise(parts, whole)
    flat = {
        "column": column,
        "group": np.repeat([p.group for p in parts], len(whole.metrics)),
        "model": model,
        "metric": np.tile(whole.metrics, len(parts)),
        "n": n.ravel(),
        "events": events.ravel(),
        "value": value.ravel(),
        "low": low.ravel(),
        "high": high.ravel(),
        "shrunk": (whole.value + left.difference.T).ravel(),
        "difference": left.difference.T.ravel(),
        "difference_low": left.low.T.ravel(),
        "difference_high": left.high.T.ravel(),
        "flagged": np.repeat([p.fallen < FEW_EVENTS for p in parts], len(whole.metrics)),
        "fewest": np.concatenate([p.fewest for p in parts]),
    }
    table = pd.DataFrame(flat)
    table.insert(
        list(flat).index("flagged"), "gap",
        np.select(
            [table["difference_low"] > 0, table["difference_high"] < 0], ["higher", "lower"],
            default="too close to call",
        ),
    )  # fmt: skip
    table["gap"] = table["gap"].where(table["difference"].notna(), "")
    return table


def _bounds(
    drawn: np.ndarray, n: np.ndarray, events: np.ndarray, metrics: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """95 % intervals, [groups, metrics]; of a rate never narrower than Wilson's.

    Draws of a group in which nobody was missed all say so, however small it is.
    """
    low, high = intervals(drawn)
    rate = np.isin(metrics, RATES)
    at_least, at_most = wilson(events[:, rate], n[:, rate])
    low[:, rate], high[:, rate] = (
        np.fmin(low[:, rate], at_least), np.fmax(high[:, rate], at_most)
    )  # fmt: skip
    return low, high


def _beyond_noise(parts: list[_Part], whole: _Part) -> Shrunk:
    """Each group's difference from everybody, noise taken back; arrays [metrics, groups].

    The variance of a difference is that of its draws, but no less than what a group of this
    size would have if its households were like all others: the draws of a small group may
    happen to agree.
    """
    difference = np.array([p.value - whole.value for p in parts]).T
    with np.errstate(invalid="ignore"):
        of_draws = np.array([np.var(p.drawn - whole.drawn, axis=1) for p in parts]).T
        of_whole = np.var(whole.drawn, axis=1)[:, None]
    difference[np.isin(whole.metrics, GROW_WITH_NOISE)] = np.nan
    smaller = ratio(whole.size[:, None], np.array([p.size for p in parts]).T) - 1
    return shrink(difference, np.fmax(of_draws, of_whole * np.maximum(smaller, 0)))


def _change(new: _Part, old: _Part) -> _Part:
    return replace(
        new, value=new.value - old.value, drawn=new.drawn - old.drawn,
        fewest=np.minimum(new.fewest, old.fewest),
    )  # fmt: skip


def _shrunk_to_none(parts: list[_Part], whole: _Part) -> Shrunk:
    """Each group's change, noise taken back; arrays [metrics, groups]; variances as above."""
    with np.errstate(invalid="ignore"):
        of_draws = np.array([np.var(p.drawn, axis=1) for p in parts]).T
        of_whole = np.var(whole.drawn, axis=1)[:, None]
    size = np.array([p.size for p in parts]).T
    at_least = of_whole * ratio(whole.size[:, None], size, empty=np.nan)
    return shrink(np.array([p.value for p in parts]).T, np.fmax(of_draws, at_least))
