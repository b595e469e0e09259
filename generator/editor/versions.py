"""What files of content said, when, and by whom: one SQLite file beside the orders.

A version is only ever added. What was ``saved`` and neither ``published`` nor ``dropped`` since is
an edit that waits. What a file says and no version does was written there by hand (``found``).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from functions.errors import Conflict
from functions.storage.sqlite.connection import open_database

NAME = "content.db"
TABLE = """
CREATE TABLE IF NOT EXISTS versions (
    no INTEGER PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
    at TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_of_file ON versions (file, no);
"""
VersionKind = Literal["found", "saved", "published", "dropped"]


class Version(NamedTuple):
    """What a file (by its path below the root) said, or would; empty where there was none."""

    no: int
    file: str
    kind: VersionKind
    who: str
    at: str
    text: str


class Versions:
    """The versions in a folder, which holds the names of staff and is for its owner alone."""

    def __init__(self, folder: Path):
        self.file = folder / NAME

    def add(self, file: str, kind: VersionKind, who: str, at: str, text: str, after: int) -> int:
        """Add a version to a file of which ``after`` is the last one (0 if there is none), and
        return its number once it is on the disk.

        Raises:
            Conflict: another is the last one by now; nothing was written.
        """
        with self._open() as db, db:
            db.execute("BEGIN IMMEDIATE")
            found = db.execute("SELECT max(no) FROM versions WHERE file = ?", (file,)).fetchone()
            if (found[0] or 0) != after:
                raise Conflict
            query = "INSERT INTO versions (file, kind, who, at, text) VALUES (?, ?, ?, ?, ?)"
            return db.execute(query, (file, kind, who, at, text)).lastrowid or 0

    def of(self, file: str) -> list[Version]:
        """Those of a file, the last one first."""
        return self._find("WHERE file = ? ORDER BY no DESC", file)

    def last(self) -> dict[str, Version]:
        """The last one of each file."""
        found = self._find("WHERE no IN (SELECT max(no) FROM versions GROUP BY file)")
        return {each.file: each for each in found}

    def waiting(self) -> dict[str, Version]:
        """The edits that wait, by file."""
        newest = "SELECT max(no) FROM versions WHERE kind != 'found' GROUP BY file"
        found = self._find(f"WHERE kind = 'saved' AND no IN ({newest})")
        return {each.file: each for each in found}

    def _find(self, which: str, *values: Any) -> list[Version]:
        if not self.file.exists():
            return []
        query = f"SELECT no, file, kind, who, at, text FROM versions {which}"  # noqa: S608 - Ours.
        with self._open() as db:
            return [Version(*row) for row in db.execute(query, values)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file.touch(mode=0o600)
        with closing(open_database(self.file)) as db:
            db.executescript(TABLE)
            yield db
