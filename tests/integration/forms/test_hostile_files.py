"""Workbooks that were made to do harm, or came to harm: a sentence, in time, within memory."""

import io
import zipfile
from collections.abc import Callable

import pytest

from functions.errors import Wrong
from functions.forms import confined, spreadsheet
from tests.support.client import Client
from tests.support.orders import Desk
from tests.support.workbooks import upload, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WHOLE = workbook(["姓名", "电话"], ["李女士", "13812345678"])


SHEET, STRINGS, KINDS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"


def packed(changed: dict[str, str]) -> bytes:
    """A whole workbook with other parts."""
    parts = dict(changed)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(WHOLE)) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in whole.namelist():
            new.writestr(name, parts.pop(name, whole.read(name)))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def rows(inner: str, before: str = "") -> bytes:
    """A workbook with this in its sheet."""
    xml = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData></worksheet>'
    return packed({SHEET: xml})


def inline(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


def shared(count: int) -> bytes:
    items = "<si><t/></si>" * count
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole:
        kinds = whole.read(KINDS).decode()
    told = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    return packed(
        {
            STRINGS: f'<sst xmlns="{MAIN}">{items}</sst>',
            KINDS: kinds.replace("</Types>", told),
        }
    )


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
LAUGHS = f'<!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY o SYSTEM "file:///etc/passwd">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "one string of 300 MB": (lambda: rows(inline("a" * 300_000_000)), {"heavy"}),
    "one string of 30 MB": (lambda: rows(inline("a" * 30_000_000)), {"heavy"}),
    "three million strings": (lambda: shared(3_000_000), {"heavy"}),
    "many entries": (lambda: packed({f"x{n}": "" for n in range(2000)}), {"heavy"}),
    "a billion laughs": (lambda: rows(inline("&e11;"), LAUGHS), {"heavy", "workbook"}),
    "entities from outside": (lambda: rows(inline("&o;"), OUTSIDE), {"workbook", "empty"}),
    "a sheet cut off": (lambda: rows("<row")[:-20], {"workbook"}),
    "XML cut off": (
        lambda: packed({SHEET: f'<worksheet xmlns="{MAIN}"><sheetData><row'}),
        {"workbook"},
    ),
    "a number without end": (
        lambda: rows(f'<row r="1"><c r="A1"><v>{"9" * 100_000}</v></c></row>'),
        {"workbook"},
    ),
    "a missing part": (lambda: packed({"xl/workbook.xml": "<x/>"}), {"workbook", "empty"}),
    "no zip": (lambda: b"PK\3\4" + b"\0" * 1000, {"workbook"}),
    "nothing": (lambda: b"", {"workbook"}),
    "too many rows": (
        lambda: rows("".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 3000))),
        {"rows"},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_workbook_is_refused_by_a_code(kind: str) -> None:
    make, codes = HOSTILE[kind]
    raw = make()
    with pytest.raises(Wrong) as told:
        spreadsheet.read(raw)
    assert told.value.code in codes


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = rows(inline("a" * 40_000_000))
    with pytest.raises(Wrong, match="heavy"):
        spreadsheet.read(bomb)
    # A parser that unpacks nothing is not even asked: limits of memory and time come later.
    outcome = confined.outcome("tests.support.readers.environment", bomb)
    assert outcome == {"wrong": "heavy", "names": {}}


def test_short_rows_without_a_dimension_are_read() -> None:
    found = spreadsheet.read(
        rows('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"/>')
    )
    assert found == [(1, ["1", "2"])]


def test_a_reader_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "SECONDS", 0.01)
    with pytest.raises(Wrong, match="heavy"):
        spreadsheet.read(WHOLE)


def test_a_reader_knows_neither_secret_nor_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUDAN_SECRET", "not for readers")
    known = confined.read("tests.support.readers.environment", b"")
    assert {name for name in known if name.startswith(("WUDAN", "AWS"))} == set()


def test_a_reader_has_only_so_much_memory() -> None:
    with pytest.raises(Wrong, match="heavy"):
        confined.read("tests.support.readers.greedy", b"")


@pytest.mark.slow
def test_staff_are_told_how_to_mend_a_file_that_is_too_large(client: Client) -> None:
    told = upload(Desk(client), "members", rows(inline("a" * 40_000_000)))
    assert told.status == 422
    assert "请新建一个空白表格" in told.text
