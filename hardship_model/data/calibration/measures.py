"""What each target measures: functions from the town's truth to a statistic of households.

Income per head of a year is income of the twelve months to December over members in December.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from hardship_model.data.calibration.statistics import (
    Measured,
    difference,
    fifth_of,
    life_table,
    median,
    ratio,
    ratio_of,
)
from hardship_model.data.calibration.truth import Truth
from hardship_model.data.population.codes import CAUSES, FORMS, INDUSTRIES, INSURANCES, PLACES
from hardship_model.months import to_month, to_text
from hardship_model.parameters import parameter
from hardship_model.rules import HARDSHIP_STATES, STATES, AidRule, aid_table

_WORKING = FORMS[:6]


# --- Income ---------------------------------------------------------------------------------


def median_income(town: Truth, *, year: int, place: str) -> Measured:
    """Half of the persons of a place have less than this, yuan a year."""
    return median(_per_head(town, year), _persons(town, year, place))


def mean_income(town: Truth, *, year: int, place: str | None = None) -> Measured:
    """Mean disposable income per head, yuan a year."""
    persons = _persons(town, year, place)
    return ratio(_per_head(town, year) * persons, persons, n=int(persons.sum()))


def place_ratio(town: Truth, *, year: int) -> Measured:
    """Qinghai's mean income over Guangxi's."""
    return ratio_of(
        mean_income(town, year=year, place="Qinghai"), mean_income(town, year=year, place="Guangxi")
    )


def income_growth(town: Truth, *, year: int, since: int, place: str | None = None) -> Measured:
    """Mean income of one year over that of another."""
    return ratio_of(
        mean_income(town, year=year, place=place), mean_income(town, year=since, place=place)
    )


def fifth_ratio(town: Truth, *, fifth: int, over: int, year: int) -> Measured:
    """Mean income per head of one fifth over that of another."""
    return ratio_of(_fifth_income(town, fifth, year), _fifth_income(town, over, year))


def fifth_growth(town: Truth, *, fifth: int, year: int, since: int) -> Measured:
    """Mean income per head of a fifth in one year over that of the same fifth in another."""
    return ratio_of(_fifth_income(town, fifth, year), _fifth_income(town, fifth, since))


def below_dibao(town: Truth, *, multiple: float, year: int) -> Measured:
    """Share of persons whose gross income is below a multiple of dibao."""
    persons = _persons(town, year)
    below = _per_head(town, year) < 12 * multiple * town.dibao_yuan[town.december(year)]
    return ratio(persons * below, persons, n=int(persons.sum()))


def consumption_share(town: Truth, *, fifth: int, year: int) -> Measured:
    """Consumption over income of a fifth."""
    income = _year_sum(town, "income_yuan", year)
    return _in_fifth(town, fifth, year, above=_consumed(town, year), below=income)


# --- Households -----------------------------------------------------------------------------


def household_size(town: Truth, *, year: int) -> Measured:
    """Mean members per household in December."""
    row = town.december(year)
    return _share(town.grid("members")[row], town.seen[row])


def size_ratio(town: Truth, *, fifth: int, over: int, year: int) -> Measured:
    """Members per household of one fifth over those of another."""
    persons, ones = _persons(town, year), np.ones(town.n_households, dtype=np.float32)
    return ratio_of(
        _in_fifth(town, fifth, year, above=persons, below=ones),
        _in_fifth(town, over, year, above=persons, below=ones),
    )


def size_in_hardship(town: Truth, *, since: int, year: int) -> Measured:
    """Mean members of households in hardship, over months."""
    rows = town.years(since, year)
    within = _in_states(town, HARDSHIP_STATES)[rows]
    return _share(town.grid("members")[rows] * within, within)


def persons_per_worker(town: Truth, *, fifth: int, year: int) -> Measured:
    """Members per employed member of a fifth."""
    row = town.december(year)
    employed = town.grid("labour_force_members")[row] - town.grid("unemployed_members")[row]
    return _in_fifth(town, fifth, year, above=_persons(town, year), below=employed)


# --- Work -----------------------------------------------------------------------------------


def form_share(town: Truth, *, forms: Sequence[str], year: int) -> Measured:
    """Share of some forms among working main earners in December."""
    form = _december_codes(town, "employment_form", FORMS, year)
    return _share(_among(form, FORMS, forms), _among(form, FORMS, _WORKING))


def unemployment(town: Truth, **span: str) -> Measured:
    """Unemployed over labour-force members, from one month to another (`from`, `to`)."""
    rows = town.rows(span["from"], span["to"])
    return _share(town.grid("unemployed_members")[rows], town.grid("labour_force_members")[rows])


def unemployment_rise(town: Truth, **span: str) -> Measured:
    """Unemployment of some months minus that of the same months a year before."""
    earlier = {key: to_text(to_month(month) - 12) for key, month in span.items()}
    return difference(unemployment(town, **span), unemployment(town, **earlier))


def industry_income_ratio(
    town: Truth, *, industries: Sequence[str], at: str, **span: str
) -> Measured:
    """Household income of some months over the same months a year before, by industry `at`."""
    industry = town.codes("industry", INDUSTRIES)[town.row(at)]
    rows = town.rows(span["from"], span["to"])
    before = slice(rows.start - 12, rows.stop - 12)
    income = town.grid("income_yuan")
    kept = _among(industry, INDUSTRIES, industries) & town.seen[before.start : rows.stop].all(0)
    return ratio(income[rows].sum(0) * kept, income[before].sum(0) * kept, n=int(kept.sum()))


# --- Insurance and illness ------------------------------------------------------------------


def insurance_share(town: Truth, *, insurance: str, forms: Sequence[str], year: int) -> Measured:
    """Share with an insurance (or none) among main earners of some forms in December."""
    form = _among(_december_codes(town, "employment_form", FORMS, year), FORMS, forms)
    held = _among(_december_codes(town, "insurance", INSURANCES, year), INSURANCES, [insurance])
    return _share(form & held, form)


def form_share_in_scheme(
    town: Truth, *, insurance: str, forms: Sequence[str], year: int
) -> Measured:
    """Share of some forms among working main earners with an insurance in December."""
    form = _december_codes(town, "employment_form", FORMS, year)
    held = _among(_december_codes(town, "insurance", INSURANCES, year), INSURANCES, [insurance])
    return _share(_among(form, FORMS, forms) & held, _among(form, FORMS, _WORKING) & held)


def inpatient_rate(town: Truth, *, insurance: str, year: int) -> Measured:
    """Inpatient stays per member and year in households whose main earner has an insurance."""
    rows = town.years(year, year)
    held = _among(town.codes("insurance", INSURANCES)[rows], INSURANCES, [insurance])
    return _share(
        town.grid("inpatient_stays")[rows] * held, town.grid("members")[rows] * held, times=12.0
    )


def oop_share_of_medical(town: Truth, *, year: int) -> Measured:
    """Medical spending out of pocket over medical spending before reimbursement."""
    return ratio(
        _year_sum(town, "oop_yuan", year),
        _year_sum(town, "medical_yuan", year),
        n=int(_lived_through(town, year).sum()),
    )


def oop_share_of_consumption(town: Truth, *, year: int) -> Measured:
    """Medical spending out of pocket over consumption."""
    n = int(_lived_through(town, year).sum())
    return ratio(_year_sum(town, "oop_yuan", year), _consumed(town, year), n=n)


def catastrophic(town: Truth, *, of: str, share: float, year: int) -> Measured:
    """Share of households that paid at least `share` of their capacity (or income) for health.

    Capacity to pay is the year's consumption without food; food is the national share of it.
    """
    lived = _lived_through(town, year)
    if of == "capacity":
        food = parameter("food_share_of_consumption", month=to_month(f"{year}-12"))
        means = (1 - food) * _consumed(town, year)
    else:
        means = _year_sum(town, "income_yuan", year)
    paid = _year_sum(town, "oop_yuan", year)
    return _share(lived & (paid > 0) & (paid >= share * means), lived)


def medical_impoverishment(town: Truth, *, multiple: float, year: int) -> Measured:
    """Share of households above a line before medical spending and below it after."""
    lived = _lived_through(town, year)
    row = town.december(year)
    line = 12 * multiple * town.dibao_yuan[row] * town.grid("members")[row]
    income = _year_sum(town, "income_yuan", year)
    left = income - _year_sum(town, "oop_yuan", year)
    return _share(lived & (income >= line) & (left < line), lived)


def dibao_share(town: Truth, *, year: int) -> Measured:
    """Share of persons in households that receive dibao in December."""
    persons = _persons(town, year)
    return ratio(persons * town.grid("dibao")[town.december(year)], persons, n=int(persons.sum()))


# --- Hardship -------------------------------------------------------------------------------


def stock(town: Truth, *, states: Sequence[str], since: int, year: int) -> Measured:
    """Share of household-months in some states."""
    rows = town.years(since, year)
    return _share(_in_states(town, states)[rows], town.seen[rows])


def first_falls(town: Truth, *, since: int, year: int) -> Measured:
    """First falls per household-year without earlier hardship."""
    fell, at_risk = town.spells.first_falls(town.years(since, year))
    return ratio(fell, at_risk, times=12.0, n=int(at_risk.sum()))


def exits(town: Truth, *, year_of_spell: int) -> Measured:
    """Chance of leaving within a year of the spell, for those who are in its first month."""
    last = 12 * year_of_spell
    return life_table(*town.spells.moves(1, first=last - 11, last=last))


def exit_rate_ratio(town: Truth, *, late_from: int, late_to: int, early_to: int) -> Measured:
    """Monthly rate of leaving late in a spell over that of leaving early."""
    return ratio_of(_rate(town, 1, late_from, late_to), _rate(town, 1, 1, early_to))


def returns(town: Truth, *, from_month: int, to_month: int) -> Measured:
    """Returns per household-year out, between two times since exit."""
    return _rate(town, 0, from_month, to_month, times=12.0)


def returned_within(town: Truth, *, months: int) -> Measured:
    """Chance of having returned within some months of exit."""
    return life_table(*town.spells.moves(0, first=1, last=months))


def return_rate_ratio(
    town: Truth, *, late_from: int, late_to: int, early_from: int, early_to: int
) -> Measured:
    """Monthly rate of returns late after exit over that soon after."""
    return ratio_of(_rate(town, 0, late_from, late_to), _rate(town, 0, early_from, early_to))


def cause_share(town: Truth, *, cause: str) -> Measured:
    """Share of spells that began with a cause."""
    onsets = town.spells.onsets
    return _share(onsets & _among(town.codes("cause", CAUSES), CAUSES, [cause]), onsets)


def living_aid_ratio(town: Truth, *, year: int) -> Measured:
    """Living aid of those in hardship in December under the rules of 2022 over those before."""
    row = town.december(year)
    hard = np.flatnonzero(_in_states(town, HARDSHIP_STATES)[row])
    families = pd.DataFrame({
        "state": town.codes("state", STATES)[row][hard], "members": town.grid("members")[row][hard],
        "dibao_yuan": town.dibao_yuan[row][hard], "students": 0, "schooling12_yuan": 0,
        "oop12_yuan": 0, "event_loss12_yuan": 0,
    })  # fmt: skip
    paid = np.zeros((2, town.n_households), dtype=np.float32)
    for which, month in enumerate(("2021-12", "2022-12")):
        rule = AidRule.at(to_month(month))
        paid[which, hard] = aid_table(families, rule=rule)["living_yuan"]
    return ratio(paid[1], paid[0], n=len(hard))


# --- Parts ----------------------------------------------------------------------------------


def _persons(town: Truth, year: int, place: str | None = None) -> np.ndarray:
    """Members in December of the households that lived through the year, in a place or all."""
    here = True if place is None else town.place == PLACES.index(place)
    return town.grid("members")[town.december(year)] * (_lived_through(town, year) & here)


def _lived_through(town: Truth, year: int) -> np.ndarray:
    return np.asarray(town.seen[town.years(year, year)].all(axis=0))


def _year_sum(town: Truth, column: str, year: int) -> np.ndarray:
    return town.grid(column)[town.years(year, year)].sum(axis=0)


def _per_head(town: Truth, year: int) -> np.ndarray:
    members = np.maximum(town.grid("members")[town.december(year)], 1)
    return _year_sum(town, "income_yuan", year) / members


def _in_fifth(
    town: Truth, fifth: int, year: int, *, above: np.ndarray, below: np.ndarray
) -> Measured:
    return fifth_of(
        _per_head(town, year), _lived_through(town, year), fifth=fifth, above=above, below=below
    )


def _fifth_income(town: Truth, fifth: int, year: int) -> Measured:
    persons = _persons(town, year)
    return _in_fifth(town, fifth, year, above=_per_head(town, year) * persons, below=persons)


def _december_codes(town: Truth, column: str, names: Sequence[str], year: int) -> np.ndarray:
    return town.codes(column, names)[town.december(year)]


def _among(codes: np.ndarray, names: Sequence[str], chosen: Sequence[str]) -> np.ndarray:
    return np.asarray(np.isin(codes, [names.index(name) for name in chosen]))


def _in_states(town: Truth, states: Sequence[str]) -> np.ndarray:
    return _among(town.codes("state", STATES), STATES, states)


def _share(above: np.ndarray, below: np.ndarray, *, times: float = 1.0) -> Measured:
    """A ratio of sums over months and households; grids are summed over months first."""
    counted = [grid if grid.ndim == 1 else grid.sum(axis=0) for grid in (above, below)]
    over, under = (one.astype(np.float32) for one in counted)
    return ratio(over, under, times=times, n=int(under.sum()))


def _consumed(town: Truth, year: int) -> np.ndarray:
    """Everything consumed in a year: daily needs, and the rigid spending that comes first."""
    return _year_sum(town, "consumption_yuan", year) + _year_sum(town, "rigid_yuan", year)


def _rate(town: Truth, code: int, first: int, last: int, *, times: float = 1.0) -> Measured:
    """Moves out of hardship (1) or back into it (0) per month at risk."""
    events, at_risk = town.spells.moves(code, first=first, last=last)
    return _share(events.sum(axis=1), at_risk.sum(axis=1), times=times)


Measure = Callable[..., Measured]

_MONEY, _MEMBERS = ("income_yuan",), ("members",)
_SPENDING = ("consumption_yuan", "rigid_yuan")
_LABOUR = ("unemployed_members", "labour_force_members")

#: Every measure by name, and the columns of the truth table that it reads beside the keys.
MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "median_income": (median_income, _MONEY),
    "mean_income": (mean_income, _MONEY),
    "place_ratio": (place_ratio, _MONEY),
    "income_growth": (income_growth, _MONEY),
    "fifth_ratio": (fifth_ratio, _MONEY),
    "fifth_growth": (fifth_growth, _MONEY),
    "below_dibao": (below_dibao, _MONEY),
    "consumption_share": (consumption_share, (*_MONEY, *_SPENDING)),
    "household_size": (household_size, _MEMBERS),
    "size_ratio": (size_ratio, _MONEY),
    "size_in_hardship": (size_in_hardship, _MEMBERS),
    "persons_per_worker": (persons_per_worker, (*_MONEY, *_LABOUR)),
    "form_share": (form_share, ("employment_form",)),
    "unemployment": (unemployment, _LABOUR),
    "unemployment_rise": (unemployment_rise, _LABOUR),
    "industry_income_ratio": (industry_income_ratio, (*_MONEY, "industry")),
    "insurance_share": (insurance_share, ("employment_form", "insurance")),
    "form_share_in_scheme": (form_share_in_scheme, ("employment_form", "insurance")),
    "inpatient_rate": (inpatient_rate, ("inpatient_stays", "insurance")),
    "oop_share_of_medical": (oop_share_of_medical, ("oop_yuan", "medical_yuan")),
    "oop_share_of_consumption": (oop_share_of_consumption, ("oop_yuan", *_SPENDING)),
    "catastrophic": (catastrophic, (*_MONEY, "oop_yuan", *_SPENDING)),
    "medical_impoverishment": (medical_impoverishment, (*_MONEY, "oop_yuan")),
    "dibao_share": (dibao_share, ("dibao",)),
    "stock": (stock, ()),
    "first_falls": (first_falls, ()),
    "exits": (exits, ()),
    "exit_rate_ratio": (exit_rate_ratio, ()),
    "returns": (returns, ()),
    "returned_within": (returned_within, ()),
    "return_rate_ratio": (return_rate_ratio, ()),
    "cause_share": (cause_share, ("cause",)),
    "living_aid_ratio": (living_aid_ratio, ()),
}
