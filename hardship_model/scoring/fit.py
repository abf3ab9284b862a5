"""Does a panel fit the model that is to read it?"""

from collections.abc import Iterator

from hardship_model.data.panel import Panel
from hardship_model.months import to_text
from hardship_model.store import Fits, fits_of

#: A poverty line off by more than this factor is another line, or another unit. Assumed: lines
#: move by less from one retraining to the next, wrong units (a year's sum, 万元) by more.
_ANOTHER_LINE = 2.0


class ScoringError(ValueError):
    """A panel that a model cannot score: what came, what was wanted, what to do."""


def refuse_misfit(fits: Fits, panel: Panel, *, as_of: int) -> None:
    """Stop when the model cannot be read on this panel, or not at the end of `as_of`.

    Raises ScoringError that tells everything that does not fit at once.
    """
    if wrong := [*_of_columns(fits, panel), *_of_frame(fits, panel), *_of_time(panel, as_of)]:
        raise ScoringError(
            f"Panel {panel.name!r} does not fit the model: {'; '.join(wrong)}."
            " Mend its mapping, or take a model that learned from such a panel."
        )


def _of_columns(fits: Fits, panel: Panel) -> Iterator[str]:
    there = {c.name: c for c in panel.columns}
    if absent := fits.absent(panel):
        yield f"it lacks {len(absent)} of {len(fits.columns)} columns ({', '.join(absent)})"
    for wanted in fits.columns:
        came = there.get(wanted.name, wanted)
        if came.kind != wanted.kind:
            yield f"{wanted.name} is a {came.kind}, the model learned from a {wanted.kind}"
        if came.lag_months != wanted.lag_months:
            yield (
                f"{wanted.name} comes {came.lag_months} months late, the model learned from one"
                f" that comes {wanted.lag_months} months late"
            )


def _of_frame(fits: Fits, panel: Panel) -> Iterator[str]:
    if panel.step_months != fits.step_months:
        yield (
            f"its periods are of {panel.step_months} months, the model learned from periods of"
            f" {fits.step_months}"
        )
    if panel.currency != fits.currency:
        yield f"its amounts are in {panel.currency}, the model learned from {fits.currency}"
        return
    line = fits_of(panel, ()).line_median
    if not fits.line_median / _ANOTHER_LINE <= line <= fits.line_median * _ANOTHER_LINE:
        yield (
            f"its poverty line lies at about {line:g} {panel.currency} per person and month, the"
            f" model learned with one at about {fits.line_median:g}"
        )


def _of_time(panel: Panel, as_of: int) -> Iterator[str]:
    if as_of not in panel.months:
        yield (
            f"{to_text(as_of)} is no period of it; they run from {to_text(panel.months[0])} to"
            f" {to_text(panel.months[-1])} in steps of {panel.step_months} months"
        )
