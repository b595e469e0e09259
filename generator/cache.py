"""What a build remembers for the next one: files as they were read, texts as HTML, pages written.

One SQLite file that may be removed at any time. What is read from it is held against a checksum,
so that damage costs time and never changes a page.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (path TEXT PRIMARY KEY, stamp TEXT, item BLOB, digest BLOB);
CREATE TABLE IF NOT EXISTS texts (name TEXT PRIMARY KEY, html BLOB, digest BLOB);
CREATE TABLE IF NOT EXISTS folders (out TEXT PRIMARY KEY, pages BLOB, digest BLOB);
"""


class Damaged(Exception):
    """The cache has lost what it should have."""


DAMAGE = (Damaged, sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises; the last where SQLite's complaint quotes the damage."""


class Kept(NamedTuple):
    """An item as it was read from its file when that looked like ``stamp``."""

    stamp: str
    item: bytes


class Written(NamedTuple):
    """What is known of a file of the site: what it was made from, and its look on the disk."""

    fingerprint: str
    size: int
    changed: int


class Cache:
    """The cache at ``file``, or one that is forgotten; of another ``version``, it is empty."""

    def __init__(self, file: Path | None = None, version: str = ""):
        self._file = file
        self._own = 0
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._begin(version)
        except DAMAGE:  # It is worth nothing.
            self.forget()
            self._begin(version)

    def _begin(self, version: str) -> None:
        if self.noted("version") != version:
            for table in ("meta", "items", "texts", "folders"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
            self.note("version", version)

    @property
    def _db(self) -> sqlite3.Connection:
        # A forked process must neither use nor close the connection that it inherited.
        if self._own != os.getpid():
            self._inherited = getattr(self, "_connection", None)
            self._connection = sqlite3.connect(self._file or ":memory:", timeout=60)
            self._own = os.getpid()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = OFF")
            # Here, for a fork of a cache in memory begins with an empty one.
            self._connection.executescript(TABLES)
        return self._connection

    def items(self) -> dict[str, Kept]:
        """The items of all files, by path; less those that do not look as they were kept."""
        rows = self._db.execute("SELECT path, stamp, item, digest FROM items")
        return {
            path: Kept(stamp, item)
            for path, stamp, item, digest in rows
            if digest == _digest(path.encode(), stamp.encode(), item)
        }

    def keep_items(self, kept: Mapping[str, Kept], gone: Iterable[str]) -> None:
        """Remember these, and forget others."""
        self._db.executemany(
            "REPLACE INTO items VALUES (?, ?, ?, ?)",
            (
                (path, stamp, item, _digest(path.encode(), stamp.encode(), item))
                for path, (stamp, item) in kept.items()
            ),
        )
        self._db.executemany("DELETE FROM items WHERE path = ?", ((path,) for path in gone))

    def html(self, name: str) -> str | None:
        """The HTML of a text, by its name; None where it is not known."""
        row = self._db.execute("SELECT html, digest FROM texts WHERE name = ?", (name,)).fetchone()
        return row[0].decode() if row and row[1] == _digest(name.encode(), row[0]) else None

    def keep_html(self, texts: Iterable[tuple[str, str]]) -> None:
        """Remember the HTML of texts, by name."""
        encoded = ((name, html.encode()) for name, html in texts)
        self._db.executemany(
            "REPLACE INTO texts VALUES (?, ?, ?)",
            ((name, html, _digest(name.encode(), html)) for name, html in encoded),
        )

    def pages(self, out: str) -> dict[str, Written]:
        """What was written to a folder, by path in it."""
        query = "SELECT pages, digest FROM folders WHERE out = ?"
        row = self._db.execute(query, (out,)).fetchone()
        if row is None or row[1] != _digest(out.encode(), row[0]):
            return {}
        return msgspec.msgpack.decode(row[0], type=dict[str, Written])

    def keep_pages(self, out: str, pages: Mapping[str, Written]) -> None:
        """Remember what is in a folder. In one piece: it is always wanted whole."""
        packed = msgspec.msgpack.encode(pages)
        row = (out, packed, _digest(out.encode(), packed))
        self._db.execute("REPLACE INTO folders VALUES (?, ?, ?)", row)

    def noted(self, name: str) -> str:
        """What was noted under this name, or nothing."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        self._db.execute("REPLACE INTO meta VALUES (?, ?)", (name, value))

    def commit(self) -> None:
        """Make it known to other processes, and to the next build."""
        self._db.commit()

    def close(self) -> None:
        self._connection.close()
        self._own = 0

    def forget(self) -> None:
        """Remove it."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            if self._file:
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)


def _digest(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=8).digest()
