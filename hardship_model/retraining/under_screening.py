"""What if only the screened are labelled? A model that learns from its own visits, year by year.

Each year an office learns anew from what its visits have found so far, ranks with that, visits,
and writes down what it finds. The invented town tells what it did not find.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from hardship_model.data.panel import Panel
from hardship_model.data.population import Config
from hardship_model.models import build
from hardship_model.models.calibration import can_weigh
from hardship_model.months import to_month
from hardship_model.retraining.apart import Sums
from hardship_model.retraining.desk import Desk, Place
from hardship_model.retraining.lessons import (
    of_all_that_could_be_visited,
    of_the_truth,
    of_those_met,
)
from hardship_model.retraining.measured import MEASURES, Year, falls_found, measured
from hardship_model.retraining.teaching import (
    APART,
    TRAINING_MONTHS,
    Taught,
    from_the_file,
    learn,
    who_has_least,
)
from hardship_model.screening.played import Played
from hardship_model.screening.ready_made import ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.strategies import ORDERS, REVIEW, UNASKED

#: What lies before the first year: life begins five years earlier, observation three.
_LIFE, _OBSERVED = 5, 3
#: Answers *yes* without which nothing new is learned.
_FEWEST = 5


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """What one office learns from, and whom it is held against."""

    name: str
    #: *visits*: the households met; *visits or no*: also everybody else, as a no; *truth*: all, by
    #: somebody who misses nothing; *old file*: once, before the first year; *nothing*: a clerk.
    learns_from: Literal["visits", "visits or no", "truth", "old file", "nothing"]
    #: A share of the visits goes to households drawn at random.
    at_random: bool = False
    #: Visits drawn at random count for all that might have been drawn.
    weighted: bool = False
    against: str | None = "truth"


OFFICES = (
    Lessons(name="truth", learns_from="truth", against=None),
    Lessons(name="visits", learns_from="visits"),
    Lessons(name="visits_random", learns_from="visits", at_random=True, against="visits"),
    Lessons(name="visits_weighted", learns_from="visits", at_random=True, weighted=True,
            against="visits"),
    Lessons(name="visits_or_no", learns_from="visits or no"),
    Lessons(name="visits_or_no_random", learns_from="visits or no", at_random=True,
            against="visits_or_no"),
    Lessons(name="old_file", learns_from="old file"),
    Lessons(name="income_visits", learns_from="nothing"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """How large, how long, and who takes part."""

    households: int
    towns: int
    offices: tuple[Lessons, ...] = OFFICES
    first_year: int = 2017
    last_year: int = 2022
    model: str = "boosting"
    #: In which order doors are visited (`strategies.ORDERS`), where a model ranks.
    order: str = "by_risk_since_visit"
    #: Share of the free visits that are drawn at random, in offices that do so.
    random_share: float = 0.2
    #: Length of the list whose recall is measured.
    list_share: float = 0.05
    rescore_months: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be run, before anything runs."""
        names = [one.name for one in self.offices]
        absent = {one.against for one in self.offices} - {None, *names}
        if absent or len(set(names)) < len(names):
            raise ValueError(
                f"Offices {names}: {sorted(map(str, absent)) or 'a name stands twice'}."
            )
        if not 0 < self.random_share < 1 or not 0 < self.list_share < 1:
            raise ValueError("random_share and list_share lie between 0 and 1.")
        if self.order not in ORDERS:
            raise ValueError(f"No order is called {self.order!r}; there are {list(ORDERS)}.")
        weighted = any(one.weighted for one in self.offices)
        if weighted and not can_weigh(build(self.model, (), seed=0)()):
            raise ValueError(f"An office weighs its visits, and {self.model!r} cannot weigh rows.")
        if self.towns < 1 or self.last_year < self.first_year:
            raise ValueError("At least one town and one year are needed.")

    @property
    def years(self) -> range:
        """The years that are played."""
        return range(self.first_year, self.last_year + 1)


def retrain_under_screening(
    experiment: Experiment, *, say: Callable[[str], None] = lambda line: None
) -> Sums:
    """What do offices find, and miss, that learn each year from what they found before?

    In each town all offices live through the same lives and the same luck of visits, with equal
    means, and begin with the same model, learned from the town's old file. At the end of each
    year they learn anew. `apart.by_year` and `apart.drift` make tables of what comes back.
    """
    counted: list[list[np.ndarray]] = []
    for seed in range(experiment.seed, experiment.seed + experiment.towns):
        say(f"Town {len(counted) + 1} of {experiment.towns}: {experiment.households:,} households")
        place = Place.of(_config(experiment, seed), years=experiment.years)
        counted.append([_years_of(one, place, experiment) for one in experiment.offices])
    return Sums(
        offices={one.name: one.against for one in experiment.offices},
        years=experiment.years, counted=np.array(counted),
    )  # fmt: skip


def _config(experiment: Experiment, seed: int) -> Config:
    first, last = experiment.first_year, experiment.last_year
    return Config(
        n_households=experiment.households, seed=seed,
        first_month=to_month(f"{first - _LIFE}-01"),
        observed_from=to_month(f"{first - _OBSERVED}-01"), last_month=to_month(f"{last}-12"),
    )  # fmt: skip


