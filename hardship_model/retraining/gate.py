"""May the candidate take the place of the model in use? A table of checks, and a verdict.

Every check asks one question of numbers that a backtest has made, and answers *yes*, *no* or
*cannot tell*. Yes and no need a whole 95 % interval; which *cannot tell* keeps a candidate out is
a matter of the settings. Nothing is fitted here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hardship_model.evaluation.backtest import Measured, Scored, measured
from hardship_model.evaluation.groups import FEW_EVENTS, changes
from hardship_model.evaluation.sums import refuse_shares
from hardship_model.evaluation.uncertainty import interval
from hardship_model.evaluation.withholding import withhold_few
from hardship_model.language import named, say
from hardship_model.models import BASELINES
from hardship_model.privacy import withhold_small_cells
from hardship_model.retraining.drift import CANNOT_TELL, DRIFTED, STAYED

YES, NO = "yes", "no"
#: What is asked, in this order.
CHECKS = ("incumbent", "rule", "groups", "calibration", "drift")
_NUMBERS = ["number", "low", "high"]
_COLUMNS = [
    "check", "on", "answer", *_NUMBERS, "at_least", "at_most", "n", "events", "blocks", "sentence",
    "withheld",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """What is asked of a candidate. Each bound is assumed; the reason stands beside it.

    How often these let in what they should is measured in docs/RETRAINING.md.
    """

    #: The list sizes that matter, as shares of all households; the first is judged by group.
    list_shares: tuple[float, ...] = (0.1, 0.2)
    #: So much AUROC may be lost to the incumbent: a tenth of what a learned model brings over a
    #: clerk in the invented town.
    auroc_margin: float = 0.01
    #: So many of all falls may be on the incumbent's list and not on the candidate's, on balance.
    recall_margin: float = 0.05
    #: Of a group so much recall or AUROC may be lost, once noise is taken back: with half of it,
    #: luck among small groups would keep out up to a third of the good ones (docs/RETRAINING.md).
    group_margin: float = 0.10
    #: Falls over falls expected, and the slope of log-odds on log-odds (1 is right): within these,
    #: a list's promise is off by less than a third.
    observed_over_expected: tuple[float, float] = (0.75, 1.33)
    calibration_slope: tuple[float, float] = (0.75, 1.33)
    #: How far shares and risks may lie apart on average, in shares of all households.
    calibration_error: float = 0.03
    #: The checks whose *cannot tell* keeps a candidate out. Whoever wants to replace what works
    #: must show something; but of a small group or a slope a single quarter seldom tells.
    doubt_blocks: tuple[str, ...] = ("incumbent", "rule")
    n_draws: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        margins = (self.auroc_margin, self.recall_margin, self.group_margin, self.calibration_error)
        refuse_shares(self.list_shares)
        if min(margins) <= 0:
            raise ValueError(f"Margins must be above 0; got {self}.")
        if strange := set(self.doubt_blocks) - set(CHECKS):
            raise ValueError(f"doubt_blocks names checks only, of {CHECKS}; not {strange}.")
        for name in ("observed_over_expected", "calibration_slope"):
            bounds = getattr(self, name)
            if len(bounds) != 2 or not bounds[0] < bounds[1]:
                raise ValueError(f"{name} is two bounds, the lower first; got {list(bounds)}.")
        if self.n_draws < 1 or self.seed < 0:
            raise ValueError(
                f"n_draws is 1 or more, seed 0 or more; got {self.n_draws} and {self.seed}."
            )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the gate says, and what a person may have said against it."""

    accepted: bool
    sentence: str
    #: The checks that keep the candidate out: what is asked, on what.
    blocked_by: tuple[str, ...]
    #: Why a person let in what the gate refused; empty when nobody did.
    override: str = ""

    @property
    def lets_in(self) -> bool:
        """May the candidate be used, by the gate or by a person's word?"""
        return self.accepted or bool(self.override)

    def overridden(self, reason: str) -> "Verdict":
        """The same verdict, with a person's reason to let the candidate in all the same.

        Raises ValueError without a reason, or when there is nothing to override.
        """
        if self.accepted:
            raise ValueError(
                "The gate accepts the candidate, so there is nothing to override, and nothing was"
                " stored: start again without a reason."
            )
        if not reason.strip():
            raise ValueError("An override needs its reason in words; they are kept with the model.")
        return replace(self, override=reason.strip())


