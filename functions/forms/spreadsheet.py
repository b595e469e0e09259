"""Tables as Excel and CSV files, written so that they open safely, and read row by row."""

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from glob import glob
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from functions.errors import Wrong
from functions.forms import columns, confined
from functions.forms.columns import MOST_TITLES, Rows, Titles
from functions.forms.kinds.kind import Cell

CellRows = Iterable[Sequence[Cell]]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 2000
TABLE = 2
"""How many names of columns make a table of a sheet; an explanation may happen to hold one."""
NO_NAMES: Titles = {}
Merged = dict[int, list[tuple[int, int]]]
"""By the row in which cells that are merged begin: their column, from 0, and their last row."""
MERGED = re.compile(rb'mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
MEASURED, WIDEST = 200, 48
"""How many rows decide how wide the columns of a workbook are, and the most."""
ROWS = "wudan-sheets-"
"""How the name of a folder begins in which rows are kept until they are packed."""
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell of a CSV file begins that a spreadsheet takes for a formula (OWASP, "CSV Injection");
Excel in Chinese takes full-width signs too.
In a workbook it is text, because a workbook says of each cell what it is."""
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def xlsx(title: str, heads: Sequence[str], rows: CellRows, **more: CellRows) -> IO[bytes]:
    """A workbook of one sheet, and of one more for each table in ``more``, by its title; as an open
    file without a name, which is gone when it is closed.
    Text stays text, so that a phone keeps its digits and nothing is a formula. Rows are written as
    they come, so memory does not grow with them.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    with _folder() as folder:
        file = Path(folder, "book")
        try:
            with Workbook(file, {"constant_memory": True, "tmpdir": folder}) as book:
                _fill(book, _titled(title), chain([heads], rows))
                for name, table in more.items():
                    _fill(book, _titled(name), table)
        except FileCreateError as error:
            # Its only argument is what the system said, such as that the disk is full.
            raise error.args[0] from None
        return file.open("rb")


def _fill(book: Any, title: str, rows: CellRows) -> None:
    """Write the one sheet of an ``xlsxwriter.Workbook``; the first row is its heading."""
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    # Excel would mark every phone as a number that is stored as text.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    style = book.add_format({"num_format": "@", "bold": True})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths: dict[int, int] = {}
    for position, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(position, column, _as_text(cell), style)
            elif isinstance(cell, date):
                sheet.write_datetime(position, column, cell, day)
            elif cell is not None:
                sheet.write_number(position, column, cell)
            if position <= MEASURED:
                widths[column] = max(widths.get(column, 0), len(str(cell or "")))
        style = text
    for column, longest in widths.items():
        sheet.set_column(column, column, min(WIDEST, 4 + 2 * longest))


def _as_text(cell: str) -> str:
    """What a workbook can hold of a text. XlsxWriter takes text from ``<r>`` to ``</r>`` for XML of
    its own, unless a space follows, which is stripped when the workbook is read."""
    plain = NO_XML.sub("", cell)
    return f"{plain} " if plain.startswith("<r>") and plain.endswith("</r>") else plain


@contextmanager
def _folder() -> Iterator[str]:
    """A folder that nobody else can read, for what XlsxWriter keeps there in clear while it writes.
    What was left by processes that were killed is removed first: nothing is written to a folder
    before it is locked, and a lock ends with its holder."""
    # Path.glob raises where another process takes a folder away meanwhile.
    left_over = glob(f"{tempfile.gettempdir()}/{ROWS}*/*")  # noqa: PTH207
    for left in {Path(file).parent for file in left_over}:
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=ROWS) as folder, _locked(folder):
        yield folder


@contextmanager
def _locked(folder: str | Path) -> Iterator[None]:
    """Hold the lock on a folder; ``OSError`` if somebody else holds it, or owns the folder."""
    import fcntl  # Here, because Windows has none, and builds read this module there.

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _titled(title: str) -> str:
    """A name that a sheet may have: 31 units of UTF-16, without characters that formulas use."""
    named = "".join(" " if c in "[]:*?/\\" else c for c in NO_XML.sub("", title))
    return named.encode("utf-16-le")[:62].decode("utf-16-le", "ignore").strip("'") or "Sheet"


