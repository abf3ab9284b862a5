"""The path of a case, one household at a time: a second way, as plain as it can be written.

It shares with the library the rules, the dice and the numbers of channels, and nothing else: no
array holds more than one household, and nothing is clever.
"""

from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace

import numpy as np
from scipy.special import ndtri

from hardship_model.data.population.codes import FORMAL
from hardship_model.randomness import Dice
from hardship_model.rules import (
    REGISTERED,
    STATES,
    LatentRule,
    RegisterRule,
    registered_exit,
    registration,
)
from hardship_model.screening.world import GROUNDS, LEAD_IN

IN_FILE = ("deep", "relative", "accidental")
F32 = np.float32


@dataclass
class House:
    """One household's page in the office's book."""

    category: str
    months_above: int
    months_in_file: int
    exited_month: int
    sought_as: str = "unlisted"
    known_since: int | None = None
    watched_since: int | None = None
    watched_last: int | None = None
    review_due: int | None = None
    lead: tuple[int, int] | None = None
    last_visit: int = 0
    rest_until: int = 0
    aid_months: int = 0
    aid_yuan: int = 0
    missed_aid_months: int = 0
    missed_aid_yuan: int = 0


@dataclass
class PlainOffice:
    """One strategy in one replicate."""

    world: object
    strategy: object
    seed: int
    replicate: int
    procedure: object
    #: Month → household → risk; for strategies with a model.
    scores: dict = field(default_factory=dict)
    contacts: list = field(default_factory=list)
    found: dict = field(default_factory=dict)
    placements: list = field(default_factory=list)

    def __post_init__(self):
        self.n = len(self.world.households)
        self.start = int(self.world.months[LEAD_IN])
        dice = Dice(
            seed=self.seed, replicate=self.replicate, n_households=self.n,
            first=self.world.first_household,
        )  # fmt: skip
        self.roll = cache(dice.roll)
        self.given = self.world.given(LEAD_IN)
        self.fixed = sum(channel.fixed_yuan(self.world) for channel in self.strategy.channels) / 12
        self.houses = [self.house(i) for i in range(self.n)]
        self.purse = self.owed = 0.0

    def house(self, i):
        file = self.world.register
        word = REGISTERED[file.category[i]]
        house = House(
            category=word, months_above=int(file.months_above[i]),
            months_in_file=int(file.months_in_file[i]), exited_month=int(file.exited_month[i]),
            last_visit=self.start - 13,
        )  # fmt: skip
        luck = self.roll("first review", self.start - 1)[i]
        if word in (*IN_FILE, "backstopped"):
            house.known_since = self.start - 1
        else:
            house.sought_as = word
        if word == "monitored":
            house.watched_since = house.watched_last = self.start - 1
            house.review_due = self.start + int(luck * int(self.procedure.review_months))
        if word in IN_FILE:
            house.review_due = self.start + int(luck * int(self.procedure.file_review_months))
        return house

    # ---- the months

    def play(self):
        for row in self.world.rows:
            self.row, self.month = row, int(self.world.months[row])
            self.rules = self.world.given(row)
            if (row - LEAD_IN) % 12 == 0:
                self.purse = 0.0
            self.purse += self.strategy.budget_yuan_per_year / 12 - self.fixed
            for i, house in enumerate(self.houses):
                self.let_go(i, house)
            for fall in range(len(self.world.falls)):
                self.note_fall(fall)
            offers = self.listen()
            visits = self.choose(offers)
            for i, code in visits:
                self.visit(i, self.houses[i], code)
            self.purse -= len(visits) * self.procedure.visit_yuan
            for i, house in enumerate(self.houses):
                self.note_aid(i, house)
        return self

    def at(self, name, i, row=None):
        return getattr(self.world, name)[self.row if row is None else row][i]

    def lives_here(self, i):
        return bool(self.at("alive", i))

    def let_go(self, i, house):
        if house.category not in IN_FILE:
            return
        house.months_in_file += 1
        step = registered_exit(
            category=np.array([REGISTERED.index(house.category)]),
            net_over_dibao=np.array([self.at("net_month_over_dibao", i)]),
            months_above=np.array([house.months_above]),
            months_in_file=np.array([house.months_in_file]),
            rule=self.rules.card(RegisterRule),
        )
        house.months_above = int(step.months_above[0])
        roll = self.roll("leaves the file otherwise", self.month)[i]
        removed = 1 - (1 - self.procedure.removed_per_year) ** (1 / 12)
        backstopped = 1 - (1 - self.procedure.backstopped_per_year) ** (1 / 12)
        long = house.months_in_file >= self.procedure.backstop_earliest_months
        if step.left[0]:
            house.exited_month = self.month
            self.forget(house, "exited")
        elif not self.lives_here(i) or roll < removed:
            self.forget(house, "removed")
        elif self.at("dibao", i) and long and roll > 1 - backstopped:
            house.category, house.review_due = "backstopped", None

    def forget(self, house, category):
        house.category = house.sought_as = category
        house.known_since = house.review_due = None

    def note_fall(self, fall):
        falls = self.world.falls
        onset, house = int(falls.onset[fall]), self.houses[falls.household[fall]]
        running = self.month == self.start and onset < self.month
        if onset != self.month and not running:
            return
        if house.known_since is not None:
            self.found[fall] = (house.known_since, "on file")
        elif house.category == "monitored":
            for month in (house.watched_since, house.watched_last):
                if self.month - month <= 12:
                    self.found[fall] = (month, "on file" if running else "before")
                    break

    def note_aid(self, i, house):
        due, state = self.world.aid_due_yuan[self.row], STATES[self.at("state", i)]
        if house.category in IN_FILE and house.months_in_file >= self.procedure.filing_months:
            house.aid_months += 1
            house.aid_yuan += int(due[IN_FILE.index(house.category), i])
        elif state in IN_FILE and self.lives_here(i) and house.category != "backstopped":
            house.missed_aid_months += 1
            house.missed_aid_yuan += int(due[IN_FILE.index(state), i])

    # ---- channels

    def listen(self):
        """Leads onto the watch list; returns what rosters offer: position → code."""
        offers, purse = {}, max(self.purse, 0.0)
        all_visits = self.strategy.visits_per_month * self.procedure.visit_yuan
        money = purse - min(self.strategy.kept_for_visits * purse, all_visits)
        for house in self.houses:
            if house.lead and self.month - house.lead[0] >= self.procedure.lead_expires_months:
                house.lead = None
        for code, channel in enumerate(self.strategy.channels):
            if channel.capacity_per_month == 0:
                continue
            served = [i for i in range(self.n) if self.is_served(channel, i)]
            can = channel.capacity_per_month
            if channel.cost_yuan > 0:
                can = min(can, money // channel.cost_yuan)
            if can < len(served):
                luck = self.roll(f"served: {channel.name}", self.month)
                served = sorted(served, key=lambda i: (luck[i], i))[: int(can)]
            money -= len(served) * channel.cost_yuan
            self.purse -= len(served) * channel.cost_yuan
            limited = set(served) if can < self.n else set(range(self.n))
            for i, house in enumerate(self.houses):
                if i in limited and self.may_be_sought(i, channel) and self.leads(channel, i):
                    if channel.roster:
                        scored = self.strategy.model is None or self.risk(i) is not None
                        if house.rest_until < self.month and scored:
                            offers.setdefault(i, code)
                    elif house.lead is None and house.rest_until < self.month:
                        house.lead = (self.month, code)
                        self.write(i, channel.name, "lead", False, channel.cost_yuan)
        return offers

    def may_be_sought(self, i, channel):
        known = self.houses[i].known_since is not None
        return self.lives_here(i) and not known and self.reaches(channel.reach.__name__, i)

    def is_served(self, channel, i):
        if channel.serves is not None:
            return self.lives_here(i) and self.reaches(channel.serves.__name__, i)
        return self.may_be_sought(i, channel) and self.contacts_with(channel, i)

    def reaches(self, whom, i):
        house, world = self.houses[i], self.world
        lately = self.month - house.exited_month < self.rules("withdrawal_months")
        on_low, on_exit = house.sought_as == "low_income_unregistered", house.sought_as == "exited"
        return {
            "anyone": True,
            "listed": on_low,
            "exited": on_exit,
            "listed_or_exited": on_low or on_exit,
            "on_a_list": on_low or house.sought_as == "monitored",
            "organised": self.at("union_member", i) and self.at("employment_form", i) == FORMAL,
            "linked": self.at("insured", i) and world.traces.linkable[i],
            "in_withdrawal": on_exit and lately,
            "may_look_up": self.at("union_member", i)
            or house.sought_as in ("low_income_unregistered", "exited", "monitored"),
            "paired": house.category in IN_FILE or (on_exit and lately),
        }[whom]

    def contacts_with(self, channel, i):
        then = self.row - channel.lag_months
        if not self.at("alive", i, then):
            return channel.sees.__name__ in ("reads_signs", "opens_every_door")
        how = channel.sees.__name__
        if how == "hears":
            return self.speaks(channel, i, then)
        if how == "hears_near_a_site":
            return self.near_a_site(channel, i) and self.speaks(channel, i, then)
        if how == "checks_income":
            return self.is_due(channel, i, then) and self.world.traces.linkable[i]
        if how in ("asks_in_turn", "visits_in_turn"):
            return self.is_due(channel, i, then)
        return True

    def leads(self, channel, i):
        then, how = self.row - channel.lag_months, channel.sees.__name__
        if not self.at("alive", i, then) or not self.contacts_with(channel, i):
            return False
        if how == "hears":
            return self.reports_little(channel, i, then)
        if how == "asks_in_turn":
            return self.speaks(channel, i, then) and self.reports_little(channel, i, then)
        if how == "checks_income":
            return self.seems_poor(channel, i, then)
        if how == "reads_signs":
            return self.count_signs(channel, i, then) >= channel.signs_needed
        return True

    def is_due(self, channel, i, then):
        if channel.cadence_months == 1:
            return True
        turn = int(self.roll(f"turn of {channel.name}", self.start - 1)[i] * channel.cadence_months)
        return turn == int(self.world.months[then]) % channel.cadence_months

    def near_a_site(self, channel, i):
        kind = "county" if self.world.in_county[i] else "city"
        sites = getattr(channel, f"sites_per_{kind}")
        share = channel.coverage_share * sites / self.given(f"sites_per_{kind}")
        return self.roll("a site is near", self.start - 1)[i] < share

    def speaks(self, channel, i, then):
        state, cause = STATES[self.at("state", i, then)], int(self.world.ground[then][i])
        ground = GROUNDS[cause] if state in IN_FILE else state
        chance = F32(channel.chance[GROUNDS.index(ground)]) * F32(channel.multiple)
        chance = chance * self.visible(channel, i, then)
        return self.roll(f"speaks: {channel.name}", int(self.world.months[then]))[i] < chance

    def visible(self, channel, i, then):
        shared = self.given("visibility_shared_share")
        spread = self.given("visibility_log_sd")
        z = np.sqrt(shared) * normal(self.roll("seen by anybody", self.start - 1)[i])
        z += np.sqrt(1 - shared) * normal(self.roll(f"seen by {channel.name}", self.start - 1)[i])
        traits = F32(1)
        form = self.at("employment_form", i, then)
        for name, holds in (
            ("flexible", 0 < form < 6),
            ("migrant", self.world.migrant[i]),
            ("uninsured", not self.at("insured", i, then)),
            ("no_union", not self.at("union_member", i, then)),
        ):
            if holds:
                traits *= F32(self.given(f"visibility_{name}"))
        return F32(np.exp(spread * z - spread**2 / 2)) * traits

    def reports_little(self, channel, i, then):
        if channel.line_multiple == 0:
            return True
        true, line = self.at("net_over_dibao", i, then), F32(channel.line_multiple)
        luck = normal(self.roll(f"reports: {channel.name}", int(self.world.months[then]))[i])
        lean = F32(channel.error_bias) if abs(true - line) < F32(0.5) else F32(0)
        return true * np.exp(F32(channel.error_log_sd) * luck + lean) < line

    def seems_poor(self, channel, i, then):
        traces = self.world.traces
        luck = normal(self.roll(f"checks: {channel.name}", int(self.world.months[then]))[i])
        seen = traces.seen_over_dibao[then][i] * np.exp(F32(channel.error_log_sd) * luck)
        fallen = traces.seen_change[then][i] <= F32(1 - channel.drop_share)
        return seen < F32(channel.line_multiple) or (channel.drop_share > 0 and fallen)

    def count_signs(self, channel, i, then):
        left = self.world.traces
        return (
            int(left.scheme_yuan[then][i] >= F32(channel.sign_scheme_yuan))
            + int(left.stays[then][i] >= channel.sign_stays)
            + int(left.claims[then][i])
            + int(left.newly_disabled[then][i])
            + int(left.school_aid[then][i])
        )

    # ---- visits

    def choose(self, offers):
        luck = self.roll("order among equals", self.month)
        can = int(min(
            self.strategy.visits_per_month, max(self.purse, 0.0) // self.procedure.visit_yuan
        ))  # fmt: skip
        due = [
            i for i, house in enumerate(self.houses)
            if house.review_due is not None and house.review_due <= self.month
            and self.lives_here(i)
        ]  # fmt: skip
        due.sort(key=lambda i: (self.houses[i].review_due, luck[i], i))
        reviews = due[: int(self.strategy.most_for_reviews * can)]
        free = [i for i in range(self.n) if self.is_free(i) and i not in set(reviews)]
        self.owed += self.strategy.random_share * (can - len(reviews))
        chance = self.roll("drawn at random", self.month)
        drawn = sorted(free, key=lambda i: (chance[i], i))[: int(self.owed + 1e-9)]
        self.owed -= len(drawn)
        self.probability = len(drawn) / len(free) if drawn else None
        free = [i for i in free if i not in set(drawn)]
        can -= len(drawn)
        listed = [i for i in free if self.houses[i].lead or i in offers]
        if self.strategy.model:
            told = [self.risk(i) for i in listed if self.risk(i) is not None]
            self.mean_risk = np.mean(told)
        listed.sort(key=lambda i: (*self.place(i), luck[i], i))
        led = listed[: can - len(reviews)]
        others = [i for i in free if i not in set(led)]
        others.sort(key=lambda i: (self.houses[i].last_visit, luck[i], i))
        turn = others[: can - len(reviews) - len(led)]
        asked = {i: self.houses[i].lead[1] if self.houses[i].lead else offers[i] for i in led}
        return (
            [(i, "review") for i in reviews]
            + [(i, "random") for i in drawn]
            + [(i, self.strategy.channels[asked[i]].name) for i in led]
            + [(i, "in turn") for i in turn]
        )

    def is_free(self, i):
        house = self.houses[i]
        return self.lives_here(i) and house.known_since is None and house.rest_until < self.month

    def place(self, i):
        """Where the strategy's order puts a household; missing values come last."""
        house, order = self.houses[i], self.strategy.order.__name__
        waited = self.month - house.last_visit
        if order == "first_come":
            return (house.lead[0] if house.lead else self.month,)
        if order == "in_turn":
            return (house.last_visit,)
        if order == "at_random":
            return (self.roll("visited at random", self.month)[i],)
        if order == "lowest_income":
            late = int(self.rules("auto_check_lag_months"))
            if not self.world.traces.linkable[i]:
                return (1, 0.0)
            seen = max(self.world.traces.seen_over_dibao[self.row - late][i], 0.05)
            return (0, float(seen) / waited)
        if order == "by_rule":
            late = int(self.rules("auto_check_lag_months"))
            below = self.world.traces.linkable[i] and (
                self.world.traces.seen_over_dibao[self.row - late][i]
                < self.rules("relative_multiple")
            )
            return (not below, house.last_visit)
        if order == "by_district":
            return (-self.world.city_rate[i] * waited,)
        if order == "by_risk_since_visit":
            risk = self.mean_risk if self.risk(i) is None else self.risk(i)
            return (-risk * waited,)
        if order == "by_truth":
            if STATES[self.at("state", i)] in IN_FILE and self.lives_here(i):
                spell = int(self.world.spell[self.row][i])
                counts = spell >= 0
                return (0, self.month - int(self.world.falls.onset[spell]) if counts else 999)
            return (1 if STATES[self.at("state", i)] == "at_risk" else 2, -waited)
        raise ValueError(order)

    def risk(self, i):
        """The score as of last month, where there is one and the office may look the house up."""
        if self.reaches("may_look_up", i):
            return self.scores[self.month - 1].get(int(self.world.households[i]))
        return None

    def visit(self, i, house, channel):
        p, world = self.procedure, self.world
        house.last_visit = self.month
        likely = p.contact_share * (p.contact_migrant_multiple if world.migrant[i] else 1)
        found = let_in = False
        if self.roll("is at home", self.month)[i] < likely:
            ground = GROUNDS[world.ground[self.row][i]]
            notices = F32(getattr(p, f"detects_{ground}", 1.0))
            let_in = bool(self.roll("lets the visitors in", self.month)[i] >= p.refused_share)
            if let_in and self.roll("hardship is noticed", self.month)[i] < notices:
                found = self.verify(i, house, channel)
            house.rest_until, house.lead = self.month + int(p.rest_months), None
            house.review_due = self.next_review(house)
        elif house.review_due is not None:
            house.review_due = max(house.review_due, self.month + 1)
        probability = self.probability if channel == "random" else None
        self.write(i, channel, "visit", found, p.visit_yuan, let_in, probability)

    def next_review(self, house):
        if house.known_since is not None and house.category != "backstopped":
            return self.month + int(self.procedure.file_review_months)
        if house.category == "monitored":
            return self.month + int(self.procedure.review_months)
        return None

    def verify(self, i, house, channel):
        filed_before, was_known = house.category in IN_FILE, house.known_since is not None
        established = self.measured(i, house, fileable=True) in IN_FILE or filed_before
        signed = self.roll("signs", self.month)[i] < self.procedure.signed_share
        category = self.measured(i, house, fileable=bool(self.at("union_member", i) and signed))
        if filed_before and category not in IN_FILE:
            category = house.category
        if house.exited_month and not established and category != "monitored":
            category = "exited"
        if category == "monitored":
            house.watched_last = self.month
            if house.category != "monitored":
                house.watched_since = self.month
                self.placements.append((self.month, int(self.world.households[i]), channel))
        if category in IN_FILE and not filed_before:
            house.months_in_file = house.months_above = 0
        newly = established and not was_known
        placed = category == "monitored" and house.category != "monitored"
        house.category = category
        if newly:
            house.known_since = self.month
        if not established:
            house.known_since, house.sought_as = None, category
        fall = int(self.world.spell[self.row][i])
        if fall >= 0 and fall not in self.found and (newly or placed):
            self.found[fall] = (self.month, "after")
        return newly

    def measured(self, i, house, *, fileable):
        luck = normal(self.roll("income measured", self.month)[i])
        hard_before = self.world.alive[self.row - 1][i] and self.at("state", i, self.row - 1) <= 2
        one = SimpleNamespace(
            **{name: np.array([self.at(name, i)]) for name in (
                "income_yuan", "rigid_yuan", "event_loss_yuan", "savings_yuan", "members",
                "dibao_yuan", "recognised_cause", "state",
            )}
        )  # fmt: skip
        code = registration(
            income_yuan=one.income_yuan * np.exp(F32(self.procedure.income_log_sd) * luck),
            rigid_yuan=one.rigid_yuan, event_loss_yuan=one.event_loss_yuan,
            members=np.maximum(one.members, 1), dibao_yuan=one.dibao_yuan,
            assets_pass=np.array([self.world.assets_pass[i]]),
            recognised_cause=one.recognised_cause,
            at_risk_sign=one.state == STATES.index("at_risk"),
            savings_yuan=one.savings_yuan,
            in_spell=np.array([house.known_since is not None or hard_before]),
            union_member=np.array([fileable]), authorisation_signed=np.array([fileable]),
            latent=self.rules.card(LatentRule), rule=self.rules.card(RegisterRule),
        )  # fmt: skip
        return REGISTERED[code[0]]

    def write(self, i, channel, step, found, yuan, let_in=None, probability=None):
        household = int(self.world.households[i])
        row = (self.month, household, channel, step, bool(found), float(yuan), let_in, probability)
        self.contacts.append(row)


def normal(roll):
    """The normal quantile of the middle of one of 4,096 cells, as the town's luck has it."""
    return F32(ndtri((int(F32(roll) * F32(4096)) + 0.5) / 4096))
