"""Workbooks: what Excel reads of them, and how much memory they take."""

import csv
import gc
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from functions.forms import columns
from functions.forms.kinds.kind import Cell
from functions.forms.spreadsheet import as_csv, read, xlsx
from tests.support.servers import PRODUCT

HEADS = ["单号", "电话", "情况"]


def sheet(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Worksheet:
    with xlsx(title, heads, rows) as file:
        book = load_workbook(io.BytesIO(file.read()))
    (found,) = book.worksheets
    assert isinstance(found, Worksheet)
    return found


def test_a_workbook_has_a_bold_frozen_head_and_columns_as_wide_as_what_they_hold() -> None:
    found = sheet("单子", HEADS, [["A", "13812345678", "长" * 100]])
    assert (found.title, found.freeze_panes) == ("单子", "A2")
    assert [cell.value for cell in found[1]] == HEADS
    assert all(cell.font.bold for cell in found[1])
    assert not any(cell.font.bold for cell in found[2])
    widths = [found.column_dimensions[letter].width for letter in "ABC"]
    assert [int(width) for width in widths] == [8, 26, 48]  # Excel adds a margin to each.


def test_text_stays_text_and_numbers_numbers_and_nothing_stays_empty() -> None:
    (row,) = sheet("x", HEADS, [["00123456789012345678", 5, None]]).iter_rows(min_row=2)
    assert [cell.value for cell in row] == ["00123456789012345678", 5, None][: len(row)]
    assert (row[0].data_type, row[0].number_format, row[1].data_type) == ("s", "@", "n")


def test_a_day_is_a_date_that_a_spreadsheet_can_sort_and_count_with() -> None:
    (row,) = sheet("x", HEADS, [[date(2026, 12, 4)]]).iter_rows(min_row=2)
    assert (row[0].value, row[0].number_format) == (datetime(2026, 12, 4), "yyyy-mm-dd")


@pytest.mark.parametrize(
    "typed",
    ["a<b>&\"c'", "两\n行", "  空白  ", "𠮷野", "]]>", "表\t格", "a_b", ""],
)
def test_what_was_typed_comes_back(typed: str) -> None:
    (row,) = sheet("x", ["一"], [[typed]]).iter_rows(min_row=2)
    assert (row[0].value or "") == typed


@pytest.mark.parametrize("typed", ["=1+1", "\x00=1+1", "<r>&</r>", "\x00<r><t>a</t></r>"])
def test_what_begins_like_a_formula_or_like_markup_is_text_as_it_was_typed(typed: str) -> None:
    (row,) = sheet("x", ["一"], [[typed]]).iter_rows(min_row=2)
    assert (str(row[0].value).rstrip(), row[0].data_type) == (typed.removeprefix("\0"), "s")


def test_in_a_csv_file_an_apostrophe_keeps_text_from_being_a_formula() -> None:
    lines = as_csv(["a", "b"], [["=1+1", "+8613812345678"], [-1, "-x"]]).splitlines()
    assert lines == ["\ufeffa,b", "'=1+1,'+8613812345678", "-1,'-x"]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠\n\t\r")
def test_no_sign_that_begins_a_formula_begins_a_cell_of_a_csv_file(sign: str) -> None:
    [cell] = next(csv.reader(io.StringIO(as_csv([], [[f"{sign}1+1"]]).split("\n", 1)[1])))
    assert cell == f"'{sign}1+1"


FORM = {"fields": [{"name": "x", "label": "问", "kind": "text", "required": True, "choices": []}]}


@pytest.mark.parametrize("typed", ["'=1+1", "'+8613812345678"])
def test_an_apostrophe_of_an_earlier_export_is_not_read(typed: str) -> None:
    assert back(["问"], [typed]) == [(2, {"x": [typed[1:]]})]


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["=1+1", "'90 年代", "<r>&</r>", "两\n行", "+8613812345678"])
def test_what_was_written_is_read_as_it_was(typed: str) -> None:
    assert back(["问"], [typed]) == [(2, {"x": [typed]})]


