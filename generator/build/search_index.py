"""The index by which visitors search: rows of what is public, brought up to date by each build."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from functions.context.bundle import INDEX
from functions.forms.residents import FORMS
from functions.index.lookup import SCHEMA, Row, add, remove
from generator.build.render import Renderer
from generator.content.kinds import KINDS, address
from generator.content.markup.plain_text import plain
from generator.content.models import Prose, Site
from generator.content.reading.codec import DIGEST, digest
from generator.files.cache import Cache
from generator.files.file_stamps import stamp_of_own
from generator.files.parallel import spread

CODES = {
    *("slug", "kind", "renamed_from", "cover", "src", "teams"),
    *("fields", "notice", "submit"),
}
"""Fields that are no text of an entry's page, or that people would not search it by."""
NOTE = "index"
"""The cache's note of what the index was made from, and how its file looked then."""
PAGE_SIZE = 16 * 1024
"""Bytes that SQLite reads at a time: texts are long."""
LABELS = ("title", "name")
"""What an entry is called."""
FIRST = ("summary", "body")
"""The fields that say best what the entry is about: where no word is in the text, its beginning is
shown."""
RowMakers = Mapping[bytes, Callable[[], Row]]
"""What makes each row, by a digest of all that it is made from."""


def hand_over(folder: Path, site: Site, renderer: Renderer, cache: Cache) -> None:
    """Bring the index in a folder up to date: of what did not change since the last build nothing
    is read. It is made anew where it is not the file that this left there."""
    file, rows = folder / INDEX, _rows(site, renderer.typed)
    made, key, stamp = cache.noted(NOTE), digest([*rows]), stamp_of_own(file).encode()
    if made == key + stamp:
        return
    work = _update if stamp and made[DIGEST:] == stamp else _make
    work(file, rows)
    cache.note(NOTE, key + stamp_of_own(file).encode())


def _update(file: Path, rows: RowMakers) -> None:
    """Change the rows that differ, all at once."""
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("PRAGMA synchronous = OFF")
        known = {found for (found,) in db.execute("SELECT digest FROM pages")}
        # Other processes may help with these, and must not be forked inside a transaction.
        fresh = [*_made({new: row for new, row in rows.items() if new not in known})]
        for gone in known - rows.keys():
            remove(db, gone)
        for each, row in fresh:
            add(db, each, row)


def _make(file: Path, rows: RowMakers) -> None:
    """Write the index anew, beside the old one, and put it in its place when it is whole."""
    new = file.with_suffix(".new")
    for path in (new, file.with_name(f"{file.name}-journal")):
        path.unlink(missing_ok=True)
    with closing(sqlite3.connect(new)) as db:
        for setting in (f"page_size = {PAGE_SIZE}", "journal_mode = OFF", "synchronous = OFF"):
            db.execute(f"PRAGMA {setting}")
        db.executescript(SCHEMA)
        for each, row in _made(rows):
            add(db, each, row)
        db.commit()
    new.replace(file)


def _made(rows: RowMakers) -> Iterator[tuple[bytes, Row]]:
    return zip(rows, spread(_make_each, [*rows.values()]), strict=True)


def _make_each(makers: Sequence[Callable[[], Row]]) -> list[Row]:
    return [make() for make in makers]


def _rows(site: Site, html: Callable[[Prose], str]) -> RowMakers:
    """The rows of all that is shown: what ended keeps its page, but nobody should find it."""
    names = {team.slug: team.name for team in site.teams}
    rows: dict[bytes, Callable[[], Row]] = {}
    for folder, digests in site.digests.items():
        for item, known in zip(site.entries[folder], digests, strict=True):
            named = [*filter(None, map(names.get, getattr(item, "teams", ())))]
            if KINDS[folder].base or item.slug in FORMS:
                made_from = digest((known.whole, named)) if named else known.whole
                rows[made_from] = partial(_row, folder, item, named, html)
    return rows


def _place(folder: str, item: Any) -> str:
    """The address of an entry's page; empty if it has none."""
    return address(item) if KINDS[folder].base else FORMS.get(item.slug, "")


def _row(folder: str, item: Any, named: Iterable[str], html: Callable[[Prose], str]) -> Row:
    title = item.name if hasattr(item, "name") else item.title
    names = sorted(_fields(item, LABELS), key=FIRST.__contains__, reverse=True)
    texts = _texts((*map(partial(getattr, item), names),), html)
    date = str(getattr(item, "date", ""))
    return Row(_place(folder, item), folder, date, title, " ".join(filter(None, (*texts, *named))))


def _texts(value: Any, html: Callable[[Prose], str]) -> list[str]:
    """All texts in a value of a model, in order; numbers and days are not searched for."""
    found, left = list[str](), [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, Prose):
            found.append(plain(html(each)))
        elif isinstance(each, tuple):
            left += reversed(each)
        elif isinstance(each, Struct):
            left += [getattr(each, name) for name in reversed(_fields(each))]
    return found


def _fields(value: Struct, left_out: Iterable[str] = ()) -> list[str]:
    return [name for name in value.__struct_fields__ if name not in {*CODES, *left_out}]
