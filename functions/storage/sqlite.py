"""The embedded store: one SQLite file, safe against ``kill -9`` at any moment."""

import heapq
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakSet

from functions.errors import Busy, Conflict, Full, Unusable
from functions.storage.history import Change, Event, Head, Kept, Message, Place, to_json, to_utc
from functions.storage.presence import Presence

MIGRATIONS = (
    """
    CREATE TABLE heads (
        no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
        changed_at TEXT NOT NULL, data TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX heads_by_change ON heads (kind, changed_at, no);
    CREATE INDEX heads_by_state ON heads (kind, state, changed_at, no);
    CREATE TABLE events (
        no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
    ) WITHOUT ROWID;
    CREATE TABLE personal (
        no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
    ) WITHOUT ROWID;
    CREATE TABLE submissions (once TEXT PRIMARY KEY, no TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE counters (
        what TEXT PRIMARY KEY, stands INTEGER NOT NULL, until TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE heads RENAME COLUMN changed_at TO begun;
    ALTER TABLE heads ADD COLUMN due TEXT NOT NULL DEFAULT '';
    ALTER TABLE heads ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE heads ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
    UPDATE heads SET begun = (SELECT at FROM events WHERE events.no = heads.no AND seq = 1);
    DROP INDEX heads_by_change;
    DROP INDEX heads_by_state;
    CREATE INDEX heads_by_due ON heads (kind, state, due, no);
    CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no);
    CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, no TEXT NOT NULL,
        trace INTEGER NOT NULL, PRIMARY KEY (kind, mark, begun, no)
    ) WITHOUT ROWID;
    CREATE INDEX traces ON marks (no) WHERE trace;
    INSERT INTO marks SELECT kind, '', begun, no, 0 FROM heads;
    CREATE TABLE tallies (
        month TEXT NOT NULL, name TEXT NOT NULL, stands INTEGER NOT NULL, PRIMARY KEY (month, name)
    ) WITHOUT ROWID;
    CREATE TABLE messages (
        id TEXT PRIMARY KEY, receiver TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX messages_by_turn ON messages (state, next_at);
    """,
    "CREATE INDEX submissions_by_no ON submissions (no)",
    # Rows lie in the order in which they came, so those that are committed together share pages;
    # among random numbers each would have one of its own. Few orders have an owner at first.
    """
    ALTER TABLE heads RENAME TO old_heads;
    CREATE TABLE heads (
        no TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
        begun TEXT NOT NULL, data TEXT NOT NULL, due TEXT NOT NULL, owner TEXT NOT NULL,
        marks TEXT NOT NULL
    );
    INSERT INTO heads SELECT * FROM old_heads ORDER BY begun, no;
    DROP TABLE old_heads;
    CREATE INDEX heads_by_due ON heads (kind, state, due, no);
    CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no) WHERE owner != '';
    ALTER TABLE events RENAME TO old_events;
    CREATE TABLE events (
        no TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (no, seq)
    );
    INSERT INTO events SELECT * FROM old_events ORDER BY at, no, seq;
    DROP TABLE old_events;
    ALTER TABLE personal RENAME TO old_personal;
    CREATE TABLE personal (
        no TEXT NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (no, seq)
    );
    INSERT INTO personal SELECT * FROM old_personal;
    DROP TABLE old_personal;
    """,
    # Numbers of orders are random, and each would touch a page of its own in every table that is
    # ordered by them. What grows in the order of coming is written to the same few pages.
    """
    ALTER TABLE heads RENAME TO old_heads;
    DROP INDEX heads_by_due;
    DROP INDEX heads_by_owner;
    CREATE TABLE heads (
        id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        version INTEGER NOT NULL, state TEXT NOT NULL, begun TEXT NOT NULL, data TEXT NOT NULL,
        due TEXT NOT NULL, owner TEXT NOT NULL, marks TEXT NOT NULL
    );
    INSERT INTO heads SELECT NULL, * FROM old_heads ORDER BY begun, no;
    DROP TABLE old_heads;
    CREATE INDEX heads_by_due ON heads (kind, state, due, id);
    CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, id) WHERE owner != '';
    ALTER TABLE events RENAME TO old_events;
    CREATE TABLE events (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,
        at TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
    INSERT INTO events SELECT id, seq, e.kind, by, at, e.data
        FROM old_events e JOIN heads USING (no) ORDER BY id, seq;
    DROP TABLE old_events;
    ALTER TABLE personal RENAME TO old_personal;
    CREATE TABLE personal (
        head INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (head, seq)
    ) WITHOUT ROWID;
    INSERT INTO personal SELECT id, seq, sealed
        FROM old_personal JOIN heads USING (no) ORDER BY id, seq;
    DROP TABLE old_personal;
    ALTER TABLE submissions RENAME TO old_submissions;
    CREATE TABLE submissions (once TEXT PRIMARY KEY, head INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO submissions SELECT once, id FROM old_submissions JOIN heads USING (no);
    DROP TABLE old_submissions;
    CREATE INDEX submissions_by_head ON submissions (head);
    DROP INDEX traces;
    CREATE TABLE traces (
        head INTEGER NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (head, mark)
    ) WITHOUT ROWID;
    INSERT INTO traces SELECT id, mark FROM marks m JOIN heads USING (no) WHERE trace;
    ALTER TABLE marks RENAME TO old_marks;
    CREATE TABLE marks (
        kind TEXT NOT NULL, mark TEXT NOT NULL, begun TEXT NOT NULL, head INTEGER NOT NULL,
        PRIMARY KEY (kind, mark, begun, head)
    ) WITHOUT ROWID;
    INSERT INTO marks SELECT m.kind, mark, m.begun, id FROM old_marks m JOIN heads USING (no);
    DROP TABLE old_marks;
    """,
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Most of a history can be derived from nothing else, so that damage would not be noticed.
    """
    ALTER TABLE heads ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
    UPDATE heads SET crc = row_crc(no, kind, version, state, begun, data, due, owner, marks);
    ALTER TABLE events ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
    UPDATE events SET crc = row_crc(head, seq, kind, by, at, data);
    ALTER TABLE personal ADD COLUMN crc INTEGER NOT NULL DEFAULT 0;
    UPDATE personal SET crc = row_crc(head, seq, sealed);
    """,
)
"""Each script takes the file one version on; ``PRAGMA user_version`` counts those done."""

