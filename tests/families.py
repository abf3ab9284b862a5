"""Families drawn for the spec tests: amounts per head and month, in yuan."""

from dataclasses import dataclass

import numpy as np

from hardship_model.months import to_month
from hardship_model.rules import (
    REGISTERED,
    STATES,
    LatentRule,
    RegisterRule,
    latent_state,
    registration,
)

#: The local dibao in these stories, yuan per person and month.
DIBAO = 700
RULE = LatentRule.at(to_month("2022-06"))


@dataclass(frozen=True, kw_only=True)
class Family:
    """Three people, no savings, no event; income and rigid spending per head and month."""

    income: float
    rigid: float = 0.0
    persons: int = 3
    #: Yuan lost to an event in the last twelve months, for the whole family.
    event_loss: float = 0.0
    #: Months of dibao for all members that lie on the bank.
    savings_months: float = 0.0
    assets_pass: bool = True
    cause: bool = True
    sign_of_risk: bool = False
    was_in_hardship: bool = False

    def _measured(self) -> dict[str, np.ndarray]:
        year = 12 * self.persons
        return {
            "income_yuan": np.array([self.income * year], dtype=np.float32),
            "rigid_yuan": np.array([self.rigid * year], dtype=np.float32),
            "event_loss_yuan": np.array([self.event_loss], dtype=np.float32),
            "members": np.array([self.persons], dtype=np.int8),
            "dibao_yuan": np.array([DIBAO], dtype=np.float32),
            "assets_pass": np.array([self.assets_pass]),
            "recognised_cause": np.array([self.cause]),
            "at_risk_sign": np.array([self.sign_of_risk]),
            "savings_yuan": np.array([self.savings_months * DIBAO * self.persons], np.float32),
        }

    def state(self, rule: LatentRule = RULE) -> str:
        """The family's true state, as a word."""
        was = np.array([self.was_in_hardship])
        return STATES[latent_state(**self._measured(), was_in_hardship=was, rule=rule)[0]]

    def filed(self, *, month: str, member: bool = True, signed: bool = True) -> str:
        """The category that a verification in this month leads to, as a word."""
        code = registration(
            **self._measured(),
            in_spell=np.array([self.was_in_hardship]),
            union_member=np.array([member]),
            authorisation_signed=np.array([signed]),
            latent=LatentRule.at(to_month(month)),
            rule=RegisterRule.at(to_month(month)),
        )
        return REGISTERED[code[0]]
