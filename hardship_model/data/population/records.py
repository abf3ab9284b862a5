"""What an office has on paper: late, with gaps and mistakes, and blind where life leaves no trace.

Nothing here tells more than a cross-check, a scheme, a department or the file itself would.
`records` never hands out a column of the truth; `truth_panel` does nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model import steady
from hardship_model.data.panel import Column, Panel, build
from hardship_model.data.population.assumptions import Assumptions
from hardship_model.data.population.codes import FORMS, WORDS_ZH
from hardship_model.data.population.config import Config
from hardship_model.data.population.luck import Luck, normal
from hardship_model.data.population.register import in_file
from hardship_model.data.population.town import Town, named
from hardship_model.rules import LatentRule, in_hardship

#: What each column of the records means, and how many months its source is late.
COLUMNS = (
    Column(name="formal_wages_yuan", pillar="income", kind="amount", direction=-1, lag_months=1,
           label="Wages on which social insurance is paid, household, yuan",
           label_zh="全家参保工资收入（元）"),
    Column(name="other_income_yuan", pillar="income", kind="amount", direction=-1, lag_months=1,
           label="Pensions, benefits, and what the cross-check sees of other earnings, yuan",
           label_zh="养老金、补贴及核对所见其他收入（元）"),
    Column(name="dibao_paid", pillar="income", kind="flag", lag_months=1,
           label="On dibao, from civil affairs",
           label_zh="享受低保"),
    Column(name="unemployment_claim", pillar="income", kind="flag", direction=1, lag_months=1,
           label="A member draws unemployment benefit",
           label_zh="有成员领取失业金"),
    Column(name="employment_form", pillar="income", kind="category",
           label="Form of work of the main earner, as last entered in the union's list",
           label_zh="主要劳动者就业形式（工会登记）", values_zh=WORDS_ZH["employment_form"]),
    Column(name="industry", pillar="income", kind="category",
           label="Industry of the main earner, as last entered in the union's list",
           label_zh="主要劳动者所在行业（工会登记）", values_zh=WORDS_ZH["industry"]),
    Column(name="scheme_medical_yuan", pillar="expenditure", kind="amount", direction=1,
           lag_months=1, label="Own share of medical cost inside the insurance scheme, yuan",
           label_zh="医保范围内个人自付医疗费（元）"),
    Column(name="inpatient_stays", pillar="expenditure", kind="count", direction=1,
           lag_months=1, label="Inpatient stays settled with an insurance scheme",
           label_zh="医保结算的住院次数"),
    Column(name="school_aid", pillar="expenditure", kind="flag", direction=1, lag_months=3,
           label="A child receives school aid",
           label_zh="子女享受助学"),
    Column(name="insurance", pillar="security", kind="category", lag_months=1,
           label="Health insurance of the main earner",
           label_zh="主要劳动者医疗保险", values_zh=WORDS_ZH["insurance"]),
    Column(name="registered", pillar="security", kind="category",
           label="State in the union's file",
           label_zh="工会建档状态", values_zh=WORDS_ZH["registered"]),
    Column(name="homes", pillar="security", kind="count", direction=-1, lag_months=3,
           label="Homes in the property register",
           label_zh="登记房产套数"),
    Column(name="members", pillar="household", kind="count",
           label="Members, as last entered",
           label_zh="登记家庭人口"),
    Column(name="children", pillar="household", kind="count", label="Children, as last entered",
           label_zh="登记子女数"),
    Column(name="elders", pillar="household", kind="count", label="Elders, as last entered",
           label_zh="登记老人数"),
    Column(name="disabled", pillar="household", kind="count", direction=1, lag_months=2,
           label="Members with a disability certificate",
           label_zh="持残疾证人数"),
    Column(name="students", pillar="household", kind="count",
           label="Members at school or university, as last entered",
           label_zh="登记在校学生数"),
    Column(name="union_member", pillar="household", kind="flag", label="Union member",
           label_zh="工会会员"),
    Column(name="migrant", pillar="household", kind="flag", label="Rural migrants",
           label_zh="农民工家庭"),
    Column(name="place", pillar="place", kind="category", label="Province",
           label_zh="省份", values_zh=WORDS_ZH["place"]),
    Column(name="city", pillar="place", kind="category", label="City or prefecture",
           label_zh="市（州）", values_zh=WORDS_ZH["city"]),
)  # fmt: skip


def records(town: Town) -> Panel:
    """The town as its office sees it.

    One row per household and month in which it lived in the town. `income` is what the office
    can see of income, per member on file and month; `poverty_line` the entry line of relative
    hardship; `in_hardship` what the *file* says: registered as deep, relative or accidental.
    A month's row is written down late for a declared share; each column adds its source's lag.
    """
    months = [_month(town, row) for row in range(len(town.months))]
    grids = {name: np.stack([month[name] for month in months]) for name in months[0]}
    seen = town.truth["alive"].T
    rows = {name: grid.T[seen] for name, grid in grids.items()}
    household, month = np.nonzero(seen)
    table = pd.DataFrame({
        "household_id": town.households[household],
        "month": town.months[month],
        "recorded_month": town.months[month] + rows.pop("late"),
        "income": rows.pop("income"),
        "poverty_line": rows.pop("poverty_line"),
        "in_hardship": rows.pop("in_hardship"),
    })  # fmt: skip
    for name, values in rows.items():
        table[name] = named(name, values)
    return build(
        table, name=f"invented town, seed {town.config.seed}: the office's records",
        step_months=1, currency="CNY", columns=COLUMNS, invented=True,
    )  # fmt: skip


def truth_panel(town: Town) -> Panel:
    """The town as it is: net income per head and month, entry line, latent hardship.

    `income` is income minus rigid spending of the trailing twelve months, per member and month,
    which is what decides. Every row is known in its own month.
    """
    seen = town.truth["alive"].T
    household, month = np.nonzero(seen)
    truth = {name: town.truth[name].T[seen] for name in (
        "income12_yuan", "rigid12_yuan", "members", "state",
    )}  # fmt: skip
    net = (truth["income12_yuan"] - truth["rigid12_yuan"]) / 12 / np.maximum(truth["members"], 1)
    line = np.stack([_entry_line(town.config, month, town) for month in town.months])
    rows = pd.DataFrame({
        "household_id": town.households[household],
        "month": town.months[month],
        "recorded_month": town.months[month],
        "income": net.astype(np.float32),
        "poverty_line": line.T[seen],
        "in_hardship": in_hardship(truth["state"]),
    })  # fmt: skip
    return build(
        rows, name=f"invented town, seed {town.config.seed}: the truth",
        step_months=1, currency="CNY", invented=True,
    )  # fmt: skip


def _entry_line(config: Config, month: int, town: Town) -> np.ndarray:
    given = Assumptions(month=month, scaled=config.scaled)
    rule = config.rule or given.card(LatentRule)
    line = given.by_place("urban_dibao_yuan") * np.float32(rule.relative_multiple)
    return line.take(town.fixed["place"])


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """One month at the office: the truth of the month, and the luck of those who write it down."""

    town: Town
    row: int
    given: Assumptions
    luck: Luck

    def true(self, name: str, *, months_ago: int = 0) -> np.ndarray:
        """A column of the truth, as it was some months ago (not before observation began)."""
        return self.town.truth[name][max(self.row - months_ago, 0)]

    def chance(self, name: str, decision: str) -> np.ndarray:
        """For whom does this slip of the pen happen?"""
        return self.luck.roll(f"record: {decision}") < self.given(name)

    def with_gaps(self, values: np.ndarray, source: str) -> np.ndarray:
        """The source's values as float32, NaN where it failed to deliver this month."""
        out = values.astype(np.float32)
        out[self.chance("record_missing_share", f"missing from {source}")] = np.nan
        return out

    def lasting(self, decision: str) -> np.ndarray:
        """Each household's own number for something that never changes."""
        luck = Luck(dice=self.luck.dice, month=self.town.config.first_month)
        return luck.roll(f"record: {decision}")

    def always(self, name: str, decision: str) -> np.ndarray:
        """For whom is this so in every month?"""
        return self.lasting(decision) < self.given(name)

    def as_entered(self, name: str) -> np.ndarray:
        """A column of the union's list: entered once a year, each household in its own month."""
        entered_in = (self.lasting("month of entry") * 12).astype(np.int64)
        age_months = (self.luck.month - entered_in) % 12
        row = np.maximum(self.row - age_months, 0)
        return self.town.truth[name][row, np.arange(len(row))]


