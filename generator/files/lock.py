"""Who builds alone: a lock of the system's on a file, which ends when its holder does.

A process that was killed holds nothing, because the kernel lets go with its last open file;
processes that it forked hold the lock as long as they still write.
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
def held(file: Path, waits: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on ``file``, which is made where it is missing; ``waits`` is called once if
    somebody else holds it.

    Raises:
        OSError: the file cannot be opened.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        if fcntl:
            _take(opened, waits)
        yield


def _take(opened: IO[bytes], waits: Callable[[], None]) -> None:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waits()
        fcntl.flock(opened, fcntl.LOCK_EX)
    except OSError:
        return  # Some network folders know no locks; a build there is as good as without.
