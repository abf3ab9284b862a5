"""Play strategies over a world, on the same luck, and write down every contact.

A month of an office: households leave the file; falls are noted; channels bring leads; reviews
that are due, then households drawn at random (if the strategy sets visits aside for it), then the
watch list in the strategy's order, then, with visits and money left, doors in turn are visited;
the file changes; aid is counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hardship_model.months import to_text
from hardship_model.schema import check
from hardship_model.screening.book import Book, Page
from hardship_model.screening.hearing import Ears, listen
from hardship_model.screening.luck import Chance
from hardship_model.screening.office import Office, handed_over
from hardship_model.screening.path import Month, Procedure, let_go, visit
from hardship_model.screening.played import Played
from hardship_model.screening.strategies import Strategy, cannot_be_played, refuse_unpaid
from hardship_model.screening.triage import Chosen, choose
from hardship_model.screening.world import LEAD_IN, World

#: Risk by model, as of the month before each row: float32 [rows, households]; NaN: no score.
RiskGrids = Mapping[str, np.ndarray]
#: Is told at the end of each month of each strategy; changes nothing.
Onlooker = Callable[[Strategy, Month, Office, Chosen], None]


def play(
    world: World,
    strategies: Sequence[Strategy],
    *,
    replicates: Sequence[int],
    seed: int,
    scores: pd.DataFrame | RiskGrids | None = None,
    procedure: Procedure | None = None,
    with_ledger: bool = True,
    aid_feeds_back: bool = False,
    onlooker: Onlooker | None = None,
) -> Played:
    """What would each strategy have found in this world, replicate by replicate?

    Parameters
    ----------
    world
        lives, traces, and the file that every strategy begins with.
    strategies
        with different names. All share all luck: whoever is not at home for one strategy in a
        month is not at home for any.
    replicates
        their numbers. A replicate is new luck in the same world; for a new town as well, play
        each town with one replicate of its own number and join the results.
    seed
        of the dice of channels and visits.
    scores
        `household_id, as_of, model, risk`, for strategies with a model. Month m is planned with
        the scores as of the end of m − 1; scores of households that the office may not look up
        are never read. A household without a score is offered by no roster that needs one; on
        the watch list for another reason it counts as the mean of the others there. Whoever
        plays often lays them out once, with `risk_grids`.
    procedure
        of visits; None: the numbers in force in the first month.
    with_ledger
        False keeps the outcomes only: several times less memory.
    aid_feeds_back
        True: aid counts as income of those to whom it is paid (`aided.Relief`); an assumption.
    onlooker
        for whoever wants the office's file month by month, and whom it could have visited.

    Returns
    -------
    see `Played`. Raises ValueError before anything runs when a strategy cannot be played.

    """
    risks = risk_grids(world, scores) if isinstance(scores, pd.DataFrame) else scores or {}
    refuse(world, strategies, risks)
    if aid_feeds_back and world.aid_due_yuan is None:
        raise ValueError(f"Aid cannot feed back: {world.name} does not tell what aid is due.")
    procedure = procedure or world.given(LEAD_IN).card(Procedure)
    book = Book(
        world=world, strategies=tuple(strategies), replicates=tuple(replicates),
        procedure=procedure, with_ledger=with_ledger, aid_feeds_back=aid_feeds_back,
    )  # fmt: skip
    fixed = {s.name: [one.fixed_yuan(world) / 12 for one in s.channels] for s in strategies}
    for k, replicate in enumerate(replicates):
        for now, s, strategy, office, ears in _months(
            world, strategies, seed=seed, replicate=replicate, procedure=procedure
        ):
            risk = risks[strategy.model][now.row] if strategy.model else None
            page = book.page(s, k)
            chosen = _month(office, strategy, now, ears, page, risk, fixed[strategy.name])
            if onlooker is not None:
                onlooker(strategy, now, office, chosen)
    return book.closed()


def refuse(world: World, strategies: Sequence[Strategy], risks: RiskGrids) -> None:
    """Stop before anything runs when a strategy cannot be played in this world."""
    names = [strategy.name for strategy in strategies]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"Strategies want names of their own, and at least one; got {names}.")
    for strategy in strategies:
        lacking = cannot_be_played(strategy, world)
        if lacking:
            raise ValueError(f"Strategy {strategy.name!r}: {' '.join(lacking)}")
        refuse_unpaid(strategy, world)
        if strategy.model is not None:
            _refuse_risks(world, strategy, risks.get(strategy.model))


def _refuse_risks(world: World, strategy: Strategy, risk: np.ndarray | None) -> None:
    if risk is None:
        raise ValueError(
            f"Strategy {strategy.name!r} ranks by the model {strategy.model!r}: give `scores`"
            " with risks of it."
        )
    lacking = [row for row in world.rows if np.isnan(risk[row]).all()]
    if lacking:
        first, last, lacks = (world.months[[LEAD_IN, -1, lacking[0]]] - 1).tolist()
        raise ValueError(
            f"Strategy {strategy.name!r} needs scores of {strategy.model!r} as of each month from"
            f" {to_text(first)} to {to_text(last)}; {len(lacking)} of {len(world.rows)} lack, the"
            f" first {to_text(lacks)}."
        )


def risk_grids(world: World, scores: pd.DataFrame) -> RiskGrids:
    """The table `scores`, checked and laid out over the world: one grid per model."""
    check("scores", scores)
    by_model = scores.groupby(scores["model"].astype("category"), observed=True)
    return {str(model): _risk_grid(world, rows) for model, rows in by_model}


def _risk_grid(world: World, scores: pd.DataFrame) -> np.ndarray:
    grid = np.full((len(world.months), world.n_households), np.nan, dtype=np.float32)
    row = scores["as_of"].to_numpy() + 1 - int(world.months[0])
    order = np.argsort(world.households)
    place = np.searchsorted(world.households, scores["household_id"].to_numpy(), sorter=order)
    place = order[np.minimum(place, len(order) - 1)]
    here = (world.households[place] == scores["household_id"].to_numpy()) & (row >= 0)
    here &= row < len(grid)
    grid[row[here], place[here]] = scores["risk"].to_numpy(dtype=np.float32)[here]
    return grid


def _months(
    world: World, strategies: Sequence[Strategy], *, seed: int, replicate: int,
    procedure: Procedure,
) -> Iterator[tuple[Month, int, Strategy, Office, Ears]]:  # fmt: skip
    """Every month of every strategy: months outside, so that strategies share what is drawn."""
    chance = Chance(world, seed=seed, replicate=replicate)
    ears = Ears(world, chance)
    offices = [
        handed_over(
            world, chance.lasting("first review"),
            review_months=int(procedure.review_months),
            file_review_months=int(procedure.file_review_months),
        )
        for _ in strategies
    ]  # fmt: skip
    for row in world.rows:
        now = Month(
            world=world, row=row, chance=chance, procedure=procedure, given=world.given(row)
        )
        for s, (strategy, office) in enumerate(zip(strategies, offices, strict=True)):
            yield now, s, strategy, office, ears


def _month(
    office: Office,
    strategy: Strategy,
    now: Month,
    ears: Ears,
    page: Page,
    risk: np.ndarray | None,
    fixed_yuan: Sequence[float],
) -> Chosen:
    open_purse(office, strategy, now, sum(fixed_yuan))
    let_go(office, now)
    page.note_falls(office, now)
    brought = listen(office, strategy, now, ears)
    page.note_leads(brought, now, fixed_yuan)
    chosen = choose(office, strategy, now, brought, risk)
    visited = visit(office, now, chosen.who, chosen.by)
    office.purse_yuan -= len(chosen.who) * now.procedure.visit_yuan
    page.note_visits(office, visited, now, inclusion_probability=chosen.inclusion_probability)
    page.note_aid(office, now)
    return chosen


def open_purse(office: Office, strategy: Strategy, now: Month, fixed_yuan: float) -> None:
    """A twelfth of the year's money comes in, a twelfth of the fixed costs goes out.

    Money that a year has not spent does not pass into the next.
    """
    if (now.row - LEAD_IN) % 12 == 0:
        office.purse_yuan = 0.0
    office.purse_yuan += strategy.budget_yuan_per_year / 12 - fixed_yuan
