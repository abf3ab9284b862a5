"""Five million households ranked by a kept model: in memory, in two processes, on a cluster of two.

    python benchmarks/million/score.py --households 5000000

Three ways to the same list: the whole panel in the memory of one process; `map_shards` over its
parts in two processes of this machine; the same on a Dask cluster of two workers that is running
already. Said are seconds on the clock from the files to the ranked list, seconds at work, peak
memory of whoever asked and of each worker, and whether the lists are the same to the bit. The
households are noise whose income drifts.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.data.panel import Column, Panel, build
from hardship_model.data.partitions import MARK, Part, open_partitions, write_partitions
from hardship_model.features import declare, features
from hardship_model.labels import Question, Task
from hardship_model.models import build as build_model
from hardship_model.models.calibration import fit_calibrated
from hardship_model.scoring import Scores, join, score, score_part
from hardship_model.shards import Engine, map_shards
from hardship_model.store import ServedModel, fits_of

PART, MONTHS, FIRST_MONTH = 100_000, 6, 2015 * 12
AS_OF = FIRST_MONTH + MONTHS - 1
COLUMNS = (
    Column(name="spending", pillar="expenditure", kind="amount", direction=1),
    Column(name="ill", pillar="security", kind="flag", direction=1),
    Column(name="district", pillar="place", kind="category"),
)


def drifting(n_households: int) -> Iterator[Panel]:
    """The panel, piece by piece."""
    for first in range(0, n_households, PART):
        rng = np.random.default_rng([2, first])
        shape = (min(PART, n_households - first), MONTHS)
        n = shape[0] * MONTHS
        drift = rng.normal(0.5, 0.4, (shape[0], 1)) + rng.normal(0, 0.1, shape).cumsum(axis=1)
        month = np.tile(FIRST_MONTH + np.arange(MONTHS, dtype=np.int32), shape[0])
        rows = pd.DataFrame({
            "household_id": np.repeat(first + np.arange(shape[0]), MONTHS),
            "month": month, "recorded_month": month,
            "income": np.float32(100) * np.exp(drift.astype(np.float32)).ravel(),
            "poverty_line": np.float32(100), "in_hardship": (drift < 0).ravel(),
            "spending": rng.gamma(2, 20, n).astype(np.float32), "ill": rng.random(n) < 0.03,
            "district": pd.Categorical.from_codes(rng.integers(0, 9, n), list("ABCDEFGHI")),
        })  # fmt: skip
        yield build(
            rows, name="drift", step_months=1, currency="yuan", columns=COLUMNS, invented=True
        )


def kept_model(folder: Path) -> ServedModel:
    """Boosting, taught by the first part: whose income lies below the line two months later?"""
    panel = next(iter(open_partitions(folder))).read()
    declared = declare(panel)
    who = pd.DataFrame({"household_id": panel.households, "as_of": FIRST_MONTH + 3})
    y = (panel.grid("income")[5] < 100).astype(int)
    calibrated = fit_calibrated(
        build_model("boosting", declared, seed=1), features(panel, declared, who=who), y,
        as_of=who["as_of"].to_numpy(), judged_on=np.ones(len(y), dtype=bool),
    )  # fmt: skip
    question = Question(ask="entered_within", horizon_months=2)
    return ServedModel(
        name="boosting", calibrated=calibrated, declared=declared,
        task=Task(name="falls", kind="both", question=question),
        fits=fits_of(panel, declared), trained_from=FIRST_MONTH + 3,
        trained_until=AS_OF, training={},
    )  # fmt: skip


def in_memory(folder: Path, served: ServedModel) -> tuple[Scores, list[int]]:
    """Everybody at once."""
    panels = [part.read() for part in open_partitions(folder)]
    whole = panels[0].with_rows(pd.concat([p.rows for p in panels], ignore_index=True))
    del panels
    return join([score(served, whole, as_of=AS_OF)]), []


def in_processes(folder: Path, served: ServedModel) -> tuple[Scores, list[int]]:
    """Part by part, two processes of this machine."""
    return _in_parts(folder, served, Engine(processes=2))


def on_cluster(folder: Path, served: ServedModel, scheduler: str) -> tuple[Scores, list[int]]:
    """Part by part, the workers of a cluster."""
    return _in_parts(folder, served, Engine(name="dask", scheduler=scheduler))


def _in_parts(folder: Path, served: ServedModel, engine: Engine) -> tuple[Scores, list[int]]:
    work = partial(_scored, served=served)
    peaks: dict[int, int] = {}
    scores = []
    for one, process, peak in map_shards(work, open_partitions(folder), engine=engine):
        peaks[process] = peak
        scores.append(one)
    return join(scores), list(peaks.values())


def _scored(part: Part, served: ServedModel) -> tuple[Scores, int, int]:
    found = score_part(part, served, AS_OF)
    return found, os.getpid(), _peak()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measured(way: str, folder: Path) -> dict[str, object]:
    """Seconds, peaks in GB, and a fingerprint of the list."""
    served = kept_model(folder)
    if way == "cluster":
        from distributed import LocalCluster

        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            return _timed(partial(on_cluster, scheduler=cluster.scheduler_address), folder, served)
    return _timed({"memory": in_memory, "processes": in_processes}[way], folder, served)


def _timed(work, folder: Path, served: ServedModel) -> dict[str, object]:
    start, at_work = time.perf_counter(), sum(os.times()[:4])
    scores, peaks = work(folder, served)
    seconds = time.perf_counter() - start
    bits = pd.util.hash_pandas_object(scores.rows, index=False).to_numpy().tobytes()
    return {
        "s": seconds, "work": sum(os.times()[:4]) - at_work, "gb": _peak() / 1e6,
        "workers_gb": [peak / 1e6 for peak in peaks], "rows": len(scores.rows),
        "bits": hashlib.sha256(bits).hexdigest(),
    }  # fmt: skip


def main() -> int:
    """Make the households once, rank them in three ways."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--households", type=int, default=500_000)
    ask.add_argument("--folder", type=Path)
    ask.add_argument("--way", choices=("memory", "processes", "cluster"))
    args = ask.parse_args()
    folder = args.folder or Path("data/raw") / f"drift_{args.households}"
    if args.way:
        print(json.dumps(measured(args.way, folder)))
        return 0
    if not (folder / MARK).is_file():
        write_partitions(drifting(args.households), folder)
    said = {}
    for way in ("memory", "processes", "cluster"):
        command = [sys.executable, __file__, "--way", way, "--folder", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        said[way] = one = json.loads(done.stdout)
        peaks = ", ".join(f"{gb:.2f}" for gb in one["workers_gb"]) or "none"
        print(
            f"  {way:<12}{one['rows']:>10,} rows {one['s']:7.1f} s"
            f" ({one['s'] / said['memory']['s']:.2f} x in memory) {one['work']:7.1f} s at work,"
            f" {one['gb']:.2f} GB; workers {peaks} GB (load {os.getloadavg()[0]:.1f})", flush=True,
        )  # fmt: skip
    same = len({one["bits"] for one in said.values()}) == 1
    print("  the same list to the bit" if same else "  DIFFERENT lists")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
