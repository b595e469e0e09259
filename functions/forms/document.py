"""A paper of texts and tables, and the same as a Word file."""

import io
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, NamedTuple

from functions.forms.kinds.kind import Cell
from functions.forms.spreadsheet import NO_XML

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "宋体"
MARGIN, SMALL, TEXT, HEADING, TITLE = 15, 8, 11, 14, 18
"""Millimetres around a page of A4, and sizes of letters in points."""
WIDE = 6
"""A table with more columns has small letters."""


class PaperTable(NamedTuple):
    """A table with its title and the heads of its columns."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Paper(NamedTuple):
    """``about`` stands below the title, ``signed`` at the end; ``page`` has ``{page}`` and
    ``{pages}`` in it and stands below each page."""

    title: str
    about: Sequence[str]
    text: Sequence[str]
    tables: Sequence[PaperTable]
    signed: Sequence[str]
    page: str


def shown(cell: Cell) -> str:
    """A cell as people read it on paper."""
    return "—" if cell is None else str(cell)


def docx(paper: Paper) -> IO[bytes]:
    """The paper as a Word file of A4 pages. What XML cannot hold is left out."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = Document()
    _lay_out(document)
    _add(document, paper.title, TITLE, bold=True).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in paper.about:
        _add(document, line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in paper.text:
        _add(document, line)
    for table in paper.tables:
        heading = _add(document, table.title, HEADING, bold=True)
        heading.paragraph_format.keep_with_next = True
        _tabulate(document, table)
    for line in paper.signed:
        signature = _add(document, line)
        signature.paragraph_format.space_before = document.styles["Normal"].font.size
        signature.paragraph_format.keep_with_next = line != paper.signed[-1]
    _number(document.sections[0].footer.paragraphs[0], paper.page)
    file = io.BytesIO()
    document.core_properties.title = NO_XML.sub("", paper.title)
    document.core_properties.author = ""
    document.save(file)
    file.seek(0)
    return file


def _lay_out(document: "Document") -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section, style = document.sections[0], document.styles["Normal"]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(MARGIN)
    section.top_margin = section.bottom_margin = Mm(MARGIN)
    style.font.name, style.font.size = FONT, Pt(TEXT)
    # Word takes the font of Chinese characters from an attribute of its own.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _add(document: "Document", text: str, size: int = TEXT, *, bold: bool = False) -> "Paragraph":
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    run = paragraph.add_run(NO_XML.sub("", text))
    run.bold, run.font.size = bold, Pt(size)
    return paragraph


def _tabulate(document: "Document", table: PaperTable) -> None:
    """Add a table, whose heads stand again on each page."""
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    made = document.add_table(0, len(table.heads), "Table Grid")
    size = Pt(SMALL if len(table.heads) > WIDE else TEXT)
    for row in (table.heads, *table.rows):
        for cell, value in zip(made.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(NO_XML.sub("", shown(value)))
            run.font.size = size
    for number, line in enumerate(made.rows):
        properties = line._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _number(paragraph: "Paragraph", text: str) -> None:
    """Write a text with fields that Word fills in with the page and how many there are."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, rest = text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for words, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        paragraph.add_run(words)
        if field:
            element = OxmlElement("w:fldSimple")
            element.set(qn("w:instr"), field)
            paragraph._p.append(element)
