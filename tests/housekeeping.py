"""What the tests of the house ask: which files there are, and which packages are wanted."""

import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

#: Folders that are nobody's source, for a copy without git.
NOT_OURS = {
    "__pycache__",
    "build",
    "data/models",
    "data/panel",
    "data/raw",
    "data/release",
    "data/runs",
    "docs/made",
}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements():
    """Every package that pyproject.toml asks for, those of the extras included."""
    extras = project()["optional-dependencies"].values()
    texts = [*project()["dependencies"], *(text for extra in extras for text in extra)]
    return [Requirement(text) for text in texts]


@cache
def files_of_the_repository():
    """The files that git tracks; in a copy without git, all that are not made by running."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
        )
        if listing.returncode == 0:
            files = [ROOT / name for name in listing.stdout.split("\0") if name]
            return [path for path in files if path.is_file()]
    return sorted(path for path in ROOT.rglob("*") if path.is_file() and _is_source(path))


def _is_source(path):
    folders = path.relative_to(ROOT).parent
    names = [folder.as_posix() for folder in (folders, *folders.parents)]
    hidden = [part for part in folders.parts if part.startswith(".")]
    made = [part for part in folders.parts if part in NOT_OURS or part.endswith(".egg-info")]
    return not made and not NOT_OURS & set(names) and set(hidden) <= {".ci", ".github"}