def _years_of(office: Lessons, place: Place, experiment: Experiment) -> np.ndarray:
    """One office, year by year; float [years, `MEASURES`, 2]."""
    desk = Desk.at(place)
    luck = place.town.config.dice().roll("stands first among equals", int(place.town.months[0]))
    sums = np.zeros((len(experiment.years), len(MEASURES), 2))
    for k, year in enumerate(experiment.years):
        eve = to_month(f"{year}-01") - 1
        papers = desk.papers(eve)
        _learn(office, desk, papers, experiment, eve)
        _rank(office, desk, papers, experiment, eve)
        played = _play(office, desk, experiment, year)
        told = measured(
            _year(desk, played, eve), played, list_share=experiment.list_share, luck=luck
        )
        for name, value in told.items():
            sums[k, MEASURES.index(name)] = value
    sums[:, MEASURES.index("falls_found")] = falls_found(played, years=list(experiment.years))
    return sums


def _learn(office: Lessons, desk: Desk, papers: Panel, experiment: Experiment, eve: int) -> None:
    """The year's model, from the answers of three years; at first these are the old file's.

    An office that has found hardly anybody in all that time keeps the model that it has.
    """
    place = desk.place
    if office.learns_from == "nothing":
        desk.model = who_has_least(papers, place.declared, as_of=eve)
        return
    if office.learns_from == "old file" and desk.taught is not None:
        return
    if desk.old is None:
        desk.old = from_the_file(papers, eve=eve)
        desk.taught = desk.old.some_of_the_noes(seed=place.seed)
    else:
        first = eve + 1 - TRAINING_MONTHS
        old = desk.old.since(first)
        if office.weighted:
            # Each answer stands for the months to the next one, as a visit stands for one month.
            old = replace(old, weight=np.full(len(old.yes), float(APART)))
        started = to_month(f"{experiment.first_year}-01")
        new = _lesson(office, desk, papers, np.arange(max(first, started), eve + 1))
        taught = old.some_of_the_noes(seed=place.seed).and_also(new)
        if taught.yes.sum() < _FEWEST:
            return
        desk.taught = taught
    desk.model = learn(
        papers, place.declared, desk.taught, model=experiment.model, seed=place.seed
    )  # fmt: skip


def _lesson(office: Lessons, desk: Desk, papers: Panel, months: np.ndarray) -> Taught:
    """What the office takes for answers of these months."""
    place, visits = desk.place, desk.visits
    assert visits is not None
    visits = visits[visits["month"] >= months[0]]
    if office.learns_from == "visits":
        return of_those_met(papers, visits, weighted=office.weighted)
    if office.learns_from == "truth":
        all_of_it = of_the_truth(papers, place.town, place.hard, desk.could_be, months=months)
    else:
        all_of_it = of_all_that_could_be_visited(
            papers, place.town, visits, desk.could_be, months=months
        )
    return all_of_it.some_of_the_noes(seed=place.seed)


def _rank(office: Lessons, desk: Desk, papers: Panel, experiment: Experiment, eve: int) -> None:
    """The year's risks, anew every few months."""
    assert desk.model is not None
    at = desk.model.risks(papers, as_of=range(eve, eve + 12, experiment.rescore_months))
    households = desk.place.town.households
    who = np.searchsorted(households, at["household_id"].to_numpy())
    first = at["as_of"].to_numpy() + 1 - int(desk.place.town.months[0])
    for later in range(experiment.rescore_months):
        desk.risk[first + later, who] = at["risk"].to_numpy()


def _play(office: Lessons, desk: Desk, experiment: Experiment, year: int) -> Played:
    """From the first year to this one. What was played before comes out as it did then."""
    place = desk.place
    world = place.worlds[year]
    name = "income_visits" if office.learns_from == "nothing" else "model_visits"
    [usual] = ready_made(world, [name], model=office.name)
    if office.learns_from != "nothing":
        usual = replace(usual, order=ORDERS[experiment.order])
    share = experiment.random_share if office.at_random else 0.0
    played = play(
        world, [replace(usual, random_share=share)], replicates=[place.seed], seed=place.seed,
        scores={office.name: place.of_world(desk.risk)[: len(world.months)]},
        onlooker=desk.look_on,
    )  # fmt: skip
    assert played.ledger is not None
    ledger = played.ledger
    desk.visits = ledger[(ledger["step"] == "visit") & (ledger["channel"] != UNASKED[REVIEW])]
    return played


def _year(desk: Desk, played: Played, eve: int) -> Year:
    place = desk.place
    n = len(played.world.months)
    risk, hard, could_be = (
        place.of_world(grid)[:n] for grid in (desk.risk, place.hard, desk.could_be)
    )
    return Year(
        rows=np.flatnonzero(played.world.months > eve), risk=risk, hard=hard, could_be=could_be,
        answers=len(desk.taught.yes) if desk.taught else 0,
        yes=int(desk.taught.yes.sum()) if desk.taught else 0,
    )  # fmt: skip
