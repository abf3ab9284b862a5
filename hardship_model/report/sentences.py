"""Sentences with numbers, computed from the tables of a run."""

from collections.abc import Iterator

import pandas as pd

from hardship_model.evaluation.backtest import CHOSEN_BY
from hardship_model.figures import words
from hardship_model.models import BASELINES
from hardship_model.screening.visits import CLERKS
from hardship_model.study import Results


def in_short(results: Results) -> list[str]:
    """What does this run say, in a handful of sentences?"""
    return [*about_falls(results), *about_models(results), *about_visits(results)]


def about_falls(results: Results) -> Iterator[str]:
    """How many fell, and how many fell back, one look later?"""
    nearest = results.transitions.groupby("move", sort=False).first()
    for move, who in {
        "first_fall": "Of those never seen in hardship",
        "return": "Of those who had been in hardship and were out of it",
    }.items():
        if move in nearest.index:
            row = nearest.loc[move]
            yield f"{who}, {_moved(row)} were in it {row['months']} months later."


def _moved(row: pd.Series) -> str:
    between = words.between_percent(row["low"], row["high"])
    return f"{words.percent(row['rate'])} ({words.out_of(row['events'], row['n'])}; {between})"


def about_models(results: Results) -> Iterator[str]:
    """For each task: which model was chosen and why, and did it keep its promise?"""
    judged = results.backtest[results.backtest["role"] == "judge"]
    for task in results.study.tasks:
        choice = results.choice[results.choice["task"] == task.name].set_index("model")
        chosen = str(choice.index[choice["chosen"]][0])
        yield f"{_named(task.name)}: {_why(choice, chosen)}"
        mine = judged[(judged["task"] == task.name) & (judged["model"] == chosen)]
        for origin, table in mine.groupby("origin", sort=False):
            yield _how_it_did(str(origin), table.set_index("metric"), judged, chosen)


def _named(task: str) -> str:
    return words.task(task).capitalize()


def _why(choice: pd.DataFrame, chosen: str) -> str:
    regret = choice["regret"]
    others = regret.drop(chosen)
    n = int(choice["n_origins"].iloc[0])
    where = "the one choosing origin" if n == 1 else f"the {n} choosing origins"
    return (
        f"chosen was {words.model(chosen)}, which lacked least to the best at {where}"
        f" (regret {regret[chosen]:.3f}; next {words.model(str(others.idxmin()))},"
        f" {others.min():.3f})."
    )


def _how_it_did(origin: str, mine: pd.DataFrame, judged: pd.DataFrame, chosen: str) -> str:
    first = mine.iloc[0]
    said = [_compared(mine.loc[metric], judged) for metric in CHOSEN_BY]
    return (
        f"Judged at {origin}, where {words.out_of(first['events'], first['n'])} fell: "
        f"{'; '.join(said)}. {_verdict([str(mine.at[m, 'verdict']) for m in CHOSEN_BY], chosen)}"
    )


def _compared(row: pd.Series, judged: pd.DataFrame) -> str:
    name = words.METRICS[str(row.name)]
    value = f"{name} {row['value']:.3f} ({words.between(row['low'], row['high'])})"
    if pd.isna(row["against"]):
        return value
    rival = judged[
        (judged["task"] == row["task"])
        & (judged["origin"] == row["origin"])
        & (judged["model"] == row["against"])
        & (judged["metric"] == row.name)
    ].iloc[0]
    return (
        f"{value} against {rival['value']:.3f} of {words.model(row['against'])},"
        f" a difference of {words.signed(row['difference'])}"
        f" ({words.signed(row['difference_low'])} to {words.signed(row['difference_high'])})"
    )


def _verdict(verdicts: list[str], chosen: str) -> str:
    """What do the two verdicts say together, in plain words?"""
    if chosen in BASELINES:
        return "No learned model was ahead where models were chosen, so a plain rule stays."
    if set(verdicts) == {"better"}:
        return "It ranks better than the best a clerk can do without a model."
    if set(verdicts) == {"too close to call"}:
        return "Whether it beats what a clerk can do without a model is too close to call."
    if set(verdicts) == {"worse"}:
        return "It ranks worse than what a clerk can do without a model."
    return f"In AUROC {verdicts[0]}, in average precision {verdicts[1]}."


def about_visits(results: Results) -> Iterator[str]:
    """Did visits in the order of a model find more falls than those of a clerk?"""
    if results.visits.empty:
        return
    found = results.visits[results.visits["measure"] == "share_found"].set_index("strategy")
    made = results.visits.loc[results.visits["measure"] == "visits_per_fall_found", "counted"]
    models = found[~found.index.isin(CLERKS)]
    best = models.loc[models["value"].idxmax()]
    clerk = found.loc[best["against"]]
    yield (
        f"With {words.count(made.iloc[0])} visits in all, the best order by a model"
        f" ({best.name}) found {_found(best)}; the best a clerk could do ({clerk.name}) found"
        f" {_found(clerk)}. The difference is {words.signed(100 * best['difference'], 1)} points"
        f" ({words.signed(100 * best['difference_low'], 1)} to"
        f" {words.signed(100 * best['difference_high'], 1)}): {best['verdict']}."
    )


def _found(row: pd.Series) -> str:
    return (
        f"{words.percent(row['value'])} of the falls ({words.out_of(row['counted'], row['out_of'])};"
        f" {words.between_percent(row['low'], row['high'])})"
    )
