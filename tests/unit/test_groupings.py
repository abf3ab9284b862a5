"""By what households are told apart: as known at the time, and never so that it gives some away."""

import pandas as pd
import pytest
from invented_panels import COLUMNS, drifting_panel

from hardship_model.data.panel import Column, PanelError, build
from hardship_model.evaluation.groupings import (
    NONE,
    UNKNOWN,
    Grouping,
    check_groupings,
    group_labels,
    groupings,
)
from strips import FIRST_MONTH


@pytest.fixture(scope="module")
def panel():
    return drifting_panel(1)


def who(panel, month, *, n=50):
    ids = panel.households[:n]
    return pd.DataFrame({"household_id": ids, "as_of": FIRST_MONTH + month})


def test_a_group_is_what_was_known_at_the_time(panel):
    # From month 20 on everybody has moved west; whether the first was ever ill is not known.
    moved = panel.rows.assign(
        district=panel.rows["district"].where(panel.rows["month"] < FIRST_MONTH + 20, "west"),
        ill=panel.rows["ill"].astype("boolean").mask(panel.rows["household_id"] == 0),
    )
    panel = panel.with_rows(moved)
    by = groupings({"district": {}, "ill": {}})

    then, later = (group_labels(panel, who(panel, month), by=by) for month in (19, 25))

    assert set(then["district"]) == {"east", "west"}
    assert set(later["district"]) == {"west"}
    assert then["ill"][0] == UNKNOWN
    assert set(then["ill"][1:]) == {"yes", "no"}


def test_values_may_count_as_one(panel):
    by = groupings({"side": {"column": "district", "together": {"anywhere": ["east", "west"]}}})

    labels = group_labels(panel, who(panel, 19), by=by)

    assert set(labels["side"]) == {"anywhere"}


def panel_of(**columns):
    """One month of four households with these flags and counts."""
    n = len(next(iter(columns.values())))
    rows = pd.DataFrame({
        "household_id": range(n), "month": 5, "recorded_month": 5, "income": 1.0,
        "poverty_line": 1.0, "in_hardship": False, **columns,
    })  # fmt: skip
    about = [
        Column(name=c, pillar="household", kind="flag" if values[0] is True else "count")
        for c, values in columns.items()
    ]
    return build(rows, name="drawn", step_months=1, currency="yuan", columns=about)


def test_several_counts_and_flags_say_which_of_them_a_household_has():
    panel = panel_of(
        small_children=[2, 0, 1, 0, None], elder=[True, True, False, False, True],
    )  # fmt: skip
    by = groupings({"household_type": {"has": ["small_children", "elder"]}})
    check_groupings(panel, by)
    rows = pd.DataFrame({"household_id": panel.households, "as_of": 5})

    labels = group_labels(panel, rows, by=by)

    assert labels["household_type"].tolist() == [
        "small children + elder", "elder", "small children", NONE, UNKNOWN,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (
            {"spending": {}},
            r"no category or flag \['spending'\] to group by; it has \['district', 'ill",
        ),
        ({"any": {"has": ["ill", "district"]}}, r"no count or flag \['district'\]"),
        ({"district": {"together": {"x": ["north"]}}}, r"'district' has no values \['north'\]"),
    ],
)
def test_a_panel_that_cannot_be_grouped_so_says_what_it_has(panel, by, said):
    assert "spending" in {c.name for c in COLUMNS}
    with pytest.raises(PanelError, match=said):
        check_groupings(panel, groupings(by))


def test_a_grouping_that_another_one_tells_is_refused(panel):
    province = panel.rows["district"].astype(str).map({"east": "sea", "west": "sea"})
    rows = panel.rows.assign(province=province.astype("category"))
    columns = [*COLUMNS, Column(name="province", pillar="place", kind="category")]
    panel = build(rows, name="nested", step_months=1, currency="yuan", columns=columns)

    with pytest.raises(PanelError, match="Groups 'district' tell groups 'province'"):
        check_groupings(panel, groupings({"province": {}, "district": {}}))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"form": {"colour": 1}}, "'colour'"),
        ({"ill": {}, "again": {"column": "ill"}}, r"\['ill'\] more than once"),
        ({"two": {"has": ["a", "b"], "together": {"x": ["y"]}}}, "one column"),
    ],
)
def test_a_config_that_groups_badly_is_told_so(table, said):
    with pytest.raises(ValueError, match=said):
        groupings(table)


def test_one_way_to_tell_apart_needs_a_column():
    with pytest.raises(ValueError, match="one column"):
        Grouping(name="nothing", columns=())
