"""An article of Word as Markdown. It comes from elsewhere, so it is read in a process of its own
(:mod:`functions.forms.confined`), and without its pictures, whose names are all that is needed."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

from mammoth import documents, docx

from functions.errors import Wrong
from functions.forms.spreadsheet import NO_XML

PICTURE = "picture:"
"""How the address of a picture begins in what is read; its number follows."""
SIGNS = re.compile(
    r"[\\`*\[\]<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|~(?=~)|(?<=~)~|&(?=#?[A-Za-z0-9]+;)"
)
"""What means something else than itself within a line of Markdown; addresses stay whole."""
BEGINS = re.compile(r"^(\d{0,9})(?=[.)])|^(?=[#>+=:|-])", re.MULTILINE)
"""Where a line begins with what would make a heading, list, quote or table of it."""
SAFE = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)
HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
TITLE_STYLES = ("title", "heading 1")
LONGEST_TITLE = 60
"""Characters of a first line that is a title, if nothing says so."""
INDENT = 4
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNSEEN = {
    "oMath": "equation",
    "chart": "chart",
    "relIds": "diagram",
    "OLEObject": "object",
    "altChunk": "object",
    "del": "deleted",
    "moveFrom": "deleted",
    "commentReference": "comment",
}
"""Parts of a paragraph that do not come along, by the name of their element: a code of each."""


class Piece(NamedTuple):
    """Some text that looks the same all along. ``marks`` stand before and after it, the outermost
    first."""

    text: str
    marks: Sequence[tuple[str, str]]


def parse(raw: bytes) -> dict[str, Any]:
    """The ``title``, and that as a ``heading`` in Markdown; the text as ``markdown``; of the
    ``pictures`` in it, the name of each one's file in the document. What is ``left`` out is a list
    of paragraphs and codes."""
    with ZipFile(io.BytesIO(raw)) as packed:
        if "word/document.xml" not in packed.namelist():
            raise Wrong("no_article")
        left = [*_unseen(packed)]
    article = docx.read(io.BytesIO(raw)).value
    writer = _Writer(article.notes)
    blocks = [*_numbered(article.children)]
    title = _title(blocks)
    markdown = writer.blocks(blocks[1:] if title else blocks)
    if not (title or markdown):
        raise Wrong("no_text")
    return {
        "title": title,
        "heading": _escaped(title),
        "markdown": markdown,
        "pictures": writer.pictures,
        "left": left + writer.left,
    }


def _unseen(packed: ZipFile) -> Iterator[tuple[int, str]]:
    """What nobody would miss in the Markdown, because the parser passes it over: the number of the
    paragraph, from 1, and a code."""
    tree = ElementTree.fromstring(packed.read("word/document.xml"))  # noqa: S314 - A process apart.
    for number, paragraph in enumerate(tree.iter(f"{W}p"), start=1):
        names = {node.tag.rpartition("}")[2] for node in paragraph.iter()}
        yield from ((number, code) for code in sorted({UNSEEN[n] for n in names if n in UNSEEN}))
    for name in sorted(packed.namelist()):
        if re.fullmatch(r"word/(header|footer)\d*\.xml", name):
            words = ElementTree.fromstring(packed.read(name)).iter(f"{W}t")  # noqa: S314
            if any((node.text or "").strip() for node in words):
                yield 0, "header" if "header" in name else "footer"


class _Block(NamedTuple):
    """A paragraph or a table, and the number of its first paragraph, from 1."""

    number: int
    part: Any


def _numbered(parts: Iterable[Any]) -> Iterator[_Block]:
    number = 1
    for part in parts:
        yield _Block(number, part)
        number += max(1, len([*_paragraphs(part)]))


def _paragraphs(part: Any) -> Iterator[Any]:
    if isinstance(part, documents.Paragraph):
        yield part
    elif isinstance(part, documents.HasChildren):
        for each in part.children:
            yield from _paragraphs(each)


def _title(blocks: list[_Block]) -> str:
    """What the first paragraph says, if it is a title; empty paragraphs before it are dropped."""
    while blocks and not _text(blocks[0].part) and not [*_of(blocks[0].part, documents.Image)]:
        blocks.pop(0)
    first = blocks[0].part if blocks else None
    if not isinstance(first, documents.Paragraph) or [*_of(first, documents.Image)]:
        return ""
    text = " ".join(_text(first).split())
    is_styled = (first.style_name or "").lower() in TITLE_STYLES
    is_short = len(text) <= LONGEST_TITLE and not text.endswith(("。", "；", "，", ".", "："))
    return text if is_styled or (is_short and not first.numbering) else ""


def _of(part: Any, kind: type) -> Iterator[Any]:
    if isinstance(part, kind):
        yield part
    for each in getattr(part, "children", ()):
        yield from _of(each, kind)


def _text(part: Any) -> str:
    if isinstance(part, documents.Text):
        return str(part.value)
    if isinstance(part, documents.Tab | documents.Break):
        return " "
    return "".join(map(_text, getattr(part, "children", ())))


class _Writer:
    """Writes Markdown, and collects the pictures in it and what is left out."""

    def __init__(self, notes: documents.Notes):
        self.pictures: list[str] = []
        self.left: list[tuple[int, str]] = []
        self._notes = notes
        self._noted: list[Any] = []
        self._at = 0

    def blocks(self, blocks: Iterable[_Block]) -> str:
        """Paragraphs and tables, an empty line between two, but within a list; then the notes."""
        found: list[tuple[bool, str]] = []
        for self._at, part in blocks:
            is_list = isinstance(part, documents.Paragraph) and bool(part.numbering)
            if text := self._block(part):
                found.append((is_list, text))
        texts = [
            ("\n" if is_list else "\n\n").join(text for _, text in group)
            for is_list, group in groupby(found, key=lambda each: each[0])
        ]
        for number, note in enumerate(self._noted, start=1):  # A note may have notes of its own.
            words = " ".join(self._block(each) for each in note.body)
            texts.append(f"[^{number}]: {words}")
        return "\n\n".join(texts)

    def _block(self, part: Any) -> str:
        if isinstance(part, documents.Table):
            return self._table(part)
        if not isinstance(part, documents.Paragraph):
            return ""
        heading = HEADING.fullmatch(part.style_name or "")
        text = self._line(part, plain=bool(heading))
        if not text:
            return ""
        if heading:
            return f"{'#' * max(2, int(heading[1]))} {' '.join(text.split())}"
        if part.numbering:
            sign = "1." if part.numbering.is_ordered else "-"
            space = " " * INDENT
            inside = text.replace("\n", f"\n{space}")
            return f"{space * int(part.numbering.level_index)}{sign:3} {inside}"
        return BEGINS.sub(lambda found: f"{found[1] or ''}\\", text)

    def _table(self, table: Any) -> str:
        rows = [
            [cell for each in row.children for cell in self._cell(each)] for row in table.children
        ]
        width = max(map(len, rows), default=0)
        if not width:
            return ""
        if any(len(row) < width for row in rows):
            self.left.append((self._at, "merged"))
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])

    def _cell(self, cell: Any) -> list[str]:
        """Its text in one line, and empty cells for those that it was joined with."""
        if cell.colspan > 1 or cell.rowspan > 1:
            self.left.append((self._at, "merged"))
        lines = [self._line(each) for each in _paragraphs(cell)]
        text = "<br>".join(line for line in lines if line).replace("\n", "<br>")
        return [text.replace("|", "\\|"), *[""] * (cell.colspan - 1)]

    def _line(self, part: Any, plain: bool = False) -> str:
        """What stands in a paragraph; ``plain`` without bold and italics."""
        pieces = [Piece(text, () if plain else marks) for text, marks in self._pieces(part, ())]
        texts = []
        for marks, group in groupby(pieces, key=lambda each: each.marks):
            text = "".join(each.text for each in group)
            inner = text.strip()
            before, _, after = text.partition(inner) if inner else (text, "", "")
            for opening, closing in reversed(marks):
                inner = f"{opening}{inner}{closing}" if inner else ""
            texts.append(f"{before}{inner}{after}")
        lines = "".join(texts).split("\n")
        return "\n".join(line.strip() for line in lines).strip("\n")

    def _pieces(self, part: Any, marks: tuple[tuple[str, str], ...]) -> Iterator[Piece]:
        for kind, write in self._writers():
            if isinstance(part, kind):
                yield Piece(write(part), () if kind is documents.Image else marks)
                return
        if isinstance(part, documents.Run):
            marks = (*marks, *_marks(part))
        if isinstance(part, documents.Hyperlink) and SAFE.match(part.href or ""):
            address = re.sub(r"[\s<>]", lambda found: f"%{ord(found[0]):02X}", part.href)
            marks = (*marks, ("[", f"](<{address}>)"))
        for each in getattr(part, "children", ()):
            yield from self._pieces(each, marks)

    def _writers(self) -> Iterable[tuple[type, Callable[[Any], str]]]:
        return (
            (documents.Text, lambda part: _escaped(part.value)),
            (documents.Tab, lambda part: " "),
            (documents.Break, lambda part: "\n" if part.break_type == "line" else ""),
            (documents.Checkbox, lambda part: "☑" if part.checked else "☐"),
            (documents.Image, self._picture),
            (documents.NoteReference, self._note),
        )

    def _picture(self, image: Any) -> str:
        try:
            with image.open() as file:
                name = file.read().decode()
        except Exception:  # Whatever the parser raises where it lies elsewhere.
            self.left.append((self._at, "elsewhere"))
            return ""
        self.pictures.append(name)
        words = _escaped(" ".join((image.alt_text or "").split()))
        return f"![{words}]({PICTURE}{len(self.pictures) - 1})"

    def _note(self, reference: Any) -> str:
        self._noted.append(self._notes.resolve(reference))
        return f"[^{len(self._noted)}]"


def _marks(run: Any) -> Iterator[tuple[str, str]]:
    if run.is_bold:
        yield "**", "**"
    if run.is_italic:
        yield "*", "*"
    if run.is_strikethrough:
        yield "~~", "~~"
    if run.vertical_alignment in ("superscript", "subscript"):
        tag = run.vertical_alignment[:3]
        yield f"<{tag}>", f"</{tag}>"


def _escaped(text: str) -> str:
    """Text that means itself in Markdown."""
    plain = NO_XML.sub("", text).replace("\n", " ")
    return SIGNS.sub(lambda sign: "&amp;" if sign[0] == "&" else f"\\{sign[0]}", plain)
