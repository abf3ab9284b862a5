"""How good could a model be? Only an invented town can say.

Two ceilings: what could be foretold by someone who knows a household's true state (nobody
does), and what an office's records hold (found by a model that learned from far more of them).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hardship_model.data.population import Config, invent, nature_risk, records, truth_panel
from hardship_model.evaluation.backtest import Origin, Scored, Task, score_everybody
from hardship_model.evaluation.metrics import Ranking, auroc, average_precision, on_list
from hardship_model.features import declare


def true_state_ceiling(
    config: Config,
    *,
    as_of: int,
    horizon_months: int,
    futures: int,
    households: np.ndarray,
    list_shares: Sequence[float],
) -> pd.DataFrame:
    """What would the best possible ranking of these households reach, with their true state known?

    Each household lives `futures` futures. Half of them rank, the other half judge: a household
    counts as fallen with the share of judging futures in which it falls. Few futures make the
    ranking noisy and the ceiling too low, never too high. One row per metric: `metric, value,
    n` (households), `events` (expected falls).
    """
    risks = nature_risk(config, as_of=as_of, horizon_months=horizon_months, futures=futures)
    risks = risks[risks["household_id"].isin(households)].dropna(
        subset=["risk_first_half", "risk_second_half"]
    )
    return expected_metrics(
        risks["risk_first_half"].to_numpy(float),
        risks["risk_second_half"].to_numpy(float),
        list_shares=list_shares,
    )


def expected_metrics(
    score: np.ndarray, chance: np.ndarray, *, list_shares: Sequence[float]
) -> pd.DataFrame:
    """What does a ranking reach when each household falls with its own chance?

    `score` ranks, `chance` (0–1) judges, both shape (n,). Every household stands twice at its
    place: as fallen with weight `chance`, as spared with the rest.
    """
    n = len(score)
    ranking = Ranking.of(np.tile(score, 2), np.repeat([1.0, 0.0], n))
    counts = ranking.counts(np.concatenate([chance, 1 - chance])[None])
    table = {"auroc": auroc(counts), "average_precision": average_precision(counts)}
    for share in list_shares:
        table[f"recall_at_{share:.0%}".replace("%", "pct")] = on_list(counts, share=share).recall
    return pd.DataFrame(
        [(metric, value[0], n, chance.sum()) for metric, value in table.items()],
        columns=["metric", "value", "n", "events"],
    )


def from_many_records(
    config: Config, *, times: int, task: Task, origin: Origin, models: Sequence[str], seed: int
) -> Scored:
    """What would models say of this town that learned from `times` as many households?

    The teachers are other households of the same province in the same years, with the same
    kind of records; the town's own households are only judged. Learns from the truth.
    """
    teachers = replace(
        config,
        n_households=times * config.n_households,
        first_household=config.first_household + config.n_households,
    )
    both = replace(config, n_households=(times + 1) * config.n_households)
    town = invent(both)
    panel, truth = records(town), truth_panel(town)
    taught = truth.with_rows(_only(truth.rows, teachers))
    judged = truth.with_rows(_only(truth.rows, config))
    return score_everybody(
        panel, task=task, origin=origin, models=models, declared=declare(panel), seed=seed,
        learn_from=taught, judge_by=judged,
    )  # fmt: skip


def _only(rows: pd.DataFrame, part: Config) -> pd.DataFrame:
    first = part.first_household
    inside = rows["household_id"].between(first, first + part.n_households - 1)
    return rows[inside].reset_index(drop=True)


def share_of_attainable(model: float, *, rule: float, ceiling: float) -> float:
    """How much of the way from the rule to the ceiling does a model go? NaN when there is none."""
    return (model - rule) / (ceiling - rule) if ceiling > rule else float("nan")
