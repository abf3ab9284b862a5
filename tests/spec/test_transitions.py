"""Who falls, leaves and falls back, out of how many, against a textbook life table."""

import numpy as np
import pytest
from scipy.stats import CensoredData, binomtest, ecdf

from hardship_model.rates import wilson
from hardship_model.transitions import transitions
from strips import panel_from_strips


def row(table, move, months):
    found = table[(table["move"] == move) & (table["months"] == months)]
    return tuple(found[["n", "events"]].iloc[0]) if len(found) else (0, 0)


def test_moves_are_counted_among_those_seen_at_both_ends():
    panel = panel_from_strips("""
        agda  .H.?H
        beda  ..H.H
    """)

    table = transitions(panel)

    assert row(table, "first_fall", 1) == (3, 2)
    assert row(table, "leave", 1) == (2, 2)
    assert row(table, "return", 1) == (1, 1)  # agda's time out is lost from sight
    assert row(table, "return", 2) == (1, 1)  # agda: out at 2, in at 4; whatever lay between


def test_time_counts_only_from_a_beginning_that_was_seen():
    panel = panel_from_strips("""
        ebba  HH..H.
        frej  .H....
    """)

    table = transitions(panel)

    # ebba's first spell was running when observation began; her second and frej's were not.
    assert row(table, "hazard_of_leaving", 1) == (2, 2)
    assert row(table, "hazard_of_return", 1) == (2, 0)
    assert row(table, "hazard_of_return", 2) == (2, 1)
    assert row(table, "hazard_of_return", 3) == (1, 0)


def test_a_short_gap_is_part_of_the_spell_and_a_short_spell_is_none():
    panel = panel_from_strips("""
        gap   ...HH.HH....
        blip  ....H.......
        edge  .........H..
    """)

    table = transitions(panel, exit_months=3, spell_months=2)

    assert row(table, "first_fall", 1)[1] == 1
    assert row(table, "hazard_of_leaving", 5) == (1, 1)


def by_hand(strips, code):
    """Each run of `code` with a seen beginning: how long, and was its end seen?"""
    lengths, ended = [], []
    for strip in strips:
        for start in range(1, len(strip)):
            other = "." if code == "H" else "H"
            if strip[start] == code and strip[start - 1] == other:
                end = start
                while end < len(strip) and strip[end] == code:
                    end += 1
                lengths.append(end - start)
                ended.append(end < len(strip) and strip[end] == other)
    return np.array(lengths), np.array(ended)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("move", "code"), [("hazard_of_leaving", "H"), ("hazard_of_return", ".")])
def test_the_life_table_agrees_with_the_textbook_estimator(seed, move, code):
    rng = np.random.default_rng(seed)
    strips = ["".join(rng.choice(list("H.?"), size=14, p=[0.4, 0.5, 0.1])) for _ in range(200)]
    panel = panel_from_strips("\n".join(f"h{k:03d} {s}" for k, s in enumerate(strips)))
    lengths, ended = by_hand([s.strip("?") for s in strips], code)
    # A run that is lost from sight after `k` periods was under observation up to its k-th;
    # whether it ended then nobody saw, so it leaves the risk set at k − 1.
    lengths = np.where(ended, lengths, lengths - 1)
    textbook = ecdf(CensoredData(lengths[ended], right=lengths[~ended])).sf

    table = transitions(panel).query("move == @move").set_index("months")

    for months, expected in zip(textbook.quantiles, textbook.probabilities, strict=True):
        if months in table.index:
            assert 1 - table.loc[months, "cumulative"] == pytest.approx(expected, abs=1e-12)
    assert table["events"].sum() == ended.sum()


@pytest.mark.parametrize(("events", "n"), [(0, 10), (3, 10), (10, 10), (150, 1000)])
def test_the_interval_is_wilsons(events, n):
    low, high = wilson(np.array([events]), np.array([n]))
    expected = binomtest(events, n).proportion_ci(method="wilson")

    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-12)
