"""The same config gives the same bytes on any processor, not on ours alone."""

import os
import subprocess
import sys

import numpy as np
import pytest
from housekeeping import ROOT

#: An OpenBLAS that knows this processor by another name adds up in another order.
ELDER_BLAS = "Nehalem"


def faster_ways():
    """The instruction sets that NumPy has found here beyond those that every processor has."""
    return np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])


def started(folder, **pretended):
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "tests/one_small_job.py", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **pretended},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_elder_processor_writes_the_same_bytes(tmp_path):
    if not (disabled := faster_ways()):
        pytest.skip("NumPy has found no faster instructions here that could be switched off.")
    elder = {"NPY_DISABLE_CPU_FEATURES": " ".join(disabled), "OPENBLAS_CORETYPE": ELDER_BLAS}
    jobs = {"ours": started(tmp_path / "ours"), "elder": started(tmp_path / "elder", **elder)}
    for name, job in jobs.items():
        told = job.communicate()[1]
        assert job.returncode == 0, f"{name}: {told}"
    ours, others = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in jobs
    )
    assert len(ours) == 9
    assert sorted(ours) == sorted(others)
    assert [name for name in ours if ours[name] != others[name]] == []
