"""Orders of visits, plain functions that say who comes first; and strategies, which use them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hardship_model.randomness import Dice
from hardship_model.screening.channels import Channel
from hardship_model.screening.prospect import Sized
from hardship_model.screening.world import World

#: An order gives each household on the watch list a number; the smallest is visited first.
#: The list has one row per household with `number` (its position), `last_visit` (a month), `risk`
#: and whatever else the office knows; equal numbers are put in order by the dice. A number that
#: is missing comes last.
Order = Callable[[pd.DataFrame, int, Dice], np.ndarray]


def at_random(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Anybody first."""
    return dice.roll("visited at random", month)[watch_list["number"].to_numpy()]


def in_turn(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Whoever has waited longest first."""
    return watch_list["last_visit"].to_numpy()


def by_score(column: str) -> Order:
    """The highest score first, every period anew."""

    def order(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
        return -watch_list[column].to_numpy()

    return order


def by_risk_since_visit(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Most risk gathered since the last visit first: risk times months unseen."""
    return -watch_list["risk"].to_numpy() * (month - watch_list["last_visit"].to_numpy())


def first_come(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """The oldest lead first."""
    return watch_list["lead_since"].to_numpy()


def by_risk(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """The highest risk first, every month anew: it returns to the same doors."""
    return -watch_list["risk"].to_numpy()


def lowest_income(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """The lowest income that the cross-check sees first, weighed by the months since a visit."""
    waited = month - watch_list["last_visit"].to_numpy()
    return np.maximum(watch_list["seen_over_dibao"].to_numpy(), 0.05) / waited


def by_rule(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Whoever lies below the entry line by what the cross-check sees, in turn; then the others."""
    below = watch_list["seen_over_dibao"].to_numpy() < watch_list["line_multiple"].to_numpy()
    return watch_list["last_visit"].to_numpy() - 1000.0 * below


def by_district(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """The city with most registered hardship first, weighed by the months since a visit."""
    waited = month - watch_list["last_visit"].to_numpy()
    return -watch_list["city_rate"].to_numpy() * waited


def by_truth(watch_list: pd.DataFrame, month: int, dice: Dice) -> np.ndarray:
    """Who fell this month or last first, then others in hardship, then those at risk.

    Among those in hardship the latest fall comes first. Only an oracle can do this.
    """
    hard = watch_list["in_hardship"].to_numpy()
    since = watch_list["hardship_since"].to_numpy()
    at_risk = watch_list["at_risk"].to_numpy()
    waited = month - watch_list["last_visit"].to_numpy()
    long = np.where(since > 0, month - since, 999)
    return np.where(hard, long, np.where(at_risk, 2000 - waited, 4000 - waited))


#: Orders by the names that a strategy's file uses.
ORDERS: dict[str, Order] = {
    "first_come": first_come,
    "at_random": at_random,
    "in_turn": in_turn,
    "by_risk": by_risk,
    "by_risk_since_visit": by_risk_since_visit,
    "by_rule": by_rule,
    "lowest_income": lowest_income,
    "by_district": by_district,
    "by_truth": by_truth,
}


#: Codes of visits that no channel asked for, and what the ledger calls them.
REVIEW, IN_TURN, RANDOM = 100, 101, 102
UNASKED = {REVIEW: "review", IN_TURN: "in turn", RANDOM: "random"}


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """How one office looks: its channels, whom it visits first, and with how much."""

    name: str
    channels: tuple[Channel, ...]
    order: Order
    #: Visits that the staff can make in one month, reviews included.
    visits_per_month: int
    #: Money for looking in this world, yuan; aid stands beside it.
    budget_yuan_per_year: float
    #: Share of a month's money that the channels must leave, as long as visits can use it.
    kept_for_visits: float
    #: Share of the visits that reviews of the monitored and the registered may take.
    most_for_reviews: float
    #: Share of the other visits that go to households drawn evenly from all that may be visited,
    #: so that what they show holds for everybody. What months owe in parts of a visit is kept.
    random_share: float = 0.0
    #: Whose scores are `risk`; None: the strategy needs none.
    model: str | None = None
    #: The watch list tells the latent state. Only for bounds.
    knows_truth: bool = False

    def __post_init__(self) -> None:
        """Refuse what no office can do."""
        if self.visits_per_month < 0 or int(self.visits_per_month) != self.visits_per_month:
            raise ValueError(
                f"Strategy {self.name!r}: visits_per_month is a whole number, 0 or more; got"
                f" {self.visits_per_month}."
            )
        if not self.budget_yuan_per_year >= 0:
            raise ValueError(
                f"Strategy {self.name!r}: budget_yuan_per_year must be 0 or more; got"
                f" {self.budget_yuan_per_year}."
            )
        for name in ("kept_for_visits", "most_for_reviews", "random_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(
                    f"Strategy {self.name!r}: {name} is a share between 0 and 1; got"
                    f" {getattr(self, name)}."
                )
        names = [channel.name for channel in self.channels]
        if len(set(names)) < len(names):
            raise ValueError(f"Strategy {self.name!r} has a channel twice: {names}.")
        if taken := sorted(set(names) & set(UNASKED.values())):
            raise ValueError(
                f"Strategy {self.name!r}: {taken} name visits that no channel asked for; give the"
                " channel another name."
            )

    def fixed_yuan(self, world: Sized) -> float:
        """What does the strategy cost this world in a year before anybody is looked at?"""
        return sum(channel.fixed_yuan(world) for channel in self.channels)


def refuse_unpaid(strategy: Strategy, world: Sized) -> None:
    """Stop when the budget does not pay for what stands before anybody is looked at."""
    fixed = strategy.fixed_yuan(world)
    if strategy.budget_yuan_per_year < fixed:
        raise ValueError(
            f"Strategy {strategy.name!r} costs {fixed:,.0f} yuan a year before anybody is"
            f" looked at, in a world of this size, but its budget is"
            f" {strategy.budget_yuan_per_year:,.0f}; raise it or leave a channel out."
        )


def cannot_be_played(strategy: Strategy, world: World) -> tuple[str, ...]:
    """What does this world lack for the strategy's channels and order? Nothing: empty."""
    asked = [strategy.order, *(f for one in strategy.channels for f in (one.reach, one.sees))]
    return tuple(dict.fromkeys(world.lacking[f] for f in asked if f in world.lacking))
