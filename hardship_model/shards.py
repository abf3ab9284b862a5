"""The same work on every shard: in processes of this machine, or on a Dask cluster."""

from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from distributed import Client

Shard = TypeVar("Shard")
Result = TypeVar("Result")

#: So many losses in a row without one shard done, and it is the shard that kills its workers.
_MOST_LOSSES = 3
#: Shards handed out for each worker: nobody waits, and few results lie about.
_AHEAD = 2
#: Seconds within which a scheduler must answer and have a worker.
_PATIENCE = 60
# A forked process would inherit the threads' locks of libraries, but not their threads.
_FRESH = get_context("spawn")
_LOST = (
    "One shard has cost several workers, most likely for want of memory."
    " Cut smaller shards, or let fewer workers share a machine."
)


class ShardError(ValueError):
    """Shards that cannot be worked on: what happened, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Who works on the shards? Results do not depend on it."""

    name: Literal["local", "dask"] = "local"
    #: Of this machine; with one, or one shard, the work is done in this very process.
    processes: int = 2
    #: Where the scheduler of a Dask cluster listens, such as `tcp://10.0.0.5:8786`.
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse an engine that does not exist, or a cluster without an address."""
        if self.name not in ("local", "dask"):
            raise ShardError(f"There is no engine {self.name!r}; there are 'local' and 'dask'.")
        if (self.name == "dask") != bool(self.scheduler):
            raise ShardError(
                f"Engine {self.name!r} with scheduler {self.scheduler!r}: 'dask' needs the address"
                " of a scheduler (--scheduler tcp://HOST:PORT), 'local' has none."
            )
        if self.processes < 1:
            raise ShardError(f"At least one process is needed, got {self.processes}.")


LOCAL = Engine()


def map_shards(
    work: Callable[[Shard], Result], shards: Iterable[Shard], *, engine: Engine = LOCAL
) -> Iterator[Result]:
    """What does `work` say of each shard? In the order of the shards, whoever is ready first.

    Only so many shards are handed out as can soon be worked on, so memory is bounded by a few
    shards and their results. When a worker is lost (killed, out of memory, its machine gone) its
    shards are worked on again, so `work` must do no harm when done twice: it writes files whole
    or not at all. What `work` raises is raised here. `work`, shards and results are pickled.
    Raises ShardError when a shard has cost several workers, when no scheduler or worker answers,
    and when Dask is not installed.
    """
    if engine.scheduler:
        return _on_cluster(work, shards, engine.scheduler)
    if engine.processes == 1:
        return map(work, shards)
    return _in_processes(work, shards, engine.processes)


@dataclass(kw_only=True)
class _Handed:
    """A shard that was handed out, and its result to come."""

    shard: Any
    future: Any = None


def _in_processes(
    work: Callable[[Shard], Result], shards: Iterable[Shard], processes: int
) -> Iterator[Result]:
    coming = iter(shards)
    begin = list(islice(coming, 2))
    if len(begin) < 2:  # not worth a process
        yield from map(work, begin)
        return
    coming, out, losses = chain(begin, coming), deque[_Handed](), 0
    pool = ProcessPoolExecutor(processes, mp_context=_FRESH)
    try:
        while True:
            room = _AHEAD * processes - len(out)
            out.extend(_Handed(shard=shard) for shard in islice(coming, room))
            if not out:
                return
            try:
                for one in out:
                    one.future = one.future or pool.submit(work, one.shard)
                result = out[0].future.result()
            except BrokenProcessPool:  # one process was lost, and took the others with it
                losses += 1
                if losses == _MOST_LOSSES:
                    raise ShardError(_LOST) from None
                pool = ProcessPoolExecutor(processes, mp_context=_FRESH)
                for one in out:
                    one.future = None
            else:
                out.popleft()
                losses = 0
                yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _on_cluster(
    work: Callable[[Shard], Result], shards: Iterable[Shard], scheduler: str
) -> Iterator[Result]:
    with _client(scheduler) as client:
        # The scheduler itself gives the shards of a lost worker to another one.
        room, out = _AHEAD * sum(client.nthreads().values()), deque[Any]()
        coming = iter(shards)
        while True:
            some = islice(coming, room - len(out))
            out.extend(client.submit(work, shard, pure=False) for shard in some)
            if not out:
                return
            yield _result(out.popleft())


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        raise ShardError(_LOST) from None
    except CancelledError:
        raise ShardError(
            "The scheduler of the cluster was lost. Start it and its workers again, then this."
        ) from None


def _client(scheduler: str) -> "Client":
    """Somebody who can hand out work there, once a worker has come."""
    try:
        from distributed import Client
    except ImportError:
        raise ShardError(
            "The engine 'dask' needs packages that are not installed:"
            " pip install hardship-model[dask]."
        ) from None
    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError):
        raise ShardError(
            f"No Dask scheduler answers at {scheduler} within {_PATIENCE} seconds."
            " Start one with `dask scheduler`, and name the address that it prints."
        ) from None
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        client.close()
        raise ShardError(
            f"The scheduler at {scheduler} has no workers."
            f" Start some with `dask worker {scheduler} --nthreads 1`."
        ) from None
    return client
