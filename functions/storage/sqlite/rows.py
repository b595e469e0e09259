"""Rows as values: heads, events and whole histories, each row with a checksum (CRC-32).

Most of a history can be derived from nothing else, so without a checksum nobody would notice a bit
that flipped. Lists, traces and counters need none: ``doctor`` derives them anew.
"""

import heapq
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from functions.storage.history import LAYOUT_KEY, UNREADABLE, Event, Head, Stored

HEAD = "h.no, h.kind, h.version, h.state, h.begun, h.data, h.due, h.owner, h.marks"
"""The columns that :func:`as_head` takes."""

LOST = "#"
"""Begins what stands for a number where the head is lost, and the number with it."""

RAW = {
    "head": "SELECT id, no, kind, version, state, begun, data, due, owner, marks, crc FROM heads",
    "event": "SELECT head, seq, kind, by, at, data, crc FROM events",
    "sealed": "SELECT head, seq, sealed, crc FROM personal",
    "trace": "SELECT head, mark FROM traces",
    "once": "SELECT head, once FROM submissions",
    "place": "SELECT head, kind, mark, begun FROM marks",
}
"""All that is kept of histories; each row begins with where the history lies."""


def row_crc(*values: object) -> int:
    """CRC-32 of a row: it notices every bit that flipped, and every burst of up to 32. Only the
    last value may be bytes."""
    *texts, last = values
    end = last if isinstance(last, bytes) else str(last).encode()
    return zlib.crc32(end, zlib.crc32("\0".join([*map(str, texts), ""]).encode()))


def as_head(row: Sequence[Any]) -> Head:
    """The head in a row of :data:`HEAD`.

    Raises:
        One of UNREADABLE: it is damaged.
    """
    data = json.loads(row[5])
    layout = data.pop(LAYOUT_KEY, 0)
    return Head._make((*row[:5], data, *row[6:8], tuple(json.loads(row[8])), layout))


def listed(row: Sequence[Any]) -> Head:
    """The head in a row, for a list; of a damaged one only what lies in columns of its own."""
    try:
        return as_head(row)
    except UNREADABLE:
        return Head._make((*row[:5], {}, *row[6:8], (), 0))


def everything(db: sqlite3.Connection) -> Iterator[Stored]:
    """Whatever is kept of each history, read from the tables themselves."""
    first, usual = itemgetter(0), db.text_factory
    # Text that is damaged must be read, too, so that its checksum can be seen to be wrong.
    db.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
    try:
        tables = [_rows(db, part, f"{query} ORDER BY 1") for part, query in RAW.items()]
        for key, rows in groupby(heapq.merge(*tables, key=first), first):
            yield _kept(key, [(part, row) for _, part, row in rows])
    finally:
        db.text_factory = usual


def _rows(
    db: sqlite3.Connection, part: str, query: str
) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    for key, *row in db.execute(query):
        yield key, part, tuple(row)


def _kept(key: int, rows: Sequence[tuple[str, Sequence[Any]]]) -> Stored:
    """One history of the rows that lie at ``key``; those that are damaged are named."""
    found: dict[str, list[Sequence[Any]]] = {part: [] for part in RAW}
    for part, row in rows:
        found[part].append(row)
    no, head, events, personal, damaged = f"{LOST}{key}", None, dict[int, Event](), {}, []
    for *values, crc in found["head"]:
        no = values[0]
        if row_crc(*values) == crc:
            head = as_head(values)
        else:
            damaged.append("head")
    for *values, crc in found["event"]:
        if row_crc(key, *values) == crc:
            seq, kind, by, at, data = values
            events[seq] = Event(kind, by, at, json.loads(data))
        else:
            damaged.append(f"event {values[0]}")
    for *values, crc in found["sealed"]:
        if row_crc(key, *values) == crc:
            personal[values[0]] = values[1]
        else:
            damaged.append(f"sealed {values[0]}")
    traces, once = (frozenset(name for (name,) in found[part]) for part in ("trace", "once"))
    places = frozenset((*row, key) for row in found["place"])
    return Stored(no, head, events, personal, traces, once, places, damaged)
