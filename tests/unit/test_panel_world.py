"""A survey as a world: what is unseen stays unknown, and the rest is as the panel says."""

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from asked_panels import COLUMNS, READING, random_panel
from invented_towns import town

from hardship_model.data.panel import PanelError, build
from hardship_model.data.population import truth_panel
from hardship_model.data.population.codes import CAUSES, FLEXIBLE, FORMAL, NO_WORK, UNEMPLOYED
from hardship_model.data.surveys import rwm5yr
from hardship_model.months import to_month
from hardship_model.rules import REGISTERED, STATES, LatentRule, RegisterRule, registration
from hardship_model.screening.channels import all_channels
from hardship_model.screening.panel_reading import Reading, office_view, read
from hardship_model.screening.panel_world import from_panel
from hardship_model.screening.path import Procedure
from hardship_model.screening.played import NOT_FOUND
from hardship_model.screening.ready_made import READY_MADE, ready_made
from hardship_model.screening.simulator import play
from hardship_model.screening.strategies import Strategy, at_random, by_risk, first_come, in_turn
from hardship_model.screening.tallies import OF_FALLS, fall_counts, household_counts, tally
from hardship_model.screening.visits import make_visits
from hardship_model.screening.world import LEAD_IN, from_town
from strips import FIRST_MONTH, panel_from_strips

NOTHING = Reading()


def drawn(text, *, step_months=1, periods=None, **given):
    """The world of these strips, all of it unless `periods` (first, last) says which is played."""
    panel = panel_from_strips(text, step_months=step_months)
    first, last = periods or (0, len(panel.months) - 1)
    begins = FIRST_MONTH + step_months * (first - 1) + 1
    return from_panel(
        panel, NOTHING, first_month=begins, last_month=FIRST_MONTH + step_months * last, **given
    )


def all_signed(text, **given):
    """The first of these worlds whose households in hardship at the start all signed."""
    worlds = (drawn(text, seed=seed, **given) for seed in range(30))
    return next(w for w in worlds if (w.register.category != 0).all())


@cache
def random_world(seed, **given):
    panel = random_panel(seed, **given)
    step = panel.step_months
    return from_panel(
        panel, READING, first_month=FIRST_MONTH + step * 2 - step + 1,
        last_month=int(panel.months[-1]),
    )  # fmt: skip


def strategies(world):
    """All that need no model, with means enough that most of what can happen does."""
    return ready_made(world, visits_per_month=20, budget_yuan_per_year=60_000)


@cache
def random_play(seed):
    world = random_world(seed)
    return play(world, strategies(world), replicates=[1, 2], seed=seed)


def sure(world):
    """Visits that meet everybody and measure without error; nobody is struck off the file."""
    return replace(
        world.given(LEAD_IN).card(Procedure), contact_share=1.0, refused_share=0.0,
        detects_illness=1.0, detects_job_loss=1.0, detects_schooling=1.0, detects_other=1.0,
        income_log_sd=0.0, signed_share=1.0, rest_months=0, removed_per_year=0.0,
        backstopped_per_year=0.0,
    )  # fmt: skip


def doors(world, order, *, visits, **given):
    """Visits from a roster of all doors, in this order, and nothing else."""
    return Strategy(
        name="doors", channels=(all_channels(world.given(LEAD_IN))["doors"],), order=order,
        visits_per_month=visits, budget_yuan_per_year=1e9, kept_for_visits=0.0,
        most_for_reviews=0.0, **given,
    )  # fmt: skip


# What is unseen


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_contacted_found_or_helped_in_a_month_that_was_not_seen(seed):
    played = random_play(seed)
    world, ledger = played.world, played.ledger
    place = pd.Series(np.arange(world.n_households), index=world.households)
    row = ledger["month"].to_numpy() - world.months[0]

    assert 0.2 < (~world.alive[LEAD_IN:]).mean() < 0.5
    assert len(ledger) > 3000
    assert world.alive[row, place[ledger["household_id"]]].all()
    aided = played.aid_months.max(axis=(0, 1))
    assert (aided <= world.alive[LEAD_IN:].sum(axis=0)).all()
    assert played.aid_months.max() > 0
    found, falls = played.found_month, world.falls
    by_visit = found > 0
    when = np.clip(found - world.months[0], 0, None)
    assert world.alive[when, falls.household][by_visit & (when >= LEAD_IN)].all()


