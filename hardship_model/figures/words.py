"""How names and numbers of the tables are said, in pictures and on the page alike."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hardship_model.evaluation.backtest import Task
from hardship_model.evaluation.withholding import AND
from hardship_model.language import language, listed, named, say
from hardship_model.models import OF_EVERYBODY
from hardship_model.parameters import entries
from hardship_model.screen_study import PanelScreen, ScreenStudy
from hardship_model.study import Study

#: What a move of the table `transitions` asks.
_MOVES = {
    "first_fall": "first fall: never seen in hardship, later in it",
    "return": "return: out after hardship, later in it again",
    "leave": "leave: in hardship, later out of it",
    "hazard_of_leaving": "who leaves next, by time in hardship",
    "hazard_of_return": "who returns next, by time since leaving",
}
_METRICS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "observed_over_expected": "observed ÷ expected",
    "calibration_intercept": "calibration intercept",
    "calibration_slope": "calibration slope",
    "expected_calibration_error": "expected calibration error",
    "brier_calibration": "Brier score, calibration part",
    "brier_refinement": "Brier score, refinement part",
}
#: The same of a list of a size: `recall_at_10pct`.
_OF_LISTS = {
    "recall": "recall at {share}",
    "precision": "precision at {share}",
    "lift": "lift at {share}",
}
#: What is measured of orders of visits.
MEASURES = ("share_found", "share_found_at_once", "visits_per_fall_found")
#: What the measures of `screening.comparison` count, told of strategies.
_STRATEGY_MEASURES = {
    "before": "found before the fall",
    "within_1": "within one month",
    "within_3": "within three months",
    "within_6": "within six months",
    "ever": "found at any time",
    "backlog_found": "running at the start",
    "monitored_who_fell": "of the monitored, fell",
    "unseen_share": "hardship unseen",
    "unseen_months": "months unseen per spell",
    "visits_per_find": "visits per find",
    "yuan_per_find": "yuan per find",
    "budget_unspent": "of the budget, unspent",
    "visits_in_vain": "visits in vain",
    "repeat_visits": "repeat visits",
    "false_finds": "false finds",
    "aid_per_hard_month": "months of aid per month of hardship",
    "aid_missed": "hardship without aid",
    "aid_yuan": "yuan of aid per month of hardship",
    "aid_yuan_missed": "of the aid due, missed",
    "lifted_by_aid": "hardship lifted by aid",
    "averted_by_aid": "falls averted by aid",
}
#: What `retraining` measures, and from what its offices learn.
_RETRAINED = {
    "recall": "open hardship on the list",
    "falls_listed": "on the list when the fall began",
    "falls_found": "found by six months after the fall",
    "visits_that_found": "visits that found",
    "recall_by_draw": "on the list, estimated from the draw",
    "recall_by_visits": "on the list, as all visits say",
    "answers_yes": "yes among the answers",
}
_OFFICES = {
    "truth": "the truth",
    "visits": "visits",
    "visits_random": "visits, some drawn",
    "visits_weighted": "visits, some drawn, weighted",
    "visits_or_no": "visits, others no",
    "visits_or_no_random": "visits, some drawn, others no",
    "old_file": "the old file",
    "income_visits": "nothing: a clerk by income",
}


def move(name: str) -> str:
    """What does a move of the table `transitions` ask?"""
    return say(_MOVES[name])


def metric(name: str) -> str:
    """How is a metric of the backtest called?

    >>> metric("auroc"), metric("recall_at_10pct")
    ('AUROC', 'recall at 10%')
    """
    if name in _METRICS:
        return say(_METRICS[name])
    of_list, at, share = name.removesuffix("pct").partition("_at_")
    return say(_OF_LISTS[of_list], share=f"{share}%") if at else named("metrics", name)


def strategy_measure(name: str) -> str:
    """What does a measure of strategies count?"""
    return say(_STRATEGY_MEASURES[name])


def retrained(name: str) -> str:
    """What does a measure of offices that learn again count?"""
    return say(_RETRAINED[name])


def office(name: str) -> str:
    """From what does this office learn?"""
    return say(_OFFICES[name])


def verdict(name: object) -> str:
    """What came of a comparison? Empty where nothing was compared.

    >>> verdict("too close to call"), verdict(None)
    ('too close to call', '')
    """
    return named("verdicts", name) if isinstance(name, str) else ""


def model(name: str) -> str:
    """How is a model called?

    >>> model("boosting_of_everybody")
    'boosting (everybody)'
    """
    plain = plain_model(name)
    said = named("models", plain)
    return said if plain == name else say("{model} (everybody)", model=said)


def plain_model(name: str) -> str:
    """Which model is it, whomever it learned from?"""
    return name.removesuffix(OF_EVERYBODY)


def chosen(name: str) -> str:
    """The name of the model that a task got."""
    return say("{model} (chosen)", model=name)


def strategy(name: str) -> str:
    """How is a strategy called?"""
    return named("strategies", name)


def channel(name: str) -> str:
    """How is a channel called, or a model whose list is one?"""
    said = named("channels", name)
    return said if said != name.replace("_", " ") else model(name)


def order(name: str) -> str:
    """How is an order of visits called?"""
    return named("orders", name)


def assumption(name: str, *, label: str = "") -> str:
    """How is an assumed number called? In English by its label where there is one."""
    if language() == "en":
        return label or name.replace("_", " ")
    known = entries()
    return known[name].label_zh if name in known else named("assumptions", name)


def title(study: Study | ScreenStudy | PanelScreen) -> str:
    """What is the run called? In Chinese where its config says so."""
    return (study.title_zh if language() == "zh" else "") or study.title


def task(name: str) -> str:
    """How is a task called?"""
    return named("tasks", name)


def group(column: str, name: str) -> str:
    """How is a group of households called, or a pair of groups?

    >>> group("work × woman", "out of work × yes"), group("everybody", "everybody")
    ('work: out of work, woman: yes', 'everybody')
    """
    if column == name:
        return named("values", name)
    pairs = zip(column.split(AND), name.split(AND), strict=True)
    return listed([say("{what}: {which}", what=grouping(c), which=value(c, g)) for c, g in pairs])


def grouping(name: str) -> str:
    """How is it called by what households are told apart?"""
    return named("groups", name)


def value(of: str, name: str) -> str:
    """How is a group called, beside its grouping? Several things that a household has, with +."""
    own = f"{of}: {name}"
    if (said := named("values", own)) != own.replace("_", " "):
        return said
    return " + ".join(named("values", part) for part in name.split(" + "))


def column(of: Mapping[str, Any]) -> str:
    """What does a column of the panel say? Its label, in Chinese where it has one."""
    return of["label_zh"] if language() == "zh" and of.get("label_zh") else of["label"]


def asked(of: Task) -> str:
    """What does a task ask, in one sentence?"""
    who = {
        "first_fall": say("Never seen in hardship"),
        "return": say("Seen in hardship before and out of it now"),
        "both": say("Out of hardship now"),
    }[of.kind]
    months = of.question.horizon_months
    if of.question.ask == "in_hardship_at":
        return say("{who}: in hardship {months} months later?", who=who, months=months)
    return say(
        "{who}: in hardship at any time in the {months} months that follow?",
        who=who, months=months,
    )  # fmt: skip


def count(number: float) -> str:
    """A count; means over replicates keep one decimal.

    >>> count(9818.0), count(42.25), count(78.98)
    ('9,818', '42.2', '79')
    """
    return f"{number:,.1f}".removesuffix(".0")


def withheld() -> str:
    """What stands in the place of a number that is not shown."""
    return say("withheld")


def none() -> str:
    """What stands in the place of a number that there is not."""
    return say("none")


def percent(share: float) -> str:
    """A share, or *withheld* where there is none.

    >>> percent(0.163399), percent(float("nan"))
    ('16.3%', 'withheld')
    """
    return withheld() if math.isnan(share) else f"{share:.1%}"


def out_of(events: float, n: float) -> str:
    """The counts behind a share; a cell that is too small says only how many there were.

    >>> out_of(100.0, 612), out_of(float("nan"), 25), out_of(float("nan"), float("nan"))
    ('100 of 612', 'withheld, of 25', 'withheld')
    """
    if math.isnan(n):
        return withheld()
    if math.isnan(events):
        return say("withheld, of {n}", n=count(n))
    return say("{events} of {n}", events=count(events), n=count(n))


def fell(row: Mapping[str, Any]) -> str:
    """How many fell, of those whose answer is known? From a row of the backtest.

    >>> fell({"events": 94.0, "n": 474.0, "unknown": 47})
    '94 of 427'
    """
    return out_of(row["events"], row["n"] - row["unknown"])


def share_and_counts(share: str, counts: str) -> str:
    """A share and its counts, both written already."""
    return say("{share}, {counts}", share=share, counts=counts)


def between(low: float, high: float, *, digits: int = 3) -> str:
    """An interval of plain numbers.

    >>> between(0.6172, 0.7663), between(-0.4361, 3.1572)
    ('0.617 to 0.766', '−0.436 to 3.157')
    """
    return to(_plain(low, digits), _plain(high, digits))


def _plain(number: float, digits: int) -> str:
    return f"{number:.{digits}f}".replace("-", "−")


def to(low: str, high: str) -> str:
    """From one to the other, both written already."""
    return say("{low} to {high}", low=low, high=high)


def counts(numbers: pd.Series) -> str:
    """The one count that these are, or the smallest to the largest; unknown ones aside."""
    ends = dict.fromkeys(count(end) for end in (numbers.min(), numbers.max()))
    return to(*ends) if len(ends) == 2 else next(iter(ends))


def around(value: str, interval: str) -> str:
    """A value with its interval, both written already."""
    return say("{value} ({interval})", value=value, interval=interval)


def value_between(row: Mapping[str, Any], *, digits: int = 3) -> str:
    """A value with its interval; the value alone when too few draws had one, or why there is none.

    >>> value_between({"value": 0.72766, "low": 0.66385, "high": 0.79001})
    '0.728 (0.664 to 0.790)'
    """
    if math.isnan(row["value"]):
        return withheld() if row.get("withheld") else none()
    value = _plain(row["value"], digits)
    if math.isnan(row["low"]):
        return value
    return around(value, between(row["low"], row["high"], digits=digits))


def percent_between(share: float, low: float, high: float) -> str:
    """A share with its interval, or *withheld*.

    >>> percent_between(0.163399, 0.1362, 0.1948)
    '16.3% (13.6 to 19.5)'
    """
    if math.isnan(share) or math.isnan(low):
        return percent(share)
    return around(f"{share:.1%}", between(100 * low, 100 * high, digits=1))


def signed(difference: float, digits: int = 3) -> str:
    """A difference with its sign.

    >>> signed(-0.036)
    '−0.036'
    """
    return f"{difference:+.{digits}f}".replace("-", "−")


def signed_between(value: float, low: float, high: float, *, digits: int = 1) -> str:
    """A difference with its interval, all with their signs.

    >>> signed_between(12.5, 5.0, 20.0)
    '+12.5 (+5.0 to +20.0)'
    """
    bounds = to(signed(low, digits), signed(high, digits))
    return around(signed(value, digits), bounds)
