"""Who on this machine has a store open: a lock on a file, which ends with whoever holds it."""

import fcntl
import os
import time
from pathlib import Path

from functions.errors import Unusable

PAUSE = 0.05
"""Seconds between two tries to take a lock that somebody else holds."""


class FileLock:
    """One holder of the lock on ``file``, or on a folder that exists: many may share the lock, or
    one may have it alone. Where nothing can be locked or written, everybody gets the lock: SQLite's
    own locks still keep writers apart."""

    def __init__(self, file: Path):
        self._folder = file if file.is_dir() else file.parent
        how = os.O_RDONLY if file.is_dir() else os.O_RDWR | os.O_CREAT
        try:
            self._fd = os.open(file, how | os.O_CLOEXEC, 0o600)
        except OSError:
            self._fd = -1

    def share(self, patience: float = 0) -> None:
        """Hold the lock together with others.

        Raises:
            Unusable: ``in_use``, somebody has had it alone for all of these seconds.
        """
        self._wait(fcntl.LOCK_SH, patience)

    def claim(self, patience: float = 0) -> None:
        """Hold the lock alone.

        Raises:
            Unusable: ``in_use``, somebody else has used it for all of these seconds.
        """
        try:
            self._wait(fcntl.LOCK_EX, patience)
        except Unusable:
            # The shared lock is lost where an exclusive one was tried and refused.
            self._take(fcntl.LOCK_SH)
            raise

    def close(self) -> None:
        """Release the lock."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _wait(self, how: int, patience: float) -> None:
        until = time.monotonic() + patience
        while not self._take(how):
            if time.monotonic() > until:
                raise Unusable("in_use", place=self._folder)
            time.sleep(PAUSE)

    def _take(self, how: int) -> bool:
        try:
            if self._fd >= 0:
                fcntl.flock(self._fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # It cannot be locked.
        return True
