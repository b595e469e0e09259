"""What a build remembers for the next one: notes by name, and shelves of bytes, in one SQLite file.
It may be removed at any time; values have checksums, so damage never changes a page."""

import os
import sqlite3
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet
from zlib import crc32

# SQLite 3.7.17, which Lambda's images for Python up to 3.11 have, knows no WITHOUT ROWID.
TABLES = """
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS shelves (
    shelf TEXT, name TEXT, value BLOB, checksum INTEGER, PRIMARY KEY (shelf, name)
);
"""


class Damaged(Exception):
    """The cache has lost what it should have."""


DAMAGE = (Damaged, sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises; the last where SQLite's complaint quotes the damage."""


def refused(error: Exception) -> bool:
    """Whether the disk is full or read-only, so that the file is not to blame."""
    refusals = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in refusals


class Cache:
    """The cache in ``file``, or in memory where there is none; it is emptied if another
    ``version`` wrote it."""

    def __init__(self, file: Path | None = None, version: str = ""):
        self._file = file
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
        _caches.add(self)
        try:
            self._begin(version.encode())
        except DAMAGE as error:
            if refused(error):
                raise
            self.forget()  # A cache is worth no repair.
            self._begin(version.encode())

    def _begin(self, version: bytes) -> None:
        if self.noted("version") != version:
            self._db.execute("DELETE FROM notes")
            self._db.execute("DELETE FROM shelves")
            self.note("version", version)
            self.commit()

    @cached_property
    def _db(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file or ":memory:", timeout=60)
        # Values are long: SQLite reads them twice as fast from few large pages.
        db.execute("PRAGMA page_size = 32768")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        # Created on every connection, because after a fork a cache in memory is empty.
        db.executescript(TABLES)
        return db

    def get(self, shelf: str, name: str) -> bytes | None:
        """The value of this name, or None. Raises as :meth:`all` does."""
        query = "SELECT name, value, checksum FROM shelves WHERE shelf = ? AND name = ?"
        return self._read(shelf, self._db.execute(query, (shelf, name))).get(name)

    def all(self, shelf: str) -> dict[str, bytes]:
        """All values of a shelf, by name.

        Raises:
            Damaged: one is not what was put there.
        """
        query = "SELECT name, value, checksum FROM shelves WHERE shelf = ?"
        return self._read(shelf, self._db.execute(query, (shelf,)))

    def _read(self, shelf: str, rows: Iterable[tuple[Any, Any, Any]]) -> dict[str, bytes]:
        found = {}
        for name, value, checksum in rows:
            # Damage can change the type of a value, too.
            is_whole = isinstance(name, str) and isinstance(value, bytes)
            if not is_whole or checksum != crc32(value, crc32(f"{shelf} {name}".encode())):
                raise Damaged(shelf, name)
            found[name] = value
        return found

    def put(self, shelf: str, values: Iterable[tuple[str, bytes]]) -> None:
        """Store values by their names."""
        rows = [(shelf, n, v, crc32(v, crc32(f"{shelf} {n}".encode()))) for n, v in values]
        self._db.executemany("REPLACE INTO shelves VALUES (?, ?, ?, ?)", rows)

    def noted(self, name: str) -> bytes:
        """The note of this name; empty if there is none."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return row[0] if row else b""

    def note(self, name: str, value: bytes) -> None:
        """Set a note. It has no checksum, because a note is only ever compared."""
        self._db.execute("REPLACE INTO notes VALUES (?, ?)", (name, value))

    def commit(self) -> None:
        """Make changes visible to other processes and to the next build."""
        self._db.commit()

    def close(self) -> None:
        """Close the file, if this process opened it."""
        if db := self.__dict__.pop("_db", None):
            db.close()

    def forget(self) -> None:
        """Remove the file."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            if self._file:
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)


_caches: WeakSet[Cache] = WeakSet()
_inherited: list[sqlite3.Connection] = []


def _leave_connections() -> None:
    """Have a forked process open its own: it must neither use nor close those that it inherited."""
    _inherited.extend(c.__dict__.pop("_db") for c in _caches if "_db" in c.__dict__)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_connections)
