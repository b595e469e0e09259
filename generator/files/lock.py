"""A lock on a file, so that one build runs at a time. The kernel releases it when the last process
that has the file open ends, be it killed; processes that a build forked hold it, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none: there several builds may run at a time.
    fcntl = None  # type: ignore[assignment]


@contextmanager
def held(file: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock on ``file``, which need not exist; ``on_wait`` is called if another has it.

    Raises:
        OSError: the file cannot be opened.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        try:
            if fcntl:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(opened, fcntl.LOCK_EX)
        except OSError:
            pass  # Some network folders have no locks; build without one there.
        yield
