"""What an office's own model may learn from, and what it then says of whom it may look up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hardship_model.data.panel import Panel, PanelError
from hardship_model.data.population.register import ACCIDENTAL, DEEP, UNLISTED
from hardship_model.features import Feature, features
from hardship_model.labels import Question, outcomes
from hardship_model.models import build
from hardship_model.models.by_hand import INCOME, IncomeOverLine
from hardship_model.models.calibration import Calibrated, fit_calibrated
from hardship_model.rules import REGISTERED

#: A first model learns who entered the file within half a year.
QUESTION = Question(ask="entered_within", horizon_months=6, exit_months=6, spell_months=3)
#: Months of `as_of` that train, and months between two of them.
TRAINING_MONTHS, APART = 36, 3
#: Answers *no* kept for each *yes*.
_NO_PER_YES = 20
#: A household counts as there when something was written down about it this lately.
_SEEN_WITHIN = 4


def visible(panel: Panel, *, eve: int, file: np.ndarray | None = None) -> Panel:
    """The rows that an office may look at; the file as it stood at the end of `eve`.

    An office may look up union members, and whoever is on one of its lists in the row's month.
    `file` holds its own list states, codes [months, households] of the panel; None: those that
    the panel tells. Months after `eve` keep the state of `eve`.
    """
    rows = panel.rows
    if file is None:
        file = np.nan_to_num(panel.grid("registered"), nan=UNLISTED).astype(np.int8)
    who = np.searchsorted(panel.households, rows["household_id"].to_numpy())
    month = np.minimum(rows["month"].to_numpy(), eve) - int(panel.months[0])
    state = file[month, who]
    told = rows.assign(
        registered=pd.Categorical.from_codes(state, dtype=pd.CategoricalDtype(list(REGISTERED))),
        in_hardship=(state >= DEEP) & (state <= ACCIDENTAL),
    )
    allowed = rows["union_member"].astype(bool).to_numpy() | (state != UNLISTED)
    return panel.with_rows(told[allowed].reset_index(drop=True))


@dataclass(frozen=True, kw_only=True, eq=False)
class Taught:
    """Answers to learn from, one per household × `as_of`."""

    #: `household_id, as_of`.
    who: pd.DataFrame
    yes: np.ndarray
    #: How many households each answer stands for; None: all for as many.
    weight: np.ndarray | None = None
    #: Share of the answers *no* that are there.
    kept_no: float = 1.0

    def some_of_the_noes(self, *, seed: int) -> "Taught":
        """Every yes and about `_NO_PER_YES` times as many noes, which then stand for the others."""
        n_no = int((~self.yes).sum())
        share = min(1.0, _NO_PER_YES * max(self.yes.sum(), 1) / n_no) if n_no else 1.0
        luck = np.random.default_rng([seed, len(self.yes)]).random(len(self.yes))
        kept = self.yes | (luck < share)
        some = replace(self, who=self.who[kept].reset_index(drop=True), yes=self.yes[kept])
        if self.weight is None:
            return replace(some, kept_no=share)
        return replace(some, weight=self.weight[kept] / np.where(some.yes, 1.0, share))

    def since(self, month: int) -> "Taught":
        """The answers about households as they stood in this month or later."""
        late = (self.who["as_of"] >= month).to_numpy()
        weight = None if self.weight is None else self.weight[late]
        return replace(
            self, who=self.who[late].reset_index(drop=True), yes=self.yes[late], weight=weight
        )

    def and_also(self, other: "Taught") -> "Taught":
        """Both together; either both have weights or none has."""
        noes = [(~one.yes).sum() for one in (self, other)]
        all_noes = noes[0] / self.kept_no + noes[1] / other.kept_no
        weights = [one.weight for one in (self, other) if one.weight is not None]
        return Taught(
            who=pd.concat([self.who, other.who], ignore_index=True),
            yes=np.concatenate([self.yes, other.yes]),
            weight=np.concatenate(weights) if weights else None,
            kept_no=sum(noes) / all_noes if all_noes else 1.0,
        )


def from_the_file(panel: Panel, *, eve: int) -> Taught:
    """Who entered the file within half a year, as far as it was written down by the end of `eve`.

    What the old ways of looking have found, then: not who fell.
    """
    known = panel.known_by(eve)
    until = eve - QUESTION.months_until_known
    as_of = [m for m in range(until, until - TRAINING_MONTHS, -APART) if m >= known.months[0]]
    rows = outcomes(known, QUESTION, as_of=as_of[::-1])
    rows = rows[(rows["answer"] != "unknown") & rows["all_seen"]].reset_index(drop=True)
    return Taught(who=rows[["household_id", "as_of"]], yes=(rows["answer"] == "yes").to_numpy())


@dataclass(frozen=True, kw_only=True, eq=False)
class OfficeModel:
    """A model that has met every yes, but only a share of the noes."""

    fitted: Calibrated
    declared: tuple[Feature, ...]
    kept_no: float

    def risks(self, panel: Panel, *, as_of: Sequence[int]) -> pd.DataFrame:
        """Which risk has each household that was lately heard of, at each of these months?

        One row per `household_id` × `as_of`, with `risk`. `panel` is what may be looked at.
        """
        who = pd.concat([_heard_of(panel, month) for month in as_of], ignore_index=True)
        learned = self.fitted.risk(features(panel, self.declared, who=who))
        # Its odds are too high by the noes that it has not met.
        odds = self.kept_no * learned / np.maximum(1 - learned, 1e-9)
        return who.assign(risk=odds / (1 + odds))


def _heard_of(panel: Panel, as_of: int) -> pd.DataFrame:
    rows = panel.rows
    lately = (rows["month"] > as_of - _SEEN_WITHIN) & (rows["recorded_month"] <= as_of)
    ids = rows.loc[lately, "household_id"].unique()
    return pd.DataFrame({"household_id": ids, "as_of": np.full(len(ids), as_of, dtype=np.int32)})


def learn(
    panel: Panel, declared: tuple[Feature, ...], taught: Taught, *, model: str, seed: int
) -> OfficeModel:
    """Learn from these answers. Raises PanelError where there are too few of either kind."""
    if taught.yes.sum() < 2 or taught.yes.all():
        raise too_few(taught)
    # The line is drawn without the backtest's embargo, although two answers of a household may tell
    # of one entry, and without its regions. A line keeps the order of visits; where risks are
    # multiplied by months it matters little: in a town of 50,000 households an embargo of eight
    # months moves the slope from 1.03 to 1.06, and the two provinces lie 0.02 off the line. What is
    # stored of strategies and offices was played with this line.
    fitted = fit_calibrated(
        build(model, declared, seed=seed), features(panel, declared, who=taught.who),
        taught.yes.astype(int), as_of=taught.who["as_of"].to_numpy(),
        judged_on=np.ones(len(taught.yes), dtype=bool), weight=taught.weight,
    )  # fmt: skip
    return OfficeModel(fitted=fitted, declared=declared, kept_no=taught.kept_no)


def too_few(taught: Taught) -> PanelError:
    """What to say when a model cannot learn from so few answers."""
    return PanelError(
        f"Of {len(taught.yes)} answers {int(taught.yes.sum())} are yes: too few for a model to"
        " learn from; give towns more households: 1,000 have been enough."
    )


def who_has_least(panel: Panel, declared: tuple[Feature, ...], *, as_of: int) -> OfficeModel:
    """What a clerk ranks by, in the place of a model: last known income over the line."""
    income = tuple(feature for feature in declared if feature.name == INCOME)
    known = features(panel, income, who=_heard_of(panel, as_of))
    clerk = IncomeOverLine().fit(known, np.zeros(len(known)))
    fitted = Calibrated(model=clerk, intercept=0.0, slope=1.0)
    return OfficeModel(fitted=fitted, declared=income, kept_no=1.0)