BACK_TO_1 = """
    DROP INDEX heads_by_due;
    DROP INDEX heads_by_owner;
    ALTER TABLE heads DROP COLUMN due;
    ALTER TABLE heads DROP COLUMN owner;
    PRAGMA user_version = 1
"""
"""Version 2 was another one for a day; this undoes it, so that the scripts above can go on."""

PATIENCE = 10
"""Seconds in which somebody who is writing should come to an end."""
FOLDING = 1
"""Seconds for which readers are waited for, so that the log can be emptied."""
DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError, ValueError)
"""What SQLite and :mod:`json` raise where a file is not what was written; the second where the
complaint quotes the damage. Faults of the disk are ``OperationalError``, the same family."""

LOST = "#"
"""Begins what stands for a number where the head is lost, and the number with it."""

HEAD = "h.no, h.kind, h.version, h.state, h.begun, h.data, h.due, h.owner, h.marks"
ID = "(SELECT id FROM heads WHERE no = ?)"
COUNTED = (
    "stands != 0 AND typeof(stands) = 'integer'"
    " AND typeof(month) = 'text' AND typeof(name) = 'text'"
)
"""A counter that is one: a flipped bit can make another type of a value, which nothing here writes.
It is missing then, and :mod:`functions.ops.consistency` counts anew."""

RAW = {
    "head": "SELECT id, no, kind, version, state, begun, data, due, owner, marks, crc FROM heads",
    "event": "SELECT head, seq, kind, by, at, data, crc FROM events",
    "sealed": "SELECT head, seq, sealed, crc FROM personal",
    "trace": "SELECT head, mark FROM traces",
    "once": "SELECT head, once FROM submissions",
    "place": "SELECT head, kind, mark, begun FROM marks",
}
"""All that is kept of histories; each row begins with where the history lies."""


