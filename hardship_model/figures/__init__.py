"""How does one see it? Each picture draws what one table says, and computes nothing.

The only room that imports matplotlib. Colours are told apart by colour-blind readers too;
baselines are grey. No single real household is ever drawn.
"""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from hardship_model.figures.exclusion import draw_exclusion
from hardship_model.figures.gate import draw_gate, draw_shifts
from hardship_model.figures.groups import draw_equal_recall
from hardship_model.figures.knowing import draw_two_dates, draw_worth
from hardship_model.figures.models import draw_lists, draw_models, draw_reliability
from hardship_model.figures.moves import draw_hazards, draw_moves
from hardship_model.figures.origins import draw_origins, stairs
from hardship_model.figures.retrained import draw_drift, draw_retrained
from hardship_model.figures.screened import (
    draw_channels,
    draw_draws,
    draw_flips,
    draw_found,
    draw_frontier,
    draw_missed,
    draw_overlaps,
    draw_screened,
    draw_sensitivity,
    shown_strategies,
)
from hardship_model.figures.strips import draw_strips
from hardship_model.figures.style import save
from hardship_model.figures.visits import draw_visits
from hardship_model.months import to_month
from hardship_model.screen_study import PanelResults, ScreenResults
from hardship_model.study import Results

__all__ = [
    "draw_all", "draw_channels", "draw_draws", "draw_drift", "draw_equal_recall",
    "draw_exclusion", "draw_flips", "draw_found", "draw_frontier", "draw_gate", "draw_hazards",
    "draw_lists", "draw_missed", "draw_models", "draw_moves", "draw_origins", "draw_overlaps",
    "draw_reliability", "draw_retrained", "draw_screened", "draw_sensitivity", "draw_shifts",
    "draw_strips", "draw_two_dates", "draw_visits", "draw_worth", "save", "shown_strategies",
    "stairs", "write_all",
]  # fmt: skip


def draw_all(results: Results) -> dict[str, Figure]:
    """Every picture of a run, by the name of its file."""
    moved = results.transitions["move"]
    steps = stairs(
        results.study,
        first_month=to_month(results.data["first_month"]),
        step_months=results.data["step_months"],
    )
    drawn = {
        "moves": draw_moves(results.transitions),
        "origins": draw_origins(steps),
        "models": draw_models(results.backtest, results.choice),
        "reliability": draw_reliability(results.reliability, results.choice),
        "lists": draw_lists(results.lists, results.choice),
    }
    if moved.str.startswith("hazard").any():
        drawn["hazards"] = draw_hazards(results.transitions)
    if not results.by_group.empty:
        drawn["exclusion"] = draw_exclusion(results.by_group, results.choice)
    if not results.visits.empty:
        drawn["visits"] = draw_visits(results.visits)
    return drawn


def write_all(
    results: Results | ScreenResults | PanelResults, folder: Path,
    *, formats: Sequence[str] = ("svg", "png"),
) -> None:  # fmt: skip
    """Write every picture of a run into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = draw_all(results) if isinstance(results, Results) else draw_screened(results)
    for name, figure in drawn.items():
        save(figure, folder / name, formats=formats)
