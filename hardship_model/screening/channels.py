"""Ways by which a household in hardship may come to notice, each a value with numbers to move.

A channel says whom it reaches, what makes it speak, when, how late, how many it can handle and
what it costs. It never says that a household *is* in hardship: a visit does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from hardship_model import steady
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import PLACES
from hardship_model.data.population.luck import normal
from hardship_model.data.population.register import EXITED, LOW_INCOME, MONITORED
from hardship_model.screening.luck import Chance
from hardship_model.screening.office import Office, in_file
from hardship_model.screening.prospect import Sized
from hardship_model.screening.world import GROUNDS, LEAD_IN, World

#: Whom a channel can bring forward: (world, row, office) → bool (n_households,).
Reach = Callable[[World, int, Office], np.ndarray]
#: What it hears about everybody: (world, row, channel, chance) → positions.
Sight = Callable[[World, int, "Channel", Chance], "Heard"]


class Heard(NamedTuple):
    """What a channel would hear in one month, whoever is known already."""

    #: Positions with whom the channel would have to do (a call, a form, a check); None: all.
    contact: np.ndarray | None
    #: Positions about which a lead would be raised; among the contacts, ascending.
    lead: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way of looking. Change any of it with `dataclasses.replace`."""

    name: str
    reach: Reach
    sees: Sight
    #: Months between two times at which the channel looks at the same household.
    cadence_months: int = 1
    #: Months from what is seen to the lead on the desk.
    lag_months: int = 0
    #: Chance per month (or per look) that it hears of a household, in the order of `GROUNDS`.
    chance: tuple[float, ...] = ()
    #: All chances, multiplied (publicity).
    multiple: float = 1.0
    #: Multiple of dibao under which what is reported or seen raises a lead; 0: no such test.
    line_multiple: float = 0.0
    #: Fall of seen income that raises a lead; 0: none does.
    drop_share: float = 0.0
    #: Error and lean of what is reported or seen, log points; it leans only near the line.
    error_log_sd: float = 0.0
    error_bias: float = 0.0
    #: Signs in the records that must come together, and when each counts as one.
    signs_needed: int = 1
    sign_scheme_yuan: float = np.inf
    sign_stays: float = np.inf
    #: Organised households near a site when there are as many sites as there should be.
    coverage_share: float = 1.0
    sites_per_city: int = 0
    sites_per_county: int = 0
    #: Contacts that it can handle in a month.
    capacity_per_month: float = np.inf
    #: Cost of a contact, of the channel for a region and year, and of each of its sites.
    cost_yuan: float = 0.0
    fixed_yuan_per_year: float = 0.0
    site_yuan_per_year: float = 0.0
    #: Who costs a contact each month, when that is more than whom it can bring forward.
    serves: Reach | None = None
    #: The channel raises no leads of its own: it offers doors, among which the order chooses.
    roster: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers without a meaning."""
        for name in ("capacity_per_month", "cost_yuan", "fixed_yuan_per_year", "multiple",
                     "site_yuan_per_year", "sites_per_city", "sites_per_county", "line_multiple",
                     "error_log_sd"):  # fmt: skip
            if not getattr(self, name) >= 0:
                raise ValueError(
                    f"Channel {self.name!r}: {name} must be 0 or more, got {getattr(self, name)}."
                )
        if self.cadence_months < 1 or not 0 <= self.lag_months <= LEAD_IN:
            raise ValueError(
                f"Channel {self.name!r}: cadence_months must be at least 1 and lag_months 0 to"
                f" {LEAD_IN}, got {self.cadence_months} and {self.lag_months}."
            )
        if self.chance and (
            len(self.chance) != len(GROUNDS) or not all(0 <= one <= 1 for one in self.chance)
        ):
            raise ValueError(
                f"Channel {self.name!r}: chance wants {len(GROUNDS)} probabilities, for {GROUNDS}."
            )

    def fixed_yuan(self, world: Sized) -> float:
        """What does the channel cost this world in a year before anybody is looked at?

        The region's cost times the world's share of its worker households; nothing when the
        channel can handle nobody.
        """
        if self.capacity_per_month == 0:
            return 0.0
        given, share = world.given(LEAD_IN), world.scale()
        yuan = 0.0
        for place in PLACES:
            cities, counties = given("region_cities", place), given("region_counties", place)
            sites = cities * self.sites_per_city + counties * self.sites_per_county
            yuan += share[place] * (self.fixed_yuan_per_year + sites * self.site_yuan_per_year)
        return yuan


# ---- Whom: predicates of the world and the office's own file


def anyone(world: World, row: int, office: Office) -> np.ndarray:
    """Every household that lives here."""
    return world.alive[row]


def listed(world: World, row: int, office: Office) -> np.ndarray:
    """On the list of low income that is not registered."""
    return office.sought_as == LOW_INCOME


def exited(world: World, row: int, office: Office) -> np.ndarray:
    """Left the file, since 2015."""
    return office.sought_as == EXITED


def listed_or_exited(world: World, row: int, office: Office) -> np.ndarray:
    """Whom the automatic check may be launched for: `rules.AUTOMATIC_CHECK_COVERS`."""
    return listed(world, row, office) | exited(world, row, office)


def on_a_list(world: World, row: int, office: Office) -> np.ndarray:
    """On the low-income list or among the monitored."""
    return listed(world, row, office) | (office.sought_as == MONITORED)


def organised(world: World, row: int, office: Office) -> np.ndarray:
    """A member in formal work: a basic-level union knows the household."""
    return world.organised[row]


def linked(world: World, row: int, office: Office) -> np.ndarray:
    """Insured, and found by the link between departments."""
    return world.insured[row] & world.traces.linkable


def in_withdrawal(world: World, row: int, office: Office) -> np.ndarray:
    """Left the file in the last twelve months."""
    month = int(world.months[row])
    recent = month - office.exited_month < world.given(row)("withdrawal_months")
    return exited(world, row, office) & recent


def paired(world: World, row: int, office: Office) -> np.ndarray:
    """In the file, or just out of it."""
    return in_file(office.category) | in_withdrawal(world, row, office)


def may_look_up(world: World, row: int, office: Office) -> np.ndarray:
    """Whose records the office may look up: union members, and whoever is on one of its lists."""
    return (
        world.union_member[row]
        | listed_or_exited(world, row, office)
        | on_a_list(world, row, office)
    )


# ---- What: each hears of everybody; reach and the file decide afterwards


def _due(channel: Channel, row: int, world: World, chance: Chance) -> np.ndarray:
    """Whose turn is it? Each household has its own month of the cadence."""
    if channel.cadence_months == 1:
        return world.alive[row]
    turn = (chance.lasting(f"turn of {channel.name}") * channel.cadence_months).astype(np.int64)
    return world.alive[row] & (turn == int(world.months[row]) % channel.cadence_months)


def _speaks(channel: Channel, row: int, world: World, chance: Chance) -> np.ndarray:
    """For whom does somebody speak up, this household or its colleagues?"""
    likely = np.array(channel.chance, dtype=np.float32).take(world.ground[row])
    likely = likely * np.float32(channel.multiple) * chance.visible(channel.name, row)
    return chance.roll(f"speaks: {channel.name}", int(world.months[row])) < likely


def _reports_little(
    channel: Channel, row: int, world: World, chance: Chance, who: np.ndarray
) -> np.ndarray:
    """Of these, who reports net income under the channel's line? Bool (len(who),).

    The report errs, and leans towards less within a half of dibao on either side of the line.
    """
    if channel.line_multiple == 0:
        return np.ones(len(who), dtype=bool)
    true = world.net_over_dibao[row][who]
    roll = chance.roll(f"reports: {channel.name}", int(world.months[row]))[who]
    near = np.abs(true - np.float32(channel.line_multiple)) < np.float32(0.5)
    lean = np.float32(channel.error_bias) * near
    told = true * steady.exp(np.float32(channel.error_log_sd) * normal(roll) + lean)
    return told < np.float32(channel.line_multiple)


def hears(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """Somebody speaks up; who reports more than the channel's line is turned down at the desk."""
    contact = np.flatnonzero(world.alive[row] & _speaks(channel, row, world, chance))
    return Heard(contact, contact[_reports_little(channel, row, world, chance, contact)])