class _Connection(sqlite3.Connection):
    """A connection that can be referred to weakly: it ends with the thread that reads over it."""


class SQLite:
    """A :class:`functions.storage.port.Store` in one file.

    Every thread reads over a connection of its own. All write over one, in turn, because what a
    connection has read of the file is good until another writes.
    """

    local = True
    damage: tuple[type[Exception], ...] = (*DAMAGE, TypeError, OverflowError)

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._own = threading.local()
        self._connections: WeakSet[_Connection] = WeakSet()
        self._turn = threading.Lock()
        with _told(self.path), ExitStack() as undo:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._presence = Presence(self.path.with_name("wudan.lock"))
            undo.callback(self._presence.end)
            self._presence.share(PATIENCE)
            if not self.path.exists():
                self.path.touch(mode=0o600)  # The names of staff stand in it unsealed.
            self._writer = self._open()
            undo.callback(self._writer.close)
            # Most pages are written again soon: they are kept at hand, and the log is allowed
            # 16 MB before it is copied into the file.
            self._writer.execute("PRAGMA cache_size = -16000")
            self._writer.execute("PRAGMA wal_autocheckpoint = 4000")
            self._upgrade()
            undo.pop_all()

    def _upgrade(self) -> None:
        """Bring the file to the newest version; a copy of what it was stays beside it.

        Raises:
            Unusable: it is newer than this program, is no store, or somebody else has it open.
        """
        done = _version(self._writer)
        if done > len(MIGRATIONS):
            raise Unusable("store_newer", place=self.path)
        tables = {name for (name,) in self._writer.execute("SELECT name FROM sqlite_master")}
        if tables and not (done and "heads" in tables):
            raise Unusable("store_unknown", place=self.path)
        if done == len(MIGRATIONS):
            return
        if not tables:
            self._migrate()
            return
        with self.exclusive():
            now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            self.copy(self.path.with_name(f"{self.path.stem}-version{done}-{now}.db"))
            self._migrate()

    def _migrate(self) -> None:
        with self._transaction() as db:
            if _version(db) == 2 and "begun" not in _columns(db, "heads"):
                _run(db, BACK_TO_1)
            for version, script in enumerate(MIGRATIONS[_version(db) :], start=_version(db) + 1):
                _run(db, script)
                db.execute(f"PRAGMA user_version = {version}")

    def copy(self, target: Path) -> None:
        """A whole copy in one file that did not exist, on the disk when this returns; others may
        write meanwhile. Only its owner can read it."""
        target.touch(mode=0o600, exist_ok=False)
        with closing(self._open()) as db:
            db.execute("VACUUM INTO ?", (str(target),))
        with target.open("rb") as written:
            os.fsync(written.fileno())

    @contextmanager
    def together(self, patience: float = 0) -> Iterator["SQLite"]:
        with self._transaction(patience) as db:
            inside = _Inside(db)
            yield inside
            if inside.broken:
                raise inside.broken
        if inside.folds:
            self.checkpoint()

    @contextmanager
    def snapshot(self) -> Iterator["SQLite"]:
        with closing(self._open()) as db:
            db.execute("BEGIN")
            yield _Inside(db)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        self._presence.claim()
        try:
            self._close_readers()
            self._writer.execute("PRAGMA busy_timeout = 0")
            try:
                # Programs of before this lock are noticed by SQLite, which leaves the log alone.
                self._writer.execute("PRAGMA journal_mode = DELETE")
                self._writer.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise Unusable("in_use", place=self.path.parent) from None
            yield
        finally:
            self._presence.share()

    def checkpoint(self) -> None:
        if self._turn.acquire(timeout=FOLDING):
            try:
                self._writer.execute(f"PRAGMA busy_timeout = {1000 * FOLDING}")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._turn.release()

    def close(self) -> None:
        self._close_readers()
        with suppress(sqlite3.OperationalError):  # A full disk: then the log stays beside the file.
            self.checkpoint()
        self._writer.close()
        self._presence.end()

    def faults(self) -> list[str]:
        try:
            rows = [row for (row,) in self._db.execute("PRAGMA integrity_check(20)")]
        except DAMAGE as error:
            return [str(error)]
        return [row for row in rows if row != "ok"]

    def commit(self, change: Change) -> str:
        with self._transaction() as db:
            no = _add(db, change)
        if change.erase:
            # What was erased must not stay readable in the log either.
            self.checkpoint()
        return no

    def filed(self, once: str) -> str | None:
        return _filed(self._db, once)

    def head(self, no: str) -> Head | None:
        query = f"SELECT {HEAD} FROM heads h WHERE no = ?"  # noqa: S608
        row = self._db.execute(query, (no,)).fetchone()
        return _as_head(row) if row else None

    def events(self, no: str) -> tuple[Event, ...]:
        query = f"SELECT kind, by, at, data FROM events WHERE head = {ID} ORDER BY seq"  # noqa: S608
        rows = self._db.execute(query, (no,))
        return tuple(Event(kind, by, at, json.loads(data)) for kind, by, at, data in rows)

    def personal(self, no: str) -> dict[int, bytes]:
        query = f"SELECT seq, sealed FROM personal WHERE head = {ID}"  # noqa: S608
        return dict(self._db.execute(query, (no,)))

    def traces(self, no: str) -> list[str]:
        query = f"SELECT mark FROM traces WHERE head = {ID}"  # noqa: S608
        return [mark for (mark,) in self._db.execute(query, (no,))]

    def submissions(self, no: str) -> list[str]:
        query = f"SELECT once FROM submissions WHERE head = {ID}"  # noqa: S608
        return [once for (once,) in self._db.execute(query, (no,))]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = marks or ("",)
        also = (
            " AND EXISTS (SELECT 1 FROM marks o WHERE o.kind = m.kind AND o.mark = ?"
            " AND o.begun = m.begun AND o.head = m.head)"
        ) * len(others)
        earlier, values = "", [kind, first, *others]
        if before:
            earlier, values = f" AND (m.begun, m.head) < (?, {ID})", [*values, *_parted(before)]
        return _heads(
            self._db,
            f"SELECT {HEAD} FROM marks m JOIN heads h ON h.id = m.head"  # noqa: S608
            f" WHERE m.kind = ? AND m.mark = ?{also}{earlier}"
            " ORDER BY m.begun DESC, m.head DESC LIMIT ?",
            *values,
            limit,
        )

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
            where, values = f"{where} AND (due, id) > (?, {ID})", [*values, *_parted(after)]
        query = f"SELECT {HEAD} FROM heads h WHERE {where} ORDER BY due, id LIMIT ?"  # noqa: S608
        return _heads(self._db, query, *values, limit)

    def tally(self, month: str) -> dict[str, int]:
        return _tally(self._db, month)

    def months(self) -> list[str]:
        query = f"SELECT DISTINCT month FROM tallies WHERE month != '' AND {COUNTED} ORDER BY month"  # noqa: S608
        return [month for (month,) in self._db.execute(query)]

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        query = (
            "SELECT * FROM messages WHERE state = ? AND next_at BETWEEN ? AND ?"
            " ORDER BY next_at LIMIT ?"
        )
        return [Message(*row) for row in self._db.execute(query, (state, since, until, limit))]

    def settle(self, message: Message, tried: int) -> bool:
        with self._transaction() as db:
            written = db.execute(
                "UPDATE messages SET state = ?, tries = ?, next_at = ?, error = ?"
                " WHERE id = ? AND tries = ?",
                (*message[3:], message.id, tried),
            )
            return written.rowcount == 1

    def count(self, what: str, now: datetime, until: datetime) -> int:
        with self._transaction() as db:
            db.execute("DELETE FROM counters WHERE until <= ?", (to_utc(now),))
            (stands,) = db.execute(
                "INSERT INTO counters VALUES (?, 1, ?)"
                " ON CONFLICT DO UPDATE SET stands = stands + 1, until = min(until, excluded.until)"
                " RETURNING stands",
                (what, to_utc(until)),
            ).fetchone()
            return int(stands)

    def reset(self, what: str) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM counters WHERE what = ?", (what,))

    def fact(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        with self._transaction() as db:
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
        for (no,) in self._db.execute(query, (kind,)):
            yield no

    def everything(self) -> Iterator[Kept]:
        db, first = self._db, itemgetter(0)
        usual = db.text_factory
        # Text that is damaged is to be read, too, and then told from what was written.
        db.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
        try:
            tables = [_rows(db, part, f"{query} ORDER BY 1") for part, query in RAW.items()]
            for key, rows in groupby(heapq.merge(*tables, key=first), first):
                yield _kept(key, [(part, row) for _, part, row in rows])
        finally:
            db.text_factory = usual

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        row = self._db.execute("SELECT id FROM heads WHERE no = ?", (head.no,)).fetchone()
        return _places(head, traces, row[0]) if row else set()

    def renew(self, kept: Kept, head: Head | None, traces: Set[str]) -> None:
        with self._transaction() as db:
            if head is None:
                key, should = int(kept.no.removeprefix(LOST)), set[Place]()
                db.execute("DELETE FROM submissions WHERE head = ?", (key,))
            else:
                key = _unchanged(db, head)
                _write_head(db, head, key)
                should = _places(head, traces, key)
            db.executemany(
                "DELETE FROM marks WHERE kind = ? AND mark = ? AND begun = ? AND head = ?",
                kept.places - should,
            )
            db.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?)", should)
            db.execute("DELETE FROM traces WHERE head = ?", (key,))
            db.executemany("INSERT INTO traces VALUES (?, ?)", [(key, t) for t in traces])

    def tallies(self) -> dict[tuple[str, str], int]:
        rows = self._db.execute(f"SELECT month, name, stands FROM tallies WHERE {COUNTED}")  # noqa: S608
        return {(month, name): stands for month, name, stands in rows}

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._own, "db"):
            self._own.db = self._open()
        return self._own.db  # type: ignore[no-any-return]

    def _open(self) -> _Connection:
        db = sqlite3.connect(
            self.path,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: the log is on the disk before a commit returns, not only after a checkpoint.
        db.execute("PRAGMA synchronous = FULL")
        # What is erased must not stay readable in the file's free pages.
        db.execute("PRAGMA secure_delete = ON")
        db.create_function("row_crc", -1, row_crc, deterministic=True)
        self._connections.add(db)
        return db

    def _close_readers(self) -> None:
        for db in [*self._connections]:
            if db is not self._writer:
                db.close()
        self._own = threading.local()

    @contextmanager
    def _transaction(self, patience: float = PATIENCE) -> Iterator[_Connection]:
        """One transaction that takes the write lock at once, so that what it read stays true.

        Raises:
            Busy: another thread was writing for all of these seconds.
            sqlite3.OperationalError: another program was.
        """
        db = self._writer
        # Threads wait for each other here: SQLite would sleep and look again, ever longer.
        if not self._turn.acquire(timeout=patience):
            raise Busy
        try:
            db.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
        finally:
            self._turn.release()


class _Inside(SQLite):
    """The store inside a transaction, for one thread at a time; it reads what it wrote."""

    def __init__(self, writer: _Connection):
        self._writer = writer
        self.broken: Exception | None = None
        self.folds = False

    def checkpoint(self) -> None:
        self.folds = True  # When the transaction is over.

    @property
    def _db(self) -> sqlite3.Connection:
        return self._writer

    @contextmanager
    def _transaction(self, patience: float = PATIENCE) -> Iterator[_Connection]:
        if self.broken:
            # SQLite may have taken everything back already, and would write what follows at once.
            raise self.broken
        try:
            yield self._writer
        except (Conflict, Full):
            raise  # Who is refused has written nothing.
        except Exception as error:
            self.broken = error
            raise


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


class Glance(NamedTuple):
    """What can be said of a database without opening it to others: whether it keeps any history,
    its facts, and whether it is ``older`` than this program, which would upgrade it."""

    holds: bool
    facts: dict[str, str]
    older: bool


def glance(file: Path) -> Glance | None:
    """Look at a database without changing anything; None where it is no store.

    Raises:
        Unusable: ``store_damaged``, it cannot be read; ``store_newer``.
    """
    # Without a log nobody else has it open, and SQLite needs no file beside it.
    how = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "immutable=1"
    address = f"{file.resolve().as_uri()}?{how}"
    with _told(file), closing(sqlite3.connect(address, uri=True)) as db:
        if _version(db) > len(MIGRATIONS):
            raise Unusable("store_newer", place=file)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if "heads" not in tables:
            return None
        (holds,) = db.execute("SELECT EXISTS (SELECT 1 FROM heads)").fetchone()
        facts = dict(db.execute("SELECT * FROM facts")) if "facts" in tables else {}
        return Glance(bool(holds), facts, _version(db) < len(MIGRATIONS))


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Say of a database that cannot be opened what it is that keeps it.

    Raises:
        Unusable: ``unwritable``, the disk; or ``store_damaged``, the file.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise Unusable("unwritable", place=file.parent, error=error) from error
    except DAMAGE as error:
        raise Unusable("store_damaged", place=file, error=error) from error


def _add(db: sqlite3.Connection, change: Change) -> str:
    """Write one change of a transaction, or nothing of it where it is refused."""
    head = change.head
    before = head.version - len(change.events)
    if change.once and (filed := _filed(db, change.once)):
        return filed
    key, version, marks = _known(db, head.no)
    if version != before:
        raise Conflict(no=head.no, version=before)
    for (month, name), limit in change.limits.items():
        if _tally(db, month).get(name, 0) + change.tally.get((month, name), 0) > limit:
            raise Full(counter=name, limit=limit)
    key = _write_head(db, head, key)
    if change.erase:
        _forget(db, key)
    if change.once:
        db.execute("INSERT INTO submissions VALUES (?, ?)", (change.once, key))
    now = {"", *head.marks}
    db.executemany(
        "DELETE FROM marks WHERE kind = ? AND mark = ? AND begun = ? AND head = ?",
        [(head.kind, mark, head.begun, key) for mark in marks - now],
    )
    db.executemany(
        "INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?)",
        [(head.kind, mark, head.begun, key) for mark in (*(now - marks), *change.traces)],
    )
    db.executemany(
        "INSERT OR IGNORE INTO traces VALUES (?, ?)", [(key, trace) for trace in change.traces]
    )
    added = dict(enumerate(change.events, start=before + 1))
    for verb, events in (("INSERT", added), ("REPLACE", change.rewritten)):
        db.executemany(
            f"{verb} INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                _checked(key, seq, event.kind, event.by, event.at, to_json(dict(event.data)))
                for seq, event in events.items()
            ],
        )
    db.executemany(
        "REPLACE INTO personal VALUES (?, ?, ?, ?)",
        [_checked(key, seq, sealed) for seq, sealed in change.personal.items()],
    )
    db.executemany(
        "INSERT INTO tallies VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET"
        " stands = iif(typeof(stands) = 'integer', stands, 0) + excluded.stands",
        [(month, name, more) for (month, name), more in change.tally.items()],
    )
    db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", change.messages)
    return head.no


