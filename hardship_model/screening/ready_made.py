"""The strategies that are compared, with an office's usual means, beside declared ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hardship_model.screening.channels import Channel
from hardship_model.screening.declared import name_of, strategy_of
from hardship_model.screening.prospect import Sized
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.world import LEAD_IN

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
    world: Sized,
    names: Sequence[str] = tuple(READY_MADE),
    *,
    own: Sequence[Mapping[str, Any]] = (),
    model: str | None = None,
    budget_yuan_per_year: float | None = None,
    visits_per_month: int | None = None,
) -> tuple[Strategy, ...]:
    """The named strategies with equal means, scaled to the world's size unless they are given.

    `own` declares further ones that may be named, with the keys of `read_strategies`; their
    `model = true` stands for `model`, the scores that strategies with a model rank by. Without
    it those are left out of the default list, and refused when they are asked for.
    """
    usual = {"budget_yuan_per_year": budget_yuan_per_year, "visits_per_month": visits_per_month}
    there = READY_MADE | _declared(own)
    if unknown := [name for name in names if name not in there]:
        raise ValueError(f"No strategy is called {unknown}; there are {list(there)}.")
    if model is None and tuple(names) == tuple(READY_MADE):
        names = [name for name in names if not READY_MADE[name].get("model")]
    return tuple(
        strategy_of(
            {"name": name, **usual, **there[name], "model": _model(there[name], name, model)}, world
        )
        for name in names
    )


def _declared(own: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The further strategies by name."""
    names = [name_of(spec) for spec in own]
    if twice := sorted({one for one in names if one in READY_MADE or names.count(one) > 1}):
        raise ValueError(f"Strategies want names of their own; {twice} are there already.")
    return dict(zip(names, own, strict=True))


def _model(spec: Mapping[str, Any], name: str, model: str | None) -> str | None:
    asked = spec.get("model")
    if asked in (None, False):
        return None
    if asked is not True and asked != model:
        raise ValueError(f"Strategy {name!r} ranks by {asked!r}, but scores are of {model!r}.")
    return model


def strategies_table(strategies: Sequence[Strategy], world: Sized) -> pd.DataFrame:
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
