"""The office's records: what they can know, and what they must not."""

import numpy as np
from invented_towns import town

from hardship_model.data.population import records, truth_panel
from hardship_model.rules import IN_HARDSHIP, REGISTERED

TRUTH_ALONE = {
    "income_yuan", "other_wages_yuan", "consumption_yuan", "medical_yuan", "oop_yuan",
    "schooling_yuan", "rigid_yuan", "event_loss_yuan", "savings_yuan", "debt_yuan",
    "assets_yuan", "income12_yuan", "rigid12_yuan", "event_loss12_yuan", "unemployed_members",
    "labour_force_members", "earners", "benefit_claims", "aid_yuan", "state", "cause", "alive",
}  # fmt: skip


def matched(name):
    """A column of the records beside the truth of the same rows."""
    invented = town()
    rows = records(invented).rows
    seen = invented.truth["alive"].T
    return rows, {key: grid.T[seen] for key, grid in invented.truth.items()}, name


def test_the_records_hold_no_column_of_the_truth():
    assert not TRUTH_ALONE & set(records(town()).rows.columns)


def test_no_amount_on_file_is_the_true_one_in_every_month():
    rows, truth, _ = matched("amounts")
    for name in rows.columns:
        if not name.endswith("_yuan") and name not in ("income", "members", "disabled"):
            continue
        values = rows[name].to_numpy(dtype=float)
        for true_name, true in truth.items():
            if true.dtype == bool or true.std() == 0:
                continue
            equal = values == true
            assert equal[true != 0].mean() < 0.98, (name, true_name)


def test_the_register_and_civil_affairs_know_their_own_lists_exactly():
    rows, truth, _ = matched("lists")

    assert (rows["dibao_paid"].to_numpy() == truth["dibao"]).all()
    assert (rows["registered"].cat.codes.to_numpy() == truth["registered"]).all()
    filed = rows["registered"].isin(["deep", "relative", "accidental"])
    assert (rows["in_hardship"] == filed).all()


def test_cash_income_is_mostly_not_seen_and_formal_wages_mostly_are():
    rows, truth, _ = matched("wages")
    formal = rows["formal_wages_yuan"].to_numpy(dtype=float)
    paid = (truth["formal_wages_yuan"] > 0) & ~np.isnan(formal)
    share = formal[paid].sum() / truth["formal_wages_yuan"][paid].sum()
    assert 0.93 < share < 1.0

    other = rows["other_income_yuan"].to_numpy(dtype=float)
    rest = truth["income_yuan"] - truth["formal_wages_yuan"] - truth["other_wages_yuan"]
    cash = (truth["other_wages_yuan"] > 0) & ~np.isnan(other)
    seen = (other[cash] - rest[cash]).sum() / truth["other_wages_yuan"][cash].sum()
    assert 0.10 < seen < 0.40  # a cross-check misses 60–90 %


def test_medical_cost_outside_the_scheme_and_of_the_uninsured_is_not_seen():
    rows, truth, _ = matched("medical")
    settled = rows["scheme_medical_yuan"].to_numpy(dtype=float)
    known = ~np.isnan(settled)

    assert (settled[known] <= truth["oop_yuan"][known]).all()
    assert (settled[known & (truth["insurance"] == 0)] == 0).all()


def test_rows_arrive_late_but_never_early_and_households_that_left_have_none():
    invented = town()
    rows = records(invented).rows
    late = rows["recorded_month"] - rows["month"]

    assert late.min() == 0
    assert late.max() == 6
    assert 0.15 < (late > 0).mean() < 0.25
    assert len(rows) == invented.truth["alive"].sum() < invented.truth["alive"].size


def test_the_truth_panel_says_the_latent_state_and_the_net_income_that_decides_it():
    invented = town()
    panel = truth_panel(invented)
    last = panel.rows[panel.rows["month"] == panel.rows["month"].max()].set_index("household_id")
    alive = invented.truth["alive"][-1]
    here = last.loc[invented.households[alive]]
    state = invented.truth["state"][-1][alive]

    assert (here["in_hardship"].to_numpy() == np.isin(state, IN_HARDSHIP)).all()
    deep = state == 0
    dibao = here["poverty_line"].to_numpy() / 2
    assert (here["income"].to_numpy()[deep] < dibao[deep]).all()
    assert panel.invented
    assert panel.columns == ()


def test_the_status_quo_fills_the_file_slowly_and_with_few_of_the_others():
    truth = town(n_households=1500).truth
    filed = (truth["registered"] >= REGISTERED.index("deep")) & (
        truth["registered"] <= REGISTERED.index("accidental")
    )
    hard, alive = truth["state"] <= 2, truth["alive"]

    assert 0.02 < (filed & hard & alive).sum() / (hard & alive).sum() < 0.6
    assert (filed & ~hard & alive).sum() / (~hard & alive).sum() < 0.02
    assert (truth["aid_yuan"] > 0).sum() > 0
    assert (filed[truth["aid_yuan"] > 0]).all()
