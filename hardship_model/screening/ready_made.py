"""The strategies that are compared, with an office's usual means; more are read from a file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from hardship_model.screening.channels import Channel, all_channels
from hardship_model.screening.strategies import ORDERS, Strategy
from hardship_model.screening.world import LEAD_IN, World

#: Name → channels, order, and what else differs. The newspaper page's are Guangxi's and
#: Qinghai's; the status quo is reports and applications, and the list looked through.
READY_MADE: dict[str, dict[str, Any]] = {
    "status_quo": {"channels": ("application", "unit_reports", "listed_review")},
    "guangxi_online": {"channels": ("auto_check", "publicised_application")},
    "guangxi_offline": {"channels": ("sites", "hotline", "unit_reports", "regular_visits",
                                     "sweep")},
    "guangxi_combined": {"channels": ("auto_check", "publicised_application", "sites", "hotline",
                                      "unit_reports", "linkage", "regular_visits", "sweep")},
    "qinghai_look_back": {"channels": ("application", "unit_reports", "look_back",
                                       "paired_help")},
    "linkage_only": {"channels": ("linkage",)},
    "model_visits": {"channels": ("model_visits",), "order": "by_risk_since_visit",
                     "model": True},
    "combined_with_model": {"channels": ("auto_check", "publicised_application", "sites",
                                         "hotline", "unit_reports", "linkage", "regular_visits",
                                         "sweep", "model_visits"),
                            "order": "by_risk_since_visit", "model": True},
    "random": {"channels": ("doors",), "order": "at_random"},
    "in_turn": {"channels": ("doors",), "order": "in_turn"},
    "rule_visits": {"channels": ("doors",), "order": "by_rule"},
    "income_visits": {"channels": ("doors",), "order": "lowest_income"},
    "district_only": {"channels": ("doors",), "order": "by_district"},
    "oracle": {"channels": ("doors",), "order": "by_truth", "knows_truth": True},
}  # fmt: skip


def ready_made(
    world: World,
    names: Sequence[str] = tuple(READY_MADE),
    *,
    model: str | None = None,
    budget_yuan_per_year: float | None = None,
    visits_per_month: int | None = None,
) -> tuple[Strategy, ...]:
    """The named strategies with equal means, scaled to the world's size unless they are given.

    `model` names the scores that strategies with a model rank by; without it they are left out
    of the default list, and refused when they are asked for.
    """
    specs = [{"name": name, **_spec(name)} for name in names if model or not _needs(name, names)]
    return tuple(
        _made(
            world,
            {
                "budget_yuan_per_year": budget_yuan_per_year,
                "visits_per_month": visits_per_month,
                **spec,
                "model": model if spec.get("model") else None,
            },
        )
        for spec in specs
    )


def _spec(name: str) -> dict[str, Any]:
    if name not in READY_MADE:
        raise ValueError(f"No strategy {name!r} is ready made; there are {list(READY_MADE)}.")
    return READY_MADE[name]


def _needs(name: str, names: Sequence[str]) -> bool:
    """Is this a strategy with a model that only stands in the default list?"""
    needs = bool(_spec(name).get("model"))
    if needs and tuple(names) != tuple(READY_MADE):
        raise ValueError(f"Strategy {name!r} ranks by a model: name one with `model`.")
    return needs


def read_strategies(text: str, world: World) -> tuple[Strategy, ...]:
    """The strategies that a TOML text declares, one `[[strategy]]` each.

    Keys: `name`, `channels` (names), `order` (a name), `model`, `visits_per_month`,
    `budget_yuan_per_year`, `kept_for_visits`, `most_for_reviews`, `random_share`, and
    `[strategy.change.<channel>]` with fields of the channel to replace. What is left out is as
    usual for the world's size.
    """
    read = tomllib.loads(text)
    if set(read) != {"strategy"}:
        raise ValueError(f"A file of strategies holds [[strategy]] only; got {sorted(read)}.")
    return tuple(_made(world, spec) for spec in read["strategy"])


_KEYS = {"name", "channels", "order", "model", "visits_per_month", "budget_yuan_per_year",
         "kept_for_visits", "most_for_reviews", "random_share", "knows_truth",
         "change"}  # fmt: skip


def _made(world: World, spec: Mapping[str, Any]) -> Strategy:
    if unknown := sorted(set(spec) - _KEYS):
        raise ValueError(f"A strategy has the unknown keys {unknown}; known are {sorted(_KEYS)}.")
    given, n = world.given(LEAD_IN), world.n_at_once
    order = spec.get("order", "first_come")
    if order not in ORDERS:
        raise ValueError(f"No order is called {order!r}; there are {list(ORDERS)}.")
    visits, budget = spec.get("visits_per_month"), spec.get("budget_yuan_per_year")
    usual = round(given("office_visits_per_1000") * n / 1000)
    return Strategy(
        name=spec["name"],
        channels=_channels(all_channels(given), spec),
        order=ORDERS[order],
        visits_per_month=usual if visits is None else visits,
        budget_yuan_per_year=given("office_budget_yuan") * n if budget is None else budget,
        kept_for_visits=spec.get("kept_for_visits", given("kept_for_visits_share")),
        most_for_reviews=spec.get("most_for_reviews", given("most_for_reviews_share")),
        random_share=spec.get("random_share", 0.0),
        model=spec.get("model"),
        knows_truth=spec.get("knows_truth", False),
    )


def _channels(there: Mapping[str, Channel], spec: Mapping[str, Any]) -> tuple[Channel, ...]:
    change = spec.get("change", {})
    unknown = sorted((set(spec["channels"]) | set(change)) - set(there))
    if unknown:
        raise ValueError(
            f"Strategy {spec['name']!r}: no channel is called {unknown}; there are {list(there)}."
        )
    return tuple(
        replace(there[name], **change[name]) if name in change else there[name]
        for name in spec["channels"]
    )


def strategies_table(strategies: Sequence[Strategy], world: World) -> pd.DataFrame:
    """Which channels, capacities and orders has each strategy, and what does it cost?

    One row per strategy × channel; `remark` says where a strategy has fewer monitoring sites
    than the notice wants.
    """
    given = world.given(LEAD_IN)
    least = int(given("sites_per_city")), int(given("sites_per_county"))
    rows = [
        {
            "strategy": strategy.name,
            "channel": channel.name,
            "order": getattr(strategy.order, "__name__", "a function"),
            "visits_per_month": strategy.visits_per_month,
            "budget_yuan_per_year": strategy.budget_yuan_per_year,
            "random_share": strategy.random_share,
            "model": strategy.model or "",
            "cadence_months": channel.cadence_months,
            "lag_months": channel.lag_months,
            "capacity_per_month": channel.capacity_per_month,
            "cost_yuan": channel.cost_yuan,
            "fixed_yuan_per_year": channel.fixed_yuan(world),
            "remark": _remark(channel, least),
        }
        for strategy in strategies
        for channel in strategy.channels
    ]
    return pd.DataFrame(rows)


def _remark(channel: Channel, least: tuple[int, int]) -> str:
    sites = channel.sites_per_city, channel.sites_per_county
    if channel.name != "sites" or (sites[0] >= least[0] and sites[1] >= least[1]):
        return ""
    return (
        f"{sites[0]} sites per city and {sites[1]} per county; the Guangxi notice wants at least"
        f" {least[0]} and {least[1]}"
    )
