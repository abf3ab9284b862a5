"""The checks that a reviewer would otherwise make by hand."""

import subprocess
import sys

import pytest
from housekeeping import ROOT


@pytest.mark.parametrize(
    "check",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy",),
        ("mypy", "start.py"),
    ],
    ids=" ".join,
)
def test_the_repository_passes(check):
    done = subprocess.run(
        [sys.executable, "-m", *check], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )

    assert done.returncode == 0, done.stdout + done.stderr
