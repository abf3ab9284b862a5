"""Do offices that learned differently drift apart? Year by year, and over the years."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.evaluation.uncertainty import verdict
from hardship_model.retraining.estimates import over_towns
from hardship_model.retraining.measured import JUDGED, MEASURES


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """What was counted, town by town."""

    #: Each office, and with which other it is compared (None: with nobody).
    offices: Mapping[str, str | None]
    years: Sequence[int]
    #: float [towns, offices, years, `MEASURES`, 2]: counted, out of.
    counted: np.ndarray

    def combined(self, measure: str, weights: np.ndarray) -> tuple[float, float, float]:
        """A combination of one measure's shares, weights [offices, years], with its interval."""
        cells = self.counted[:, :, :, MEASURES.index(measure)]
        flat = cells.reshape(len(cells), -1, 2)
        return over_towns(flat[..., 0], flat[..., 1], weights.ravel())

    def weights(self, office: str, over_years: np.ndarray, *, paired: bool) -> np.ndarray:
        """Weights over years for the office, and the opposite for whom it is held against."""
        weights = np.zeros((len(self.offices), len(self.years)))
        names = list(self.offices)
        weights[names.index(office)] += over_years
        other = self.offices[office]
        if paired and other is not None:
            weights[names.index(other)] -= over_years
        return weights


def by_year(sums: Sums) -> pd.DataFrame:
    """How did each office do in each year, and how far from the one it is held against?

    Returns
    -------
    one row per year × office × measure (`measured.MEASURES`): `counted, out_of, value, low, high`
    and, for `measured.JUDGED`, the paired difference `against` another office with interval and
    verdict. Intervals are over towns.

    """
    return pd.DataFrame(_rows_of_years(sums))


def _rows_of_years(sums: Sums) -> Iterator[dict[str, object]]:
    totals = sums.counted.sum(axis=0)
    for measure in MEASURES:
        for o, (office, against) in enumerate(sums.offices.items()):
            for y, year in enumerate(sums.years):
                this = np.eye(len(sums.years))[y]
                value, low, high = sums.combined(measure, sums.weights(office, this, paired=False))
                counted, out_of = totals[o, y, MEASURES.index(measure)]
                row = {
                    "year": year, "office": office, "measure": measure, "counted": counted,
                    "out_of": out_of, "value": value, "low": low, "high": high,
                }  # fmt: skip
                if against is not None and measure in JUDGED:
                    gap = sums.combined(measure, sums.weights(office, this, paired=True))
                    row |= {"against": against, **_told("difference", gap)}
                yield row


def drift(sums: Sums) -> pd.DataFrame:
    """How far apart are two offices over the years, and does the gap grow?

    Returns
    -------
    one row per office × measure of `measured.JUDGED`: the mean `gap` to the office `against`, and
    `per_year`, by how much it grows each year (least squares), each with interval over towns and
    verdict. The first year is left out: all begin with the same model.

    """
    later = np.arange(len(sums.years)) > 0
    if later.sum() < 2:
        return pd.DataFrame()
    mean = later / later.sum()
    centred = np.where(later, np.arange(len(sums.years)) - np.arange(len(sums.years)) @ mean, 0)
    slope = centred / (centred**2).sum()
    rows = []
    for measure in JUDGED:
        for office, against in sums.offices.items():
            if against is None:
                continue
            gap, growth = (
                sums.combined(measure, sums.weights(office, over, paired=True))
                for over in (mean, slope)
            )
            rows.append({
                "office": office, "against": against, "measure": measure, **_told("gap", gap),
                **_told("per_year", growth),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _told(name: str, found: tuple[float, float, float]) -> dict[str, object]:
    value, low, high = found
    said = "too few towns" if np.isnan(low) else verdict(low, high)
    return {name: value, f"{name}_low": low, f"{name}_high": high, f"{name}_verdict": said}
