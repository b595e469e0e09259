"""The tables, version by version: ``functions/storage/migrations/NNNN_what.sql``.

Each file takes a database from the version before it to version NNNN, which SQLite keeps as
``PRAGMA user_version``. A statement ends at the end of a line.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "migrations"
MIGRATIONS = sorted(FOLDER.glob("[0-9]*.sql"))
"""All files, the first version first."""
NEWEST = len(MIGRATIONS)
"""The version that this program reads and writes: that of the last file."""


def version(db: sqlite3.Connection) -> int:
    """The version of a database; 0 where it has no tables yet."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def upgrade(db: sqlite3.Connection) -> None:
    """Bring a database to the newest version, inside the transaction that the caller began."""
    done = version(db)
    if done == 2 and "begun" not in _columns(db, "heads"):
        _run(db, [FOLDER / "undo_0002_draft.sql"], 1)
        done = 1
    _run(db, MIGRATIONS[done:], done + 1)


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def _run(db: sqlite3.Connection, files: Sequence[Path], first: int) -> None:
    """Run files that lead to version ``first`` and on, statement by statement, because
    ``executescript`` would commit the transaction."""
    for number, file in enumerate(files, first):
        statement = ""
        for line in file.read_text("utf-8").splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                db.execute(statement)
                statement = ""
        db.execute(statement)  # A comment, or a statement that was cut off and is refused.
        db.execute(f"PRAGMA user_version = {number}")
