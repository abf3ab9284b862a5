"""Strategies as they are written down: one table each, and one clear message for a mistake."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from hardship_model.screening.channels import Channel, all_channels
from hardship_model.screening.prospect import Sized
from hardship_model.screening.strategies import ORDERS, Strategy
from hardship_model.screening.world import GROUNDS, LEAD_IN

_NUMBERS = ("visits_per_month", "budget_yuan_per_year", "kept_for_visits", "most_for_reviews",
            "random_share")  # fmt: skip
_KEYS = ("name", "channels", "order", "model", "knows_truth", "change", *_NUMBERS)
#: Orders that need a model's scores.
_BY_MODEL = ("by_risk", "by_risk_since_visit")
#: What of a channel is code and not a number, and so cannot be changed from a file.
_NOT_NUMBERS = ("name", "reach", "sees", "serves", "roster")


def read_strategies(text: str, world: Sized) -> tuple[Strategy, ...]:
    """The strategies that a TOML text declares, one `[[strategy]]` each.

    Keys: `name`, `channels` (names), `order` (a name), `model` (whose scores rank),
    `visits_per_month`, `budget_yuan_per_year`, `kept_for_visits`, `most_for_reviews`,
    `random_share`, and `[strategy.change.<channel>]` with numbers of the channel to replace;
    `chance` may be a table of some `GROUNDS`. What is left out is as usual for the world's size.
    Raises ValueError with one message when any of it has no meaning.
    """
    read = tomllib.loads(text)
    if set(read) != {"strategy"}:
        raise ValueError(f"A file of strategies holds [[strategy]] only; got {sorted(read)}.")
    return tuple(strategy_of(spec, world) for spec in read["strategy"])


def name_of(spec: Mapping[str, Any]) -> str:
    """The strategy's name; raises ValueError when there is none."""
    name = spec.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"A strategy has a name of its own, a text; got {name!r}.")
    return name


def strategy_of(spec: Mapping[str, Any], world: Sized) -> Strategy:
    """The strategy that these keys describe, with the usual means where none are given."""
    _refuse(spec)
    given, n = world.given(LEAD_IN), world.n_at_once
    usual = {
        "visits_per_month": round(given("office_visits_per_1000") * n / 1000),
        "budget_yuan_per_year": given("office_budget_yuan") * n,
        "kept_for_visits": given("kept_for_visits_share"),
        "most_for_reviews": given("most_for_reviews_share"),
        "random_share": 0.0,
    }
    return Strategy(
        name=spec["name"],
        channels=_channels(all_channels(given), spec),
        order=ORDERS[spec.get("order", "first_come")],
        model=spec.get("model"),
        knows_truth=spec.get("knows_truth", False),
        **(usual | {name: spec[name] for name in _NUMBERS if spec.get(name) is not None}),
    )


def _refuse(spec: Mapping[str, Any]) -> None:
    """Stop at keys that are missing, unknown, or of another kind."""
    name, channels = name_of(spec), spec.get("channels")
    if unknown := sorted(set(spec) - set(_KEYS)):
        raise ValueError(
            f"Strategy {name!r} has the unknown keys {unknown}; known are {sorted(_KEYS)}."
        )
    if not isinstance(channels, Sequence) or isinstance(channels, str):
        raise ValueError(f"Strategy {name!r}: channels is a list of names; got {channels!r}.")
    for key in _NUMBERS:
        value = spec.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"Strategy {name!r}: {key} is a number; got {value!r}.")
    order = spec.get("order", "first_come")
    if order not in ORDERS:
        raise ValueError(
            f"Strategy {name!r}: no order is called {order!r}; there are {list(ORDERS)}."
        )
    if not isinstance(spec.get("model"), str | None):
        raise ValueError(f"Strategy {name!r}: model is the name of a model; got {spec['model']!r}.")
    if spec.get("model") is None and (order in _BY_MODEL or "model_visits" in channels):
        raise ValueError(f"Strategy {name!r} ranks by a model: name one with `model`.")
    if order == "by_truth" and spec.get("knows_truth") is not True:
        raise ValueError(
            f"Strategy {name!r}: the order 'by_truth' wants knows_truth = true; it is for bounds."
        )


def _channels(there: Mapping[str, Channel], spec: Mapping[str, Any]) -> tuple[Channel, ...]:
    name, change = spec["name"], spec.get("change", {})
    if unknown := [one for one in spec["channels"] if one not in there]:
        raise ValueError(
            f"Strategy {name!r}: no channel is called {unknown}; there are {list(there)}."
        )
    if not isinstance(change, Mapping) or not set(change) <= set(spec["channels"]):
        raise ValueError(
            f"Strategy {name!r} changes {list(change)}, but its channels are"
            f" {list(spec['channels'])}."
        )
    return tuple(_changed(there[one], change.get(one, {}), name) for one in spec["channels"])


def _changed(channel: Channel, change: Mapping[str, Any], strategy: str) -> Channel:
    """The channel with these numbers; `chance` may name some grounds only."""
    allowed = [one.name for one in fields(Channel) if one.name not in _NOT_NUMBERS]
    if not isinstance(change, Mapping) or not set(change) <= set(allowed):
        raise ValueError(
            f"Strategy {strategy!r} changes {list(change)} of {channel.name!r}; what can be"
            f" changed is {allowed}."
        )
    numbers = dict(change)
    if isinstance(chance := numbers.get("chance"), Mapping):
        if not set(chance) <= set(GROUNDS) or not channel.chance:
            raise ValueError(
                f"Strategy {strategy!r}: {channel.name!r} has chances for"
                f" {GROUNDS if channel.chance else 'nothing'}; got {list(chance)}."
            )
        numbers["chance"] = {**dict(zip(GROUNDS, channel.chance, strict=True)), **chance}.values()
    if "chance" in numbers:
        numbers["chance"] = tuple(numbers["chance"])
    try:
        return replace(channel, **numbers)
    except TypeError:
        raise ValueError(
            f"Strategy {strategy!r}: what is changed of {channel.name!r} has to be numbers; got"
            f" {dict(change)}."
        ) from None
