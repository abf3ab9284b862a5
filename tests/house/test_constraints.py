"""The exact versions of `constraints.txt`: names and versions, and nothing else."""

import re
from importlib.metadata import distributions

import pytest
from housekeeping import ROOT, requirements
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PINNED = {
    canonicalize_name(name): version for name, _, version in (s.partition("==") for s in LINES)
}


def test_a_line_is_a_name_and_a_version():
    odd = [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)]

    assert odd == []


def test_no_package_is_pinned_twice():
    assert len(LINES) == len(PINNED)


@pytest.mark.parametrize("wanted", requirements(), ids=str)
def test_what_pyproject_asks_for_is_pinned_within_its_bounds(wanted):
    assert wanted.specifier.contains(PINNED[canonicalize_name(wanted.name)])


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_pinned_version_admits_every_supported_python(python):
    refusing = [
        f"{dist.name}=={dist.version}"
        for dist in distributions()
        if PINNED.get(canonicalize_name(dist.name)) == dist.version
        and not SpecifierSet(dist.metadata.get("Requires-Python", "")).contains(python)
    ]

    assert refusing == []
