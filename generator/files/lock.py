"""A lock of the operating system's on a file, so that one build runs at a time.

It ends with its holder: the kernel releases it when the last process that has the file open ends,
so a killed build leaves nothing behind, and processes that it forked still hold the lock as long
as they write.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows has none: there builds do not take turns.
    fcntl = None  # type: ignore[assignment]


@contextmanager
def held(file: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on ``file``, which is created if it is missing; ``on_wait`` is called once if
    another process holds it.

    Raises:
        OSError: the file cannot be opened.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        if fcntl:
            _take(opened, on_wait)
        yield


def _take(opened: IO[bytes], on_wait: Callable[[], None]) -> None:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(opened, fcntl.LOCK_EX)
    except OSError:
        return  # Some network folders have no locks; build without one there.
