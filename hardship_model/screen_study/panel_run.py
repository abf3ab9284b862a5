"""Play the strategies of a study over a survey's households, and turn it into tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.evaluation.metrics import ratio
from hardship_model.privacy import withhold_small_cells
from hardship_model.provenance import at_a_glance, describe, versions
from hardship_model.rules import REGISTERED
from hardship_model.screen_study.panel_config import PanelScreen
from hardship_model.screen_study.panel_scores import scores_of_panel
from hardship_model.screen_study.run import worth_of_models
from hardship_model.screening.comparison import MEASURES, by_group, compare, tells
from hardship_model.screening.panel_world import PanelWorld, from_panel
from hardship_model.screening.played import Played
from hardship_model.screening.ready_made import ready_made, strategies_table
from hardship_model.screening.simulator import RiskGrids, play, risk_grids
from hardship_model.screening.strategies import Strategy, cannot_be_played
from hardship_model.screening.tallies import OF_FALLS, Tally, add_up, fall_counts, tally
from hardship_model.screening.value import Variant, affordable, frontier
from hardship_model.screening.what_if import shares_of_best
from hardship_model.screening.world import LEAD_IN
from hardship_model.study import read_survey

#: Splits of falls that say nothing where the column is lacking.
_SPLITS = {"employment form": "tells_work", "insured": "insured"}
_NEVER_ASKED = ("lives in", "migrant")
#: What a row that is withheld does not show, beside differences and bounds.
_SHOWN = ("counted", "value", "low", "high", "found", "share", "further_per_10000_yuan")


@dataclass(frozen=True, kw_only=True, eq=False)
class PanelResults:
    """The tables of a run; each becomes a file of the run folder."""

    study: PanelScreen
    #: What was read, as `provenance.describe` says it, and what of it was played; `scale`: its
    #: share of each region's worker households; `left_out`: strategies that cannot be played, or
    #: are played without a channel, and why.
    data: Mapping[str, Any]
    versions: Mapping[str, str]
    strategies: pd.DataFrame
    comparison: pd.DataFrame
    by_group: pd.DataFrame
    #: How far single replicates lie apart.
    luck: pd.DataFrame
    frontier: pd.DataFrame
    worth_in_visits: pd.DataFrame

    def __repr__(self) -> str:
        """Which tables are there?"""
        return at_a_glance(self)


def run_panel(
    study: PanelScreen,
    *,
    say: Callable[[str], None] = lambda line: None,
    keep: Callable[[pd.DataFrame], None] = lambda ledger: None,
) -> PanelResults:
    """Do all of it; `say` hears one line before each longer step, `keep` is given the ledger.

    Every number counts the panel's households with their survey weights, as a mean over
    replicates; cells in which a family could be recognised are withheld by their plain counts.
    """
    say(f"Reading {study.survey}")
    panel = read_survey(study.survey, study.path)
    world = from_panel(
        panel, study.reading, first_month=study.first_month, last_month=study.last_month,
        exit_months=study.exit_months, spell_months=study.spell_months, seed=study.seed,
    )  # fmt: skip
    strategies, left_out = playable(study, world)
    risks = _risks(study, panel, world, strategies, say=say)
    say(f"{len(strategies)} strategies, {study.replicates} replicates of luck")
    played = _play(study, world, strategies, risks, with_ledger=True)
    sums, plain = (_tally(study, played, plain=which) for which in (False, True))
    compared = compare(sums, reference=study.reference)
    _refuse_untold(study, compared)
    say("Other budgets")
    variants, at_budgets, few = _variants(study, world, strategies, risks)
    if played.ledger is not None:
        keep(played.ledger)
    return PanelResults(
        study=study,
        data={
            **describe(panel),
            **_seen(world),
            "scale": dict(world.scale()),
            "left_out": left_out,
        },
        versions=versions(),
        strategies=strategies_table(strategies, world),
        comparison=_withheld(compared, compare(plain, reference=study.reference)),
        by_group=_groups(study, sums, plain),
        luck=by_luck(played, measure=study.judge_by, weight=world.weight),
        frontier=_frontier(at_budgets, few, variants, strategies, world),
        worth_in_visits=worth_of_models(at_budgets, variants, strategies),
    )


def _refuse_untold(study: PanelScreen, compared: pd.DataFrame) -> None:
    """Raises PanelError when no household was followed for as long as `judge_by` asks."""
    if study.judge_by not in tells(compared):
        raise PanelError(
            f"Panel {study.survey!r} cannot tell judge_by = {study.judge_by!r}: no household was"
            f" seen for so long after a fall of the months played. It can tell {tells(compared)}."
        )


def playable(study: PanelScreen, world: PanelWorld) -> tuple[tuple[Strategy, ...], list[list[str]]]:
    """The study's strategies as far as the panel can tell, and what is left out: name, why.

    A channel whose column is lacking is left out of strategies that have others; a strategy that
    has no other, or whose order is lacking, is left out. Raises PanelError when that is the
    reference, or leaves fewer than two.
    """
    kept: list[Strategy] = []
    said: list[list[str]] = []
    for one in ready_made(world, study.strategies, own=study.strategy, model=study.model):
        can = tuple(
            c for c in one.channels if not cannot_be_played(replace(one, channels=(c,)), world)
        )
        said += [[one.name, why] for why in cannot_be_played(one, world)]
        if can:
            kept.append(replace(one, channels=can))
    if study.reference not in {one.name for one in kept} or len(kept) < 2:
        why = " ".join(f"{name}: {lacks}" for name, lacks in said)
        raise PanelError(f"Too few strategies can be played over this panel. {why}")
    return tuple(kept), said


def _risks(
    study: PanelScreen, panel: Panel, world: PanelWorld, strategies: Sequence[Strategy],
    *, say: Callable[[str], None],
) -> RiskGrids | None:  # fmt: skip
    if not any(one.model for one in strategies):
        return None
    say(f"Scores of {study.model}")
    scores = scores_of_panel(
        panel, study.reading, model=study.model, first_month=study.first_month,
        last_month=study.last_month, world_seed=study.seed, seed=study.seed,
    )  # fmt: skip
    return risk_grids(world, scores)


def _play(
    study: PanelScreen, world: PanelWorld, strategies: Sequence[Strategy],
    risks: RiskGrids | None, *, with_ledger: bool,
) -> Played:  # fmt: skip
    return play(
        world, strategies, replicates=range(1, study.replicates + 1), seed=study.seed,
        scores=risks, with_ledger=with_ledger,
    )  # fmt: skip


def _variants(
    study: PanelScreen, world: PanelWorld, strategies: Sequence[Strategy], risks: RiskGrids | None
) -> tuple[tuple[Variant, ...], Tally, Tally]:
    """Every strategy with every multiple of its means, one strategy after the other."""
    variants = affordable(strategies, [world], study.factors)
    told, plain = [], []
    for strategy in strategies:
        changed = [one.of(strategy) for one in variants if one.strategy == strategy.name]
        played = _play(study, world, changed, risks, with_ledger=False)
        told.append(_tally(study, played, plain=False, split=False))
        plain.append(_tally(study, played, plain=True, split=False))
    return variants, _joined(told), _joined(plain)


def _joined(tallies: Sequence[Tally]) -> Tally:
    """The strategies of all of these, which share households and draws."""
    return replace(
        tallies[0],
        strategies=tuple(name for one in tallies for name in one.strategies),
        falls=np.concatenate([one.falls for one in tallies], axis=1),
        households=np.concatenate([one.households for one in tallies], axis=1),
    )


def by_luck(played: Played, *, measure: str, weight: np.ndarray) -> pd.DataFrame:
    """How far do replicates lie apart: the same households, other luck?

    Returns
    -------
    one row per strategy: `measure, replicates, out_of` (what the measure divides by, in the
    mean), `mean, lowest, highest` (the middle 95 % of single replicates), and `best`: the share
    of replicates in which it did best of all that do not know the truth; ties count in parts.
    Every fall counts with its household's `weight` [N], as in the comparison.

    """
    above, below = (OF_FALLS.index(name) for name in MEASURES[measure])
    names = [one.name for one in played.strategies]
    values, out_of = (np.full((len(played.replicates), len(names)), np.nan) for _ in range(2))
    of_fall = weight[played.world.falls.household]
    for r in range(len(values)):
        one = {name: getattr(played, name)[:, r : r + 1] for name in ("found_month", "how", "by")}
        sums = np.einsum("sfk,f->sk", fall_counts(replace(played, **one)), of_fall)
        values[r], out_of[r] = ratio(sums[:, above], sums[:, below]), sums[:, below]
    able = [one.name for one in played.strategies if not one.knows_truth]
    best = shares_of_best(pd.DataFrame(values, columns=names)[able], measure=measure)
    lowest, highest = np.quantile(values, [0.025, 0.975], axis=0)
    return pd.DataFrame({
        "strategy": names, "measure": measure, "replicates": len(values),
        "out_of": out_of.mean(axis=0),
        "mean": values.mean(axis=0), "lowest": lowest, "highest": highest,
        "best": best.reindex(names).to_numpy(),
    })  # fmt: skip


def _tally(study: PanelScreen, played: Played, *, plain: bool, split: bool = True) -> Tally:
    """Means over replicates: as weighed, with draws over households; or plain counts alone."""
    world = played.world
    assert isinstance(world, PanelWorld)
    weight = (np.ones(world.n_households) if plain else world.weight) / study.replicates
    n_draws = 2 if plain else study.n_draws
    one = tally(played, n_draws=n_draws, seed=study.seed, split=split, weight=weight)
    return add_up([one], n_draws=n_draws, seed=study.seed)


def _withheld(table: pd.DataFrame, plain: pd.DataFrame) -> pd.DataFrame:
    """The table without the rows whose plain counts are too small to be shown."""
    small = _small(plain) | table.get("withheld", False)
    hidden = [
        c for c in map(str, table) if c in _SHOWN or c.endswith(("difference", "_low", "_high"))
    ]
    out = table.copy()
    out[hidden] = out[hidden].astype(float).mask(small)
    said = [c for c in map(str, table) if c.endswith("verdict")]
    out[said] = out[said].astype(object).mask(small, None)
    return out.assign(withheld=small)


def _small(plain: pd.DataFrame) -> pd.Series:
    """Which rows tell of so few households that a family could be recognised?"""
    if "withheld" in plain:
        return plain["withheld"]
    counted = plain["counted"].fillna(0).clip(upper=plain["out_of"])
    counts = pd.DataFrame({"n": plain["out_of"], "events": counted})
    return withhold_small_cells(counts, shown=[])["withheld"] & (plain["out_of"] > 0)


def _groups(study: PanelScreen, sums: Tally, plain: Tally) -> pd.DataFrame:
    told = _withheld(by_group(sums), by_group(plain))
    lacking = [by for by, name in _SPLITS.items() if not getattr(study.reading, name)]
    return told[~told["by"].isin([*lacking, *_NEVER_ASKED])].reset_index(drop=True)


def _frontier(
    sums: Tally, plain: Tally, variants: Sequence[Variant], strategies: Sequence[Strategy],
    world: PanelWorld,
) -> pd.DataFrame:  # fmt: skip
    years = len(world.rows) / 12
    budgets = {one.name: one.budget_yuan_per_year * years for one in strategies}
    told, counts = (frontier(one, variants, budget_yuan=budgets) for one in (sums, plain))
    named = counts.rename(columns={"found": "counted", "open": "out_of"})
    return _withheld(told, named)


def _seen(world: PanelWorld) -> dict[str, Any]:
    """How much of the months played was seen, and the file at the start, in counts."""
    alive = world.alive[LEAD_IN:]
    falls, file = world.falls, np.bincount(world.register.category, minlength=len(REGISTERED))
    new = (falls.onset >= world.months[LEAD_IN]) & ~falls.begins_unseen
    return {
        "households_played": world.n_households, "months_played": len(alive),
        "household_months_seen": int(alive.sum()), "household_months": int(alive.size),
        "households_at_once": world.n_at_once, "new_falls": int(new.sum()),
        "begun_before_seen_or_played": int((~new).sum()),
        "file_at_start": {name: int(n) for name, n in zip(REGISTERED, file, strict=True) if n},
    }  # fmt: skip
