"""The store itself: the file while it is open, and what is read from it and written to it."""

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from weakref import WeakSet

from functions.errors import Unusable
from functions.storage.file_lock import FileLock
from functions.storage.history import Change, Event, Head, Message, Place, Stored, to_utc
from functions.storage.sqlite import connection, rows, schema, writing
from functions.storage.sqlite.connection import Nested, Readers, Writer, open_database
from functions.storage.sqlite.file import DAMAGE, close_to_others, explaining
from functions.storage.sqlite.rows import HEAD
from functions.storage.sqlite.writing import COUNTED

ERASES = attrgetter("erase")
ID = "(SELECT id FROM heads WHERE no = ?)"


class SQLite:
    """A :class:`functions.storage.port.Store` in one file."""

    local = True
    damage: tuple[type[Exception], ...] = (*DAMAGE, TypeError, OverflowError)

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._opened: WeakSet[connection.Connection] = WeakSet()
        self._reader = Readers(partial(open_database, self.path, self._opened))
        with explaining(self.path), ExitStack() as undo:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = FileLock(self.path.with_name("wudan.lock"))
            undo.callback(self._lock_file.close)
            self._lock_file.share(connection.PATIENCE)
            if not self.path.exists():
                self.path.touch(mode=0o600)  # The names of staff stand in it unsealed.
            close_to_others(self.path)
            self._writer = Writer(open_database(self.path))
            undo.callback(self._writer.db.close)
            self._upgrade()
            undo.pop_all()

    def _upgrade(self) -> None:
        """Bring the file to the newest version; a copy of what it was stays beside it. A file that
        is newer, is no store, or that somebody else has open is ``Unusable``."""
        done = schema.version(self._writer.db)
        if done > schema.NEWEST:
            raise Unusable("store_newer", place=self.path)
        query = "SELECT count(*), sum(name = 'heads') FROM sqlite_master"
        tables, heads = self._writer.db.execute(query).fetchone()
        if tables and not (done and heads):
            raise Unusable("store_unknown", place=self.path)
        if done == schema.NEWEST:
            return
        with self.exclusive() if tables else nullcontext():
            if tables:
                now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
                self.copy(self.path.with_name(f"{self.path.stem}-version{done}-{now}.db"))
            with self._writer.transaction() as db:
                schema.upgrade(db)

    def copy(self, target: Path) -> None:
        """A whole copy in one file that did not exist, on the disk when this returns; others may
        write meanwhile. Only its owner can read it."""
        target.touch(mode=0o600, exist_ok=False)
        with closing(open_database(self.path)) as db:
            db.execute("VACUUM INTO ?", (str(target),))
        with target.open("rb") as written:
            os.fsync(written.fileno())

    @contextmanager
    def batch(self, patience: float = 0) -> Iterator["SQLite"]:
        with self._writer.transaction(patience) as db:
            nested = Nested(db)
            yield _Inside(nested)
            if nested.broken:
                raise nested.broken
        if nested.folds:
            self.checkpoint()

    @contextmanager
    def snapshot(self) -> Iterator["SQLite"]:
        with closing(open_database(self.path)) as db:
            db.execute("BEGIN")
            yield _Inside(Nested(db))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        self._lock_file.claim()
        try:
            self._close_readers()
            writer = self._writer.db
            writer.execute("PRAGMA busy_timeout = 0")
            try:
                # Programs from before this lock are noticed by SQLite, which leaves the log alone.
                writer.execute("PRAGMA journal_mode = DELETE")
                writer.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise Unusable("in_use", place=self.path.parent) from None
            yield
        finally:
            self._lock_file.share()

    def checkpoint(self) -> None:
        self._writer.checkpoint()

    def close(self) -> None:
        self._close_readers()
        with suppress(sqlite3.OperationalError):  # A full disk: then the log stays beside the file.
            self.checkpoint()
        self._writer.db.close()
        self._lock_file.close()

    def _close_readers(self) -> None:
        for db in [*self._opened]:
            db.close()
        self._reader = Readers(partial(open_database, self.path, self._opened))

    def faults(self) -> list[str]:
        try:
            found = [row for (row,) in self._reader.db.execute("PRAGMA integrity_check(20)")]
        except DAMAGE as error:
            return [str(error)]
        return [row for row in found if row != "ok"]

    def commit(self, change: Change, *others: Change) -> str:
        with self._writer.transaction() as db:
            no = writing.add(db, change, *others)
        if any(map(ERASES, (change, *others))):
            # What was erased must not stay readable in the log either.
            self.checkpoint()
        return no

    def remove(self, no: str) -> None:
        with self._writer.transaction() as db:
            writing.remove(db, no)

    def filed(self, once: str) -> str | None:
        return writing.find_filed(self._reader.db, once)

    def head(self, no: str) -> Head | None:
        query = f"SELECT {HEAD} FROM heads h WHERE no = ?"  # noqa: S608
        row = self._reader.db.execute(query, (no,)).fetchone()
        return rows.as_head(row) if row else None

    def events(self, no: str) -> tuple[Event, ...]:
        query = f"SELECT kind, by, at, data FROM events WHERE head = {ID} ORDER BY seq"  # noqa: S608
        found = self._reader.db.execute(query, (no,))
        return tuple([Event(kind, by, at, json.loads(data)) for kind, by, at, data in found])

    def personal(self, no: str) -> dict[int, bytes]:
        query = f"SELECT seq, sealed FROM personal WHERE head = {ID}"  # noqa: S608
        return dict(self._reader.db.execute(query, (no,)))

    def sealed(self, parts: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
        # CROSS JOIN: in this order, by the index of the numbers, whatever the statistics say.
        found = self._reader.db.execute(
            "SELECT h.no, seq, sealed FROM json_each(?) part CROSS JOIN heads h"
            " ON h.no = json_extract(part.value, '$[0]') CROSS JOIN personal"
            " ON head = h.id AND seq = json_extract(part.value, '$[1]')",
            (json.dumps([*parts]),),
        )
        return {(no, seq): sealed for no, seq, sealed in found}

    def traces(self, no: str) -> list[str]:
        query = f"SELECT mark FROM traces WHERE head = {ID}"  # noqa: S608
        return [mark for (mark,) in self._reader.db.execute(query, (no,))]

    def submissions(self, no: str) -> list[str]:
        query = f"SELECT once FROM submissions WHERE head = {ID}"  # noqa: S608
        return [once for (once,) in self._reader.db.execute(query, (no,))]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = marks or ("",)
        where, values = "m.kind = ? AND m.mark = ?", [kind, first, *others]
        where += (
            " AND EXISTS (SELECT 1 FROM marks o WHERE o.kind = m.kind AND o.mark = ?"
            " AND o.begun = m.begun AND o.head = m.head)"
        ) * len(others)
        if before:
            where, values = f"{where} AND (m.begun, m.head) < (?, {ID})", [*values, *_split(before)]
        query = (
            f"SELECT {HEAD} FROM marks m JOIN heads h ON h.id = m.head WHERE {where}"  # noqa: S608
            " ORDER BY m.begun DESC, m.head DESC LIMIT ?"
        )
        return [*map(rows.listed, self._reader.db.execute(query, (*values, limit)))]

    def find_each(self, kind: str, marks: Collection[str], limit: int) -> dict[str, list[Head]]:
        return {mark: self.find(kind, [mark], limit=limit) for mark in marks}

    def waiting(
        self,
        kind: str,
        state: str,
        owner: str = "",
        after: str = "",
        limit: int = 20,
        until: str = "~",
    ) -> list[Head]:
        where, values = "kind = ? AND state = ? AND due < ?", [kind, state, until]
        if owner:
            # The second condition is that of the index.
            where, values = f"{where} AND owner = ? AND owner != ''", [*values, owner]
        if after:
            where, values = f"{where} AND (due, id) > (?, {ID})", [*values, *_split(after)]
        query = f"SELECT {HEAD} FROM heads h WHERE {where} ORDER BY due, id LIMIT ?"  # noqa: S608
        return [*map(rows.listed, self._reader.db.execute(query, (*values, limit)))]

    def tally(self, month: str) -> dict[str, int]:
        return writing.read_tally(self._reader.db, month)

    def months(self) -> list[str]:
        query = f"SELECT DISTINCT month FROM tallies WHERE month != '' AND {COUNTED} ORDER BY month"  # noqa: S608
        return [month for (month,) in self._reader.db.execute(query)]

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        found = self._reader.db.execute(
            "SELECT * FROM messages WHERE state = ? AND next_at BETWEEN ? AND ?"
            " ORDER BY next_at LIMIT ?",
            (state, since, until, limit),
        )
        return [*map(Message._make, found)]

    def settle(self, message: Message, tried: int) -> bool:
        with self._writer.transaction() as db:
            written = db.execute(
                "UPDATE messages SET state = ?, tries = ?, next_at = ?, error = ?"
                " WHERE id = ? AND tries = ?",
                (*message[3:], message.id, tried),
            )
            return written.rowcount == 1

    def count(self, what: str, now: datetime, until: datetime) -> int:
        begins, ends = to_utc(now), to_utc(until)
        with self._writer.transaction() as db:
            (stands,) = db.execute(
                "INSERT INTO counters VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET"
                " stands = iif(until <= ?, 1, stands + 1),"
                " until = iif(until <= ?, excluded.until, min(until, excluded.until))"
                " RETURNING stands",
                (what, ends, begins, begins),
            ).fetchone()
            if stands == 1:  # Whoever begins to count forgets what is over.
                db.execute("DELETE FROM counters WHERE until <= ?", (begins,))
            return int(stands)

    def tries(self, what: str, now: datetime, until: datetime) -> int:
        query = "SELECT stands FROM counters WHERE what = ? AND until > ? AND until <= ?"
        row = self._reader.db.execute(query, (what, to_utc(now), to_utc(until))).fetchone()
        return int(row[0]) if row else 0

    def reset(self, what: str) -> None:
        with self._writer.transaction() as db:
            db.execute("DELETE FROM counters WHERE what = ?", (what,))

    def fact(self, name: str) -> str:
        row = self._reader.db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        with self._writer.transaction() as db:
            row = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            if seen is not None and seen != (row[0] if row else ""):
                return False
            db.execute("REPLACE INTO facts VALUES (?, ?)", (name, value))
            return True

    def numbers(self, kind: str) -> Iterator[str]:
        query = (
            "SELECT no FROM marks m JOIN heads h ON h.id = m.head"
            " WHERE m.kind = ? AND mark = '' ORDER BY m.begun, m.head"
        )
        return (no for (no,) in self._reader.db.execute(query, (kind,)))

    def everything(self) -> Iterator[Stored]:
        return rows.everything(self._reader.db)

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        row = self._reader.db.execute("SELECT id FROM heads WHERE no = ?", (head.no,)).fetchone()
        return writing.places(head, traces, row[0]) if row else set()

    def renew(self, kept: Stored, head: Head | None, traces: Set[str]) -> None:
        with self._writer.transaction() as db:
            writing.renew(db, kept, head, traces)

    def tallies(self) -> dict[tuple[str, str], int]:
        query = f"SELECT month, name, stands FROM tallies WHERE {COUNTED}"  # noqa: S608
        return {(month, name): stands for month, name, stands in self._reader.db.execute(query)}


class _Inside(SQLite):
    """The store inside a transaction, for one thread at a time; it reads what it wrote."""

    def __init__(self, writer: Nested):
        self._writer = writer
        self._reader = Readers(lambda: writer.db)


def _split(place: str) -> tuple[str, str]:
    day, _, no = place.partition(" ")
    return day, no