def gate(
    scored: Scored, *, candidate: str, incumbent: str | None, settings: GateSettings | None = None,
    rules: Sequence[str] = BASELINES, groups: pd.DataFrame | None = None,
    drift: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Is the candidate as good as the incumbent, better than the rule, fair, calibrated, current?

    `scored` holds candidate, incumbent and rules on the same households, none of which either
    model learned from. Without an incumbent groups are held against the first rule. `groups` are
    labels in the order of `scored.rows` (`groupings.group_labels`); `drift` is the table of
    `drift.drift` of the newest data against what the candidate is judged on here. What is not
    given is not asked.

    Returns
    -------
    one row per check: `check` (one of `CHECKS`), `on` what, `answer` (*yes* is good), `number`
    with `low` and `high`, `at_least` and `at_most` (where the whole interval must lie), `n` and
    `events` (households × as-of, and falls; of drift what was looked at, and what drifted),
    `blocks` (whether this answer keeps the candidate out), `sentence`, `withheld` (too few
    households for numbers; the answer stands). Raises ValueError when a model was not scored.

    """
    settings = settings or GateSettings()
    named = [candidate, *([incumbent] if incumbent else []), *rules]
    if (absent := set(named) - set(scored.score)) or len(set(named)) < len(named):
        raise ValueError(
            f"The gate compares different models that were all scored, got {named};"
            f" not scored: {sorted(absent)}."
        )
    some = replace(
        scored, score={m: scored.score[m] for m in named}, risk={m: scored.risk[m] for m in named}
    )
    found = measured(
        some, list_shares=settings.list_shares, n_draws=settings.n_draws, seed=settings.seed
    )
    rows = [
        *_against_incumbent(found, candidate, incumbent, settings),
        *_against_rules(found, candidate, rules, settings),
        *_calibration(found, candidate, settings),
    ]
    answer = scored.answer
    overall = pd.DataFrame(rows).assign(
        n=float((~np.isnan(answer)).sum()), events=float(np.nansum(answer))
    )
    tables = [withhold_small_cells(overall, shown=_NUMBERS)]
    if groups is not None:
        old = incumbent or rules[0]
        tables.append(_of_groups(some, groups, new=candidate, old=old, settings=settings))
    if drift is not None:
        tables.append(_of_drift(drift).assign(withheld=False))
    table = pd.concat(tables, ignore_index=True).reindex(columns=[*_COLUMNS, "guess_blocks"])
    table = table.replace([np.inf, -np.inf], np.nan)
    order = table["check"].map({check: place for place, check in enumerate(CHECKS)})
    table = table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True).round(12)
    doubts = table["answer"].eq(CANNOT_TELL) & table["check"].isin(settings.doubt_blocks)
    table["blocks"] = table["answer"].eq(NO) | doubts | table["guess_blocks"].eq(True)
    table["sentence"] = [sentence(row, on=row["on"]) for row in table.to_dict("records")]
    return table[_COLUMNS]


def decide(checks: pd.DataFrame) -> Verdict:
    """May the candidate be used? The table of `gate`, in one word and one sentence."""
    blocking = checks[checks["blocks"]].to_dict("records")
    return Verdict(
        accepted=not blocking, sentence=told(checks, on=lambda row: str(row["on"])),
        blocked_by=tuple(f"{row['check']} on {row['on']}" for row in blocking),
    )  # fmt: skip


def told(checks: pd.DataFrame, *, on: Callable[[Mapping[Any, Any]], str]) -> str:
    """The verdict in one sentence, in the language of the moment; `on` names what was asked about.

    A person's word is not in it.
    """
    doubts = int((checks["answer"] == CANNOT_TELL).sum())
    said = say("{n} checks, {doubts} of them cannot tell", n=len(checks), doubts=doubts)
    reasons = [
        say(
            "{check} on {on} ({answer})", check=named("checks", str(row["check"])), on=on(row),
            answer=named("verdicts", str(row["answer"])),
        )
        for row in checks[checks["blocks"]].to_dict("records")
    ]  # fmt: skip
    if not reasons:
        return say("Accepted: {said}; none blocks.", said=said)
    return say("Refused: {said}; blocked by {reasons}.", said=said, reasons=say("; ").join(reasons))


_Row = dict[str, Any]


def _difference(found: Measured, metric: str, new: str, old: str) -> _Row:
    low, high = interval(found.drawn[new][metric] - found.drawn[old][metric])
    number = found.value[new][metric] - found.value[old][metric]
    return {"number": number, "low": low, "high": high}


def _not_below(row: _Row, bound: float) -> _Row:
    """Does the whole interval lie above the bound (yes), below it (no), or on both sides?"""
    answer = YES if row["low"] > bound else NO if row["high"] < bound else CANNOT_TELL
    return row | {"answer": answer, "at_least": bound}


def _within(row: _Row, low: float, high: float) -> _Row:
    inside = row["low"] > low and row["high"] < high
    outside = row["high"] < low or row["low"] > high
    answer = YES if inside else NO if outside else CANNOT_TELL
    return row | {"answer": answer, "at_least": low, "at_most": high}


def _recalls(settings: GateSettings) -> dict[str, str]:
    """What recall on each list is called here, and in the backtest."""
    return {f"recall at {s:.0%}": f"recall_at_{s:.0%}".replace("%", "pct")
            for s in settings.list_shares}  # fmt: skip


def _against_incumbent(
    found: Measured, candidate: str, incumbent: str | None, settings: GateSettings
) -> Iterator[_Row]:
    if incumbent is None:
        yield {"check": "incumbent", "on": "no model in use", "answer": YES}
        return
    asked = {"AUROC": ("auroc", settings.auroc_margin)}
    asked |= {on: (metric, settings.recall_margin) for on, metric in _recalls(settings).items()}
    for on, (metric, margin) in asked.items():
        row = _difference(found, metric, candidate, incumbent)
        yield {"check": "incumbent", "on": on} | _not_below(row, -margin)


def _against_rules(
    found: Measured, candidate: str, rules: Sequence[str], settings: GateSettings
) -> Iterator[_Row]:
    for rule in rules:
        for on, metric in _recalls(settings).items():
            row = _not_below(_difference(found, metric, candidate, rule), 0.0)
            yield {"check": "rule", "on": f"{on}, over {rule.replace('_', ' ')}"} | row


def _calibration(found: Measured, candidate: str, settings: GateSettings) -> Iterator[_Row]:
    for on, metric, (low, high) in (
        ("observed ÷ expected", "observed_over_expected", settings.observed_over_expected),
        ("slope", "calibration_slope", settings.calibration_slope),
        ("error", "expected_calibration_error", (-np.inf, settings.calibration_error)),
    ):
        at_least, at_most = interval(found.drawn[candidate][metric])
        row = {"number": found.value[candidate][metric], "low": at_least, "high": at_most}
        yield {"check": "calibration", "on": on} | _within(row, low, high)


def _of_groups(
    scored: Scored, labels: pd.DataFrame, *, new: str, old: str, settings: GateSettings
) -> pd.DataFrame:
    """One row per group and measure; of a flagged group nothing is said for sure.

    Of other groups a doubt keeps the candidate out when the best guess, noise taken back, lies
    beyond the margin: groups are small, and nobody else speaks for them.
    """
    table = changes(
        scored, labels, new=new, old=old, list_share=settings.list_shares[0],
        n_draws=settings.n_draws, seed=settings.seed,
    )  # fmt: skip
    if np.array_equal(scored.score[new], scored.score[old]):
        # One recipe under two names: the same lists, so no change in the smallest group either.
        table = table.assign(shrunk=0.0, low=0.0, high=0.0, flagged=False)
    bound = -settings.group_margin
    table["answer"] = np.select(
        [table["flagged"], table["low"] > bound, table["high"] < bound],
        [CANNOT_TELL, YES, NO], CANNOT_TELL,
    )  # fmt: skip
    table["guess_blocks"] = ~table["flagged"] & (table["shrunk"] < bound)
    measure = table["metric"].map(
        {"auroc": "AUROC", "recall": f"recall at {settings.list_shares[0]:.0%}"}
    )
    table["on"] = table["column"] + ": " + table["group"] + ", " + measure
    table = table.assign(task="", origin="", model=new, number=table["shrunk"], at_least=bound)
    shown = withhold_few(table, shown=_NUMBERS, telling_all=("recall",))
    return shown[
        ["on", "answer", *_NUMBERS, "n", "events", "at_least", "withheld", "guess_blocks"]
    ].assign(check="groups")


def _of_drift(table: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of thing that may drift; its number is that of what drifted furthest."""
    rows = []
    for (of, measure), some in table.groupby(["of", "measure"], sort=False):
        far = (some["value"].abs() / some["bound"]).fillna(0.0)
        worst = some.to_dict("records")[int(far.to_numpy().argmax())]
        drifted = some["answer"] == DRIFTED
        answer = NO if drifted.any() else YES if (some["answer"] == STAYED).all() else CANNOT_TELL
        on = measure if of == "answer" else f"{of} {measure}"
        rows.append(
            {"check": "drift", "on": f"{on}, furthest: {worst['item']}", "answer": answer,
             "number": worst["value"], "low": worst["low"], "high": worst["high"],
             "n": float(len(some)), "events": float(drifted.sum()), "at_most": worst["bound"],
             "at_least": -np.inf if measure == "distribution" else -worst["bound"]}
        )  # fmt: skip
    return pd.DataFrame(rows)


_QUESTIONS = {
    "incumbent": "Is it no worse than the model in use, by {on}?",
    "rule": "Is it better than a clerk, by {on}?",
    "groups": "Is it no worse for {on}?",
    "calibration": "Do its risks hold, by {on}?",
    "drift": "Is the newest data like what it was judged on, by {on}?",
}


def sentence(row: Mapping[Any, Any], *, on: str) -> str:
    """A check's question, answer and numbers, in the language of the moment.

    `on` is what it is asked about, as it shall be called.
    """
    asked = say(_QUESTIONS[str(row["check"])], on=on)
    answer = named("verdicts", str(row["answer"])).capitalize()
    if row["withheld"]:
        return say("{asked} {answer}; too few households for numbers.", asked=asked, answer=answer)
    if pd.isna(row["number"]):
        return say("{asked} {answer}.", asked=asked, answer=answer)
    wanted = [
        say(bound, bound=_signed(row[side]))
        for side, bound in (("at_least", "at least {bound}"), ("at_most", "at most {bound}"))
        if np.isfinite(row[side])
    ]
    answered = say(
        "{asked} {answer}: {number} ({low} to {high}); wanted {bounds}.", asked=asked,
        answer=answer, number=_signed(row["number"]), low=_signed(row["low"]),
        high=_signed(row["high"]), bounds=say(" and ").join(wanted),
    )  # fmt: skip
    if few_fell(row):
        return say("{told} Fewer than {n} fell: too few to go by.", told=answered, n=FEW_EVENTS)
    return answered


def few_fell(row: Mapping[Any, Any]) -> bool:
    """Would the interval of this group tell, if more of the group had fallen?"""
    if row["check"] != "groups" or row["answer"] != CANNOT_TELL or pd.isna(row["low"]):
        return False
    return bool(row["low"] > row["at_least"] or row["high"] < row["at_least"])


def _signed(number: float) -> str:
    return f"{number:.3f}".replace("-", "−")
