"""Candidates that may come in, candidates that may not, and those of whom nobody can say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from grouped_scores import grouped_scores

from hardship_model.evaluation.groups import changes
from hardship_model.evaluation.metrics import Ranking, auroc
from hardship_model.evaluation.uncertainty import Draws, interval
from hardship_model.retraining.drift import drift
from hardship_model.retraining.gate import GateSettings, _not_below, _within, decide, gate
from hardship_model.retraining.summary import summarise

SETTINGS = GateSettings(n_draws=300)


def world(seed, **given):
    """`fine` and `rough`, and a clerk's two rules, one a coarse yes or no."""
    scored, labels = grouped_scores(seed, **given)
    rng = np.random.default_rng(seed + 99)
    clerk = scored.score["rough"] + 2 * rng.normal(size=len(scored.rows))
    rules = {"rule_in_force": (clerk > 1.0).astype(float), "income_over_line": clerk}
    risk = scored.risk | dict.fromkeys(rules, np.full(len(clerk), 0.1))
    return replace(scored, score=scored.score | rules, risk=risk), labels


def asked(scored, candidate, incumbent, **given):
    settings = given.pop("settings", SETTINGS)
    return gate(scored, candidate=candidate, incumbent=incumbent, settings=settings, **given)


def answers(checks, check):
    rows = checks[checks["check"] == check]
    return dict(zip(rows["on"], rows["answer"], strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_a_better_candidate_comes_in_and_a_worse_one_does_not(seed):
    scored, labels = world(seed, n_households=4000)

    better = asked(scored, "fine", "rough", groups=labels)
    worse = asked(scored, "rough", "fine", groups=labels)

    assert answers(better, "incumbent")["AUROC"] == "yes"
    assert decide(better).accepted, decide(better).sentence
    assert answers(worse, "incumbent")["AUROC"] == "no"
    assert "incumbent on AUROC" in decide(worse).blocked_by


def test_the_interval_of_a_difference_is_that_of_paired_draws():
    scored, _ = world(1)
    checks = asked(scored, "fine", "rough")

    draws = Draws.over(scored.rows["household_id"].to_numpy(), n_draws=300, seed=SETTINGS.seed)
    fine, rough = (Ranking.of(scored.score[m], scored.answer) for m in ("fine", "rough"))
    apart = draws.distribution(lambda w: auroc(fine.counts(w)) - auroc(rough.counts(w)))

    [row] = checks[checks["on"] == "AUROC"].to_dict("records")
    assert (row["low"], row["high"]) == pytest.approx(interval(apart), abs=0.002)
    everybody = np.ones((1, len(scored.rows)))
    value = auroc(fine.counts(everybody)) - auroc(rough.counts(everybody))
    assert row["number"] == pytest.approx(value.item())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-0.005, 0.09, "yes"), (-0.02, 0.09, "cannot tell"), (-0.05, -0.02, "no")],
)
def test_a_yes_and_a_no_need_the_whole_interval(low, high, said):
    row = _not_below({"number": (low + high) / 2, "low": low, "high": high}, -0.01)

    assert (row["answer"], row["at_least"]) == (said, -0.01)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.8, 1.2, "yes"), (0.7, 1.1, "cannot tell"), (0.5, 0.7, "no"), (1.4, 1.9, "no")],
)
def test_risks_hold_when_the_whole_interval_lies_between_the_bounds(low, high, said):
    assert _within({"number": 1.0, "low": low, "high": high}, 0.75, 1.33)["answer"] == said


def test_few_households_are_no_reason_to_replace_what_works_unless_the_settings_say_so():
    scored, _ = world(2, n_households=150, n_months=1)
    scored.score["other"] = scored.score["rough"] + np.random.default_rng(0).normal(size=150)
    scored.risk["other"] = scored.risk["rough"]

    checks = asked(scored, "other", "rough")
    lenient = asked(scored, "other", "rough", settings=replace(SETTINGS, doubt_blocks=()))

    assert answers(checks, "incumbent")["AUROC"] == "cannot tell"
    assert "incumbent on AUROC" in decide(checks).blocked_by
    assert "incumbent on AUROC" not in decide(lenient).blocked_by


def blind_in_the_west():
    """`rough` in use, and a candidate as good as `fine` but in the west, where it knows nothing."""
    scored, labels = world(3, n_households=6000)
    west = (labels["place"] == "west").to_numpy()
    score = scored.score["fine"].copy()
    score[west] = np.random.default_rng(0).permutation(score[west])
    scored.score["blind"] = score
    scored.risk["blind"] = 1 / (1 + np.exp(-score))
    return scored, labels


def test_a_candidate_that_is_blind_in_one_group_is_refused_for_it():
    scored, labels = blind_in_the_west()

    checks = asked(
        scored, "blind", "rough", groups=labels, settings=replace(SETTINGS, group_margin=0.05)
    )

    assert answers(checks, "incumbent")["AUROC"] == "yes"
    of_groups = answers(checks, "groups")
    assert of_groups["place: west, AUROC"] == "no"
    assert [on for on, said in of_groups.items() if said == "no" and "west" not in on] == []
    assert "groups on place: west, AUROC" in decide(checks).blocked_by


