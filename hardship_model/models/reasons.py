"""Why this household, and what could be done: in plain words, in English and in Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column
from hardship_model.features import Feature
from hardship_model.models.contributions import Contributions

#: What every panel tells beyond its declared columns.
_CORE_LABELS = {
    "income_over_line": ("income as a multiple of the poverty line", "收入与贫困线之比"),
    "in_hardship": ("in hardship", "处于困难状态"),
    "seen": ("seen by the office", "有登记记录"),
}
_PILLARS_ZH = {
    "income": "收入", "expenditure": "支出", "security": "保障",
    "household": "家庭", "place": "地区",
}  # fmt: skip
#: How each stat is said; {w} the look-back in months, {v} the value.
_SAID = {
    "now": ("{v}", "当前为{v}"),
    "previous": ("{v} at the record before", "上一次记录为{v}"),
    "mean": ("{v} on average over {w} months", "近{w}个月平均{v}"),
    "min": ("{v} at the lowest in {w} months", "近{w}个月最低{v}"),
    "max": ("{v} at the highest in {w} months", "近{w}个月最高{v}"),
    "trend": ("{v} against the mean of {w} months", "较近{w}个月均值变动{v}"),
    "volatility": ("varied by {v} over {w} months", "近{w}个月波动{v}"),
    "count": ("in {v} records of {w} months", "近{w}个月有{v}次"),
    "since": ("last {v} months ago, or not in {w} months", "距上次{v}个月（最长回看{w}个月）"),
    "spells": ("began {v} times in {w} months", "近{w}个月发生{v}次"),
}
#: Reasons are ordered by terms of so many decimals; what lies below is the processor's.
_OF_TERMS = 9
_NO_WORDS: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """One thing that an office can do, and the public number of the rule that it rests on."""

    name: str
    label: str
    label_zh: str
    #: It is suggested when this pillar raised the score.
    pillar: str
    #: A public number of `hardship_model.parameters`, which names rule and source.
    rests_on: str


FOLLOW_UPS = (
    FollowUp(name="living_aid", pillar="income", rests_on="aid_living_months_deep",
             label="check the right to living aid", label_zh="核查生活救助资格"),
    FollowUp(name="employment_service", pillar="income", rests_on="at_risk_income_drop_share",
             label="offer the employment service", label_zh="提供就业服务"),
    FollowUp(name="medical_aid", pillar="expenditure", rests_on="aid_medical_share_deep",
             label="check the right to medical aid", label_zh="核查医疗救助资格"),
    FollowUp(name="schooling_aid", pillar="expenditure", rests_on="aid_education_cap_months",
             label="check the right to schooling aid", label_zh="核查助学救助资格"),
    FollowUp(name="insurance_enrolment", pillar="security",
             rests_on="at_risk_insurance_gap_months",
             label="help to enrol in insurance", label_zh="协助参保续保"),
    FollowUp(name="visit", pillar="household", rests_on="monitoring_review_months",
             label="visit the household at home", label_zh="入户走访"),
    FollowUp(name="visit", pillar="place", rests_on="monitoring_review_months",
             label="visit the household at home", label_zh="入户走访"),
)  # fmt: skip


def by_pillar(found: Contributions, declared: Sequence[Feature]) -> pd.DataFrame:
    """How much does each pillar add to each household's score?

    One row per household, one column per pillar; the rows add up to score minus base.
    """
    about = {f.name: f for f in declared}
    pillar = [about[str(name)].pillar for name in found.terms]
    return found.terms.T.groupby(pillar).sum().T.reindex(columns=list(_PILLARS_ZH), fill_value=0.0)


def reasons(
    found: Contributions,
    X: pd.DataFrame,
    declared: Sequence[Feature],
    *,
    columns: Sequence[Column] = (),
    most: int = 3,
) -> pd.DataFrame:
    """What raised each household's score most, in words a caseworker can read?

    Features of one column of the panel (its level, mean, trend …) speak as one: their terms are
    added, and the strongest of them is put into words. `columns` are the panel's, for labels.

    Returns
    -------
    one row per household × reason, `most` at most and only what raises the score, strongest
    first: `row` (the index of `X`), `rank` (from 1), `column`, `pillar`, `adds` (log-odds),
    `feature` (the one in words), `text`, `text_zh`.

    """
    about = {f.name: f for f in declared}
    family = np.array([about[str(name)].column for name in found.terms], dtype=object)
    of_family, names = pd.factorize(family)
    terms = found.terms.to_numpy().round(_OF_TERMS)
    whole, strongest = np.empty((len(X), len(names))), np.empty((len(X), len(names)), dtype=int)
    for i in range(len(names)):
        places = np.flatnonzero(of_family == i)
        whole[:, i] = terms[:, places].sum(axis=1).round(_OF_TERMS)
        strongest[:, i] = places[terms[:, places].argmax(axis=1)]
    order = np.argsort(-whole, axis=1, kind="stable")[:, :most]
    household, rank = np.indices(order.shape).reshape(2, -1)
    kept = whole[household, order.ravel()] > 0
    at, rank, place = household[kept], rank[kept] + 1, order.ravel()[kept]
    told = found.terms.columns.astype(str).to_numpy(dtype=object)[strongest[at, place]]
    text, text_zh = _said(told, at, X, about, columns)
    pillar = {name: f.pillar for name, f in about.items()}
    return pd.DataFrame({
        "row": X.index.to_numpy()[at], "rank": rank, "column": names[place],
        "pillar": pd.Series(told).map(pillar), "adds": whole[at, place], "feature": told,
        "text": text, "text_zh": text_zh,
    })  # fmt: skip


def _said(
    told: np.ndarray, at: np.ndarray, X: pd.DataFrame, about: Mapping[str, Feature],
    columns: Sequence[Column],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The features `told` and their values of the rows `at`, in words; a value is said once."""
    labels, values_zh = _labels(columns), {c.name: c.values_zh for c in columns}
    texts = np.empty((2, len(told)), dtype=object)
    code, names = pd.factorize(told)
    for i, name in enumerate(names):
        rows = np.flatnonzero(code == i)
        which, values = pd.factorize(X[name].iloc[at[rows]], use_na_sentinel=False)
        said = [say(about[name], v, labels=labels, values_zh=values_zh) for v in values]
        texts[:, rows] = np.array(said, dtype=object).T[:, which]
    return texts[0], texts[1]


