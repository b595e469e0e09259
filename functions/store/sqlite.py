"""The embedded store: one SQLite file, safe against ``kill -9`` at any moment."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from functions.lifecycle import Event
from functions.store import Change, Conflict, Full, Head, Message, to_json, to_utc

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
)
"""Each script takes the file one version on; ``PRAGMA user_version`` counts those done."""


class _Place:
    """A change in the queue, and how its writer hears what became of it."""

    def __init__(self, change: Change):
        self.change = change
        self.outcome: str | Exception = InterruptedError("whoever wrote for all was interrupted")
        self.settled = threading.Lock()
        self.settled.acquire()


class SQLite:
    """A :class:`functions.store.Store` in one file.

    Every thread reads over a connection of its own. All write over one, in turn, because what a
    connection has read of the file is good until another writes. Changes that come meanwhile are
    committed together, so that the disk is waited for once; the first of them leads, and writes
    the others' too.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        self._writer = self._open()
        # Most pages are written again soon: they are kept at hand, and the log is allowed 16 MB
        # before it is copied into the file.
        self._writer.execute("PRAGMA cache_size = -16000")
        self._writer.execute("PRAGMA wal_autocheckpoint = 4000")
        self._turn = threading.RLock()
        self._queueing = threading.Lock()
        self._queue: list[_Place] = []
        with self._transaction() as db:
            (done,) = db.execute("PRAGMA user_version").fetchone()
            for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
                for statement in script.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version}")

    def commit(self, change: Change) -> str:
        place = _Place(change)
        with self._queueing:
            self._queue.append(place)
            leads = len(self._queue) == 1
        if leads:
            self._commit_queued()
        place.settled.acquire()
        if isinstance(place.outcome, Exception):
            raise place.outcome
        return place.outcome

    def _commit_queued(self) -> None:
        """One transaction for all that have queued when its turn comes."""
        with self._turn:
            with self._queueing:
                group, self._queue = self._queue, []
            try:
                self._commit_all(group)
            finally:
                for place in group:
                    place.settled.release()

    def _commit_all(self, group: Sequence[_Place]) -> None:
        try:
            with self._transaction() as db:
                for place in group:
                    try:
                        place.outcome = _add(db, place.change)
                    except (Conflict, Full) as refused:
                        place.outcome = refused
        except Exception as error:
            if len(group) == 1:
                group[0].outcome = error
            else:
                # One by one, so that each fails for its own reason alone.
                for place in group:
                    self._commit_all([place])

    def filed(self, once: str) -> str | None:
        return _filed(self._db, once)

    def head(self, no: str) -> Head | None:
        return _head(self._db, no)

    def events(self, no: str) -> tuple[Event, ...]:
        rows = self._db.execute(
            "SELECT kind, by, at, data FROM events WHERE no = ? ORDER BY seq", (no,)
        )
        return tuple(Event(kind, by, at, json.loads(data)) for kind, by, at, data in rows)

    def personal(self, no: str) -> dict[int, bytes]:
        return dict(self._db.execute("SELECT seq, sealed FROM personal WHERE no = ?", (no,)))

    def traces(self, no: str) -> list[str]:
        return [
            m for (m,) in self._db.execute("SELECT mark FROM marks WHERE no = ? AND trace", (no,))
        ]

    def submissions(self, no: str) -> list[str]:
        return [o for (o,) in self._db.execute("SELECT once FROM submissions WHERE no = ?", (no,))]

    def erase(self, no: str) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM personal WHERE no = ?", (no,))
            db.execute("DELETE FROM marks WHERE no = ? AND trace", (no,))

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = marks or ("",)
        also = (
            " AND EXISTS (SELECT 1 FROM marks o WHERE o.kind = m.kind AND o.mark = ?"
            " AND o.begun = m.begun AND o.no = m.no)"
        ) * len(others)
        earlier, values = "", [kind, first, *others]
        if before:
            earlier, values = " AND (m.begun, m.no) < (?, ?)", [*values, *_parted(before)]
        return _heads(
            self._db,
            f"SELECT h.* FROM marks m JOIN heads h USING (no) WHERE m.kind = ? AND m.mark = ?"  # noqa: S608
            f"{also}{earlier} ORDER BY m.begun DESC, m.no DESC LIMIT ?",
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
            where, values = f"{where} AND (due, no) > (?, ?)", [*values, *_parted(after)]
        query = f"SELECT * FROM heads WHERE {where} ORDER BY due, no LIMIT ?"  # noqa: S608
        return _heads(self._db, query, *values, limit)

    def tally(self, month: str) -> dict[str, int]:
        return _tally(self._db, month)

    def months(self) -> list[str]:
        query = "SELECT DISTINCT month FROM tallies WHERE month != '' ORDER BY month"
        return [month for (month,) in self._db.execute(query)]

    def messages(self, state: str, until: str = "~", limit: int = 50) -> list[Message]:
        query = "SELECT * FROM messages WHERE state = ? AND next_at <= ? ORDER BY next_at LIMIT ?"
        return [Message(*row) for row in self._db.execute(query, (state, until, limit))]

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
                " ON CONFLICT DO UPDATE SET stands = stands + 1 RETURNING stands",
                (what, to_utc(until)),
            ).fetchone()
            return int(stands)

    def reset(self, what: str) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM counters WHERE what = ?", (what,))

    def numbers(self, kind: str) -> Iterator[str]:
        query = "SELECT no FROM marks WHERE kind = ? AND mark = '' ORDER BY begun, no"
        for (no,) in self._db.execute(query, (kind,)):
            yield no

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            self._local.db = self._open()
        return self._local.db  # type: ignore[no-any-return]

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: the log is on the disk before a commit returns, not only after a checkpoint.
        db.execute("PRAGMA synchronous = FULL")
        # What is erased must not stay readable in the file's free pages.
        db.execute("PRAGMA secure_delete = ON")
        return db

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the write lock at once, so that what it read stays true."""
        db = self._writer
        # Threads wait for each other here: SQLite would sleep and look again, ever longer.
        with self._turn:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise


def _add(db: sqlite3.Connection, change: Change) -> str:
    """Write one change of a transaction, or nothing of it where it is refused."""
    head = change.head
    before = head.version - len(change.events)
    if change.once and (filed := _filed(db, change.once)):
        return filed
    old = _head(db, head.no)
    if (old.version if old else 0) != before:
        raise Conflict(f"{head.no} is not at version {before}")
    for (month, name), limit in change.limits.items():
        if _tally(db, month).get(name, 0) + change.tally.get((month, name), 0) > limit:
            raise Full(f"{name} is at its limit of {limit}")
    if change.once:
        db.execute("INSERT INTO submissions VALUES (?, ?)", (change.once, head.no))
    db.execute(
        "REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*head[:5], to_json(head.data), head.due, head.owner, to_json(head.marks)),
    )
    _mark(db, head, {"", *old.marks} if old else set(), {"", *head.marks})
    db.executemany(
        "INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?, 1)",
        [(head.kind, trace, head.begun, head.no) for trace in change.traces],
    )
    db.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
        [
            (head.no, seq, event.kind, event.by, event.at, to_json(dict(event.data)))
            for seq, event in enumerate(change.events, start=before + 1)
        ],
    )
    db.executemany(
        "INSERT INTO personal VALUES (?, ?, ?)",
        [(head.no, seq, sealed) for seq, sealed in change.personal.items()],
    )
    db.executemany(
        "INSERT INTO tallies VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET stands = stands + excluded.stands",
        [(month, name, more) for (month, name), more in change.tally.items()],
    )
    db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", change.messages)
    return head.no


def _mark(db: sqlite3.Connection, head: Head, old: set[str], new: set[str]) -> None:
    db.executemany(
        "DELETE FROM marks WHERE kind = ? AND mark = ? AND begun = ? AND no = ?",
        [(head.kind, mark, head.begun, head.no) for mark in old - new],
    )
    db.executemany(
        "INSERT INTO marks VALUES (?, ?, ?, ?, 0)",
        [(head.kind, mark, head.begun, head.no) for mark in new - old],
    )


def _filed(db: sqlite3.Connection, once: str) -> str | None:
    row = db.execute("SELECT no FROM submissions WHERE once = ?", (once,)).fetchone()
    return row[0] if row else None


def _head(db: sqlite3.Connection, no: str) -> Head | None:
    heads = _heads(db, "SELECT * FROM heads WHERE no = ?", no)
    return heads[0] if heads else None


def _heads(db: sqlite3.Connection, query: str, *values: object) -> list[Head]:
    return [
        Head._make((*row[:5], json.loads(row[5]), *row[6:8], tuple(json.loads(row[8]))))
        for row in db.execute(query, values)
    ]


def _tally(db: sqlite3.Connection, month: str) -> dict[str, int]:
    query = "SELECT name, stands FROM tallies WHERE month = ? AND stands != 0"
    return dict(db.execute(query, (month,)))


def _parted(place: str) -> tuple[str, str]:
    day, _, no = place.partition(" ")
    return day, no
