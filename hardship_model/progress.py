"""How far is a long job? Told while it works, in a terminal as in a notebook."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape

_OF = re.compile(r"(\d+) of (\d+)")
_BAR = 10


@contextmanager
def progress(screen: Console | None = None) -> Iterator[Callable[[str], None]]:
    """What is a job at? What is yielded is the `say` of a job: it hears each longer step.

    `with progress() as say: results = study.run(plan, say=say)`. In a terminal the steps stay,
    and a wheel turns beside the last; in a notebook one line is written over, with a bar where a
    step is one *of* so many, and says in the end how long it took. Tells nothing of households.
    """
    if (shown := _line_of_a_notebook()) is None:
        with (screen := screen or Console(stderr=True)).status("Starting") as status:

            def say(line: str) -> None:
                screen.print(f"{line} …", style="dim", markup=False)
                status.update(escape(line))

            yield say
        return
    began, steps = time.monotonic(), 0

    def tell(line: str) -> None:
        nonlocal steps
        steps += 1
        shown(f"{bar(line)}{line} … ({time.monotonic() - began:.0f} s so far)")

    yield tell
    shown(f"Done: {steps} steps in {time.monotonic() - began:.0f} s.")


def bar(line: str) -> str:
    """A bar for a step that is one of so many, else nothing.

    >>> bar("Town 3 of 4"), bar("Reading")
    ('████████░░ ', '')
    """
    if not (found := _OF.search(line)):
        return ""
    done, steps = map(int, found.groups())
    full = round(_BAR * min(done / max(steps, 1), 1))
    return "█" * full + "░" * (_BAR - full) + " "


def _line_of_a_notebook() -> Callable[[str], None] | None:
    """Writes over one line of the running cell; None where no notebook is running."""
    python: Any = sys.modules.get("IPython")
    if python is None or not hasattr(python.get_ipython(), "kernel"):
        return None
    handle = python.display.display({"text/plain": "Starting"}, raw=True, display_id=True)
    return lambda text: handle.update({"text/plain": text}, raw=True)