def _labels(columns: Sequence[Column]) -> dict[str, tuple[str, str]]:
    """What is each column called? Without a Chinese label the English one stands in."""
    own = {c.name: (c.label or _plain(c.name), c.label_zh or c.label or c.name) for c in columns}
    return {**_CORE_LABELS, **own}


def _plain(name: str) -> str:
    return name.replace("_", " ")


def say_what(feature: Feature, *, columns: Sequence[Column] = ()) -> tuple[str, str]:
    """What a feature asks of a household, without its answer: English, Chinese."""
    label, label_zh = _labels(columns).get(feature.column, (_plain(feature.column), feature.column))
    if feature.stat == "now":
        return label, label_zh
    english, chinese = _SAID[feature.stat]
    asked = {"v": "…", "w": feature.window_months}
    return f"{label}: {english.format(**asked)}", f"{label_zh}：{chinese.format(**asked)}"


def say(
    feature: Feature,
    value: object,
    *,
    labels: Mapping[str, tuple[str, str]],
    values_zh: Mapping[str, Mapping[str, str]] = _NO_WORDS,
) -> tuple[str, str]:
    """A feature and its value in words: English, Chinese.

    `labels` and `values_zh` are by column; what has no Chinese word keeps its English one.
    """
    label, label_zh = labels.get(feature.column, (_plain(feature.column), feature.column))
    shown, shown_zh = _shown(feature, value, words_zh=values_zh.get(feature.column, {}))
    if shown == "unknown":
        return f"{label}: unknown", f"{label_zh}：未知"
    english, chinese = _SAID[feature.stat]
    window = feature.window_months
    return (
        f"{label}: {english.format(v=shown, w=window)}",
        f"{label_zh}：{chinese.format(v=shown_zh, w=window)}",
    )


def _shown(feature: Feature, value: object, *, words_zh: Mapping[str, str]) -> tuple[str, str]:
    if bool(pd.isna(value)):  # type: ignore[call-overload]
        return "unknown", "未知"
    if feature.kind == "category":
        return _plain(str(value)), words_zh.get(str(value), str(value))
    number = float(value)  # type: ignore[arg-type]
    if feature.kind == "flag":
        return ("yes", "是") if number else ("no", "否")
    text = f"{number:+.3g}" if feature.stat == "trend" else f"{number:.3g}"
    if abs(number) >= 1000:
        text = f"{number:,.0f}"
    return text, text


def follow_ups(pillars: pd.DataFrame) -> pd.DataFrame:
    """What could be done for each household, by the pillars that raised its score?

    Takes the table of `by_pillar`.

    Returns
    -------
    one row per household × suggestion, the pillar that adds most first: `row`, `name`, `pillar`,
    `adds` (log-odds of the pillar), `label`, `label_zh`, `rests_on` (a public number; whether
    the household has a right to the aid, its rule decides, not the score).

    """
    table = pd.concat(
        [
            pd.DataFrame({"row": pillars.index, "adds": pillars[f.pillar].to_numpy(), **vars(f)})
            for f in FOLLOW_UPS
        ],
        ignore_index=True,
    )
    table["at"] = np.tile(np.arange(len(pillars)), len(FOLLOW_UPS))
    table = table[table["adds"] > 0].sort_values(
        ["at", "adds"], ascending=[True, False], kind="stable"
    )
    kept = table.drop_duplicates(["at", "name"]).reset_index(drop=True)
    return kept[["row", "name", "pillar", "adds", "label", "label_zh", "rests_on"]]