def _forget(db: sqlite3.Connection, key: int | None) -> None:
    """Erase what is kept apart from a history, and the marks that were made of it."""
    db.execute("DELETE FROM personal WHERE head = ?", (key,))
    db.execute(
        "DELETE FROM marks WHERE (kind, mark, begun, head) IN"
        " (SELECT kind, mark, begun, id FROM heads JOIN traces ON head = id WHERE id = ?)",
        (key,),
    )
    db.execute("DELETE FROM traces WHERE head = ?", (key,))


def _known(db: sqlite3.Connection, no: str) -> tuple[int | None, int, set[str]]:
    """Where a history lies, its version, and the marks under which it is found."""
    row = db.execute("SELECT id, version, marks FROM heads WHERE no = ?", (no,)).fetchone()
    return (row[0], row[1], {"", *json.loads(row[2])}) if row else (None, 0, set())


def _write_head(db: sqlite3.Connection, head: Head, key: int | None) -> int | None:
    row = _checked(*head[:5], to_json(head.data), head.due, head.owner, to_json(head.marks))
    if key is None:
        return db.execute(
            "INSERT INTO heads VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
        ).lastrowid
    db.execute(
        "UPDATE heads SET (no, kind, version, state, begun, data, due, owner, marks, crc)"
        " = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
        (*row, key),
    )
    return key


