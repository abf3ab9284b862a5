"""What channels go by, read from a survey's own columns: work, insurance, income as it is seen.

A survey asks other things than an office's departments would know. A `Reading` says which of its
columns stand for what; nothing is guessed from a column's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import FLEXIBLE, FORMAL, NO_WORK, UNEMPLOYED
from hardship_model.months import to_month
from hardship_model.randomness import Dice

#: A survey of another time and place is played by the rules, costs and errors of this month.
RULES_OF = to_month("2022-01")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Which columns of a panel tell what channels go by? Empty: the panel does not tell.

    Columns are counts, amounts or flags; together they say yes when any is above nought or true.
    What was not answered counts as no.
    """

    #: Somebody is in formal work: a unit knows the household, lists hold its wages. When only
    #: `flexible` and `not_working` are named, everybody who is neither.
    formal: tuple[str, ...] = ()
    #: Somebody earns outside formal work.
    flexible: tuple[str, ...] = ()
    #: Somebody looks for work; counts for households in which nobody earns, and as a cause.
    unemployed: tuple[str, ...] = ()
    #: Nobody earns.
    not_working: tuple[str, ...] = ()
    #: Somebody is insured, so that a scheme settles with other departments.
    insured: tuple[str, ...] = ()
    #: Inpatient stays in the period, added up.
    stays: tuple[str, ...] = ()
    #: A member draws unemployment benefit.
    claims: tuple[str, ...] = ()
    #: Income from work as a multiple of the line; without it, all income of whoever works.
    labour_over_line: tuple[str, ...] = ()
    #: A category: the place whose rate of hardship on file a clerk may go by.
    district: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two columns where there can be one."""
        for name in ("labour_over_line", "district"):
            if len(getattr(self, name)) > 1:
                raise PanelError(f"reading.{name} names one column, got {getattr(self, name)}.")

    @property
    def tells_work(self) -> bool:
        """Does the panel tell formal work from other work?"""
        return bool(self.flexible and (self.formal or self.not_working))


def office_view(panel: Panel, reading: Reading, *, seed: int) -> Panel:
    """The panel as departments and the cross-check would have it: what a model may be given.

    Income is what the cross-check sees (`read`), missing where a household cannot be linked; the
    columns that tell amounts of income are gone.
    """
    rows = panel.rows
    seen = read(panel, reading, seed=seed)["seen_over_line"].to_numpy() * rows["poverty_line"]
    kept = [c for c in panel.columns if not (c.pillar == "income" and c.kind == "amount")]
    return replace(panel, rows=rows.assign(income=seen), columns=tuple(kept))


def read(panel: Panel, reading: Reading, *, seed: int) -> pd.DataFrame:
    """What does each row of the panel tell? In the order of `panel.rows`.

    Returns
    -------
    `form` (codes of the town's `FORMS`), `insured` (everybody, when no column tells), `claims`,
    `unemployed` (bool), `stays`, `district` (code, −1 unknown), `linkable` (bool), `over_line`
    (income over line), and `seen_over_line`: of that, what the cross-check sees. It misses
    earnings outside formal work (`auto_check_misses_flexible_share`, with the range of the
    invented town), of some households all formal wages, and of others everything, in each case
    the same households in all periods: `seed` draws them.

    """
    _refuse(panel, reading)
    rows = panel.rows
    form = _form(rows, reading)
    over_line = (rows["income"] / rows["poverty_line"]).to_numpy(dtype=float, na_value=np.nan)
    household = pd.factorize(rows["household_id"])[0]
    linkable = _never(panel, "record_unlinked_share", "cannot be linked", seed=seed)[household]
    hidden = _hidden(panel, reading, form, over_line, household, seed=seed)
    district = rows[reading.district[0]].cat.codes if reading.district else -1
    return pd.DataFrame({
        "form": form, "insured": _any(rows, reading.insured) | (not reading.insured),
        "claims": _any(rows, reading.claims),
        "stays": _sum(rows, reading.stays), "unemployed": _any(rows, reading.unemployed),
        "district": district, "linkable": linkable, "over_line": over_line,
        "seen_over_line": np.where(linkable, over_line * (1 - hidden), np.nan),
    }, index=rows.index)  # fmt: skip


def _refuse(panel: Panel, reading: Reading) -> None:
    for one in fields(reading):
        wants_category = one.name == "district"
        fits = [c.name for c in panel.columns if (c.kind == "category") == wants_category]
        if absent := sorted(set(getattr(reading, one.name)) - set(fits)):
            raise PanelError(
                f"reading.{one.name} names {absent}; panel {panel.name!r} has for it {fits}."
            )


def _sum(rows: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """These columns added up, float32; what was not answered is nought."""
    total = np.zeros(len(rows), dtype=np.float32)
    for name in names:
        total += rows[name].to_numpy(dtype=np.float32, na_value=0)
    return total


def _any(rows: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    return _sum(rows, names) > 0


def _form(rows: pd.DataFrame, reading: Reading) -> np.ndarray:
    """The household's work, codes of the town's `FORMS`: formal before other before none."""
    idle = _any(rows, reading.not_working)
    rest = FORMAL if reading.tells_work and not reading.formal else NO_WORK
    form = np.where(idle, NO_WORK, rest).astype(np.int8)
    form[_any(rows, reading.unemployed)] = UNEMPLOYED
    form[_any(rows, reading.flexible)] = FLEXIBLE
    form[_any(rows, reading.formal)] = FORMAL
    return form


def _hidden(
    panel: Panel, reading: Reading, form: np.ndarray, over_line: np.ndarray,
    household: np.ndarray, *, seed: int,
) -> np.ndarray:  # fmt: skip
    """Which share of each row's income does the cross-check miss?"""
    rows, given = panel.rows, Assumptions(month=RULES_OF, scaled={})
    formal, other = _sum(rows, reading.formal), _sum(rows, reading.flexible)
    formal = np.where((form == FORMAL) & (formal == 0), 1.0, formal)
    earners = np.maximum(formal + other, 1)
    from_work = np.isin(form, (FORMAL, FLEXIBLE)).astype(float)
    if reading.labour_over_line:
        labour, some = _sum(rows, reading.labour_over_line), over_line > 0
        from_work = np.divide(labour, over_line, out=np.zeros(len(rows)), where=some).clip(0, 1)
    spread = given("record_hidden_share_range") * (_roll(panel, "hidden", seed=seed) - 0.5)
    misses = np.clip(given("auto_check_misses_flexible_share") + spread, 0, 1)[household]
    on_no_list = ~_never(
        panel, "auto_check_misses_formal_share", "wages on no list", seed=seed
    )[household]  # fmt: skip
    return from_work * (other * misses + formal * on_no_list) / earners


def _roll(panel: Panel, decision: str, *, seed: int) -> np.ndarray:
    """The household's number for something that never changes, in the order of the panel's."""
    dice = Dice(seed=seed, n_households=len(panel.households))
    return dice.roll(f"record: {decision}", 0)


def _never(panel: Panel, name: str, decision: str, *, seed: int) -> np.ndarray:
    """Whom does this slip, which strikes a share of households for good, leave alone?"""
    return _roll(panel, decision, seed=seed) >= Assumptions(month=RULES_OF, scaled={})(name)
