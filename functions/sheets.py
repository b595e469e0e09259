"""Tables as Excel and CSV files, written so that they open safely, and read row by row."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from itertools import chain, islice, zip_longest
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from functions.form import Field, Form

Cell = str | int | float | None
Table = Iterable[Sequence[Cell]]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 2000

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would take for a formula (OWASP, "CSV Injection")."""


class Unreadable(Exception):
    """The file is no workbook, or none that can be taken: ``code`` says why."""

    def __init__(self, code: str, **names: object):
        super().__init__(code)
        self.code = code
        self.names = names


def xlsx(title: str, heads: Sequence[str], rows: Table) -> IO[bytes]:
    """A workbook of one sheet, as an open file that nobody else sees and that is gone when it is
    closed. Text is text, phones with all their digits; nothing calculates.

    Rows are written as they come, so memory does not grow with them. Only what they are likely to
    be decides how wide columns are: the headings and the first rows. It is written here because
    libraries either keep all cells in memory or leave what they wrote in a file with a name, in
    clear, when the process is killed.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - Whoever sends it closes it.
    try:
        coming = iter(rows)
        first = list(islice(coming, MEASURED))
        with ZipFile(file, "w", ZIP_DEFLATED) as book:
            for name, text in _PARTS.items():
                book.writestr(name, _XML + text.replace("TITLE", _attribute(_titled(title))))
            with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
                sheet.write((_XML + _SHEET + _columns(heads, first)).encode())
                sheet.write(_row(1, heads, HEAD).encode())
                for number, row in enumerate(chain(first, coming), start=2):
                    sheet.write(_row(number, row, TEXT).encode())
                sheet.write(b"</sheetData></worksheet>")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


MEASURED = 200
"""Rows that decide how wide columns are."""
WIDEST = 48

TEXT, HEAD = 1, 2
"""Places in ``cellXfs``: text, and text of a heading."""

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="TITLE" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>",
    # Number format 49 is "@", text (ECMA-376, 18.8.30).
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"'
    ' applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}
"""All of a workbook but its sheet (ECMA-376, SpreadsheetML)."""

_SHEET = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews>"
)

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Would be read as the start of an escaped character (ECMA-376, 22.9.2.19)."""


def _columns(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """How wide each column is, and where the rows begin."""
    columns = zip_longest(heads, *rows)
    longest = (max(len(str(cell or "")) for cell in column) for column in columns)
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{min(WIDEST, 4 + 2 * most)}" customWidth="1"/>'
        for at, most in enumerate(longest, start=1)
    )
    return f"<cols>{widths}</cols><sheetData>"


def _row(number: int, cells: Sequence[Cell], style: int) -> str:
    written = "".join(
        _cell(f"{_letters(at)}{number}", _still(cell), style)
        for at, cell in enumerate(cells)
        if cell is not None
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: Cell, style: int) -> str:
    if not isinstance(cell, str):
        return f'<c r="{place}"><v>{cell}</v></c>'
    text = escape(_ESCAPE.sub("_x005F_", _NO_XML.sub("", cell)))
    inline = f'<is><t xml:space="preserve">{text}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{inline}</c>'


@cache
def _letters(column: int) -> str:
    """The name of a column, counted from 0: A, B, … Z, AA."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _titled(title: str) -> str:
    """A name that a sheet may have: 31 characters, without those that formulas use."""
    return "".join(" " if c in "[]:*?/\\" else c for c in _NO_XML.sub("", title))[:31] or "Sheet"


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def as_csv(heads: Sequence[str], rows: Table) -> str:
    """The same as text, with the mark (BOM) by which Excel knows UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in ([*heads], *rows):
        writer.writerow([_still(cell) for cell in row])
    return "\ufeff" + written.getvalue()


def read(raw: bytes, form: Form) -> list[tuple[int, dict[str, list[str]]]]:
    """The rows of a workbook as answers to a form, each with its number in the sheet.

    The first row has the form's questions, in any order; choices are written as they are read
    on the form, several of them with 、 between.

    Raises:
        Unreadable: not a workbook, no sheet, a column is missing, or too many rows.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except Exception:
        # What openpyxl raises for a broken file is whatever its parts raise: zip, XML, keys.
        raise Unreadable("workbook") from None
    rows = iter(book.worksheets[0].iter_rows(values_only=True) if book.worksheets else ())
    heads = [_text(cell) for cell in next(rows, ())]
    fields = {heads.index(f["label"]): f for f in form["fields"] if f["label"] in heads}
    known = [f["name"] for f in fields.values()]
    missing = [f["label"] for f in form["fields"] if f["required"] and f["name"] not in known]
    if missing:
        raise Unreadable("columns", missing="、".join(missing))
    taken = []
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS + 1:
            raise Unreadable("rows", most=MOST_ROWS)
        texts = {field["name"]: _answers(field, row[place]) for place, field in fields.items()}
        if any(any(values) for values in texts.values()):
            taken.append((number, texts))
    return taken


def _answers(field: Field, cell: Any) -> list[str]:
    text = _text(cell)
    if field["kind"] == "consent":
        return ["yes"] if text in ("是", "同意", "yes", "√", "✓") else []
    values = {choice["label"]: choice["value"] for choice in field["choices"]}
    if field["kind"] == "choices":
        return [values.get(part.strip(), part) for part in text.split("、") if part.strip()]
    return [values.get(text, text)]


def _text(cell: Any) -> str:
    """A cell as somebody would have typed it: Excel makes numbers and days of what looks so."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip().removeprefix("'")


def _still(cell: Cell) -> Cell:
    """A cell that is nothing but what it shows."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
