"""An office's extract, its mapping and a config to retrain on it: small, with enough falls."""

import numpy as np
import pandas as pd

from hardship_model.features import features
from hardship_model.months import to_month, to_text
from hardship_model.retrain_study import job, load_retrain
from hardship_model.store import Store
from hardship_model.study import read
from strips import FIRST_MONTH

_MAPPING = """
name = "small office"
about = "Made-up households whose income comes and goes."
currency = "yuan"
step_months = 1
household = "household_id"

[period]
month = "month"
recorded = "recorded"

[income]
column = "income"

[line]
fixed = 100.0

[hardship]
column = "poor"
codes = { yes = true, no = false }

[columns]
spending = { pillar = "expenditure", kind = "amount", direction = 1 }
ill = { pillar = "security", kind = "flag", direction = 1, codes = { yes = true, no = false } }
district = { pillar = "place", kind = "category", codes = { east = "east", west = "west" } }
"""
CONFIG = """
name = "small"
title = "A small office"
now = "2023-06"
store = "models"
models = ["logistic", "scorecard"]
judge_months = 6

[panel]
survey = "office.toml"
path = "extract.parquet"

[gate]
n_draws = 100

[groups]
district = {}

[task]
name = "falls"
kind = "both"
ask = "in_hardship_at"
horizon_months = 3
every_months = 3
"""


def office(folder, *, seed=1, n_households=800, n_months=42, config=CONFIG):
    """Write extract, mapping and config into a folder; the config's path.

    Lives look the same in every month. Income is told so badly that a clerk who goes by it is
    easily beaten by whoever remembers who was poor or ill before.
    """
    lives(seed, n_households, n_months).to_parquet(folder / "extract.parquet", index=False)
    (folder / "office.toml").write_text(_MAPPING, encoding="utf-8")
    path = folder / "retrain.toml"
    path.write_text(config, encoding="utf-8")
    return path


def lives(seed, n_households, n_months):
    """One row per household and month; one row of ten is written down a month late."""
    rng = np.random.default_rng(seed)
    month, household = np.indices((n_months, n_households)).reshape(2, -1)
    lasting, shock = rng.normal(0.9, 0.7, n_households), np.zeros((n_months, n_households))
    ill = rng.random(shock.shape) < 0.04
    shock[0] = rng.normal(0, 0.5, n_households)
    for t in range(1, n_months):
        shock[t] = 0.8 * shock[t - 1] + rng.normal(0, 0.3, n_households) - 0.5 * ill[t - 1]
    income = 100 * np.exp(lasting + shock).ravel()
    when = FIRST_MONTH + month
    return pd.DataFrame({
        "household_id": household,
        "month": [to_text(m) for m in when],
        "recorded": [to_text(m) for m in when + (rng.random(month.size) < 0.1)],
        "income": (income * np.exp(rng.normal(0, 0.9, month.size))).round(2),
        "poor": np.where(income < 100, "yes", "no"),
        "spending": rng.gamma(2, 20, month.size).round(2),
        "ill": np.where(ill.ravel(), "yes", "no"),
        "district": np.where(household % 3, "east", "west"),
    })  # fmt: skip


def predictions(config):
    """What the model that counts in the office's store says of everybody on its list now."""
    plan = load_retrain(config)
    sources, store = job.known_by(read(plan), plan.now), Store(plan.store)
    served = store.model(store.current().name)
    who = job.everybody_now(sources, plan)
    return served.calibrated.risk(features(sources.panel, served.declared, who=who))


def blank_since(folder, column, month):
    """A department stops delivering: its column is empty from this month on."""
    table = pd.read_parquet(folder / "extract.parquet")
    late = table["month"].map(to_month) >= to_month(month)
    table[column] = table[column].mask(late)
    table.to_parquet(folder / "extract.parquet", index=False)
