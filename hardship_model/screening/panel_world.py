"""A survey's households as a world in which strategies can be played.

The office keeps months, the survey keeps periods of 1, 3 or 12 of them. What a period measured is
taken to hold in each of its own months and in no other: every number of channels, visits and costs
keeps its meaning *per month*, and nothing is carried over a gap. In a month whose period was not
seen, nothing is known of a household: it is not visited, speaks to nobody, its place in the file
stands still, and it is not judged. What departments have of a period, they have from when it was
written down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hardship_model.data.panel import WEIGHT, Panel
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import PLACES
from hardship_model.data.population.register import DEEP, LOW_INCOME, UNLISTED
from hardship_model.months import to_text
from hardship_model.randomness import Dice
from hardship_model.rules import RegisterRule, registered_exit
from hardship_model.screening.channels import checks_income, linked, organised, reads_signs
from hardship_model.screening.office import in_file
from hardship_model.screening.panel_lives import Lives, SurveyRules
from hardship_model.screening.panel_reading import RULES_OF, Reading, read
from hardship_model.screening.spells import Falls
from hardship_model.screening.strategies import by_district
from hardship_model.screening.world import LEAD_IN, Register, World
from hardship_model.transitions import settle


@dataclass(frozen=True, kw_only=True, eq=False)
class PanelWorld(World):
    """Households of a survey in the months that are played.

    `alive` means here: seen in the period of the month. The panel's line of poverty stands for
    the line of relative hardship, half of it for dibao; all amounts are multiples of dibao.
    """

    #: For how many households each stands; the mean is 1.
    weight: np.ndarray

    @property
    def n_at_once(self) -> int:
        """How many households are seen in a mean month that is played?"""
        return round(float(self.alive[LEAD_IN:].sum(axis=1).mean()))

    def given(self, row: int) -> Assumptions:
        """The parameters of `RULES_OF`, in every month."""
        return SurveyRules(month=RULES_OF, scaled=self.scaled)

    def gone(self, row: int) -> np.ndarray:
        """Nobody: whoever is not seen may be back."""
        return np.zeros(self.n_households, dtype=bool)

    def followed(self, who: np.ndarray, month: np.ndarray, months: int) -> np.ndarray:
        """Was each of `who` seen in all of so many months after its `month`?"""
        seen = np.concatenate([np.zeros((1, self.n_households), int), self.alive.cumsum(axis=0)])
        row = np.broadcast_to(month, np.shape(who)) - int(self.months[0]) + 1
        inside = (row >= 0) & (row + months < len(seen))
        row = np.where(inside, row, 0)
        stop = np.minimum(row + months, len(seen) - 1)
        return inside & (seen[stop, who] - seen[row, who] == months)

    def scale(self) -> dict[str, float]:
        """As if the households of a mean month lived in the first region."""
        size = self.given(LEAD_IN)("region_worker_households", PLACES[0])
        return {place: (place == PLACES[0]) * self.n_at_once / size for place in PLACES}


def from_panel(
    panel: Panel,
    reading: Reading,
    *,
    first_month: int,
    last_month: int,
    exit_months: int = 1,
    spell_months: int = 1,
    seed: int = 1,
) -> PanelWorld:
    """The world of a survey's households, as far as the survey can tell.

    Parameters
    ----------
    panel
        of households whose `in_hardship` is asked of everybody, on file or not.
    reading
        which columns tell work, insurance, records and place. What none tells cannot be played
        (`World.lacking`).
    first_month, last_month
        to be played: from the first month of a period to the last of a period.
    exit_months, spell_months
        as in `labels.Question`: months out of hardship that end a spell, and months that a spell
        must last to count; in whole periods of the panel, rounded up.
    seed
        of who cannot be linked, whose wages are on no list, whose earnings stay hidden, and who
        did not sign.

    Returns
    -------
    the households seen at least once in the months played. What is true:

    * *State.* The panel's `in_hardship` decides. In it: deep below half of the line, else
      relative, or accidental when it is in hardship by the panel's own word and not by its
      income. Out of it: at risk below 1.25 lines (`at_risk_multiple`) or when somebody lost work
      since the period before, else ordinary. Nobody is of low income without hardship: a survey
      that asks no rigid spending knows one line only. A visit without error finds what the panel
      says.
    * *Falls.* A spell is a run of periods seen in hardship. It is new when the period before was
      seen too, and out of hardship; else nobody saw it begin. A gap ends it. Its first month is
      that of its first period: the fall lies up to one period after, never before.
    * *Causes.* Illness with a stay in hospital, else loss of work with somebody unemployed, else
      other.
    * *The file.* Up to the eve everybody seen in hardship was registered at the end of that
      period, if signed, else put on the low-income list; exits by the rule, after six months at
      or above the line, of those that were seen. This file is better than any real one: it missed
      nobody who was seen. Whoever comes into the panel later is on no list.
    * *Members.* Membership and migration are not asked: everybody may be filed and looked up,
      and formal work stands for organised work.

    Raises ValueError when the months do not fit the panel, PanelError for an unknown column.

    """
    _refuse_months(panel, first_month, last_month)
    told = panel.with_rows(panel.rows.assign(**read(panel, reading, seed=seed)))
    rows = told.rows
    played = rows["month"].between(first_month, last_month + panel.step_months - 1)
    who = rows.loc[played & rows["in_hardship"].notna(), "household_id"].unique()
    told = told.with_rows(rows[rows["household_id"].isin(who)].reset_index(drop=True))
    months = np.arange(first_month - LEAD_IN, last_month + 1, dtype=np.int32)
    lives = Lives(told, months)
    register = _register(told, lives, eve=first_month - 1, seed=seed)
    falls = _falls(told, exit_months, spell_months, until=last_month).touching(
        first_month, last_month
    )
    city = lives.district()
    filed = np.bincount(city, weights=in_file(register.category))
    n = len(told.households)
    nobody = np.zeros(n, dtype=bool)
    return PanelWorld(
        name=panel.name, months=months, households=told.households, first_household=0,
        lacking=_lacking(reading), weight=_weight(told, first_month, last_month),
        place=np.zeros(n, dtype=np.int8), city=city, in_county=nobody, migrant=nobody,
        register=register, falls=falls, spell=falls.grid(months, n),
        fall_cause=lives.cause_at(falls.onset, falls.household),
        city_rate=(filed / np.maximum(np.bincount(city), 1))[city], assets_pass=~nobody,
        traces=lives.traces(), **lives.grids(),
    )  # fmt: skip


def _refuse_months(panel: Panel, first: int, last: int) -> None:
    step, begins = panel.step_months, int(panel.months[0]) - panel.step_months + 1
    inside = begins <= first <= last <= int(panel.months[-1])
    if not inside or (first - begins) % step or (last + 1 - begins) % step:
        raise ValueError(
            f"The months {to_text(first)} to {to_text(last)} are no whole periods of panel"
            f" {panel.name!r}, which runs from {to_text(begins)} to {to_text(panel.months[-1])} in"
            f" periods of {step} months."
        )


def _lacking(reading: Reading) -> Mapping[Callable[..., object], str]:
    """Which reaches, sights and orders ask for what no column tells?"""
    wanted: dict[Callable[..., object], str] = {}
    if not (reading.formal or reading.tells_work):
        wanted[organised] = (
            "sites, unit_reports and sweep want a column for `formal`, or for `flexible` and"
            " `not_working`; the reading of this panel names none."
        )
    if not reading.tells_work:
        wanted[checks_income] = (
            "auto_check wants a column for `formal`, or for `flexible` and `not_working`, by which"
            " earnings stay hidden; the reading of this panel names none."
        )
    if not reading.insured:
        wanted[linked] = (
            "linkage wants a column for `insured`; the reading of this panel names none."
        )
    if not (reading.stays or reading.claims):
        wanted[reads_signs] = (
            "linkage wants a column for `stays` or `claims`; the reading of this panel names none."
        )
    if not reading.district:
        wanted[by_district] = (
            "visits by district want a column for `district`; the reading of this panel names none."
        )
    return wanted


def _weight(told: Panel, first: int, last: int) -> np.ndarray:
    """The mean of each household's weights in these months, over the mean of all; float64."""
    if WEIGHT not in told.rows:
        return np.ones(len(told.households))
    rows = told.rows[told.rows["month"].between(first, last)]
    of = rows.groupby("household_id", sort=False)[WEIGHT].mean()
    mean = of.reindex(told.households).to_numpy(dtype=float)
    return mean / mean.mean()


