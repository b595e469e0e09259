"""A :class:`functions.storage.history.Change` written inside a transaction."""

import json
import sqlite3
from collections.abc import Set
from itertools import product

from functions.errors import Conflict, Full
from functions.storage.history import LAYOUT_KEY, Change, Head, Place, Stored, added_up, to_json
from functions.storage.sqlite.rows import LOST, row_crc

COUNTED = (
    "stands != 0 AND typeof(stands) = 'integer'"
    " AND typeof(month) = 'text' AND typeof(name) = 'text'"
)
"""A counter that is one: a flipped bit can make another type of a value, which nothing here writes.
It is missing then, and :mod:`functions.ops.consistency` counts anew."""
STANDS = f"SELECT stands FROM tallies WHERE month = ? AND name = ? AND {COUNTED}"  # noqa: S608
DELETE_MARKS = "DELETE FROM marks WHERE kind = ? AND mark = ? AND begun = ? AND head = ?"
INSERT_MARKS = "INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?)"
INSERT_TRACES = "INSERT OR IGNORE INTO traces VALUES (?, ?)"


def add(db: sqlite3.Connection, *changes: Change) -> str:
    """Do what :meth:`functions.storage.port.Histories.commit` says; write nothing if refused."""
    for change in changes:
        if change.once and (filed := find_filed(db, change.once)):
            return filed
    rows = [_row(db, change) for change in changes]
    tally, limits = added_up(changes)
    for (month, name), limit in limits.items():
        row = db.execute(STANDS, (month, name)).fetchone()
        if (row[0] if row else 0) + tally.get((month, name), 0) > limit:
            raise Full(counter=name, limit=limit)
    for change, row in zip(changes, rows, strict=True):
        _write(db, change, *row)
    db.executemany(
        "INSERT INTO tallies VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET"
        " stands = iif(typeof(stands) = 'integer', stands, 0) + excluded.stands",
        [(month, name, more) for (month, name), more in tally.items()],
    )
    return changes[0].head.no


def _row(db: sqlite3.Connection, change: Change) -> tuple[int | None, str]:
    """The row of a head, and the marks in it; ``Conflict`` if it has another version."""
    head, before = change.head, change.head.version - len(change.events)
    row = db.execute("SELECT id, version, marks FROM heads WHERE no = ?", (head.no,)).fetchone()
    key, version, marks = row or (None, 0, "")
    if version != before:
        raise Conflict(no=head.no, version=before)
    return key, marks


def _write(db: sqlite3.Connection, change: Change, key: int | None, marks: str) -> None:
    """Write a change to the row of its head, which had these marks, or to a new one."""
    key = write_head(db, change.head, key)
    if change.erase:
        _erase(db, key)
    if change.once:
        db.execute("INSERT INTO submissions VALUES (?, ?)", (change.once, key))
    _write_marks(db, change, key, {"", *json.loads(marks)} if marks else set())
    _write_parts(db, change, key)
    if change.messages:
        db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", change.messages)


def write_head(db: sqlite3.Connection, head: Head, key: int | None) -> int | None:
    """Write a head to the row ``key``, or to a new one, and return the row's number."""
    data = to_json({LAYOUT_KEY: head.layout, **head.data})
    row = (*head[:5], data, head.due, head.owner, to_json(head.marks))
    if key is None:
        query = "INSERT INTO heads VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        return db.execute(query, (*row, row_crc(*row))).lastrowid
    db.execute(
        "UPDATE heads SET (no, kind, version, state, begun, data, due, owner, marks, crc)"
        " = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
        (*row, row_crc(*row), key),
    )
    return key


def _erase(db: sqlite3.Connection, key: int | None) -> None:
    """Erase what is kept apart from a history, and the marks that were made of it."""
    db.execute("DELETE FROM personal WHERE head = ?", (key,))
    db.execute(
        "DELETE FROM marks WHERE (kind, mark, begun, head) IN"
        " (SELECT kind, mark, begun, id FROM heads JOIN traces ON head = id WHERE id = ?)",
        (key,),
    )
    db.execute("DELETE FROM traces WHERE head = ?", (key,))


def _write_marks(db: sqlite3.Connection, change: Change, key: int | None, old: Set[str]) -> None:
    head, new = change.head, {"", *change.head.marks}
    if gone := old - new:
        db.executemany(DELETE_MARKS, product([head.kind], gone, [head.begun], [key]))
    if more := [*(new - old), *change.traces]:
        db.executemany(INSERT_MARKS, product([head.kind], more, [head.begun], [key]))
    if change.traces:
        db.executemany(INSERT_TRACES, product([key], change.traces))


def _write_parts(db: sqlite3.Connection, change: Change, key: int | None) -> None:
    """Write events and what is sealed."""
    added = enumerate(change.events, start=change.head.version - len(change.events) + 1)
    for verb, events in (("INSERT", added), ("REPLACE", change.rewritten.items())):
        for seq, event in events:
            row = (key, seq, *event[:3], to_json(dict(event.data)))
            query = f"{verb} INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
            db.execute(query, (*row, row_crc(*row)))
    for seq, sealed in change.personal.items():
        query = "REPLACE INTO personal VALUES (?, ?, ?, ?)"
        db.execute(query, (key, seq, sealed, row_crc(key, seq, sealed)))


def places(head: Head, traces: Set[str], key: int) -> set[Place]:
    """Where lists should lead to the history in row ``key``."""
    return {(head.kind, mark, head.begun, key) for mark in ("", *head.marks, *traces)}


def renew(db: sqlite3.Connection, kept: Stored, head: Head | None, traces: Set[str]) -> None:
    """Do what :meth:`functions.storage.port.Store.renew` says."""
    if head is None:
        key, should = int(kept.no.removeprefix(LOST)), set[Place]()
        db.execute("DELETE FROM submissions WHERE head = ?", (key,))
    else:
        query = "SELECT id, (SELECT count(*) FROM events WHERE head = id) FROM heads WHERE no = ?"
        key, count = db.execute(query, (head.no,)).fetchone() or (0, 0)
        if not key or count != head.version:
            raise Conflict(no=head.no, version=head.version)
        write_head(db, head, key)
        should = places(head, traces, key)
    db.executemany(DELETE_MARKS, kept.places - should)
    db.executemany(INSERT_MARKS, should)
    db.execute("DELETE FROM traces WHERE head = ?", (key,))
    db.executemany(INSERT_TRACES, product([key], traces))


def remove(db: sqlite3.Connection, no: str) -> None:
    """Do what :meth:`functions.storage.port.Store.remove` says."""
    row = db.execute("SELECT id, kind, begun, marks FROM heads WHERE no = ?", (no,)).fetchone()
    if row is None:
        return
    key, kind, begun, marks = row
    _erase(db, key)
    db.executemany(DELETE_MARKS, [(kind, mark, begun, key) for mark in ("", *json.loads(marks))])
    db.execute("DELETE FROM events WHERE head = ?", (key,))
    db.execute("DELETE FROM submissions WHERE head = ?", (key,))
    db.execute("DELETE FROM heads WHERE id = ?", (key,))


def find_filed(db: sqlite3.Connection, once: str) -> str | None:
    """The number of the history that a submission went to."""
    query = "SELECT no FROM submissions JOIN heads ON id = head WHERE once = ?"
    row = db.execute(query, (once,)).fetchone()
    return row[0] if row else None


def read_tally(db: sqlite3.Connection, month: str) -> dict[str, int]:
    """The counters of a month."""
    query = f"SELECT name, stands FROM tallies WHERE month = ? AND {COUNTED}"  # noqa: S608
    return dict(db.execute(query, (month,)))
