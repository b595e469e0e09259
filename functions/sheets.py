"""Tables as Excel and CSV files, written so that they open safely, and read row by row."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

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


def xlsx(title: str, heads: Sequence[str], rows: Table) -> bytes:
    """A workbook of one sheet. Text is text, phones with all their digits; nothing calculates."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title)
    for row in ([*heads], *rows):
        sheet.append([_still(cell) for cell in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"
                cell.number_format = "@"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        longest = max(len(str(cell.value or "")) for cell in column)
        letter = column[0].column_letter
        sheet.column_dimensions[letter].width = min(48, 4 + 2 * longest)
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


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