def as_csv(heads: Sequence[str], rows: CellRows) -> str:
    """The same as text, with the mark (BOM) by which Excel recognises UTF-8. An apostrophe stands
    before text that a spreadsheet would take for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in ([*heads], *rows):
        writer.writerow(
            f"'{cell}" if isinstance(cell, str) and cell.startswith(ACTIVE) else cell
            for cell in row
        )
    return "\ufeff" + written.getvalue()


def read(raw: bytes, known: Titles = NO_NAMES) -> Rows:
    """The rows of a workbook that hold anything: of its one sheet with names of columns, be it the
    second after an explanation; where none has any, of the first sheet that is not empty.

    Raises:
        Wrong: not a workbook, nothing in it, too many rows, or more than can be unpacked; or
            ``sheets``: several hold such a table, and each would be lost but one.
    """
    sheets = [
        (title, [(number, cells) for number, cells in rows])
        for title, rows in confined.read(__name__, raw)
    ]
    tables = [each for each in sheets if columns.heading(each[1], known)[1] >= TABLE]
    if len(tables) > 1:
        raise Wrong("sheets", sheets="、".join(f"“{title}”" for title, _ in tables))
    if not sheets:
        raise Wrong("empty")
    _, rows = (tables or sheets)[0]
    if len(rows) > MOST_ROWS + MOST_TITLES:
        raise Wrong("rows", most=MOST_ROWS)
    return rows


def parse(raw: bytes) -> list[tuple[str, Rows]]:
    """The rows of each sheet that can be seen and is not empty, with its title, up to one more than
    are taken; read in this process."""
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(io.BytesIO(raw), read_only=True, data_only=True)
    reader.read()
    parts = {sheet.name: part.target for sheet, part in reader.parser.find_sheets()}
    sheets = reader.wb.worksheets
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    tables = [
        (sheet.title, _rows(sheet, _merged(reader.archive.read(parts[sheet.title]))))
        for sheet in shown
    ]
    return [(title, rows) for title, rows in tables if rows]


def _rows(sheet: Any, merged: Merged) -> Rows:
    numbered = (
        (number, [_text(cell) for cell in row])
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
    )
    filled = ((number, cells) for number, cells in numbered if any(cells))
    return [*islice(_spread(filled, merged), MOST_ROWS + MOST_TITLES + 1)]


def _merged(sheet: bytes) -> Merged:
    """The cells that were merged with those below them, in the XML of a sheet. Who reads a workbook
    row by row is not told of them, because they stand behind the rows."""
    from openpyxl.utils import column_index_from_string

    found: Merged = {}
    for letters, first, last in MERGED.findall(sheet.rpartition(b"sheetData")[2]):
        if first != last:
            column = column_index_from_string(letters.decode()) - 1
            found.setdefault(int(first), []).append((column, int(last)))
    return found


def _spread(rows: Iterable[tuple[int, list[str]]], merged: Merged) -> Iterator[tuple[int, Any]]:
    """The rows with what stands in a merged cell in each row that it reaches down to: a roster has
    the team once beside all who are in it. A row that has nothing of its own is none."""
    above: dict[int, tuple[str, int]] = {}
    for number, cells in rows:
        for column, (text, last) in above.items():
            if number <= last and column < len(cells):
                cells[column] = cells[column] or text
        above |= {column: (cells[column], last) for column, last in merged.get(number, ())}
        yield number, cells


def _text(cell: Any) -> str:
    """A cell as somebody would have typed it: Excel makes numbers and dates of what looks so."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else str(cell).strip()
    text = text.encode("utf-8", "replace").decode()  # A half of a pair (U+D800) is no character.
    # Exports of earlier versions had the apostrophe of CSV files.
    return text[1:] if text[:1] == "'" and text[1:].startswith(ACTIVE) else text
