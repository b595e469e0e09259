"""Connections: each thread reads over one of its own, all threads write over one, in turn.

What a connection has read of the file stays valid until another one writes, so one that writes
alone keeps its cache.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from weakref import WeakSet

from functions.errors import Busy, Conflict, Full
from functions.storage.sqlite.rows import row_crc

PATIENCE = 10
"""Seconds in which somebody who is writing should come to an end."""
FOLDING = 1
"""Seconds for which readers are waited for, so that the log can be emptied."""


class Connection(sqlite3.Connection):
    """A connection that can be referred to weakly: it ends with the thread that reads over it."""


def open_database(path: Path, opened: WeakSet[Connection] | None = None) -> Connection:
    """Open a database, and add the connection to those ``opened``; the caller begins and ends each
    transaction."""
    db = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, factory=Connection
    )
    db.execute("PRAGMA journal_mode = WAL")
    # FULL: the log is on the disk before a commit returns, not only after a checkpoint.
    db.execute("PRAGMA synchronous = FULL")
    # What is erased must not stay readable in the file's free pages.
    db.execute("PRAGMA secure_delete = ON")
    db.create_function("row_crc", -1, row_crc, deterministic=True)
    if opened is not None:
        opened.add(db)
    return db


class Readers(threading.local):
    """For each thread a connection, ``db``, opened when that thread first reads."""

    def __init__(self, connect: Callable[[], Connection]):
        self._connect = connect

    @cached_property
    def db(self) -> Connection:
        return self._connect()


class Writer:
    """The connection over which all threads write."""

    def __init__(self, db: Connection):
        self.db = db
        # Most pages are written again soon: they are kept at hand, and the log is allowed
        # 16 MB before it is copied into the file.
        self.db.execute("PRAGMA cache_size = -16000")
        self.db.execute("PRAGMA wal_autocheckpoint = 4000")
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self, patience: float = PATIENCE) -> Iterator[Connection]:
        """One transaction that takes the write lock at once, so that what it read stays true.

        Raises:
            Busy: another thread was writing for all of these seconds.
            sqlite3.OperationalError: another program was.
        """
        # Threads wait for each other here: SQLite would sleep and look again, ever longer.
        if not self._lock.acquire(timeout=patience):
            raise Busy
        try:
            self.db.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                self.db.rollback()
                raise
        finally:
            self._lock.release()

    def checkpoint(self) -> None:
        """Bring the log into the file, as far as others let it within :data:`FOLDING` seconds."""
        if self._lock.acquire(timeout=FOLDING):
            try:
                self.db.execute(f"PRAGMA busy_timeout = {1000 * FOLDING}")
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._lock.release()


class Nested(Writer):
    """Stands for the writer inside a transaction of its own: what is written is part of that."""

    def __init__(self, db: Connection):
        self.db = db
        self.broken: Exception | None = None
        self.folds = False

    @contextmanager
    def transaction(self, patience: float = PATIENCE) -> Iterator[Connection]:
        if self.broken:
            # SQLite may have taken everything back already, and would write what follows at once.
            raise self.broken
        try:
            yield self.db
        except (Conflict, Full):
            raise  # Whoever is refused has written nothing.
        except Exception as error:
            self.broken = error
            raise

    def checkpoint(self) -> None:
        self.folds = True  # When the transaction is over.