def test_nobody_leaves_the_file_by_the_line_or_for_good_while_unseen():
    # In hardship at first, unseen for two years, then out of it for three months: not yet six.
    # The third is out of it for three months, unseen, and out of it again: she leaves in the sixth.
    world = all_signed("a H????????.\nb H.........\nc H.???????.", step_months=3, periods=(1, 9))
    played = play(world, [doors(world, first_come, visits=0)], replicates=[1], seed=1,
                  procedure=sure(world), with_ledger=False)  # fmt: skip

    assert played.aid_months[0, 0].tolist() == [3, 5, 5]


def test_a_gap_ends_what_is_known_of_a_spell():
    world = drawn("a .H.H\nb HH?H\nc ?H.H\nd .?HH\ne ....", step_months=3)
    falls, first = world.falls, FIRST_MONTH - 2
    told = [
        (world.households[who], int(onset - first) // 3, int(last - first) // 3, bool(new), bool(r))
        for who, onset, last, new, r in zip(
            falls.household, falls.onset, falls.last, ~falls.begins_unseen, falls.returning,
            strict=True,
        )
    ]  # fmt: skip

    assert told == [
        ("a", 1, 1, True, False), ("a", 3, 3, True, True),
        ("b", 0, 1, False, False), ("b", 3, 3, False, True),
        ("c", 1, 1, False, False), ("c", 3, 3, True, True),
        ("d", 2, 3, False, False),
    ]  # fmt: skip


def test_what_lies_before_or_after_the_months_that_are_played_is_not_in_the_world():
    world = drawn("a .HHH\nb ...H\nc H...\nd H?HH", step_months=3, periods=(0, 2))
    falls, first = world.falls, int(world.months[LEAD_IN])

    assert not world.alive[:LEAD_IN].any()
    assert len(world.months) == LEAD_IN + 9
    assert list(
        zip(world.households[falls.household], falls.onset - first, falls.last - first, strict=True)
    ) == [("a", 3, 8), ("c", 0, 2), ("d", 0, 2), ("d", 6, 8)]
    later = drawn("a .HHH\nc H...", step_months=3, periods=(2, 3))
    assert list(zip(later.households[later.falls.household], later.falls.onset - first,
                    strict=True)) == [("a", 3)]  # fmt: skip
    assert later.alive[:LEAD_IN].all()


def test_a_fall_nobody_saw_begin_is_not_counted_as_new_and_the_gap_is_not_hardship():
    world = drawn("a .H??HH\nb ?H....", step_months=3)
    played = play(world, [doors(world, in_turn, visits=1)], replicates=[1], seed=1)
    counts = dict(zip(OF_FALLS, fall_counts(played)[0].sum(axis=0), strict=True))

    assert counts["spells"] == 3
    assert counts["new"] == 1
    assert counts["hard_months"] == 3 + 6 + 3
    # Seen for three months from its first, so for one and not for three months after it.
    assert (counts["asked_1"], counts["asked_3"]) == (1, 0)


def test_followed_means_seen_in_every_month():
    world = drawn("a ..??..\nb ......", step_months=3)
    first = int(world.months[LEAD_IN])
    who, at = np.array([0, 0, 0, 1, 1]), first + np.array([0, 0, 12, 0, 12])

    assert world.followed(who, at, 5).tolist() == [True, True, True, True, True]
    assert world.followed(who, at, 6).tolist() == [False, False, False, True, False]


# What is seen


@pytest.mark.parametrize("seed", range(3))
def test_a_visit_without_error_finds_what_the_panel_says(seed):
    panel = random_panel(seed, own_word=True)
    world = random_world(seed, own_word=True)
    given = world.given(LEAD_IN)
    everybody = np.ones(world.n_households, dtype=bool)
    for row in world.rows:
        for in_spell in (everybody, ~everybody, world.hard(row - 1)):
            code = registration(
                income_yuan=world.income_yuan[row], rigid_yuan=world.rigid_yuan[row],
                event_loss_yuan=world.event_loss_yuan[row], members=world.members[row],
                dibao_yuan=world.dibao_yuan[row], assets_pass=world.assets_pass,
                recognised_cause=world.recognised_cause[row], at_risk_sign=~everybody,
                savings_yuan=world.savings_yuan[row], in_spell=in_spell, union_member=everybody,
                authorisation_signed=everybody, latent=given.card(LatentRule),
                rule=given.card(RegisterRule),
            )  # fmt: skip
            found = (code >= REGISTERED.index("deep")) & (code <= REGISTERED.index("accidental"))
            seen = world.alive[row]
            assert (found == world.hard(row))[seen].all()
    rows = panel.rows.set_index(["household_id", "month"])["in_hardship"]
    last = world.months[-1]
    said = rows.reindex([(h, last) for h in world.households]).to_numpy()
    assert (world.hard(-1) == (said == True)).all()  # noqa: E712


def test_deep_is_below_half_of_the_line_and_at_risk_below_five_quarters():
    panel = panel_from_strips("a HH\nb HH\nc ..\nd ..\ne HH")
    rows = panel.rows.assign(income=[49.0, 49, 51, 51, 124, 124, 126, 126, 150, 150])
    world = from_panel(
        panel.with_rows(rows), NOTHING, first_month=FIRST_MONTH, last_month=FIRST_MONTH + 1
    )

    words = [STATES[code] for code in world.state[LEAD_IN]]
    assert words == ["deep", "relative", "at_risk", "ordinary", "accidental"]


def test_months_of_a_period_are_alike_and_numbers_stay_those_of_a_month():
    text = "a .HH.H\nb ..H..\nc HH...\nd .?.HH\ne .....\nf ..?H.\ng HHHHH\nh ...H?"
    thrice = "\n".join(f"{name} {''.join(3 * s for s in strip)}" for name, strip in (
        line.split() for line in text.splitlines()))  # fmt: skip
    by_quarter, by_month = (drawn(text, step_months=3), drawn(thrice, seed=1))
    by_month = replace(by_month, months=by_quarter.months)

    assert (by_quarter.alive == by_month.alive).all()
    assert (by_quarter.state == by_month.state)[by_month.alive].all()
    played = [
        play(world, ready_made(world, ["random", "in_turn"], visits_per_month=2), seed=3,
             replicates=[1, 2], procedure=sure(world)).ledger
        for world in (by_quarter, replace(by_month, falls=by_quarter.falls, spell=by_quarter.spell))
    ]  # fmt: skip
    pd.testing.assert_frame_equal(*played)
    assert played[0]["found"].any()


def test_monthly_truth_of_a_town_gives_the_falls_that_the_town_gives():
    lived = town(n_households=800, seed=2, last_month="2022-12")
    ours, theirs = from_town(lived), truth_panel(lived)
    given = ours.given(LEAD_IN)
    panel = from_panel(
        theirs, NOTHING, first_month=int(ours.months[LEAD_IN]), last_month=int(ours.months[-1]),
        exit_months=int(given("latent_exit_months")), spell_months=int(given("spell_months")),
    )  # fmt: skip

    def told(world, always):
        falls, kept = world.falls, np.isin(world.households[world.falls.household], always)
        seen = kept & ~falls.begins_unseen
        who = world.households[falls.household]
        return sorted(
            zip(
                who[seen].tolist(),
                falls.onset[seen].tolist(),
                falls.last[seen].tolist(),
                falls.returning[seen].tolist(),
                strict=True,
            )
        )

    always = ours.households[lived.truth["alive"].all(axis=0)]
    assert len(told(ours, always)) > 30
    assert told(panel, always) == told(ours, always)


@pytest.mark.parametrize("order", [at_random, in_turn, by_risk])
@pytest.mark.parametrize("seed", range(3))
def test_doors_without_error_find_what_a_plain_list_of_visits_finds(seed, order):
    rng = np.random.default_rng(seed)
    onset, strips = rng.integers(0, 9, 40), []
    for h, begins in enumerate(onset):
        signs = ["H" if m >= begins else "." for m in range(6)]
        hidden = rng.random(6) < 0.3
        hidden[0] = False  # on both lists from the same month on
        strips.append(f"h{h:02d} " + "".join(np.where(hidden, "?", signs)))
    world = drawn("\n".join(strips))
    risk = np.round(rng.random(len(strips)), 1)
    watch = pd.DataFrame({
        "household_id": world.households[who], "month": month, "risk": risk[who],
        "in_hardship": world.hard(row)[who],
    } for row, month in zip(world.rows, world.months[LEAD_IN:].tolist(), strict=True)
      for who in np.flatnonzero(world.alive[row]))  # fmt: skip
    plain = make_visits(watch, {"doors": order}, share=0.15, replicates=2, cost_yuan=120, seed=seed)
    visits = round(0.15 * len(watch) / 6)
    scores = pd.DataFrame({
        "household_id": np.tile(world.households, 6), "model": "m", "risk": np.tile(risk, 6),
        "as_of": np.repeat(world.months[LEAD_IN:] - 1, len(strips)),
    })  # fmt: skip

    played = play(
        world, [doors(world, order, visits=visits, model="m")], replicates=[0, 1], seed=seed,
        scores=scores, procedure=sure(world),
    )  # fmt: skip

    columns = ["replicate", "month", "household_id", "found"]
    ours = played.ledger[played.ledger["step"] == "visit"][columns]
    assert plain["found"].sum() > 5
    assert sorted(map(tuple, ours.to_numpy())) == sorted(map(tuple, plain[columns].to_numpy()))


# The file at the start


def test_the_file_holds_who_was_seen_in_hardship_and_lets_go_after_six_months_above():
    world = all_signed("five H.....?..\nsix H......??\ngap H...?..?H\nagain H......HH",
                       periods=(7, 8))  # fmt: skip
    file, run = world.register.category, world.register.months_above
    said = {
        name: (REGISTERED[category], int(months))
        for name, category, months in zip(world.households, file, run, strict=True)
    }

    # Filed at the end of the first month; a month that was not seen neither counts nor breaks.
    assert said == {"five": ("relative", 5), "again": ("exited", 0), "gap": ("relative", 5)}


def test_whoever_was_never_seen_in_hardship_is_on_no_list():
    world = drawn("never ......\nlater .....H\nunseen H????.", periods=(4, 5))

    assert dict(zip(world.households, world.register.category > 0, strict=True)) == {
        "never": False, "later": False, "unseen": True,
    }  # fmt: skip


def test_who_left_the_file_before_the_start_counts_as_exited():
    worlds = [
        drawn("a H..........", periods=(9, 10), seed=seed) for seed in range(10)
    ]  # fmt: skip
    said = {(REGISTERED[w.register.category[0]], int(w.register.exited_month[0])) for w in worlds}

    assert said == {("exited", FIRST_MONTH + 6), ("unlisted", 0)}
    by_year = all_signed("a H..", step_months=12, periods=(2, 2))
    assert by_year.register.exited_month.tolist() == [FIRST_MONTH + 6]


def test_rows_written_down_after_the_eve_are_not_on_file():
    panel = panel_from_strips("a HHHH")
    late = panel.with_rows(panel.rows.assign(recorded_month=panel.rows["month"] + 3))
    for one, known in ((panel, True), (late, False)):
        worlds = [
            from_panel(one, NOTHING, first_month=FIRST_MONTH + 2, last_month=FIRST_MONTH + 3,
                       seed=seed) for seed in range(5)
        ]  # fmt: skip
        assert any(w.register.category[0] != 0 for w in worlds) == known


# What channels go by


def test_work_is_read_formal_before_other_before_none():
    rows = pd.DataFrame({
        "household_id": range(5), "month": FIRST_MONTH, "recorded_month": FIRST_MONTH,
        "income": 200.0, "poverty_line": 100.0, "in_hardship": False, "earnings": 2.0,
        "wage_earners": [1, 0, 0, 0, 2], "own_account": [1, 1, 0, 0, 0],
        "looking": [1, 1, 1, 0, 0], "covered": True, "nights": 0, "benefit": False,
        "quarter": pd.Categorical(["east"] * 5),
    })  # fmt: skip
    panel = build(rows, name="five", step_months=1, currency="yuan", columns=COLUMNS)

    assert read(panel, READING, seed=1)["form"].tolist() == [
        FORMAL, FLEXIBLE, UNEMPLOYED, NO_WORK, FORMAL,
    ]  # fmt: skip
    by_rest = Reading(flexible=("own_account",), not_working=("looking",))
    assert read(panel, by_rest, seed=1)["form"].tolist() == [
        FLEXIBLE, FLEXIBLE, NO_WORK, FORMAL, FORMAL,
    ]  # fmt: skip


def test_the_cross_check_misses_what_it_misses_in_the_town():
    panel = random_panel(3, n=4000, periods=3)
    told = read(panel, READING, seed=5)
    given = random_world(0).given(LEAD_IN)
    seen = told["seen_over_line"] / told["over_line"]

    assert told["linkable"].mean() == pytest.approx(1 - given("record_unlinked_share"), abs=0.02)
    assert seen[~told["linkable"]].isna().all()
    linked = told["linkable"]
    only_other = linked & (panel.rows["own_account"] > 0) & (panel.rows["wage_earners"] == 0)
    missed = 0.6 * given("auto_check_misses_flexible_share")
    assert 1 - seen[only_other].mean() == pytest.approx(missed, abs=0.01)
    both = linked & (panel.rows["own_account"] > 0) & (panel.rows["wage_earners"] > 0)
    on_no_list = 0.6 * given("auto_check_misses_formal_share")
    assert 1 - seen[both].mean() == pytest.approx((missed + on_no_list) / 2, abs=0.01)
    only_formal = linked & (panel.rows["own_account"] == 0) & (panel.rows["wage_earners"] > 0)
    on_no_list = (seen[only_formal] < 0.99).mean()
    assert on_no_list == pytest.approx(given("auto_check_misses_formal_share"), abs=0.01)
    idle = linked & (panel.rows["own_account"] == 0) & (panel.rows["wage_earners"] == 0)
    assert (read(panel, replace(READING, labour_over_line=()), seed=5)["seen_over_line"][idle]
            == told["over_line"][idle]).all()  # fmt: skip
    assert told.groupby(panel.rows["household_id"])["linkable"].nunique().max() == 1


def test_departments_go_by_a_value_for_a_year():
    world = drawn("a .????????????.\nb H.............", periods=(1, 13))
    assert world.traces.linkable.all()

    known = ~np.isnan(world.traces.seen_over_dibao[LEAD_IN:])

    # Written down at the end of the month before the first that is played.
    assert known[:, 0].tolist() == [True] * 11 + [False, True]
    assert known[:, 1].all()


@pytest.mark.parametrize("lag", [0, 4])
def test_departments_know_nothing_of_a_period_before_it_is_written_down(lag):
    panel = random_panel(4)
    panel = panel.with_rows(
        panel.rows.assign(recorded_month=panel.rows["month"] + lag * (panel.rows["month"] % 2))
    )
    middle = FIRST_MONTH + 10
    later = panel.rows["recorded_month"] > middle
    other = panel.rows.assign(
        income=panel.rows["income"].mask(later, 1.0), nights=panel.rows["nights"].mask(later, 9),
        benefit=panel.rows["benefit"].mask(later, True),
    )  # fmt: skip
    ours, theirs = (
        from_panel(one, READING, first_month=FIRST_MONTH + 1, last_month=int(panel.months[-1]))
        for one in (panel, panel.with_rows(other))
    )
    until = int(middle - ours.months[0]) + 1

    for name in ("seen_over_dibao", "seen_change", "stays", "claims"):
        mine, rewritten = getattr(ours.traces, name), getattr(theirs.traces, name)
        np.testing.assert_array_equal(mine[:until], rewritten[:until], err_msg=name)
        assert not np.array_equal(mine[until:], rewritten[until:], equal_nan=True), name


def test_a_model_is_given_no_amount_of_income_but_what_the_cross_check_sees():
    panel = random_panel(1)
    view = office_view(panel, READING, seed=1)

    assert "earnings" not in [c.name for c in view.columns]
    assert "nights" in [c.name for c in view.columns]
    assert (view.rows["income"] < panel.rows["income"]).mean() > 0.2


def test_the_cross_check_of_a_world_is_that_of_its_panel_at_the_line():
    panel, world = random_panel(2), random_world(2)
    told = read(panel, READING, seed=1)
    last = panel.rows["month"] == world.months[-1]
    rows = panel.rows[last].assign(seen=told["seen_over_line"])
    place = pd.Series(np.arange(world.n_households), index=world.households)
    at = place[rows["household_id"]].to_numpy()

    np.testing.assert_allclose(
        world.traces.seen_over_dibao[-1, at], 2 * rows["seen"], rtol=1e-5, equal_nan=True
    )


@pytest.mark.parametrize(
    ("name", "without", "said"),
    [
        ("status_quo", {"formal": (), "flexible": ()}, "`formal`"),
        ("guangxi_online", {"flexible": ()}, "`flexible` and `not_working`"),
        ("linkage_only", {"insured": ()}, "`insured`"),
        ("linkage_only", {"stays": (), "claims": ()}, "`stays` or `claims`"),
        ("district_only", {"district": ()}, "`district`"),
    ],
)
def test_a_strategy_whose_column_is_lacking_is_refused_and_the_column_named(name, without, said):
    panel, first = random_panel(0), FIRST_MONTH + 1
    world = from_panel(panel, replace(READING, **without), first_month=first,
                       last_month=first + 5)  # fmt: skip

    with pytest.raises(ValueError, match=said):
        play(world, ready_made(world, [name]), replicates=[1], seed=1)
    play(world, ready_made(world, ["random"]), replicates=[1], seed=1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"formal": ("wages",)}, r"\['wages'\]"), ({"district": ("covered",)}, "quarter"),
     ({"insured": ("quarter",)}, "insured")],
)  # fmt: skip
def test_a_reading_of_columns_that_are_not_there_is_refused(wrong, said):
    with pytest.raises(PanelError, match=said):
        read(random_panel(0), replace(READING, **wrong), seed=1)


