"""The index: an SQLite file with a row for each page that can be found, and how it is searched.

A search looks through all texts. That takes milliseconds for a thousand of them, finds each part of
each word, and needs nothing of SQLite that version 3.7.17 lacks, which Lambda's images up to Python
3.11 have (docs/decisions/0098).
"""

import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from functions.index.letters import plain

SCHEMA = """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, digest BLOB UNIQUE,
    address TEXT, kind TEXT, date TEXT, title TEXT, text TEXT
);
CREATE TABLE letters (
    id INTEGER PRIMARY KEY, address TEXT, date TEXT, title TEXT, whole TEXT
);
"""
"""``letters`` are the texts as :func:`plain` makes them: a search reads through these alone.
``text`` is empty where that changes nothing, because it stands there then."""
ONE = """
SELECT pages.address, kind, pages.date, pages.title,
    coalesce(text, substr(whole, length(letters.title) + 2))
FROM pages JOIN letters USING (id) WHERE id = ?
"""
LETTERS, HAS = "SELECT id FROM letters", "instr(whole, ?)"
NEWEST = "date > '', date DESC, address"
Query = tuple[str, list[str]]
"""A query, and its values."""
WORD = re.compile(r"\w+")
LONGEST = 60
"""Characters of what is searched for."""
PATIENCE = 2.0
"""Seconds that a search waits for a build that is writing."""
LONGEST_NEAR = 12
"""Characters of a word that may be there nearly; each two are looked for."""
LONG = 2.0
"""Seconds after which a search is given up."""
STEPS = 1000
"""How many steps SQLite's machine takes between two looks at the clock; some ten for a text."""


class Row(NamedTuple):
    """A page that can be found; ``date`` is empty where it has none."""

    address: str
    kind: str
    date: str
    title: str
    text: str


class Hits(NamedTuple):
    """How many pages were found, those of them that were asked for, and what to mark in them. They
    are only near where none has the words as they were typed."""

    total: int = 0
    rows: Sequence[Row] = ()
    marks: Sequence[str] = ()
    is_near: bool = False


def words(typed: str) -> list[str]:
    """What is searched for: words, each once, or signs where there are no words."""
    letters = plain(typed).strip()
    return [*dict.fromkeys(WORD.findall(letters) or letters.split())]


def add(db: sqlite3.Connection, digest: bytes, row: Row) -> None:
    """Add a page; what it is made from has this digest."""
    title, text = plain(row.title), plain(row.text)
    kept = row.text if row.text != text else None
    pages = (digest, row.address, row.kind, row.date, row.title, kept)
    made = db.execute("INSERT INTO pages VALUES (NULL, ?, ?, ?, ?, ?, ?)", pages)
    letters = (made.lastrowid, row.address, row.date, title, f"{title}\n{text}")
    db.execute("INSERT INTO letters VALUES (?, ?, ?, ?, ?)", letters)


def remove(db: sqlite3.Connection, digest: bytes) -> None:
    """Remove the page that was made from what has this digest."""
    db.execute("DELETE FROM letters WHERE id = (SELECT id FROM pages WHERE digest = ?)", (digest,))
    db.execute("DELETE FROM pages WHERE digest = ?", (digest,))


def find(file: Path, typed: str, first: int, count: int) -> Hits:
    """``count`` of the pages that have all :func:`words` that were typed, or nearly so, from the
    ``first`` on; where there are no more, the last of them.

    Raises:
        sqlite3.Error: there is no such file, it is damaged, or the search takes too long.
    """
    wanted = words(typed)
    if not wanted:
        return Hits()
    end = time.monotonic() + LONG
    with closing(
        sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", timeout=PATIENCE, uri=True)
    ) as db:
        db.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        ids = db.execute(*_exactly(wanted, plain(typed).strip())).fetchall()
        pieces = [] if ids else [piece for word in wanted for piece in _pieces(word)]
        if is_near := len(pieces) > len(wanted):
            ids = db.execute(*_nearly(wanted, pieces)).fetchall()
        last = max(0, len(ids) - 1) // count * count
        shown = ids[min(first, last) :][:count]
        rows = [Row(*db.execute(ONE, each).fetchone()) for each in shown]
    return Hits(len(ids), rows, pieces or wanted, is_near)


def _exactly(wanted: Sequence[str], whole: str) -> Query:
    """What has all words. The best is what is called so, then what has more of them in its title;
    among equals what has no date, because that always holds, then the newest."""
    having = " AND ".join([HAS] * len(wanted))
    order = f"title = ? DESC, {_sum('title', wanted)} DESC, {NEWEST}"
    return f"{LETTERS} WHERE {having} ORDER BY {order}", [*wanted, whole, *wanted]


def _nearly(wanted: Sequence[str], pieces: Sequence[str]) -> Query:
    """What has at least half the pieces of each word, the most of them first."""
    each = [_pieces(word) for word in wanted]
    half = " AND ".join(f"2 * ({_sum('whole', of)}) >= {len(of)}" for of in each)
    order = f"{_sum('whole', pieces)} + {_sum('title', pieces)} DESC, {NEWEST}"
    return f"{LETTERS} WHERE {half} ORDER BY {order}", [*pieces] * 3


def _sum(column: str, pieces: Sequence[str]) -> str:
    """How many of the pieces a column has."""
    return " + ".join([f"(instr({column}, ?) > 0)"] * len(pieces))


def _pieces(word: str) -> list[str]:
    """Each two characters of a Chinese word; a word that is short, very long or of other letters is
    one piece."""
    if word.isascii() or not 2 < len(word) <= LONGEST_NEAR:
        return [word]
    return [*dict.fromkeys(map("".join, pairwise(word)))]