def hears_near_a_site(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """Colleagues' word, where a monitoring site is near; more sites are near to more."""
    given = world.given(LEAD_IN)
    city = channel.coverage_share * channel.sites_per_city / given("sites_per_city")
    county = channel.coverage_share * channel.sites_per_county / given("sites_per_county")
    near = chance.lasting("a site is near") < np.where(world.in_county, county, city)
    heard = np.flatnonzero(world.alive[row] & near & _speaks(channel, row, world, chance))
    return Heard(heard, heard)


def asks_in_turn(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """A form for everybody whose turn it is; some answer, and some of them report little."""
    due = _due(channel, row, world, chance)
    answers = np.flatnonzero(due & _speaks(channel, row, world, chance))
    little = _reports_little(channel, row, world, chance, answers)
    return Heard(np.flatnonzero(due), answers[little])


def visits_in_turn(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """A visit is proposed for everybody whose turn it is."""
    due = np.flatnonzero(_due(channel, row, world, chance))
    return Heard(due, due)


def checks_income(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """Seen income lies under the line, or has fallen; cash, debts and bills stay unseen."""
    due = _due(channel, row, world, chance) & world.traces.linkable
    roll = chance.roll(f"checks: {channel.name}", int(world.months[row]))
    seen = world.traces.seen_over_dibao[row] * steady.exp(
        np.float32(channel.error_log_sd) * normal(roll)
    )
    little = seen < np.float32(channel.line_multiple)
    fallen = world.traces.seen_change[row] <= np.float32(1 - channel.drop_share)
    if channel.drop_share == 0:
        fallen = np.zeros_like(little)
    return Heard(np.flatnonzero(due), np.flatnonzero(due & (little | fallen)))


def reads_signs(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """Enough signs stand in the records of other departments."""
    return Heard(None, np.flatnonzero(
        world.alive[row] & (signs(world, row, channel) >= channel.signs_needed)
    ))  # fmt: skip


def signs(world: World, row: int, channel: Channel) -> np.ndarray:
    """How many of `traces.SIGNS` stand in the records? int8."""
    left = world.traces
    return (
        (left.scheme_yuan[row] >= np.float32(channel.sign_scheme_yuan)).astype(np.int8)
        + (left.stays[row] >= channel.sign_stays)
        + left.claims[row]
        + left.newly_disabled[row]
        + left.school_aid[row]
    )


def opens_every_door(world: World, row: int, channel: Channel, chance: Chance) -> Heard:
    """Nothing is heard: the order of visits chooses among all that the channel reaches."""
    return Heard(None, np.flatnonzero(world.alive[row]))


# ---- The channels, with the numbers in force


def all_channels(given: Assumptions) -> Mapping[str, Channel]:
    """Every channel by its name, with the numbers of `given`."""
    made = (
        *_by_word(given), *_by_turn(given), *_by_records(given),
        Channel(name="doors", reach=anyone, sees=opens_every_door, roster=True),
    )  # fmt: skip
    return {channel.name: channel for channel in made}


def _chances(given: Assumptions, stem: str) -> tuple[float, ...]:
    return tuple(given(f"{stem}_chance_{ground}") for ground in GROUNDS)


def _self_report(given: Assumptions) -> dict[str, Any]:
    return {
        "line_multiple": given("self_report_line_multiple"),
        "error_log_sd": given("self_report_income_log_sd"),
        "error_bias": given("self_report_income_bias"),
    }


def _by_word(given: Assumptions) -> tuple[Channel, ...]:
    """Somebody speaks up: the household, its unit, a site, a caller, a paired helper."""
    return (
        Channel(
            name="application", reach=anyone, sees=hears, **_self_report(given),
            chance=_chances(given, "application"), lag_months=int(given("application_lag_months")),
            cost_yuan=given("application_cost_yuan") + given("auto_check_cost_yuan"),
        ),
        Channel(
            name="publicised_application", reach=anyone, sees=hears, **_self_report(given),
            chance=_chances(given, "application"), lag_months=int(given("application_lag_months")),
            multiple=given("publicity_multiple"),
            cost_yuan=given("application_cost_yuan") + given("auto_check_cost_yuan"),
            fixed_yuan_per_year=given("publicity_fixed_cost_yuan"),
        ),
        Channel(
            name="sites", reach=organised, sees=hears_near_a_site,
            chance=_chances(given, "site"), lag_months=int(given("site_lag_months")),
            coverage_share=given("site_coverage_share"),
            sites_per_city=int(given("sites_per_city")),
            sites_per_county=int(given("sites_per_county")),
            cost_yuan=given("site_report_cost_yuan"),
            site_yuan_per_year=given("site_fixed_cost_yuan"),
        ),
        Channel(
            name="unit_reports", reach=organised, sees=hears,
            chance=_chances(given, "unit_report"),
            lag_months=int(given("unit_report_lag_months")),
            cost_yuan=given("unit_report_cost_yuan"),
        ),
        Channel(
            name="hotline", reach=anyone, sees=hears, chance=_chances(given, "hotline"),
            cost_yuan=given("hotline_call_cost_yuan"),
            fixed_yuan_per_year=given("hotline_fixed_cost_yuan"),
        ),
        Channel(
            name="paired_help", reach=in_withdrawal, serves=paired, sees=hears,
            chance=_chances(given, "paired"), cost_yuan=given("paired_help_cost_yuan") / 12,
        ),
    )  # fmt: skip


def _by_turn(given: Assumptions) -> tuple[Channel, ...]:
    """Everybody on a list, one after the other."""
    return (
        Channel(
            name="sweep", reach=organised, sees=asks_in_turn, **_self_report(given),
            chance=_chances(given, "sweep_answer"), cost_yuan=given("sweep_cost_yuan"),
            cadence_months=int(given("sweep_cadence_months")),
            lag_months=int(given("sweep_lag_months")),
        ),
        Channel(
            name="regular_visits", reach=on_a_list, sees=visits_in_turn,
            cadence_months=int(given("regular_visit_cadence_months")),
        ),
        Channel(
            name="listed_review", reach=listed, sees=visits_in_turn,
            cadence_months=int(given("listed_review_cadence_months")),
        ),
        Channel(
            name="look_back", reach=exited, sees=visits_in_turn,
            cadence_months=int(given("look_back_cadence_months")),
        ),
    )  # fmt: skip


def _by_records(given: Assumptions) -> tuple[Channel, ...]:
    """What stands written somewhere: the cross-check, other departments, a model's scores."""
    linkage = Channel(
        name="linkage", reach=linked, sees=reads_signs,
        lag_months=int(given("linkage_lag_months")), signs_needed=int(given("linkage_signs")),
        sign_scheme_yuan=given("linkage_oop_yuan"), sign_stays=given("linkage_stays"),
        cost_yuan=given("linkage_cost_yuan") * given("linkage_persons") / 12,
        fixed_yuan_per_year=given("linkage_fixed_cost_yuan"),
    )  # fmt: skip
    return (
        Channel(
            name="auto_check", reach=listed_or_exited, sees=checks_income,
            cadence_months=int(given("auto_check_cadence_months")),
            lag_months=int(given("auto_check_lag_months")),
            line_multiple=given("auto_check_line_multiple"),
            drop_share=given("auto_check_drop_share"), error_log_sd=given("record_wage_log_sd"),
            cost_yuan=given("auto_check_cost_yuan"),
            fixed_yuan_per_year=given("platform_fixed_cost_yuan"),
        ),
        linkage,
        replace(linkage, name="linkage_several", signs_needed=int(given("linkage_signs_several"))),
        Channel(
            name="model_visits", reach=may_look_up, sees=opens_every_door, roster=True,
            cost_yuan=given("model_score_cost_yuan") / 12,
            fixed_yuan_per_year=given("model_fixed_cost_yuan"),
        ),
    )  # fmt: skip
