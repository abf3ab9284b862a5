"""The tables of a run of `screen` that never was, over towns and over a panel: numbers made up."""

import pandas as pd
from made_up_results import CONFIGS

from hardship_model import screen_study
from hardship_model.data.population.codes import CAUSES, FORMS
from hardship_model.rules import REGISTERED
from hardship_model.screen_study import PanelResults, ScreenResults
from hardship_model.screening.assumed import assumptions
from hardship_model.screening.comparison import MEASURES, NO_VERDICT, OF_FALLS_ALONE
from hardship_model.screening.panel_reading import Reading
from hardship_model.screening.panel_world import _lacking
from hardship_model.screening.ready_made import READY_MADE

STRATEGIES = tuple(READY_MADE)
CHANNELS = tuple(dict.fromkeys(c for one in READY_MADE.values() for c in one["channels"]))
SPLITS = {
    "kind": ("first fall", "return", "begun before it was seen"),
    "cause": CAUSES[1:],
    "employment form": FORMS,
    "listed": ("never listed", "listed"),
    "migrant": ("local", "migrant"),
    "insured": ("uninsured", "insured"),
    "lives in": ("city", "county"),
}
VERDICTS = ("better", "worse", "too close to call")


def _share(place: int, n: float = 1000.0) -> dict[str, float]:
    value = 0.1 + 0.02 * place
    return {
        "counted": n * value, "out_of": n, "value": value, "low": value - 0.01,
        "high": value + 0.02,
    }  # fmt: skip


def comparison() -> pd.DataFrame:
    rows = []
    for measure in MEASURES:
        for place, name in enumerate(STRATEGIES):
            row = {"strategy": name, "measure": measure, **_share(place)}
            said = None if measure in NO_VERDICT else VERDICTS[place % 3]
            if name != "status_quo":
                row |= {"reference": "status_quo", "difference": 0.02, "difference_low": 0.01,
                        "difference_high": 0.03, "verdict": said}  # fmt: skip
            if name != "income_visits":
                row |= {"clerk": "income_visits", "clerk_difference": 0.01, "clerk_low": -0.01,
                        "clerk_high": 0.02, "clerk_verdict": said}  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def by_group() -> pd.DataFrame:
    rows = [
        {"strategy": name, "measure": measure, "by": by, "group": group, **_share(place),
         "withheld": False}
        for measure in OF_FALLS_ALONE
        for place, name in enumerate(STRATEGIES)
        for by, groups in SPLITS.items()
        for group in groups
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    few = table["group"] == "courier"
    shown = ["counted", "out_of", "value", "low", "high"]
    table[shown] = table[shown].mask(few)
    return table.assign(withheld=few)


def frontier() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": name, "factor": factor, "budget_yuan": 1e5 * factor, "spent_yuan": 9e4,
         "visits": 200, "found": 100.0, "open": 1000.0, "share": 0.05 * place * factor**0.5,
         "low": 0.01, "high": 0.9}
        for place, name in enumerate(STRATEGIES, 1)
        for factor in (0.5, 1.0, 2.0)
    )  # fmt: skip


def worth_in_visits() -> pd.DataFrame:
    return pd.DataFrame({
        "strategy": ["model_visits", "combined_with_model"],
        "against": ["income_visits", "guangxi_combined"], "visits_per_month": [24, 24],
        "worth": [12.0, float("inf")], "low": [-3.0, 5.0], "high": [24.0, float("inf")],
        "said": "",
    })  # fmt: skip


def strategies() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": name, "channel": channel, "order": spec.get("order", "first_come"),
         "visits_per_month": 24, "budget_yuan_per_year": 75000.0, "cadence_months": 3,
         "lag_months": 1, "cost_yuan": 13.0, "fixed_yuan_per_year": 1234.5}
        for name, spec in READY_MADE.items()
        for channel in spec["channels"]
    )  # fmt: skip


def channels() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": "guangxi_combined", "channel": name, "falls": 1000, "caught": 100 + place,
         "share": 0.1 + place / 1000, "low": 0.08, "high": 0.15, "credit": 60.0, "lost": 0.01,
         "lost_low": -0.01, "lost_high": 0.03}
        for place, name in enumerate(CHANNELS)
    )  # fmt: skip


def overlaps() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": "guangxi_combined", "channel": a, "other": b, "share": (i + 1) * (j + 1) / 300}
        for i, a in enumerate(CHANNELS)
        for j, b in enumerate(CHANNELS)
        if a != b
    )


def never_found() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": name, "channels": 3, "caught": 400, "estimated": 120.4, "low": 80.1,
         "high": 190.2, "true": 600}
        for name in STRATEGIES[:5]
    )  # fmt: skip


