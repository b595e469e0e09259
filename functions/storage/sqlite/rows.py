"""Rows as values: heads, events and whole histories. Each row has a checksum (CRC-32), by which a
bit that flipped is noticed. Lists, traces and counters need none: ``doctor`` derives them anew."""

import heapq
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from functions.storage.history import LAYOUT_KEY, UNREADABLE, Event, Head, Stored

HEAD = "h.no, h.kind, h.version, h.state, h.begun, h.data, h.due, h.owner, h.marks"
"""The columns that :func:`as_head` takes."""
LOST = "#"
"""Begins what stands for a number where the head is lost, and the number with it."""
RAW = (
    "SELECT id, 'head', no, kind, version, state, begun, data, due, owner, marks, crc FROM heads",
    "SELECT head, 'event', seq, kind, by, at, data, crc FROM events",
    "SELECT head, 'sealed', seq, sealed, crc FROM personal",
    "SELECT head, 'trace', mark FROM traces",
    "SELECT head, 'once', once FROM submissions",
    "SELECT head, 'place', kind, mark, begun FROM marks",
)
"""All that is kept of histories; each row begins with the history's key, and what part it is."""


def row_crc(*values: object) -> int:
    """CRC-32 of a row, which shows every burst of up to 32 flipped bits. Only the last value may
    be bytes."""
    *texts, last = values
    end = last if isinstance(last, bytes) else str(last).encode()
    return zlib.crc32(end, zlib.crc32("\0".join([*map(str, texts), ""]).encode()))


def as_head(row: Sequence[Any]) -> Head:
    """The head in a row of :data:`HEAD`; raises one of ``UNREADABLE`` if it is damaged."""
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
        tables = [db.execute(f"{query} ORDER BY 1") for query in RAW]
        for key, rows in groupby(heapq.merge(*tables, key=first), first):
            yield _kept(key, rows)
    finally:
        db.text_factory = usual


def _kept(key: int, rows: Iterable[Sequence[Any]]) -> Stored:
    """One history of the rows with its key; those that are damaged are named."""
    found = defaultdict[str, list[Sequence[Any]]](list)
    for _, part, *row in rows:
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