def test_two_districts_are_refused():
    with pytest.raises(PanelError, match="one column"):
        Reading(district=("quarter", "street"))


@pytest.mark.parametrize(("first", "last"), [(0, 5), (1, 4), (1, 60), (-5, 3), (4, 3)])
def test_months_that_are_no_whole_periods_of_the_panel_are_refused(first, last):
    with pytest.raises(ValueError, match="no whole periods"):
        from_panel(random_panel(0), READING, first_month=FIRST_MONTH + first,
                   last_month=FIRST_MONTH + last)  # fmt: skip


# Means, weights, and a whole play


def test_means_are_those_of_an_office_for_who_is_seen_at_once():
    world = random_world(1)
    seen = world.alive[LEAD_IN:].sum() / len(world.rows)
    [strategy] = ready_made(world, ["random"])

    assert world.n_at_once == round(seen)
    assert world.n_at_once < world.n_households
    usual = world.given(LEAD_IN)("office_visits_per_1000")
    assert strategy.visits_per_month == round(usual * world.n_at_once / 1000)


def test_a_household_that_stands_for_twice_as_many_counts_twice():
    played = random_play(1)
    world = played.world
    assert world.weight.mean() == pytest.approx(1)
    assert world.weight.max() == pytest.approx(4 * world.weight.min())

    weighed = tally(played, n_draws=0, seed=1, weight=world.weight)

    by_hand = np.einsum("sfk,f->sk", fall_counts(played), world.weight[world.falls.household])
    np.testing.assert_allclose(weighed.falls[0, :, 0], by_hand)
    counted = np.einsum("snk,n->sk", household_counts(played), world.weight)
    np.testing.assert_allclose(weighed.households[0, :, : counted.shape[1]], counted)
    assert not np.allclose(counted, household_counts(played).sum(axis=1), rtol=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_who_knows_the_truth_finds_most_and_every_channel_has_a_part(seed):
    played = random_play(seed)
    names = [s.name for s in played.strategies]
    found = (played.how != NOT_FOUND).sum(axis=(1, 2))

    assert found.argmax() == names.index("oracle")
    assert set(names) == {name for name, of in READY_MADE.items() if not of.get("model")}
    channels = set(played.ledger["channel"].astype(str))
    assert {"application", "unit_reports", "auto_check", "look_back", "linkage", "doors",
            "sites", "sweep"} <= channels  # fmt: skip


def test_german_households_can_be_played():
    reading = Reading(flexible=("self_employed",), not_working=("out_of_work",),
                      stays=("hospital",))  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world = from_panel(rwm5yr(), reading, first_month=to_month("1986-01"),
                           last_month=to_month("1988-12"))  # fmt: skip
    falls, first = world.falls, world.months[LEAD_IN]
    new = (falls.onset >= first) & ~falls.begins_unseen

    # 121, 83 and 128 of the panel's households were out of hardship a year, and in it the next.
    assert np.bincount((falls.onset[new] - first) // 12).tolist() == [121, 83, 128]
    played = play(world, ready_made(world, ["status_quo", "random", "oracle"]), replicates=[1, 2],
                  seed=1, with_ledger=False)  # fmt: skip
    found = (played.how[:, :, new] != NOT_FOUND).mean(axis=(1, 2))
    assert found[1] < found[0] < found[2]


def test_a_fall_has_the_cause_that_the_columns_tell_when_it_begins():
    panel = random_panel(1)
    world = random_world(1)
    rows = panel.rows.set_index(["household_id", "month"])
    who = world.households[world.falls.household]
    at = rows.loc[list(zip(who.tolist(), (world.falls.onset + 2).tolist(), strict=True))]
    ill, looking = (at["nights"] > 0).to_numpy(), (at["looking"] > 0).to_numpy()

    said = [CAUSES[code] for code in world.fall_cause]
    assert said == np.where(ill, "illness", np.where(looking, "job_loss", "other")).tolist()
