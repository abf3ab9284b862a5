"""Work on shards that other processes can import: some of it kills whoever does it."""

import os
import signal
import time
from functools import partial
from pathlib import Path


def doubled(shard):
    """Twice the number; the earlier shards are ready last."""
    time.sleep(0.02 * max(3 - shard, 0))
    return 2 * shard


def who(shard):
    """The process that does it."""
    return os.getpid()


def refuses_three(shard):
    if shard == 3:
        raise ValueError("three cannot be done")
    return shard


def fatal_once(shard, *, at, folder):
    """Twice the number; the shards `at` kill their process the first time. Starts are kept."""
    with (Path(folder) / f"{shard}").open("a") as diary:
        diary.write("x")
    if shard in at and (Path(folder) / f"{shard}").read_text() == "x":
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * shard


def killing(*at, folder):
    return partial(fatal_once, at=at, folder=str(folder))


def always_fatal(shard):
    if shard == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return shard
