"""Every metric as a few sums over rows, so that a thousand draws cost one product.

A metric in a draw is written through totals of amounts that each row brings once and for all.
For rates, the Brier score and the calibration error this is exact. The others depend on the
draw also through ranks, through where the list ends, or through a curve that is fitted; that
part is followed to first order (the infinitesimal jackknife: Efron 1982; for ranks: DeLong and
others 1988, and Obuchowski 1997 for clusters). In the sample itself every metric is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from hardship_model.evaluation.calibration import calibration_intercept, log_odds, recalibrated
from hardship_model.evaluation.metrics import Counts, Ranking, ratio
from hardship_model.models.lines import fit_line

_TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Formula:
    """How a model's metrics follow from the totals of its amounts."""

    #: What the columns of the amounts are.
    names: tuple[str, ...]
    #: What a metric is in the sample, where its amounts only say by how much a draw moves it.
    in_sample: Mapping[str, float]
    list_shares: tuple[float, ...]

    def metrics(self, totals: np.ndarray) -> dict[str, np.ndarray]:
        """Every metric, by name, from the totals of some draws, [n_draws, k]; each [n_draws]."""
        of = dict(zip(self.names, totals.T, strict=True))
        shares = self._of_ranking(of) | self._of_lists(of)
        # To first order, a draw may overshoot what a share can be.
        within = {
            name: value if name.startswith("lift") else np.clip(value, 0, 1)
            for name, value in shares.items()
        }
        return within | self._of_probabilities(of)

    def counts_on_lists(self, totals: np.ndarray) -> dict[str, tuple[float, float]]:
        """Of each share of a list in the sample: what it divides by, and what it divides."""
        of = {name: float(total) for name, total in zip(self.names, totals, strict=True)}
        found: dict[str, tuple[float, float]] = {}
        for share in self.list_shares:
            yes, known = of[f"yes_{share}"], of[f"yes_{share}"] + of[f"no_{share}"]
            found |= {f"{rate}_{_at(share)}": (known, yes) for rate in ("precision", "lift")}
            found[f"recall_{_at(share)}"] = of["yes"], yes
        return found

    def _of_ranking(self, of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        higher = ratio(of["above_no"], of["yes"]) + ratio(of["below_yes"], of["no"])
        purity = ratio(of["purity"], of["yes"]) + self._moved(of, "purity_moves")
        return {"auroc": higher - self.in_sample["auroc"], "average_precision": purity}

    def _of_lists(self, of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        table = {}
        for share in self.list_shares:
            yes, no, at = of[f"yes_{share}"], of[f"no_{share}"], _at(share)
            base_rate = ratio(of["yes"], of["yes"] + of["no"])
            table[f"precision_{at}"] = ratio(yes, yes + no)
            table[f"recall_{at}"] = ratio(yes, of["yes"])
            table[f"lift_{at}"] = ratio(table[f"precision_{at}"], base_rate)
        return table

    def _of_probabilities(self, of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        known = of["yes"] + of["no"]
        brier, refinement = (ratio(of[c], known) for c in ("squared_error", "refinement"))
        gaps = np.sum([np.abs(of[f"gap_{tenth}"]) for tenth in range(_TENTHS)], axis=0)
        curves = {
            name: self.in_sample[name] + self._moved(of, name)
            for name in ("calibration_intercept", "calibration_slope")
        }
        return {
            "brier": brier,
            "brier_calibration": brier - refinement,
            "brier_refinement": refinement,
            "observed_over_expected": ratio(of["yes"], of["risk"]),
            **curves,
            "expected_calibration_error": ratio(gaps, known),
        }

    def _moved(self, of: dict[str, np.ndarray], name: str) -> np.ndarray:
        """By how much do these households move a metric, if they are as many as the sample's?"""
        return ratio(of[name], of["yes"] + of["no"]) * self.in_sample["known"]


def _at(share: float) -> str:
    return f"at_{share:.0%}".replace("%", "pct")


def refuse_shares(shares: Sequence[float]) -> None:
    """Stop at lists that the metrics' names do not tell apart. Raises ValueError."""
    named = {round(share, 2) for share in shares if 0 < share < 1}
    if not shares or len(named & set(shares)) < len(shares):
        raise ValueError(
            "list_shares are whole per cents between 0 and 1, such as 0.05, at least one and none"
            f" twice; got {list(shares)}."
        )


def as_sums(
    *, score: np.ndarray, risk: np.ndarray, answer: np.ndarray, weights: np.ndarray | None = None,
    list_shares: Sequence[float],
) -> tuple[np.ndarray, Formula]:  # fmt: skip
    """What does each row bring to the metrics of a model, and how do they follow from it?

    `score`, `risk`, `answer` (1, 0 or NaN) and `weights` (of a survey, or against censoring;
    1 unless given) are of shape (n,), in the same order. The amounts are of shape [n, k].
    Refuses a missing score.
    """
    weight = np.ones(len(score)) if weights is None else weights
    yes, no = weight * (answer == 1), weight * (answer == 0)
    columns = {"yes": yes, "no": no}
    in_sample = {"known": float(yes.sum() + no.sum())}
    for some, known in (
        _of_ranks(score, answer, weight, yes, no, list_shares),
        _of_risks(risk, np.nan_to_num(answer), yes + no),
        _of_curves(risk, answer, yes + no),
    ):
        columns |= some
        in_sample |= known
    formula = Formula(names=tuple(columns), in_sample=in_sample, list_shares=tuple(list_shares))
    return np.column_stack(list(columns.values())), formula


_Columns = tuple[dict[str, np.ndarray], dict[str, float]]


def _of_ranks(
    score: np.ndarray, answer: np.ndarray, weight: np.ndarray, yes: np.ndarray, no: np.ndarray,
    list_shares: Sequence[float],
) -> _Columns:  # fmt: skip
    ranking = Ranking.of(score, answer)
    counts = ranking.counts(weight[None])
    group = np.empty(len(score), dtype=int)
    group[ranking.order] = np.searchsorted(ranking.last, np.arange(len(score)))
    below, above, purity, if_yes, if_no = _by_rank(counts.yes[0], counts.no[0])
    columns = {
        "above_no": yes * below[group],
        "below_yes": no * above[group],
        "purity": yes * purity[group],
        "purity_moves": yes * if_yes[group] + no * if_no[group],
    }
    for share in list_shares:
        inside, (yes_at_end, no_at_end) = _list_of(counts, share)
        # A longer list than the share allows gives up places where it ends.
        given_up = weight * (share - inside[group])
        columns[f"yes_{share}"] = yes * inside[group] + yes_at_end * given_up
        columns[f"no_{share}"] = no * inside[group] + no_at_end * given_up
    auroc = ratio(columns["above_no"].sum(), counts.yes[0, -1])
    return columns, {"auroc": float(auroc)}


def _by_rank(yes: np.ndarray, no: np.ndarray) -> tuple[np.ndarray, ...]:
    """For each group of equal scores, from cumulated counts down the list.

    The share of those who did not fall that stand below it, and of those who fell that stand
    above it (equals count half); the purity of the list down to it; and by how much one more
    household in it that fell, or did not, moves average precision through the longer lists.
    """
    new_yes, new_no = np.diff(yes, prepend=0), np.diff(no, prepend=0)
    below = ratio(no[-1] - no + 0.5 * new_no, no[-1])
    above = ratio(yes - 0.5 * new_yes, yes[-1])
    pulls = ratio(new_yes, (yes + no) ** 2 * yes[-1], empty=0.0)
    if_yes, if_no = (np.cumsum((pulls * other)[::-1])[::-1] for other in (no, -yes))
    return below, above, ratio(yes, yes + no, empty=0.0), if_yes, if_no


def _list_of(counts: Counts, share: float) -> tuple[np.ndarray, np.ndarray]:
    """How surely is each group of equal scores on the list, and what do its last places hold?

    The second answer is the share of yes and of no about the list's end, which is taken as wide
    as draws move it: by the square root of all places, to either side.
    """
    after = counts.length[0]
    new, places = np.diff(after, prepend=0), share * after[-1]
    inside = ratio(np.clip(places - (after - new), 0, new), new, empty=0.0)
    width = np.sqrt(after[-1])
    end = (after > places - width) & (after - new < places + width)
    of_end = np.array([np.diff(c[0], prepend=0)[end].sum() for c in (counts.yes, counts.no)])
    return inside, ratio(of_end, new[end].sum(), empty=0.0)


def _of_risks(risk: np.ndarray, answer: np.ndarray, known: np.ndarray) -> _Columns:
    counted = risk[known > 0] if (known > 0).any() else risk
    edges = np.quantile(counted, np.linspace(0, 1, _TENTHS + 1)[1:-1])
    tenth = np.searchsorted(edges, risk, side="right")
    gap = known * (answer - risk)
    return {
        "squared_error": known * (answer - risk) ** 2,
        "risk": known * risk,
        **{f"gap_{k}": gap * (tenth == k) for k in range(_TENTHS)},
    }, {}


def _of_curves(risk: np.ndarray, answer: np.ndarray, known: np.ndarray) -> _Columns:
    """Curves that are fitted to the sample: in a draw they move along their own gradient."""
    best = np.nan_to_num(recalibrated(risk, answer, known))
    y, x = np.nan_to_num(answer), log_odds(risk)
    counted = known > 0
    start = np.array([[0.0], [1.0]])
    intercept, slope = fit_line(x[counted], y[counted], known[None, counted], start)[:, 0]
    level = calibration_intercept(risk, answer, known[None])[0]
    about_level, about_line = expit(level + x), expit(intercept + slope * x)
    h = known * about_line * (1 - about_line)
    h00, h01, h11 = h.sum(), h @ x, h @ x**2
    return {
        "refinement": known * (y - best) ** 2,
        "calibration_intercept": known
        * ratio(y - about_level, (known * about_level * (1 - about_level)).sum()),
        "calibration_slope": known * ratio((y - about_line) * (h00 * x - h01), h00 * h11 - h01**2),
    }, {"calibration_intercept": float(level), "calibration_slope": float(slope)}
