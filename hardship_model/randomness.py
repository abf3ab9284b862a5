"""Chance that belongs to a household, a month and a decision.

Two strategies that are compared share all luck that neither of them touches: whoever falls
ill in one falls ill in the other. The idea is that of common random numbers; each household's
number depends on its own identity alone, so a larger town leaves the first households' lives
as they were.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri


@dataclass(frozen=True, kw_only=True)
class Dice:
    """A source of luck for the households numbered `first` to `first + n_households − 1`."""

    seed: int
    #: Which replicate of the same experiment.
    replicate: int = 0
    n_households: int
    #: Serial number of the first household (a shard starts later than 0).
    first: int = 0

    def roll(self, decision: str, month: int) -> np.ndarray:
        """Uniform numbers in [0, 1), float32, shape (n_households,), in register order.

        Philox is counter-based: a shard begins in the middle of the stream, and its
        households get the numbers that they would get in the whole town.
        """
        key = np.random.SeedSequence(
            [self.seed, self.replicate, int(month), zlib.crc32(decision.encode())]
        )
        stream = np.random.Philox(key)
        # One counter step yields four 64-bit words, that is eight 32-bit numbers.
        skipped, inside = divmod(self.first, 8)
        stream.advance(skipped)
        numbers = np.random.Generator(stream).random(inside + self.n_households, dtype=np.float32)
        return numbers[inside:]

    def normal(self, decision: str, month: int) -> np.ndarray:
        """Standard normal numbers, float32, shape (n_households,), by inverting `roll`."""
        # A float32 roll lies on a grid of 2^-24: its cell's middle is never 0 or 1.
        middle = self.roll(decision, month).astype(np.float64) + 2.0**-25
        return ndtri(middle).astype(np.float32)

    def for_replicate(self, replicate: int) -> "Dice":
        """The same households with other luck."""
        return replace(self, replicate=replicate)
