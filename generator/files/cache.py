"""What a build remembers for the next one: small things noted by name, and shelves of bytes.

One SQLite file that may be removed at any time. What is read from a shelf is held against a
checksum, so that damage costs time and never changes a page.
"""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zlib import crc32

TABLES = """
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shelves (
    shelf TEXT, name TEXT, value BLOB, checksum INTEGER, PRIMARY KEY (shelf, name)
);
"""


class Damaged(Exception):
    """The cache has lost what it should have."""


DAMAGE = (Damaged, sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises; the last where SQLite's complaint quotes the damage."""

REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
"""What SQLite says where the file is whole and the system will not write."""


def refused(error: Exception) -> bool:
    """Whether it is not the file that is damaged: the disk is full, or read-only."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in REFUSED


class Cache:
    """The cache at ``file``, or one that is forgotten; of another ``version``, it is empty."""

    def __init__(self, file: Path | None = None, version: str = ""):
        self._file = file
        self._own = 0
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._begin(version.encode())
        except DAMAGE as error:
            if refused(error):
                raise
            self.forget()  # It is worth nothing.
            self._begin(version.encode())

    def _begin(self, version: bytes) -> None:
        if self.noted("version") != version:
            self._db.execute("DELETE FROM notes")
            self._db.execute("DELETE FROM shelves")
            self.note("version", version)
            self.commit()

    @property
    def _db(self) -> sqlite3.Connection:
        # A forked process must neither use nor close the connection that it inherited.
        if self._own != os.getpid():
            self._inherited = getattr(self, "_connection", None)
            self._connection = sqlite3.connect(self._file or ":memory:", timeout=60)
            self._own = os.getpid()
            # Parcels are long: they are read twice as fast from few pages.
            self._connection.execute("PRAGMA page_size = 32768")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = OFF")
            # Here, for a fork of a cache in memory begins with an empty one.
            self._connection.executescript(TABLES)
        return self._connection

    def get(self, shelf: str, name: str) -> bytes | None:
        """What is kept there under this name, or None.

        Raises:
            Damaged: it is not what was put there.
        """
        query = "SELECT name, value, checksum FROM shelves WHERE shelf = ? AND name = ?"
        return self._read(shelf, self._db.execute(query, (shelf, name))).get(name)

    def all(self, shelf: str) -> dict[str, bytes]:
        """All that a shelf holds.

        Raises:
            Damaged: something there is not what was put there.
        """
        query = "SELECT name, value, checksum FROM shelves WHERE shelf = ?"
        return self._read(shelf, self._db.execute(query, (shelf,)))

    def _read(self, shelf: str, rows: Iterable[tuple[Any, Any, Any]]) -> dict[str, bytes]:
        found = {}
        for name, value, checksum in rows:
            # Damage can make a value of another type, too.
            whole = isinstance(name, str) and isinstance(value, bytes)
            if not whole or checksum != _checksum(shelf, name, value):
                raise Damaged(shelf, name)
            found[name] = value
        return found

    def put(self, shelf: str, kept: Iterable[tuple[str, bytes]]) -> None:
        """Keep values by their names."""
        rows = ((shelf, name, value, _checksum(shelf, name, value)) for name, value in kept)
        self._db.executemany("REPLACE INTO shelves VALUES (?, ?, ?, ?)", rows)

    def noted(self, name: str) -> bytes:
        """What was noted under this name, or nothing."""
        row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return row[0] if row else b""

    def note(self, name: str, value: bytes) -> None:
        """Note this under a name. No checksum: a note is only ever compared."""
        self._db.execute("REPLACE INTO notes VALUES (?, ?)", (name, value))

    def commit(self) -> None:
        """Make it known to other processes, and to the next build."""
        self._db.commit()

    def close(self) -> None:
        """Let go of the file, where it was opened."""
        if self._own == os.getpid():
            self._connection.close()
        self._own = 0

    def forget(self) -> None:
        """Remove it."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            if self._file:
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)


def _checksum(shelf: str, name: str, value: bytes) -> int:
    return crc32(value, crc32(f"{shelf} {name}".encode()))