def _month(town: Town, row: int) -> dict[str, np.ndarray]:
    month = int(town.months[row])
    desk = _Desk(
        town=town, row=row,
        given=Assumptions(month=month, scaled=town.config.scaled),
        luck=Luck(dice=town.config.dice(), month=month),
    )  # fmt: skip
    told: dict[str, np.ndarray] = {}
    for part in (_lateness, _income, _expenditure, _security, _household):
        told |= dict(part(desk))
    told["income"] = _seen_income(told)
    told["poverty_line"] = _entry_line(town.config, month, town)
    return told


def _lateness(desk: _Desk) -> Iterator[tuple[str, np.ndarray]]:
    """A share of the rows is written down up to six months late."""
    roll = desk.luck.roll("record: lateness")
    share = np.float32(desk.given("record_late_share"))
    late = np.where(roll < share, 1 + (roll / share * 6), 0)
    yield "late", np.minimum(late, 6).astype(np.int32)


def _income(desk: _Desk) -> Iterator[tuple[str, np.ndarray]]:
    """The cross-check sees formal wages, benefits and pensions; of other earnings very little."""
    unlinked = desk.always("record_unlinked_share", "cannot be linked")
    for name, amounts in (("formal_wages", _formal(desk)), ("other_income", _other(desk))):
        seen = desk.with_gaps(amounts, name)
        seen[unlinked] = np.nan
        yield f"{name}_yuan", seen
    yield "dibao_paid", desk.true("dibao")
    yield "unemployment_claim", desk.true("benefit_claims") > 0
    form = desk.as_entered("employment_form").copy()
    wrong = desk.chance("record_mistaken_share", "form mistaken")
    form[wrong] = (desk.luck.roll("record: which form") * len(FORMS)).astype(np.int8)[wrong]
    industry = desk.as_entered("industry").copy()
    unlisted = ~desk.true("union_member") & ~desk.always("record_unlisted_known_share", "known")
    form[unlisted] = industry[unlisted] = -1
    yield "employment_form", form
    yield "industry", industry