def best_mix() -> pd.DataFrame:
    return pd.DataFrame(
        {"factor": factor, "channels": " + ".join([*CHANNELS[:3], "linkage_several"]),
         "falls": 1000, "caught": 400, "no_mix_catches_more": 410.3, "all_channels_catch": 700,
         "found_share": 0.3, "found_low": 0.28, "found_high": 0.33, "oracle_found_share": 0.9}
        for factor in (0.5, 1.0)
    )  # fmt: skip


def _moved() -> list[dict[str, object]]:
    """Every assumption of screening, with its label and unit."""
    return [
        {"assumption": one.name, "label": one.label, "value": one.value, "unit": one.unit,
         "first": "combined_with_model", "second": "guangxi_combined", "falls": 900}
        for one in assumptions(screen_study.ScreenStudy.first_month)
    ]  # fmt: skip


def flip_points() -> pd.DataFrame:
    return pd.DataFrame(
        {**row, "gap": 0.03, "tried_low": 0.5, "tried_high": 2.0, "gap_low": 0.03 - 0.001 * place,
         "gap_high": 0.03 + 0.002 * place, "flips_down": 0.7 if place > 30 else None,
         "flips_up": None if place else 1.5}
        for place, row in enumerate(_moved())
    )  # fmt: skip


def sensitivity() -> pd.DataFrame:
    return pd.DataFrame(
        {**row, "outcome": outcome, "lowest": 0.5, "highest": 2.0, "effect": -0.01, "size": size,
         "low": 0.5 * size, "high": 1.5 * size, "spread": 0.02}
        for outcome in ("lead", "share")
        for place, row in enumerate(_moved())
        for size in [0.1 / (1 + place)]
    )  # fmt: skip


def assumption_draws() -> pd.DataFrame:
    return pd.DataFrame(
        {"strategy": name, "draws": 60, "best": 5 + place, "share": 0.1, "low": 0.05, "high": 0.2,
         "best_in_towns": 0.1}
        for place, name in enumerate(STRATEGIES[:-1])
    )  # fmt: skip


def towns(**changed: object) -> ScreenResults:
    """A run over towns, with some tables changed."""
    study = screen_study.load(CONFIGS / "screen.toml")
    tables: dict[str, object] = {
        "study": study, "data": {"scale": {"Guangxi": 0.0123, "Qinghai": 0.0045}},
        "versions": {"python": "3.11"}, "strategies": strategies(), "comparison": comparison(),
        "by_group": by_group(), "frontier": frontier(), "worth_in_visits": worth_in_visits(),
        "channels": channels(), "overlaps": overlaps(), "never_found": never_found(),
        "best_mix": best_mix(), "flip_points": flip_points(), "sensitivity": sensitivity(),
        "assumption_draws": assumption_draws(),
    }  # fmt: skip
    return ScreenResults(**(tables | changed))  # type: ignore[arg-type]


def over_a_panel(**changed: object) -> PanelResults:
    """A run over a panel, in which nobody was seen for a month after a fall."""
    study = screen_study.load(CONFIGS / "screen_rwm5yr.toml")
    told = comparison().assign(withheld=False)
    unasked = told["measure"] == "within_1"
    told.loc[unasked, ["counted", "out_of"]] = 0.0
    told.loc[unasked, ["value", "low", "high"]] = float("nan")
    few = (told["strategy"] == "random") & (told["measure"] == "before")
    told.loc[few, ["counted", "value", "low", "high"]] = float("nan")
    told.loc[few, "withheld"] = True
    luck = pd.DataFrame(
        {"strategy": name, "measure": "within_6", "replicates": 20, "mean": 0.2, "lowest": 0.15,
         "highest": 0.25, "best": None if name == "oracle" else 0.05}
        for name in STRATEGIES
    )  # fmt: skip
    data = {
        "panel": "rwm5yr", "step_months": 12, "months_played": 36, "households_played": 3000,
        "households_at_once": 2500, "household_months_seen": 60000, "household_months": 108000,
        "new_falls": 332, "begun_before_seen_or_played": 410,
        "file_at_start": dict.fromkeys(REGISTERED, 7), "scale": {"Guangxi": 0.00021},
        "left_out": [["linkage_only", why] for why in _lacking(Reading()).values()],
    }  # fmt: skip
    tables: dict[str, object] = {
        "study": study, "data": data, "versions": {"python": "3.11"}, "strategies": strategies(),
        "comparison": told, "by_group": by_group(), "luck": luck, "frontier": frontier(),
        "worth_in_visits": worth_in_visits(),
    }  # fmt: skip
    return PanelResults(**(tables | changed))  # type: ignore[arg-type]