def test_of_a_group_a_doubt_blocks_when_the_best_guess_lies_beyond_the_margin():
    scored, labels = blind_in_the_west()
    [west] = (
        row for row in asked(scored, "blind", "rough", groups=labels).to_dict("records")
        if row["on"] == "place: west, AUROC"
    )  # fmt: skip
    nearer, further = (
        asked(scored, "blind", "rough", groups=labels,
              settings=replace(SETTINGS, group_margin=-west["number"] + aside))
        for aside in (-0.001, 0.001)
    )  # fmt: skip

    for checks, blocked in ((nearer, True), (further, False)):
        assert answers(checks, "groups")["place: west, AUROC"] == "cannot tell"
        assert ("groups on place: west, AUROC" in decide(checks).blocked_by) is blocked


def test_of_a_small_group_nobody_can_tell_and_nothing_is_shown():
    scored, labels = world(4, n_households=1500, n_months=1)
    scored.score["upside_down"] = -scored.score["fine"]
    scored.risk["upside_down"] = scored.risk["fine"]

    checks = asked(scored, "fine", "upside_down", groups=labels)

    isle = checks[checks["on"].str.startswith("place: isle")]
    assert (isle["answer"] == "cannot tell").all()
    assert not isle["blocks"].any()
    assert isle["withheld"].all()
    assert isle[["number", "low", "high", "n", "events"]].isna().all(axis=None)
    assert isle["sentence"].str.endswith("too few households for numbers.").all()


def test_where_too_few_of_a_group_fell_the_sentence_says_why_its_interval_does_not_tell():
    scored, labels = world(0, n_households=1500)

    checks = asked(scored, "fine", "rough", groups=labels)

    few = checks["sentence"].str.endswith("Fewer than 30 fell: too few to go by.")
    [isle] = checks[few].to_dict("records")
    assert (isle["on"], isle["answer"]) == ("place: isle, AUROC", "cannot tell")
    assert isle["low"] > isle["at_least"]


def test_a_clerk_who_does_as_well_keeps_every_model_out():
    scored, _ = world(5, n_households=3000)
    scored.score["income_over_line"] = scored.score["fine"]

    checks = asked(scored, "fine", "rough")

    assert answers(checks, "rule") == {
        "recall at 10%, over rule in force": "yes", "recall at 20%, over rule in force": "yes",
        "recall at 10%, over income over line": "cannot tell",
        "recall at 20%, over income over line": "cannot tell",
    }  # fmt: skip
    assert not decide(checks).accepted


def test_the_first_model_of_all_has_only_the_rule_to_beat():
    scored, labels = world(6, n_households=4000)

    checks = asked(scored, "fine", None, groups=labels)

    assert answers(checks, "incumbent") == {"no model in use": "yes"}
    over_rule = changes(
        scored, labels, new="fine", old="rule_in_force", list_share=0.1, n_draws=300, seed=1
    )
    of_groups = checks[checks["check"] == "groups"]
    assert of_groups["number"].to_numpy() == pytest.approx(over_rule["shrunk"].to_numpy())
    assert decide(checks).accepted


def test_risks_that_are_twice_too_high_are_not_calibrated():
    scored, _ = world(7, n_households=4000)
    scored.risk["fine"] = np.minimum(2 * scored.risk["fine"], 0.99)

    checks = asked(scored, "fine", "rough")

    assert answers(checks, "calibration")["observed ÷ expected"] == "no"
    assert "calibration on observed ÷ expected" in decide(checks).blocked_by


def test_newest_data_that_look_like_another_town_keep_the_candidate_out():
    scored, _ = world(8, n_households=3000)
    household = np.arange(2000)
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(2000, 3)), columns=["a", "b", "c"])
    before = summarise(X, household=household)
    same, moved = (
        asked(scored, "fine", "rough", drift=drift(before, summarise(
            X.assign(b=X["b"] + shift), household=household, like=before
        )))
        for shift in (0, 2)
    )  # fmt: skip

    assert set(answers(same, "drift").values()) == {"yes"}
    assert answers(moved, "drift")["feature distribution, furthest: b"] == "no"
    assert decide(same).accepted
    [blocked] = decide(moved).blocked_by
    assert blocked == "drift on feature distribution, furthest: b"


def test_a_person_may_let_in_what_was_refused_and_the_refusal_stays():
    scored, _ = world(0)
    refused = decide(asked(scored, "rough", "fine"))

    let_in = refused.overridden(" the old model cannot be read any more ")

    assert (refused.lets_in, let_in.lets_in, let_in.accepted) == (False, True, False)
    assert let_in.override == "the old model cannot be read any more"
    assert let_in.blocked_by == refused.blocked_by
    with pytest.raises(ValueError, match="reason"):
        refused.overridden("  ")
    with pytest.raises(ValueError, match="nothing to override"):
        replace(refused, accepted=True).overridden("why not")


def test_a_model_that_was_not_scored_and_odd_settings_are_refused():
    scored, _ = world(0, n_households=50)

    with pytest.raises(ValueError, match=r"not scored: \['nobody'\]"):
        asked(scored, "nobody", "fine")
    with pytest.raises(ValueError, match="different models"):
        asked(scored, "fine", "fine")
    with pytest.raises(ValueError, match="only"):
        GateSettings(doubt_blocks=("luck",))
    with pytest.raises(ValueError, match="above 0"):
        GateSettings(auroc_margin=0)
