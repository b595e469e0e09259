"""Work on all processors: the same work, where there is enough of it; or other work aside.

Processes are forked, which is safe only for a program with a single thread.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MANY = 100
"""With fewer, starting processes takes longer than they save."""
PART = 100
SHIFT = 200 * PART
"""After so many, processes are begun anew: what they looked at in the memory that they found has
become their own, and would be all of it twice in the end."""
SHARED = "/dev/shm"  # noqa: S108 - It is only asked for.

_inherited: tuple[Callable[[Sequence[Any]], list[Any]], Sequence[Any]]
"""What the forked processes find in their memory, so that nothing is copied to them."""


def _processors() -> int:
    """How many may be used; one where a system cannot fork, or this program must not."""
    if threading.active_count() > 1 or not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def aside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Begin this in a process of its own, if there may be one; what is returned waits for the
    result."""
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
            os._exit(failed)  # What its parent does at the end is not its to do.
    os.close(theirs)

    def result() -> bytes:
        with os.fdopen(ours, "rb") as pipe:
            said = pipe.read()
        _, failed = os.waitpid(child, 0)
        # Whatever went wrong happens here again, where it can be told.
        return work() if failed else said

    return result


def spread(work: Callable[[Sequence[T]], list[R]], over: Sequence[T]) -> Iterator[R]:
    """The results in order of work that is given some of it at a time.

    Where there is no memory that processes share (as on Lambda, whose locks would lie in
    ``/dev/shm``), all is done here.
    """
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
