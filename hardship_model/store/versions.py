"""Accepted models, one immutable version each: what is in them, which one counts, and since when.

    0001/model.skops, config.toml, …, manifest.json
    0002/…
    rollbacks/0002-0001.json

A version exists when its manifest does, and that is written last: what a killed run left behind
is ignored, and removed by the next writer. The newest version counts, unless a rollback was
written after it.
"""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hardship_model.store.folder import Folder, StoreError, changed, now, seal, unseal
from hardship_model.store.model_files import ServedModel, from_bytes

#: The file of a version that holds the model.
MODEL = "model.skops"
_MANIFEST = "manifest.json"
_VERSION = re.compile(r"(\d{4,})/(.+)")
_ROLLBACK = re.compile(r"rollbacks/(\d{4,})-(\d{4,})[.]json")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One accepted model."""

    #: `0001`, `0002`, … in the order in which they were accepted.
    name: str
    #: When, by the world's clock.
    added: str
    #: What its maker says of it; `override` is the reason of somebody who let it in by hand.
    about: Mapping[str, Any]
    #: Checksum (SHA-256) by file.
    files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something after which another version counted."""

    at: str
    version: str
    what: str
    reason: str


class Store:
    """Versions below one address (a path, or a URL that fsspec reads)."""

    def __init__(self, url: str) -> None:
        """Nothing is written before the first version; StoreError for an unknown kind of URL."""
        self._folder = Folder(url)
        self.url = self._folder.url

    @classmethod
    def opened(cls, url: str) -> "Store":
        """A store that is there, be it empty; StoreError where there is none."""
        store = cls(url)
        if not store._folder.is_there():
            raise StoreError(
                f"There is no store at {store.url}. Is its name right? The first accepted model"
                " makes a store (`hardship-model retrain`)."
            )
        return store

    def lock(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile; StoreError at once when somebody does.

        Whoever holds it may still `add` and `rollback`.
        """
        return self._folder.lock()

    def versions(self) -> tuple[Version, ...]:
        """Every version, the oldest first. Raises StoreError for a manifest that was changed."""
        return tuple(self.version(name) for name in self._listed())

    def current(self) -> Version | None:
        """The version that counts; None in a store without versions."""
        listed, _ = self._found()
        if not listed:
            return None
        rollbacks = self._rollbacks(since=listed[-1])
        last = self._rollback(rollbacks[-1]).version if rollbacks else listed[-1]
        return self.version(last)

    def version(self, name: str) -> Version:
        """One version by its name. Raises StoreError when there is none, or it was changed."""
        if name not in self._found()[0]:
            there = ", ".join(self._listed()) or "no version at all"
            raise StoreError(f"The store {self.url} has no version {name!r}; it has {there}.")
        at = f"{name}/{_MANIFEST}"
        said = unseal(self._folder.read(at), at)
        if set(said) != {"version", "added", "about", "files"} or said["version"] != name:
            raise StoreError(changed(at))
        return Version(name=name, **{k: said[k] for k in ("added", "about", "files")})

    def read(self, version: str, name: str) -> bytes:
        """A file of a version. Raises StoreError when it is not what was written."""
        files = self.version(version).files
        if name not in files or not _FILE_NAME.fullmatch(name):
            raise StoreError(f"Version {version} holds no {name!r}; it holds {sorted(files)}.")
        data = self._folder.read(f"{version}/{name}")
        if sha256(data).hexdigest() != files[name]:
            raise StoreError(changed(f"{version}/{name}"))
        return data

    def model(self, version: str) -> ServedModel:
        """The model of a version; see `model_files.from_bytes` for what is refused."""
        return from_bytes(self.read(version, MODEL))

    def history(self) -> tuple[Event, ...]:
        """What happened to the store, the oldest first."""
        found = []
        for version in self.versions():
            override = str(version.about.get("override") or "")
            what = "accepted by hand" if override else "accepted"
            event = Event(at=version.added, version=version.name, what=what, reason=override)
            found += [event, *map(self._rollback, self._rollbacks(since=version.name))]
        return tuple(found)

    def add(self, files: Mapping[str, bytes], about: Mapping[str, Any]) -> Version:
        """A new version, which counts from now on; it is there when all of it is.

        `about` is what JSON can say. Raises StoreError when somebody else writes.
        """
        odd = [n for n in files if n == _MANIFEST or not _FILE_NAME.fullmatch(n)]
        if odd or MODEL not in files:
            raise StoreError(
                f"A version holds {MODEL} and files of plain names beside it (not {_MANIFEST},"
                f" which the store writes); got {sorted(files)}."
            )
        with self.lock():
            self._clear_up()
            listed = self._listed()
            name = f"{int(listed[-1]) + 1 if listed else 1:04d}"
            manifest = seal({
                "version": name, "added": now(), "about": dict(about),
                "files": {n: sha256(data).hexdigest() for n, data in files.items()},
            })  # fmt: skip
            for file, data in files.items():
                self._folder.write(f"{name}/{file}", data)
            self._folder.write(f"{name}/{_MANIFEST}", manifest)
            return self.version(name)

    def rollback(self, to: str, reason: str) -> Version:
        """An earlier version counts again, until the next is added; the reason is kept.

        Raises StoreError without a reason, or when that version counts already.
        """
        if not reason.strip():
            raise StoreError("A rollback wants a reason in words; it is kept in the history.")
        with self.lock():
            version, newest = self.version(to), self._listed()[-1]
            before = self._rollbacks(since=newest)
            if to == (self._rollback(before[-1]).version if before else newest):
                raise StoreError(f"Version {to} of the store {self.url} counts already.")
            name = f"rollbacks/{newest}-{len(before) + 1:04d}.json"
            self._folder.write(name, seal({"to": to, "at": now(), "reason": reason.strip()}))
        return version

    def _listed(self) -> list[str]:
        """The names of all versions; one is missing below a newer one: StoreError."""
        whole, begun = self._found()
        lost = [name for name in begun if whole and int(name) < int(whole[-1])]
        if lost:
            raise StoreError(
                f"{lost[0]}/{_MANIFEST} is missing from the store {self.url}. Put the file back"
                f" from a copy of the store, or remove the whole of {lost[0]}."
            )
        return whole

    def _found(self) -> tuple[list[str], list[str]]:
        """Versions with a manifest, and folders without one, each in order."""
        named = [found.groups() for n in self._folder.names() if (found := _VERSION.fullmatch(n))]
        whole = {version for version, file in named if file == _MANIFEST}
        begun = {version for version, _ in named} - whole
        return sorted(whole, key=int), sorted(begun, key=int)

    def _clear_up(self) -> None:
        """Remove what a killed writer left: parts of the version that it was about to add."""
        self._listed()
        for name in self._found()[1]:
            self._folder.remove(name)
        for name in self._folder.names():
            if name.endswith(".part"):
                self._folder.remove(name)

    def _rollbacks(self, *, since: str) -> list[str]:
        """The files of the rollbacks that were made while this version was the newest."""
        found = [r for n in self._folder.names() if (r := _ROLLBACK.fullmatch(n))]
        return [r[0] for r in sorted(found, key=lambda r: int(r[2])) if r[1] == since]

    def _rollback(self, name: str) -> Event:
        said = unseal(self._folder.read(name), name)
        return Event(at=said["at"], version=said["to"], what="rolled back", reason=said["reason"])
