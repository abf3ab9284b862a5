"""What does the file say? The registered layer, which knows only what was measured."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from hardship_model.parameters import parameter
from hardship_model.rules.card import Card, dated
from hardship_model.rules.states import LatentRule, latent_state

#: What the file can say of a household; a category's code is its place here (int8).
REGISTERED = (
    "unlisted", "low_income_unregistered", "monitored", "deep", "relative", "accidental",
    "exited", "backstopped", "removed",
)  # fmt: skip

#: Whom the automatic check and the look-back can see by their definition (Workers' Daily, late
#: July 2022): nobody who was never on a list, however hard the fall.
AUTOMATIC_CHECK_COVERS = ("low_income_unregistered", "exited")
LOOK_BACK_COVERS = ("exited",)

_UNLISTED, _LOW_INCOME, _MONITORED, _DEEP, _RELATIVE, _ACCIDENTAL, _EXITED = range(7)
#: The category that each latent state leads to, when member and authorisation are given.
_FILED = np.array([_DEEP, _RELATIVE, _ACCIDENTAL, _LOW_INCOME, _MONITORED, _UNLISTED], np.int8)
#: Without membership or signature a household in hardship goes on the low-income list.
_NOT_FILED = np.array(
    [_LOW_INCOME, _LOW_INCOME, _LOW_INCOME, _LOW_INCOME, _MONITORED, _UNLISTED], np.int8
)


@dataclass(frozen=True, kw_only=True)
class RegisterRule(Card):
    """When a household leaves the file, and which line the file's relative hardship has."""

    #: The file's own line of relative hardship (1.5 until 2020, then 2.0).
    relative_multiple: float = dated("registered_relative_multiple")
    #: Multiple of dibao, net, at which deep hardship ends.
    deep_exit_multiple: float = dated("deep_multiple")
    #: Multiple of dibao, net, at which relative hardship ends: the entry line, unless set.
    relative_exit_multiple: float = dated("registered_relative_multiple")
    #: Consecutive months at or above the line before a household leaves.
    exit_months: float = dated("registered_exit_months")
    #: Months after which accidental hardship lapses; it has no other exit.
    lapse_months: float = dated("accidental_months")
    #: Months for which an exited household keeps its flag of gradual withdrawal.
    withdrawal_months: float = dated("withdrawal_months")

    @classmethod
    def as_found(cls, month: int) -> Self:
        """The same with the exit line that was found (1.0 × dibao for every category)."""
        line = parameter("registered_exit_multiple_found", month=month)
        return replace(cls.at(month), deep_exit_multiple=line, relative_exit_multiple=line)

    def entry(self, latent: LatentRule) -> LatentRule:
        """The latent rule with the file's own line of relative hardship, and an exit to match."""
        wider = latent.exit_multiple / latent.relative_multiple
        return replace(
            latent,
            relative_multiple=self.relative_multiple,
            exit_multiple=self.relative_multiple * wider,
        )


class RegisterStep(NamedTuple):
    """The file after one month, one value per household."""

    #: Codes of `REGISTERED`, int8.
    category: np.ndarray
    #: Consecutive months at or above the exit line, int16; 0 for those not in the file.
    months_above: np.ndarray
    #: Left the file this month.
    left: np.ndarray


def registration(
    *,
    income_yuan: np.ndarray,
    rigid_yuan: np.ndarray,
    event_loss_yuan: np.ndarray,
    members: np.ndarray,
    dibao_yuan: np.ndarray,
    assets_pass: np.ndarray,
    recognised_cause: np.ndarray,
    at_risk_sign: np.ndarray,
    savings_yuan: np.ndarray,
    in_spell: np.ndarray,
    union_member: np.ndarray,
    authorisation_signed: np.ndarray,
    latent: LatentRule,
    rule: RegisterRule,
) -> np.ndarray:
    """To which category does a verification lead? int8 codes of `REGISTERED`.

    All amounts are *as measured* at the verification; arrays as in `latent_state`. The state
    that the measured values give decides. Hardship is filed for a union member who signed the
    authorisation; others in hardship, and those of low income, go on the low-income list.
    At risk: monitored. A household that is `in_spell`, on file already or in hardship up to the
    month before, stays in hardship up to the exit line, as in truth: a visit that notices the
    case reads from the papers of the year how long it has lasted (assumed). Everybody else must
    pass the entry line and have used up savings.
    """
    state = latent_state(
        income_yuan=income_yuan, rigid_yuan=rigid_yuan, event_loss_yuan=event_loss_yuan,
        members=members, dibao_yuan=dibao_yuan, assets_pass=assets_pass,
        recognised_cause=recognised_cause, at_risk_sign=at_risk_sign, savings_yuan=savings_yuan,
        was_in_hardship=in_spell, rule=rule.entry(latent),
    )  # fmt: skip
    return np.where(union_member & authorisation_signed, _FILED[state], _NOT_FILED[state])


def registered_exit(
    *,
    category: np.ndarray,
    net_over_dibao: np.ndarray,
    months_above: np.ndarray,
    months_in_file: np.ndarray,
    rule: RegisterRule,
) -> RegisterStep:
    """Who leaves the file this month? One month's step, one value per household.

    `net_over_dibao` is the month's net income per head over dibao, as the file measures it;
    `months_above` counts the months at or above the line up to last month; `months_in_file`
    counts this month too.
    """
    by_line = (category == _DEEP) | (category == _RELATIVE)
    exit_line = np.where(
        category == _DEEP, rule.deep_exit_multiple, rule.relative_exit_multiple
    ).astype(np.float32)
    counted = np.where(by_line & (net_over_dibao >= exit_line), months_above + 1, 0)
    lapsed = (category == _ACCIDENTAL) & (months_in_file >= rule.lapse_months)
    left = lapsed | (counted >= rule.exit_months)
    return RegisterStep(
        category=np.where(left, np.int8(_EXITED), category),
        months_above=np.where(left, 0, counted).astype(np.int16),
        left=left,
    )


def in_withdrawal(months_since_exit: np.ndarray, *, rule: RegisterRule) -> np.ndarray:
    """Does an exited household still have its flag of gradual withdrawal? Bool array.

    The month of the exit is 0; negative months stand for households that never left.
    """
    return (months_since_exit >= 0) & (months_since_exit < rule.withdrawal_months)