def test_of_two_columns_with_one_heading_the_later_is_the_question() -> None:
    assert back(["问", "别的", "问"], ["a", "b", "c"]) == [(2, {"x": ["c"]})]


def back(heads: Sequence[str], row: Sequence[Cell]) -> list[tuple[int, dict[str, list[str]]]]:
    with xlsx("x", heads, [row]) as file:
        rows = read(file.read())
    known = columns.names(FORM, {})
    found = columns.table(rows, known)
    reading = columns.Reading(columns.guess(found.heads, known)[0], {})
    return [*columns.answers(FORM, found.rows, reading)]


def test_what_no_workbook_can_hold_is_left_out() -> None:
    (row,) = sheet("x", ["一"], [["前\x00\x0b\ufffe\ud800后"]]).iter_rows(min_row=2)
    assert row[0].value == "前后"


@pytest.mark.parametrize(
    ("title", "named"),
    [("a/b:[c]" * 9, ("a b  c " * 9)[:31]), ("𠮷" * 20, "𠮷" * 15), ("'十一月'", "十一月")],
)
def test_a_title_that_no_sheet_may_have_becomes_one(title: str, named: str) -> None:
    assert sheet(title, HEADS, []).title == named


def test_many_columns_keep_their_places() -> None:
    found = sheet("x", [str(n) for n in range(800)], [[*range(800)]])
    assert [cell.value for cell in found[2]] == [*range(800)]
    assert found["ADT2"].value == 799


def test_an_empty_table_is_a_workbook_with_its_head() -> None:
    assert [cell.value for cell in sheet("x", HEADS, [])[1]] == HEADS


def test_where_a_row_fails_no_file_stays_open(recwarn: pytest.WarningsRecorder) -> None:
    def rows() -> Iterator[Sequence[Cell]]:
        yield ["a"]
        raise KeyError("b")

    with pytest.raises(KeyError):
        xlsx("x", ["一"], rows())
    assert not recwarn.list


def test_rows_lie_where_only_their_owner_reads_them_and_nothing_of_them_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    modes: list[int] = []

    def rows(*inner: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for each in inner:  # Two workbooks at once leave each other's rows alone.
            yield ["a"]
            xlsx("x", ["一"], each).close()
        modes.extend(path.stat().st_mode & 0o777 for path in tmp_path.iterdir())
        yield ["b"]

    xlsx("x", ["一"], rows(rows())).close()
    assert modes == [0o700] * 3
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal
from functions.forms.spreadsheet import xlsx

def rows():
    yield from (["13812345678"] for _ in range(10_000))
    os.kill(os.getpid(), signal.SIGKILL)

xlsx("x", ["一"], rows())
"""


def test_what_a_killed_process_left_is_gone_with_the_next_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", KILLED], cwd=PRODUCT, env=environment)
    assert ran.returncode == -signal.SIGKILL
    assert any(b"13812345678" in path.read_bytes() for path in tmp_path.glob("*/*"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    xlsx("x", ["一"], []).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_keeps_a_workbook_from_being_packed_is_told_as_the_system_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[Sequence[Cell]]:
        yield ["a"]
        for folder in tmp_path.iterdir():
            shutil.rmtree(folder)

    with pytest.raises(FileNotFoundError):
        xlsx("x", ["一"], rows())
    gc.collect()  # XlsxWriter does not close its file of rows then.


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows() -> None:
    assert peak(8000) < 1.2 * peak(2000)


def peak(count: int) -> int:
    """Bytes at most, while so many rows are written that all differ."""
    rows = ([f"单号 {n}", f"138{n:08}", f"{n} 号住户想请人上门理发"] for n in range(count))
    tracemalloc.start()
    try:
        xlsx("x", HEADS, rows).close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
