"""What can be done with a database file without opening a store: inspect it, fold its log in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from functions.errors import Unusable
from functions.storage.sqlite import schema

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, ValueError)
"""What SQLite and :mod:`json` raise where a file is not what was written; ``UnicodeDecodeError``
where SQLite's complaint quotes the damage. Faults of the disk are ``OperationalError``, which is a
``DatabaseError`` too."""


class Inspection(NamedTuple):
    """Whether a database ``holds`` any history, its facts, and whether it is ``older`` than this
    program, which would upgrade it."""

    holds: bool
    facts: dict[str, str]
    older: bool


def inspect(file: Path) -> Inspection | None:
    """What a database shows without a change to it; None where it is no store.

    Raises:
        Unusable: ``store_damaged``, it cannot be read; ``store_newer``.
    """
    # Without a log nobody else has it open, and SQLite needs no file beside it.
    mode = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
    address = f"{file.resolve().as_uri()}?{mode}"
    with explaining(file), closing(sqlite3.connect(address, uri=True)) as db:
        if schema.version(db) > schema.NEWEST:
            raise Unusable("store_newer", place=file)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if "heads" not in tables:
            return None
        (holds,) = db.execute("SELECT EXISTS (SELECT 1 FROM heads)").fetchone()
        facts = dict(db.execute("SELECT * FROM facts")) if "facts" in tables else {}
        return Inspection(bool(holds), facts, schema.version(db) < schema.NEWEST)


def fold(file: Path) -> bool:
    """Bring what lies in the log into the file, as far as both can be read; false where a program
    of any version has it open."""
    if not file.exists() or not file.stat().st_size:
        return True  # SQLite would throw the log away.
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        return "locked" not in str(error)
    return True


def close_to_others(file: Path) -> None:
    """Let only the owner read a database and its logs, which earlier versions let everybody."""
    for suffix in ("", "-wal", "-shm"):
        each = file.with_name(file.name + suffix)
        with suppress(OSError):  # There is no such log, or the file is somebody else's.
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


@contextmanager
def explaining(file: Path) -> Iterator[None]:
    """Raise one error that says what is wrong, in place of those of opening a database.

    Raises:
        Unusable: ``unwritable``, the disk; or ``store_damaged``, the file.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise Unusable("unwritable", place=file.parent, error=error) from error
    except DAMAGE as error:
        raise Unusable("store_damaged", place=file, error=error) from error