def row_crc(*values: object) -> int:
    """CRC-32 of a row: it notices every bit that flipped, and every burst of up to 32."""
    return zlib.crc32(b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in values))


def _checked(*row: object) -> tuple[object, ...]:
    """A row with its checksum."""
    return *row, row_crc(*row)


def _rows(
    db: sqlite3.Connection, part: str, query: str
) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    for key, *row in db.execute(query):
        yield key, part, tuple(row)


def _kept(key: int, rows: Sequence[tuple[str, Sequence[Any]]]) -> Kept:
    """One history of the rows that lie at ``key``; those that are damaged are named."""
    told: dict[str, list[Sequence[Any]]] = {part: [] for part in RAW}
    for part, row in rows:
        told[part].append(row)
    no, head, events, personal, damaged = f"{LOST}{key}", None, dict[int, Event](), {}, []
    for *values, crc in told["head"]:
        no = values[0]
        if row_crc(*values) == crc:
            head = _as_head(values)
        else:
            damaged.append("head")
    for *values, crc in told["event"]:
        if row_crc(key, *values) == crc:
            seq, kind, by, at, data = values
            events[seq] = Event(kind, by, at, json.loads(data))
        else:
            damaged.append(f"event {values[0]}")
    for *values, crc in told["sealed"]:
        if row_crc(key, *values) == crc:
            personal[values[0]] = values[1]
        else:
            damaged.append(f"sealed {values[0]}")
    traces, once = (frozenset(name for (name,) in told[part]) for part in ("trace", "once"))
    places = frozenset((*row, key) for row in told["place"])
    return Kept(no, head, events, personal, traces, once, places, damaged)


