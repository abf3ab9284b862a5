"""How fast is the library beside what one would write without it?

    python benchmarks/run.py                 every entry
    python benchmarks/run.py features_36     one of them

An entry is a module beside this one. Its docstring's first line says what the work is;
`contenders()` prepares the data and names the ways to do the work, ours first; `compare(ours,
theirs)` raises when two ways do not say the same. A way that does only a part of the work,
because all of it would take too long, stands in `EXTRAPOLATED` with what its seconds are
multiplied by. Ratios are between times of one run on one machine; seconds of different machines
or days are not.
"""

import gc
import importlib
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent

#: Each way is run this often, or as often as fits into so many seconds, but at least once.
RUNS, SECONDS = 7, 20.0


def main(asked: list[str]) -> int:
    """Run the entries that are named, or all; 2 when there is no such entry, 0 otherwise."""
    there = sorted(p.stem for p in HERE.glob("*.py") if "\ndef contenders(" in p.read_text("utf-8"))
    if absent := sorted(set(asked) - set(there)):
        print(f"No benchmark is called {', '.join(absent)}. There are: {', '.join(there)}.")
        return 2
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    for name in asked or there:
        run(importlib.import_module(name), name)
    return 0


def run(entry: ModuleType, name: str) -> None:
    """Time every way of one entry, check that they agree, print seconds and ratios."""
    print(f"\n{name}: {(entry.__doc__ or '').splitlines()[0]}")
    ours: tuple[float, Any] | None = None
    for way, work in entry.contenders().items():
        seconds, busy, result = timed(work)
        times = getattr(entry, "EXTRAPOLATED", {}).get(way, 1)
        seconds = [times * second for second in seconds]
        middle = statistics.median(seconds)
        if ours is None:
            ours = middle, result
        else:
            entry.compare(ours[1], result)
        print(
            f"  {way:<44}{middle:9.3f} s (median of {len(seconds)}, least {min(seconds):.3f},"
            f" at work {times * busy:.3f})"
            f"{middle / ours[0]:9.1f} x"
            + (f", {times:g} times the seconds of a part" if times != 1 else ""),
            flush=True,
        )


def timed(work: Callable[[], Any]) -> tuple[list[float], float, Any]:
    """Seconds of each run, how many a run kept a core at work, and what the last one returned."""
    seconds: list[float] = []
    began = time.process_time()
    while not seconds or (len(seconds) < RUNS and sum(seconds) < SECONDS):
        gc.collect()
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, (time.process_time() - began) / len(seconds), result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
