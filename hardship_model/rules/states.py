"""Who is in hardship in truth? The latent state of every household in one month."""

from dataclasses import dataclass

import numpy as np

from hardship_model.parameters import parameter
from hardship_model.rules.card import Card, dated, refuse_unless

#: The latent states in order of precedence; a state's code is its place here (int8).
STATES = ("deep", "relative", "accidental", "low_income", "at_risk", "ordinary")
#: The states that count as hardship (困难职工), and their codes.
HARDSHIP_STATES = STATES[:3]
IN_HARDSHIP = (0, 1, 2)

#: True or false for each household, or for all of them.
Flag = np.ndarray | np.bool_

_DEEP, _RELATIVE, _ACCIDENTAL, _LOW_INCOME, _AT_RISK, _ORDINARY = range(6)


@dataclass(frozen=True, kw_only=True)
class LatentRule(Card):
    """Where the lines of hardship run. Multiples are of dibao per member and month."""

    #: Deep hardship below this multiple of dibao, net of rigid spending.
    deep_multiple: float = dated("deep_multiple")
    #: Relative hardship below this multiple, net, with a recognised cause.
    relative_multiple: float = dated("relative_multiple")
    #: Accidental hardship from this share of the year's income lost to an event.
    accidental_share: float = dated("accidental_share")
    #: Low income below this multiple, gross.
    low_income_multiple: float = dated("low_income_multiple")
    #: At risk below this multiple, net.
    at_risk_multiple: float = dated("at_risk_multiple")
    #: A household in hardship leaves it at or above this multiple, net (hysteresis); set it to
    #: `relative_multiple` to switch hysteresis off.
    exit_multiple: float = dated("exit_multiple")
    #: A fall counts when savings are below this many months of dibao for all members; 0: always.
    savings_months: float = dated("savings_months")

    def __post_init__(self) -> None:
        """Refuse lines in an impossible order."""
        refuse_unless(
            0 < self.deep_multiple <= self.relative_multiple <= self.exit_multiple,
            "lines must rise from deep over relative hardship to exit",
            deep_multiple=self.deep_multiple,
            relative_multiple=self.relative_multiple,
            exit_multiple=self.exit_multiple,
        )
        refuse_unless(
            self.savings_months >= 0 and self.accidental_share > 0,
            "savings_months must not be negative and accidental_share must be positive",
            savings_months=self.savings_months,
            accidental_share=self.accidental_share,
        )


@dataclass(frozen=True, kw_only=True)
class AtRiskRule(Card):
    """Which signs put a household at risk before its income is near the line."""

    #: Three months' income has fallen by this share of the mean of the twelve months before.
    income_drop_share: float = dated("at_risk_income_drop_share")
    #: Medical spending out of pocket has reached this share of the year's income.
    oop_share: float = dated("at_risk_oop_share")
    #: No work-related insurance record for this many months.
    insurance_gap_months: float = dated("at_risk_insurance_gap_months")


def latent_state(
    *,
    income_yuan: np.ndarray,
    rigid_yuan: np.ndarray,
    event_loss_yuan: np.ndarray,
    members: np.ndarray,
    dibao_yuan: np.ndarray,
    assets_pass: Flag,
    recognised_cause: Flag,
    at_risk_sign: Flag,
    savings_yuan: np.ndarray,
    was_in_hardship: Flag,
    rule: LatentRule,
) -> np.ndarray:
    """In which of `STATES` is each household this month? int8 codes, shape of `income_yuan`.

    Income, rigid spending and event loss are yuan of the trailing twelve months; dibao is yuan
    per person and month, savings yuan at the end of the month. Net income per head is
    (income − rigid) / 12 / members.

    Deep: net below the deep line. Relative: below the relative line, with a recognised cause.
    Accidental: event loss of at least `accidental_share` of income. Each needs the assets test,
    and a household that was not in hardship the month before must have used up its savings.
    A household that was stays until its net income reaches the exit line; while above the
    relative line it counts as relative, or accidental as long as its event counts. Then gross
    income below the low-income line, then a sign of risk or net income below the at-risk line.
    """
    line = np.multiply(members, dibao_yuan, dtype=np.float32)
    year = np.float32(12) * line
    net = np.subtract(income_yuan, rigid_yuan, dtype=np.float32)
    may_be = assets_pass & (was_in_hardship | _savings_used_up(savings_yuan, line=line, rule=rule))
    staying = assets_pass & was_in_hardship & (net < np.float32(rule.exit_multiple) * year)
    struck = (event_loss_yuan > 0) & (
        event_loss_yuan >= np.float32(rule.accidental_share) * np.maximum(income_yuan, 0)
    )
    below_relative = net < np.float32(rule.relative_multiple) * year

    state = np.full(np.shape(income_yuan), _ORDINARY, dtype=np.int8)
    at_risk = at_risk_sign | (net < np.float32(rule.at_risk_multiple) * year)
    np.copyto(state, _AT_RISK, where=at_risk)
    low_income = income_yuan < np.float32(rule.low_income_multiple) * year
    np.copyto(state, _LOW_INCOME, where=low_income)
    np.copyto(state, _RELATIVE, where=staying)
    np.copyto(state, _ACCIDENTAL, where=may_be & struck)
    relative = may_be & below_relative & (recognised_cause | was_in_hardship)
    np.copyto(state, _RELATIVE, where=relative)
    deep = may_be & (net < np.float32(rule.deep_multiple) * year)
    np.copyto(state, _DEEP, where=deep)
    return state


def _savings_used_up(savings_yuan: np.ndarray, *, line: np.ndarray, rule: LatentRule) -> Flag:
    if rule.savings_months == 0:
        return np.True_
    return savings_yuan < np.float32(rule.savings_months) * line


def at_risk_signs(
    *,
    income3_yuan: np.ndarray,
    prior12_yuan: np.ndarray,
    oop12_yuan: np.ndarray,
    income12_yuan: np.ndarray,
    earner_lost_job: Flag,
    insurance_gap_months: np.ndarray,
    new_severe_disability: Flag,
    rule: AtRiskRule,
) -> np.ndarray:
    """Does any sign put the household at risk, whatever its distance from the line? Bool array.

    `income3_yuan` is the sum of the last three months, `prior12_yuan` that of the twelve months
    before those; `oop12_yuan` and `income12_yuan` are of the last twelve months. A household
    that had no income before has not lost any.
    """
    kept = np.float32((1 - rule.income_drop_share) * 3 / 12)
    fallen = (prior12_yuan > 0) & (income3_yuan <= kept * prior12_yuan)
    burdened = (oop12_yuan > 0) & (
        oop12_yuan >= np.float32(rule.oop_share) * np.maximum(income12_yuan, 0)
    )
    uncovered = insurance_gap_months >= rule.insurance_gap_months
    return fallen | burdened | uncovered | earner_lost_job | new_severe_disability


def assets_test(
    *, homes: np.ndarray, owns_firm: Flag, elite_school: Flag, month: int
) -> np.ndarray:
    """Does the household pass the assets test? Fewer than two homes, no firm, no elite school."""
    return (homes < parameter("homes_limit", month=month)) & ~owns_firm & ~elite_school


def in_hardship(state: np.ndarray) -> np.ndarray:
    """Is the state deep, relative or accidental? Bool array."""
    return state <= _ACCIDENTAL
