"""What aid changes in the lives of those to whom it is paid; off unless a run asks for it."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from hardship_model.rules import LatentRule, in_hardship, latent_state
from hardship_model.screening.path import Month

_NOBODY = np.empty(0, dtype=np.int64)


@dataclass(kw_only=True, eq=False)
class Relief:
    """Who is out of hardship because of the aid that one office has paid?

    The rule: a share of the aid of the trailing twelve months counts as income. Where a
    household would be in hardship without aid, its state is judged anew with that income, and
    with its own state of the month before: a spell may end earlier, or not begin at all.

    More aid never makes more months in hardship: aid only lifts, and all else stays as it is in
    the life without aid. This leaves out what aid does to savings, debts, health and work, and
    what others would notice of it. Channels, visits and the file go by the life without aid
    too: the office does not count its own aid as income, neither when it registers a household
    nor when it lets one go, so the ledger is the same with aid at work as without. The lives
    themselves were lived with a town's office that pays aid of its own into savings.
    """

    #: Share of a yuan of aid that counts as a yuan of income.
    share: float
    #: Of the last twelve months: who was paid, and how many yuan.
    paid: deque[tuple[np.ndarray, np.ndarray]] = field(default_factory=lambda: deque(maxlen=12))
    #: Positions lifted out of hardship in the month before.
    lifted: np.ndarray = field(default_factory=lambda: _NOBODY)

    def lift(self, now: Month, who: np.ndarray, yuan: np.ndarray) -> np.ndarray:
        """Whom does aid lift this month, when `who` are paid `yuan`? Positions; months in order."""
        world, row = now.world, now.row
        self.paid.append((who, yuan))
        raised = np.zeros(world.n_households, dtype=np.float32)
        for aided, amount in self.paid:
            raised[aided] += np.float32(self.share) * amount
        lifted_before = np.zeros(world.n_households, dtype=bool)
        lifted_before[self.lifted] = True
        asked = np.flatnonzero(world.hard(row) & ((raised > 0) | lifted_before))
        state = latent_state(
            income_yuan=world.income_yuan[row, asked] + raised[asked],
            rigid_yuan=world.rigid_yuan[row, asked],
            event_loss_yuan=world.event_loss_yuan[row, asked],
            members=np.maximum(world.members[row, asked], 1),
            dibao_yuan=world.dibao_yuan[row, asked], assets_pass=world.assets_pass[asked],
            recognised_cause=world.recognised_cause[row, asked], at_risk_sign=np.bool_(False),
            savings_yuan=world.savings_yuan[row, asked],
            was_in_hardship=world.hard(row - 1)[asked] & ~lifted_before[asked],
            rule=now.given.card(LatentRule),
        )  # fmt: skip
        self.lifted = asked[~in_hardship(state)]
        return self.lifted
