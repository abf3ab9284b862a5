"""Small worlds for tests of screening, and a family placed into one."""

from dataclasses import replace
from functools import cache

import numpy as np
from invented_towns import config, town

from hardship_model.data.population import Town, invent
from hardship_model.data.population.codes import EMPLOYEE, FORMAL, ILLNESS
from hardship_model.months import to_month
from hardship_model.rules import STATES
from hardship_model.screening.channels import all_channels
from hardship_model.screening.strategies import Strategy, first_come
from hardship_model.screening.world import LEAD_IN, World, from_town

FELL = to_month("2021-06")


@cache
def world(*, n_households: int = 800, seed: int = 1, last_month: str = "2022-12") -> World:
    """An invented town from 2021 on."""
    lived = town(n_households=n_households, seed=seed, last_month="2022-12")
    return from_town(lived, last_month=to_month(last_month))


@cache
def careful_town(*, n_households: int, seed: int) -> Town:
    """A town in which every visit so far has measured without error."""
    return invent(config(
        n_households=n_households, seed=seed, last_month=to_month("2022-12"),
        scaled={"visit_income_log_sd": 0.0},
    ))  # fmt: skip


def with_family(lived: Town) -> World:
    """The town with a family of the newspaper's structure in place of its first household.

    Two earners in formal work, union members, insured, in a city of Qinghai; never listed, never
    in hardship before. Serious illness from early 2021; at risk from March, deep hardship from
    June on. Six people; all amounts are invented.
    """
    truth = {name: grid.copy() for name, grid in lived.truth.items()}
    fixed = {name: values.copy() for name, values in lived.fixed.items()}
    months = lived.months
    ill, deep = months >= to_month("2021-02"), months >= FELL
    line = 12 * 6 * 697.0
    always = {
        "members": 6, "earners": 2, "children": 2, "elders": 2, "disabled": 0, "students": 1,
        "employment_form": FORMAL, "union_member": True, "insurance": EMPLOYEE, "dibao": False,
        "registered": 0, "alive": True, "income_yuan": 15_000, "formal_wages_yuan": 15_000,
        "other_wages_yuan": 0, "income12_yuan": 3.6 * line, "event_loss12_yuan": 0,
        "unemployed_members": 0, "benefit_claims": 0, "aid_yuan": 0,
    }  # fmt: skip
    for name, value in always.items():
        truth[name][:, 0] = value
    truth["oop_yuan"][:, 0] = np.where(ill, 9_000, 200)
    truth["inpatient_stays"][:, 0] = ill
    truth["rigid_yuan"][:, 0] = np.where(deep, 12_600, np.where(ill, 9_600, 800))
    truth["rigid12_yuan"][:, 0] = np.where(deep, 3.0 * line, np.where(ill, 1.2 * line, 9_600))
    truth["savings_yuan"][:, 0] = np.where(deep, 0, 40_000)
    words = np.where(deep, "deep", np.where(ill, "at_risk", "ordinary"))
    truth["state"][:, 0] = [STATES.index(word) for word in words]
    truth["cause"][:, 0] = np.where(deep, ILLNESS, 0)
    place = {"place": 1, "city": 14, "county": 14 * 8, "migrant": False, "homes": 1,
             "owns_business": False}  # fmt: skip
    for name, value in place.items():
        fixed[name][0] = value
    return from_town(replace(lived, truth=truth, fixed=fixed))


def only(where: World, *names: str, **given: object) -> Strategy:
    """A strategy of these channels alone, first come, with plenty of money and visits."""
    there = all_channels(where.given(LEAD_IN))
    means = {
        "name": " and ".join(names), "channels": tuple(there[name] for name in names),
        "order": first_come, "visits_per_month": 40, "budget_yuan_per_year": 300_000.0,
        "kept_for_visits": 0.5, "most_for_reviews": 0.5,
    }  # fmt: skip
    return Strategy(**{**means, **given})