def _falls(told: Panel, exit_months: int, spell_months: int, *, until: int) -> Falls:
    """Every run of periods in hardship up to `until`; short gaps and runs as `settle` has them."""
    step = told.step_months
    state = settle(
        told.state, exit_periods=-(-exit_months // step), spell_periods=-(-spell_months // step)
    )[told.months <= until]
    unseen = np.full((1, state.shape[1]), -1)
    before, after = np.vstack([unseen, state[:-1]]), np.vstack([state[1:], unseen])
    who, first = np.nonzero(((state == 1) & (before != 1)).T)
    _, last = np.nonzero(((state == 1) & (after != 1)).T)
    return Falls(
        household=who, onset=told.months[first] - step + 1, last=told.months[last],
        returning=np.concatenate([[False], who[1:] == who[:-1]])[: len(who)],
        begins_unseen=before[first, who] == -1,
    )  # fmt: skip


def _register(told: Panel, lives: Lives, *, eve: int, seed: int) -> Register:
    """The file at the end of `eve`: what an office would have that missed nobody who was seen."""
    n, given = len(told.households), SurveyRules(month=RULES_OF, scaled={})
    rule = given.card(RegisterRule)
    roll = Dice(seed=seed, n_households=n).roll("signs", 0)
    signed = roll < given("authorisation_signed_share")
    category, (above, stood), exited = (
        np.full(n, UNLISTED, np.int8), np.zeros((2, n), np.int16), np.zeros(n, np.int32)
    )  # fmt: skip
    for k, end in enumerate(told.months[told.months <= eve].tolist()):
        for month in range(end - told.step_months + 1, end + 1):
            who = np.flatnonzero(in_file(category) & lives.seen[k])
            stood[who] += 1
            step = registered_exit(
                category=category[who], net_over_dibao=lives.net[k, who],
                months_above=above[who], months_in_file=stood[who], rule=rule,
            )  # fmt: skip
            category[who], above[who] = step.category, step.months_above
            exited[who[step.left]] = month
        category[(category == LOW_INCOME) & lives.seen[k] & ~lives.hard[k]] = UNLISTED
        fresh = lives.hard[k] & (told.recorded[k] <= eve) & ~in_file(category)
        filed = np.where(signed, DEEP + lives.state[k], LOW_INCOME)
        category = np.where(fresh, filed, category).astype(np.int8)
        stood[fresh], above[fresh], exited[fresh] = 0, 0, 0
    return Register(category, above, stood, exited)
