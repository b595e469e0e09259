"""The same work on all processors, where there is enough of it."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MANY = 400
"""With fewer, starting processes takes longer than they save."""
PART = 100
SHARED = "/dev/shm"  # noqa: S108 - It is only asked for.

_inherited: tuple[Callable[[Any], Any], Sequence[Any]]
"""What the forked processes find in their memory, so that nothing is copied to them."""


def spread(work: Callable[[T], R], over: Sequence[T]) -> Iterator[R]:
    """The results in order.

    Processes are forked, which is safe only for a program with a single thread. Where a system
    cannot fork, has one processor or no memory that processes share (as Lambda, whose locks would
    lie in ``/dev/shm``), the work is done here.
    """
    global _inherited
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = threading.active_count() > 1 or processors == 1 or not os.access(SHARED, os.W_OK)
    if len(over) < MANY or alone or not hasattr(os, "fork"):
        yield from map(work, over)
        return
    import multiprocessing  # Slow to import, and most builds have little to do.

    _inherited = (work, over)
    with multiprocessing.get_context("fork").Pool(processors) as pool:
        for results in pool.imap(_part, range(0, len(over), PART)):
            yield from results


def _part(first: int) -> list[Any]:
    work, over = _inherited
    return [work(each) for each in over[first : first + PART]]