def _formal(desk: _Desk) -> np.ndarray:
    """Formal wages with errors; some are three months old, some households are on no list."""
    stale = desk.chance("record_wage_stale_share", "wage stale")
    wages = np.where(
        stale, desk.true("formal_wages_yuan", months_ago=3), desk.true("formal_wages_yuan")
    )
    error = steady.exp(desk.given("record_wage_log_sd") * normal(desk.luck.roll("record: wage")))
    missed = desk.always("auto_check_misses_formal_share", "wages on no list")
    return np.rint(wages * error) * ~missed


def _other(desk: _Desk) -> np.ndarray:
    """Pensions and benefits in full, and the part of other earnings that each household shows."""
    given = desk.given
    range_of_shares = given("record_hidden_share_range") * (desk.lasting("hidden") - 0.5)
    hidden = np.clip(given("auto_check_misses_flexible_share") + range_of_shares, 0, 1)
    earned = desk.true("formal_wages_yuan") + desk.true("other_wages_yuan")
    shown = np.rint(desk.true("other_wages_yuan") * (1 - hidden))
    return desk.true("income_yuan") - earned + shown


def _seen_income(told: dict[str, np.ndarray]) -> np.ndarray:
    """What is seen of income per member on file; missing only when nothing at all was seen."""
    seen = np.stack([told["formal_wages_yuan"], told["other_income_yuan"]])
    total = np.where(np.isnan(seen).all(axis=0), np.nan, np.nansum(seen, axis=0))
    return (total / np.maximum(told["members"], 1)).astype(np.float32)


def _expenditure(desk: _Desk) -> Iterator[tuple[str, np.ndarray]]:
    """A scheme knows its own settlements; what is paid outside it leaves no trace."""
    given = desk.given
    insured = desk.true("insurance") > 0
    part = given("record_scheme_part_low") + desk.luck.roll("record: in scheme") * (
        given("record_scheme_part_high") - given("record_scheme_part_low")
    )
    settled = np.rint(desk.true("oop_yuan") * part) * insured
    slips = desk.chance("record_mistaken_share", "medical mistaken")
    settled = np.where(slips, 0, settled)
    yield "scheme_medical_yuan", desk.with_gaps(settled, "medical")
    yield "inpatient_stays", desk.with_gaps(desk.true("inpatient_stays") * insured, "medical")
    low = desk.true("state", months_ago=6) < 4
    aided = low & (desk.as_entered("students") > 0)
    aided &= desk.always("record_school_aid_share", "school aid")
    yield "school_aid", aided


def _security(desk: _Desk) -> Iterator[tuple[str, np.ndarray]]:
    """Insurance from the schemes, homes from the property register, the state from the file."""
    insurance = desk.true("insurance").copy()
    insurance[desk.chance("record_missing_share", "missing from insurance")] = -1
    registered = desk.true("registered")
    yield "insurance", insurance
    yield "registered", registered
    yield "homes", desk.with_gaps(desk.town.fixed["homes"], "homes")
    yield "in_hardship", in_file(registered)


def _household(desk: _Desk) -> Iterator[tuple[str, np.ndarray]]:
    """Who lives there, as last entered and now and then wrongly."""
    slip = desk.chance("record_mistaken_share", "members mistaken")
    up = np.where(desk.luck.roll("record: one more") < 0.5, -1, 1)
    yield "members", np.maximum(desk.as_entered("members") + slip * up, 1).astype(np.int8)
    for name in ("children", "elders", "students"):
        yield name, desk.as_entered(name)
    certified = desk.true("disabled", months_ago=6)
    yield "disabled", np.where(desk.always("record_uncertified_share", "uncertified"), 0, certified)
    yield "union_member", desk.true("union_member")
    yield "migrant", desk.town.fixed["migrant"]
    yield "place", desk.town.fixed["place"]
    yield "city", desk.town.fixed["city"]
