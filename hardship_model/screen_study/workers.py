"""Several processes over towns and trials, with the results of one, in the same order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from hardship_model.screening.assumed import Bench, Trial

#: Does one piece of work after the other and gives the results in order, as `map`.
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
# A forked process would inherit the threads' locks of libraries, but not their threads.
_FRESH = get_context("spawn")


@contextmanager
def workers(processes: int) -> Iterator[Each]:
    """`map`, or its like in so many processes."""
    if processes == 1:
        yield map
        return
    with ProcessPoolExecutor(processes, mp_context=_FRESH) as pool:
        yield pool.map


@contextmanager
def trying(bench: Bench, processes: int) -> Iterator[Bench]:
    """The bench, or one whose trials are shared out among processes that each know the towns."""
    if processes == 1:
        yield bench
        return
    with ProcessPoolExecutor(
        processes, mp_context=_FRESH, initializer=_take, initargs=(bench,)
    ) as pool:
        yield _Shared(
            stages=bench.stages, make=bench.make, measure=bench.measure, seed=bench.seed, pool=pool
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shared(Bench):
    """A bench with helpers."""

    pool: Executor

    def judge(self, trials: Sequence[Trial]) -> Iterable[Mapping[str, float]]:
        return self.pool.map(_judged, trials)


#: The bench of this process, when it is a helper.
_taken: list[Bench] = []


def _take(bench: Bench) -> None:
    _taken.append(bench)


def _judged(trial: Trial) -> Mapping[str, float]:
    return _taken[-1].judged(trial)
