"""Work in several processes. They are forked, which is safe only where there is a single thread."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MANY = 100
"""With fewer items, starting processes takes longer than it saves."""
PART = 100
SHIFT = 200 * PART
"""After so many items, new processes are forked: each page of the parent's memory that a process
reads becomes a copy of its own (reference counts are written), which would double it all."""
SHARED = "/dev/shm"  # noqa: S108 - Only asked whether it can be written.
_inherited: tuple[Callable[[Sequence[Any]], list[Any]], Sequence[Any]]
"""The work and its items, which forked processes find in their memory."""


def _processors() -> int:
    """How many may be used; one where a system cannot fork, or this program must not."""
    if threading.active_count() > 1 or not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def aside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Start this in a process of its own, if there may be one; what is returned waits for it."""
    if _processors() == 1:
        return work
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        failed = 1
        try:
            with os.fdopen(theirs, "wb") as pipe:
                pipe.write(work())
            failed = 0
        finally:
            os._exit(failed)  # Exit without running the parent's cleanup handlers.
    os.close(theirs)

    def result() -> bytes:
        with os.fdopen(ours, "rb") as pipe:
            received = pipe.read()
        _, failed = os.waitpid(child, 0)
        # A failure is repeated here, where it can be reported.
        return work() if failed else received

    return result


def spread(work: Callable[[Sequence[T]], list[R]], over: Sequence[T]) -> Iterator[R]:
    """The results, in order, of work that is given some of the items at a time; all in this process
    where processes share no memory, as on Lambda, which has no ``/dev/shm`` for the locks."""
    global _inherited
    processors = _processors()
    if len(over) < MANY or processors == 1 or not os.access(SHARED, os.W_OK):
        for first in range(0, len(over), PART):
            yield from work(over[first : first + PART])
        return
    import multiprocessing  # Slow to import, and most builds have little to do.

    _inherited = (work, over)
    for first in range(0, len(over), SHIFT):
        shift = range(first, min(first + SHIFT, len(over)), PART)
        with multiprocessing.get_context("fork").Pool(processors) as pool:
            for results in pool.imap(_part, shift):
                yield from results


def _part(first: int) -> list[Any]:
    work, over = _inherited
    return work(over[first : first + PART])
