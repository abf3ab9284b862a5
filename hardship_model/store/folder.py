"""One folder at any address: files written whole, checked when read, one writer at a time."""

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from filelock import FileLock, Timeout
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

_LOCK, _HOLDER = "lock", "lock.holder"
#: Of an address that names somebody: `//name:password@`.
_SOMEBODY = re.compile(r"//[^/@]*@")


class StoreError(ValueError):
    """A store or model file that cannot be used: what came, what was wanted, what to do."""


class Folder:
    """The files below one address, of this machine or of any that fsspec can reach.

    A file appears when it is whole: it is written under another name and renamed (this machine)
    or copied (elsewhere, where a copy appears at once).
    """

    def __init__(self, url: str) -> None:
        """Raises StoreError for an address that nothing here can read."""
        #: For messages: without a name or password that the address may carry.
        self.url = _SOMEBODY.sub("//", str(url))
        try:
            self._fs, root = url_to_fs(str(url))
        except (ValueError, ImportError) as problem:
            raise StoreError(f"The store {self.url} cannot be reached: {problem}") from None
        self._root = root.rstrip("/")
        self._held = False

    def is_there(self) -> bool:
        """Is anything at the address, be it empty?"""
        self._fs.invalidate_cache()
        return self._fs.exists(self._root)

    def names(self) -> list[str]:
        """The names of all files, as seen from the folder, sorted."""
        self._fs.invalidate_cache()
        self._refuse_file()
        return sorted(path[len(self._root) + 1 :] for path in self._fs.find(self._root))

    def _refuse_file(self) -> None:
        if self._fs.isfile(self._root):
            raise StoreError(f"{self.url} is a file; a store is a folder.")

    def read(self, name: str) -> bytes:
        """What a file holds. Raises StoreError when it is not there."""
        try:
            return self._fs.cat_file(self._at(name))
        except FileNotFoundError:
            raise StoreError(f"{name} is missing from the store {self.url}.") from None

    def write(self, name: str, content: bytes) -> None:
        """A new file, whole or not at all."""
        path = self._at(name)
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(f"{path}.part", content)
        self._fs.mv(f"{path}.part", path)

    def remove(self, name: str) -> None:
        """A file, or a folder with all that is in it."""
        self._fs.rm(self._at(name), recursive=True)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises StoreError at once when somebody does.

        May be taken again by who holds it.
        """
        if self._held:
            yield
            return
        self._refuse_file()
        self._fs.makedirs(self._root, exist_ok=True)
        here = isinstance(self._fs, LocalFileSystem)
        with self._lock_of_machine() if here else self._lock_file():
            self._held = True
            try:
                yield
            finally:
                self._held = False

    @contextmanager
    def _lock_of_machine(self) -> Iterator[None]:
        """The operating system's lock, which it takes back from a process that dies."""
        lock = FileLock(self._at(_LOCK))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"The store {self.url} is being written to by {self._holder(_HOLDER)}. Wait until"
                " that run ends (the lock ends with it, also when it is killed), then try again."
            ) from None
        try:
            self.write(_HOLDER, _me())
            yield
        finally:
            lock.release()

    @contextmanager
    def _lock_file(self) -> Iterator[None]:
        """A file that only one can make; it stays when its maker dies."""
        try:
            with self._fs.open(self._at(_LOCK), "xb") as file:
                file.write(_me())
        except FileExistsError:
            raise StoreError(
                f"The store {self.url} is being written to by {self._holder(_LOCK)}. Wait until"
                f" that run ends; if it is dead, delete the file {_LOCK} in the store, and try"
                " again."
            ) from None
        try:
            yield
        finally:
            self.remove(_LOCK)

    def _holder(self, name: str) -> str:
        """Who holds the lock, as far as that was written down."""
        try:
            return self.read(name).decode("utf-8", "replace")
        except StoreError:
            return "another run"


def _me() -> bytes:
    return f"process {os.getpid()} of {platform.node()} since {now()}".encode()


def now() -> str:
    """The time by the world's clock, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def seal(content: Mapping[str, Any]) -> bytes:
    """JSON that tells when it was changed. Raises StoreError for what is no JSON."""
    try:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise StoreError(f"The store keeps what JSON can say, and no more: {problem}.") from None
    sealed = {"content": json.loads(text), "sha256": sha256(text.encode()).hexdigest()}
    return (json.dumps(sealed, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def unseal(data: bytes, name: str) -> dict[str, Any]:
    """What was sealed. Raises StoreError when any byte is another one."""
    try:
        content = json.loads(data)["content"]
        whole = seal(content) == data
    except (ValueError, TypeError, KeyError, RecursionError):
        whole = False
    if not whole:
        raise StoreError(changed(name))
    return content


def changed(name: str) -> str:
    """What is said of a file that is not what was written."""
    return (
        f"{name} is not what was written to the store: its checksum differs. Put the file back"
        " from a copy of the store, or use another version (`hardship-model models rollback`)."
    )