def _places(head: Head, traces: Set[str], key: int) -> set[Place]:
    return {(head.kind, mark, head.begun, key) for mark in ("", *head.marks, *traces)}


def _unchanged(db: sqlite3.Connection, head: Head) -> int:
    """Where a history lies that has as many events as this head says."""
    query = "SELECT id, (SELECT count(*) FROM events WHERE head = id) FROM heads WHERE no = ?"
    row = db.execute(query, (head.no,)).fetchone()
    if row is None or row[1] != head.version:
        raise Conflict(no=head.no, version=head.version)
    return int(row[0])


def _filed(db: sqlite3.Connection, once: str) -> str | None:
    query = "SELECT no FROM submissions JOIN heads ON id = head WHERE once = ?"
    row = db.execute(query, (once,)).fetchone()
    return row[0] if row else None


def _heads(db: sqlite3.Connection, query: str, *values: object) -> list[Head]:
    return [_listed(row) for row in db.execute(query, values)]


def _listed(row: Sequence[Any]) -> Head:
    """A head for a list, which one that is damaged must not break: of that nothing but what lies
    in columns of its own is known."""
    try:
        return _as_head(row)
    except ValueError:
        return Head._make((*row[:5], {}, *row[6:8], ()))


def _as_head(row: Sequence[Any]) -> Head:
    return Head._make((*row[:5], json.loads(row[5]), *row[6:8], tuple(json.loads(row[8]))))


def _tally(db: sqlite3.Connection, month: str) -> dict[str, int]:
    query = f"SELECT name, stands FROM tallies WHERE month = ? AND {COUNTED}"  # noqa: S608
    return dict(db.execute(query, (month,)))


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def _run(db: sqlite3.Connection, script: str) -> None:
    """Run statements inside the transaction; ``executescript`` would end it."""
    for statement in script.split(";"):
        db.execute(statement)


def _parted(place: str) -> tuple[str, str]:
    day, _, no = place.partition(" ")
    return day, no
