"""Where strategies are played: a town with the risks that its office knows, and its number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hardship_model.screening.played import Played
from hardship_model.screening.simulator import RiskGrids, play
from hardship_model.screening.strategies import Strategy
from hardship_model.screening.world import World


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """One town. Its number is the replicate's: other lives, and other luck of channels."""

    world: World
    number: int
    #: Its scores, laid out by `risk_grids`; None when no strategy needs any.
    risks: RiskGrids | None = None
    #: Does aid count as income of those to whom it is paid?
    aid_feeds_back: bool = False

    def play(
        self, strategies: Sequence[Strategy], *, seed: int, with_ledger: bool = False
    ) -> Played:
        """These strategies in this town, once."""
        return play(
            self.world, strategies, replicates=[self.number], seed=seed, scores=self.risks,
            with_ledger=with_ledger, aid_feeds_back=self.aid_feeds_back,
        )  # fmt: skip

    def assuming(self, **factors: float) -> "Stage":
        """The same lives, with parameters of screening multiplied by these factors."""
        scaled = {**self.world.scaled, **factors}
        return replace(self, world=replace(self.world, scaled=scaled))
