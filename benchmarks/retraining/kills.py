"""Not a race: what is left of a retraining that is killed (`kill -9`) at fifty random moments?

    python benchmarks/retraining/kills.py [KILLS]

trains a small office's model again and again, each time in a folder of its own, kills the process
at a moment drawn evenly over the length of an undisturbed run, opens the store, and starts the same
again. Asked is each time: did the store open, was everything kept that was whole, are all tables
and the page the same to the byte, and the stored model's risks the same to the bit, as those of
the undisturbed run? `kills.csv` beside this file counts by what the run was doing when it died.
Linux and macOS; a few minutes.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from hardship_model.files import write_csv
from hardship_model.retrain_study import load_retrain, retrain
from hardship_model.retrain_study.stages import MARK
from hardship_model.store import Store

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from extracts import office, predictions  # noqa: E402

_FORK = multiprocessing.get_context("fork")


def run(config: Path) -> None:
    """One retraining, as the command does it; what it is doing is written down line by line."""
    with (config.parent / "doing.txt").open("a", encoding="utf-8") as file:

        def say(line: str) -> None:
            print(line, file=file, flush=True)

        retrain(load_retrain(config), config.parent / "runs", config=config.read_bytes(), say=say)


def started(config: Path) -> multiprocessing.Process:
    """A process that runs it, once it has begun."""
    process = _FORK.Process(target=run, args=(config,))
    process.start()
    while process.is_alive() and not doing(config):
        time.sleep(0.001)
    return process


def doing(config: Path) -> list[str]:
    """What the run has said so far."""
    file = config.with_name("doing.txt")
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def results(config: Path) -> dict[str, bytes]:
    """Every table and page by its bytes, and the bits of the stored model's risks."""
    folder = config.parent / "runs" / "2023-06"
    files = {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
    return files | {"predictions": predictions(config).tobytes()}


def killed(config: Path, after: float, calm: dict[str, bytes]) -> dict[str, object] | None:
    """Kill a run so many seconds after it began, and let it end; None when it had ended before."""
    process = started(config)
    time.sleep(after)
    if not process.is_alive():
        return None
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    said = doing(config)
    store = Store(load_retrain(config).store)
    opened = all(store.model(version.name) for version in store.versions())
    whole = {p: p.stat().st_mtime_ns for p in (config.parent / "runs/stages").glob(f"*/{MARK}")}
    again = started(config)
    again.join()
    kept = all(path.stat().st_mtime_ns == then for path, then in whole.items())
    found = results(config) if again.exitcode == 0 else {}
    return {
        "doing": said[-1].split(":")[0].split(",")[0], "store_opened": opened,
        "whole_parts_kept": kept, "ended": again.exitcode == 0,
        "tables_same": {k: v for k, v in found.items() if k != "predictions"}
        == {k: v for k, v in calm.items() if k != "predictions"},
        "predictions_same": found.get("predictions") == calm["predictions"],
        "parts_whole": len(whole),
    }  # fmt: skip


def main(kills: str = "50") -> None:
    """Kill so often, and count."""
    moments, rows, too_late = np.random.default_rng(1), [], 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)

        def fresh(name: str) -> Path:
            (folder / name).mkdir()
            return office(folder / name)

        run(fresh("warm"))  # loads what is loaded once
        first = fresh("calm")
        begun = time.monotonic()
        run(first)
        length, calm = time.monotonic() - begun, results(first)
        while len(rows) < int(kills):
            config = fresh(f"killed{len(rows) + too_late}")
            row = killed(config, moments.uniform(0, length), calm)
            if row is None:
                too_late += 1
                continue
            rows.append(row)
            print(len(rows), row, flush=True)
    table = pd.DataFrame(rows)
    counted = table.groupby("doing", sort=False).agg(
        kills=("doing", "size"), fewest_parts_whole=("parts_whole", "min"),
        most_parts_whole=("parts_whole", "max"),
        **{name: (name, "sum") for name in (
            "store_opened", "whole_parts_kept", "ended", "tables_same", "predictions_same")},
    )  # fmt: skip
    counted = counted.sort_values("fewest_parts_whole", kind="stable").reset_index()
    print(counted.to_string(), f"{too_late} runs had ended before they could be killed.", sep="\n")
    write_csv(counted, HERE / "kills.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
