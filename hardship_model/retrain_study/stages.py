"""Which parts of a run are done already? Each is kept whole under the hash of what went into it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hardship_model.files import whole_folder

#: What went into a stage; its presence says that the stage is whole.
MARK = "inputs.json"
_LOCK = ".lock"
#: So many letters of a hash tell the stages of a run apart.
_LETTERS = 16


class BusyError(ValueError):
    """A folder in which another run is at work."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One finished part of a run."""

    name: str
    #: The hash of what went in.
    key: str
    folder: Path
    #: False when an earlier run had made it.
    made_now: bool


@dataclass(frozen=True, kw_only=True)
class Stages:
    """The finished parts in one folder, `NAME-HASH` each; any of them may be deleted."""

    folder: Path
    #: Goes into every stage: the versions that decide about numbers.
    made_by: Mapping[str, str]
    say: Callable[[str], None]

    def key(self, inputs: Mapping[str, Any]) -> tuple[str, str]:
        """The hash that stands for these inputs, and what was hashed."""
        said = json.dumps(
            {"inputs": inputs, "made_by": self.made_by},
            default=_plain,
            indent=2,
            sort_keys=True,
            ensure_ascii=False,
        )
        return hashlib.sha256(said.encode()).hexdigest(), said

    def stage(
        self, name: str, inputs: Mapping[str, Any], make: Callable[[Path], None], *, doing: str
    ) -> Stage:
        """The stage of this name for these inputs: from an earlier run, or made now.

        `make` writes the result into the folder that it is given; the folder gets its name when
        all of it is written, so a run that is killed leaves a whole stage or none. `inputs` are
        what JSON can say, dataclasses, and other stages (which stand for their own inputs).
        """
        key, said = self.key(inputs)
        place = self.folder / f"{name}-{key[:_LETTERS]}"
        made_now = not (place / MARK).is_file()
        if made_now:
            self.say(doing)
            with whole_folder(place, mark=MARK) as folder:
                make(folder)
                (folder / MARK).write_text(said, encoding="utf-8")
        return Stage(name=name, key=key, folder=place, made_now=made_now)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else works here meanwhile; what killed runs left half-written is swept away.

        The system lets go of the lock when a process ends, however it ends. Raises BusyError
        when another run holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyError(
                f"Another run is at work in {self.folder}; wait for its end, or give another --out."
            ) from None
        with lock:
            sweep(self.folder, begun=".*-*")
            yield


def sweep(folder: Path, *, begun: str) -> None:
    """Remove what killed runs left half-written in a folder that nobody else works in."""
    for left in folder.glob(begun):
        shutil.rmtree(left)


def _plain(value: Any) -> Any:
    """What stands in a key for a value that JSON does not know."""
    if isinstance(value, Stage):
        return value.key
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} cannot be part of what a stage is made from.")
