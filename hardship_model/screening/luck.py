"""The luck of one replicate, shared by all strategies: each number is drawn once and kept."""

import numpy as np

from hardship_model import steady
from hardship_model.data.population.luck import normal
from hardship_model.randomness import Dice
from hardship_model.screening.world import HIDDEN_BY, LEAD_IN, World


class Chance:
    """What chance holds for the households of a world in one replicate.

    A number belongs to a household, a month and a decision; no strategy can use it up. Lasting
    numbers carry the month before the first.
    """

    def __init__(self, world: World, *, seed: int, replicate: int) -> None:
        self.dice = Dice(
            seed=seed,
            replicate=replicate,
            n_households=world.n_households,
            first=world.first_household,
        )
        self._world = world
        self._lasting_month = int(world.months[LEAD_IN]) - 1
        self._month = -1
        self._of_month: dict[str, np.ndarray] = {}
        self._lasting: dict[str, np.ndarray] = {}
        given = world.given(LEAD_IN)
        self._log_sd = given("visibility_log_sd")
        self._shared = given("visibility_shared_share")
        by_trait = [given(f"visibility_{trait}") for trait in HIDDEN_BY]
        codes = np.arange(1 << len(HIDDEN_BY))
        self._of_traits = np.ones(len(codes), dtype=np.float32)
        for bit, multiple in enumerate(by_trait):
            self._of_traits[(codes >> bit) & 1 == 1] *= np.float32(multiple)

    def roll(self, decision: str, month: int) -> np.ndarray:
        """Uniform numbers in [0, 1), float32 (n_households,), drawn anew at each call."""
        return self.dice.roll(decision, month)

    def shared(self, decision: str, month: int) -> np.ndarray:
        """The same, kept for the strategies that ask in the same month; do not change them."""
        if month != self._month:
            self._month, self._of_month = month, {}
        if decision not in self._of_month:
            self._of_month[decision] = self.dice.roll(decision, month)
        return self._of_month[decision]

    def lasting(self, decision: str) -> np.ndarray:
        """The household's number for something that does not change while the world is played."""
        if decision not in self._lasting:
            self._lasting[decision] = self.dice.roll(decision, self._lasting_month)
        return self._lasting[decision]

    def visible(self, channel: str, row: int) -> np.ndarray:
        """How well can this channel see each household in this row? Multiples, float32.

        The multiples of `HIDDEN_BY` times a lognormal number with mean 1, part of whose spread
        all channels share: whom one misses, others are likelier to miss.
        """
        key = f"visible to {channel}"
        if key not in self._lasting:
            own = normal(self.lasting(f"seen by {channel}"))
            shared = normal(self.lasting("seen by anybody"))
            z = np.sqrt(self._shared) * shared + np.sqrt(1 - self._shared) * own
            self._lasting[key] = steady.exp(self._log_sd * z - self._log_sd**2 / 2).astype(
                np.float32
            )
        return self._lasting[key] * self._of_traits.take(self._world.hidden[row])
