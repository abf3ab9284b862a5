"""Single-trigger alerts: each on one drawn family, on every panel that has its columns."""

import numpy as np
import pandas as pd
import pytest
from invented_panels import drifting_panel

from hardship_model.features import declare, features
from hardship_model.models.alerts import TRIGGERS, SingleTriggerAlerts

QUIET = {
    "formal_wages_yuan_mean_3m": 4000.0,
    "formal_wages_yuan_mean_12m": 4000.0,
    "other_income_yuan_mean_12m": 1000.0,
    "scheme_medical_yuan_mean_12m": 200.0,
    "scheme_medical_yuan_max_12m": 1500.0,
    "disabled_trend": 0.0,
    "income_over_line_mean_3m": 2.0,
    "income_over_line_mean_12m": 2.0,
    "income_over_line_now": 2.0,
    "income_over_line_previous": 2.0,
}


def alerts_of(**changed):
    X = pd.DataFrame([{**QUIET, **changed}])
    alerts = SingleTriggerAlerts().fit(X, np.zeros(1))
    gone_off = alerts.gone_off(X).iloc[0]
    assert alerts.decision_function(X).item() == float(gone_off.any())
    return sorted(gone_off.index[gone_off])


def test_a_quiet_family_sets_nothing_off():
    assert alerts_of() == []


@pytest.mark.parametrize(
    ("name", "below", "above"),
    [
        ("medical_over_income", {"scheme_medical_yuan_mean_12m": 2000.0},
         {"scheme_medical_yuan_mean_12m": 2001.0}),
        ("costly_stay", {"scheme_medical_yuan_max_12m": 50_000.0},
         {"scheme_medical_yuan_max_12m": 50_001.0}),
        ("insurance_gap", {"formal_wages_yuan_mean_3m": 1.0}, {"formal_wages_yuan_mean_3m": 0.0}),
        ("new_disability", {"disabled_trend": -0.5}, {"disabled_trend": 0.25}),
        # nine months at 2 lines, then three at 1.41 or 1.39 lines: 0.705 or 0.695 of the mean
        ("income_drop",
         {"income_over_line_mean_3m": 1.41, "income_over_line_mean_12m": (9 * 2 + 3 * 1.41) / 12},
         {"income_over_line_mean_3m": 1.39, "income_over_line_mean_12m": (9 * 2 + 3 * 1.39) / 12}),
        ("income_drop_between_visits", {"income_over_line_now": 1.41},
         {"income_over_line_now": 1.39}),
    ],
)  # fmt: skip
def test_an_alert_goes_off_beyond_its_threshold_and_alone(name, below, above):
    assert alerts_of(**below) == []
    assert alerts_of(**above) == [name]


def test_what_is_unknown_sets_nothing_off():
    assert alerts_of(**dict.fromkeys(QUIET, np.nan)) == []


def test_every_trigger_is_tried_above():
    assert {t.name for t in TRIGGERS} == {
        "medical_over_income", "costly_stay", "insurance_gap", "new_disability", "income_drop",
        "income_drop_between_visits",
    }  # fmt: skip


def test_a_panel_has_the_alerts_whose_features_it_has():
    panel = drifting_panel(0, n_households=20)
    who = pd.DataFrame({"household_id": panel.households, "as_of": panel.months[-1]})
    X = features(panel, declare(panel), who=who)

    assert SingleTriggerAlerts().fit(X, np.zeros(20)).names_ == ["income_drop"]


def test_a_panel_without_any_says_so():
    with pytest.raises(ValueError, match="No single-trigger alert can be raised on this panel"):
        SingleTriggerAlerts().fit(pd.DataFrame({"age": [40.0]}), np.zeros(1))
