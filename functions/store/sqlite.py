"""The embedded store: one SQLite file, safe against ``kill -9`` at any moment."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from functions.lifecycle import Event
from functions.store import Conflict, Head

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
    ALTER TABLE heads ADD COLUMN due TEXT NOT NULL DEFAULT '';
    ALTER TABLE heads ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    CREATE INDEX heads_by_due ON heads (kind, state, due, no);
    CREATE INDEX heads_by_owner ON heads (kind, state, owner, due, no);
    """,
)
"""Each script takes the file one version on; ``PRAGMA user_version`` counts those done."""


class SQLite:
    """A :class:`functions.store.Store` in one file; every thread has its own connection."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        with self._transaction() as db:
            (done,) = db.execute("PRAGMA user_version").fetchone()
            for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
                for statement in script.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version}")

    def commit(
        self, head: Head, events: Sequence[Event], personal: bytes | None = None, once: str = ""
    ) -> str:
        before = head.version - len(events)
        with self._transaction() as db:
            if once:
                if filed := self.filed(once):
                    return filed
                db.execute("INSERT INTO submissions VALUES (?, ?)", (once, head.no))
            row = db.execute("SELECT version FROM heads WHERE no = ?", (head.no,)).fetchone()
            if (row[0] if row else 0) != before:
                raise Conflict(f"{head.no} is not at version {before}")
            db.execute(
                "REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                head._replace(data=_json(head.data)),  # type: ignore[arg-type]
            )
            db.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (head.no, seq, event.kind, event.by, event.at, _json(dict(event.data)))
                    for seq, event in enumerate(events, start=before + 1)
                ],
            )
            if personal is not None:
                db.execute("INSERT INTO personal VALUES (?, ?, ?)", (head.no, before + 1, personal))
        return head.no

    def filed(self, once: str) -> str | None:
        row = self._db.execute("SELECT no FROM submissions WHERE once = ?", (once,)).fetchone()
        return row[0] if row else None

    def head(self, no: str) -> Head | None:
        heads = self._heads("no = ?", "no", no, 1)
        return heads[0] if heads else None

    def events(self, no: str) -> tuple[Event, ...]:
        rows = self._db.execute(
            "SELECT kind, by, at, data FROM events WHERE no = ? ORDER BY seq", (no,)
        )
        return tuple(Event(kind, by, at, json.loads(data)) for kind, by, at, data in rows)

    def personal(self, no: str) -> dict[int, bytes]:
        return dict(self._db.execute("SELECT seq, sealed FROM personal WHERE no = ?", (no,)))

    def erase(self, no: str) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM personal WHERE no = ?", (no,))

    def heads(self, kind: str, state: str = "", before: str = "", limit: int = 20) -> list[Head]:
        where, values = "kind = ?", [kind]
        if state:
            where, values = f"{where} AND state = ?", [*values, state]
        if before:
            where, values = (
                f"{where} AND (changed_at, no) < (?, ?)",
                [*values, *before.partition(" ")[::2]],
            )
        return self._heads(where, "changed_at DESC, no DESC", *values, limit)

    def waiting(
        self, kind: str, state: str, owner: str = "", after: str = "", limit: int = 20
    ) -> list[Head]:
        where, values = "kind = ? AND state = ?", [kind, state]
        if owner:
            where, values = f"{where} AND owner = ?", [*values, owner]
        if after:
            where, values = f"{where} AND (due, no) > (?, ?)", [*values, *after.partition(" ")[::2]]
        return self._heads(where, "due, no", *values, limit)

    def _heads(self, where: str, order: str, *values: object) -> list[Head]:
        query = f"SELECT * FROM heads WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, values)
        return [Head._make((*row[:5], json.loads(row[5]), *row[6:])) for row in rows]

    def count(self, what: str, now: datetime, until: datetime) -> int:
        with self._transaction() as db:
            db.execute("DELETE FROM counters WHERE until <= ?", (_utc(now),))
            (stands,) = db.execute(
                "INSERT INTO counters VALUES (?, 1, ?)"
                " ON CONFLICT DO UPDATE SET stands = stands + 1 RETURNING stands",
                (what, _utc(until)),
            ).fetchone()
            return int(stands)

    def reset(self, what: str) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM counters WHERE what = ?", (what,))

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            # FULL: the log is on the disk before a commit returns, not only after a checkpoint.
            db.execute("PRAGMA synchronous = FULL")
            # What is erased must not stay readable in the file's free pages.
            db.execute("PRAGMA secure_delete = ON")
            self._local.db = db
        return self._local.db  # type: ignore[no-any-return]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the write lock at once, so that what it read stays true."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
