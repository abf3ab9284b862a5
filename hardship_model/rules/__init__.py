"""Public rules as code: who is in hardship, what the file says, what aid is due."""

from hardship_model.rules._page import cards_page
from hardship_model.rules.aid import AidRule, aid, aid_table, compare_aid
from hardship_model.rules.card import Card
from hardship_model.rules.register import (
    AUTOMATIC_CHECK_COVERS,
    LOOK_BACK_COVERS,
    REGISTERED,
    RegisterRule,
    RegisterStep,
    in_withdrawal,
    registered_exit,
    registration,
)
from hardship_model.rules.states import (
    HARDSHIP_STATES,
    IN_HARDSHIP,
    STATES,
    AtRiskRule,
    LatentRule,
    assets_test,
    at_risk_signs,
    in_hardship,
    latent_state,
)

__all__ = [
    "AUTOMATIC_CHECK_COVERS",
    "HARDSHIP_STATES",
    "IN_HARDSHIP",
    "LOOK_BACK_COVERS",
    "REGISTERED",
    "STATES",
    "AidRule",
    "AtRiskRule",
    "Card",
    "LatentRule",
    "RegisterRule",
    "RegisterStep",
    "aid",
    "aid_table",
    "assets_test",
    "at_risk_signs",
    "cards_page",
    "compare_aid",
    "in_hardship",
    "in_withdrawal",
    "latent_state",
    "registered_exit",
    "registration",
]
