"""Files that people download: as a site publishes them, without who wrote them, when and with what.
Each kind is one that opens on every phone."""

import struct
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

if TYPE_CHECKING:
    from pypdf import PdfWriter

ADDRESS = "/static/files/"
LARGEST = 30_000_000
"""Bytes: a minute on a phone with a good connection."""
UNPACKED = 10 * LARGEST
"""Bytes of all that is packed in one."""
OPENED = b"PK\x03\x04"
"""How a packed file begins (APPNOTE, 4.3.7). One of Word with a password does not."""
PROPERTIES = "docProps/"
"""The folder of what is told of a document (ECMA-376, part 1, 15.2.12): emptied, as it may be."""
EMPTY = {
    "core.xml": ("cp:coreProperties", "xmlns:cp", "package/2006/metadata/core-properties"),
    "app.xml": ("Properties", "xmlns", "officeDocument/2006/extended-properties"),
    "custom.xml": ("Properties", "xmlns", "officeDocument/2006/custom-properties"),
}
SCHEMAS = "http://schemas.openxmlformats.org/"
MACROS = "vbaproject.bin"
REMARKS = {"word/comments.xml": (b"<w:comment ",), "word/document.xml": (b"<w:ins ", b"<w:del ")}
"""By file, how remarks and changes begin that were not accepted yet: each names who made it."""
TELLING = ("/Metadata", "/PieceInfo", "/LastModified")
"""The keys by which parts of a PDF tell where they come from (ISO 32000-2, 14.3 and 14.5)."""
FIRST = ZipInfo().date_time
"""The same time for every file in a packed one, so that the same content makes the same bytes."""


class Attachment(Struct, frozen=True, array_like=True, tag=True):
    """A file to download: ``name`` is that of its content, ``size`` what it has published, in
    bytes."""

    name: str
    ending: str
    size: int

    @property
    def plain(self) -> str:
        """Its address."""
        return f"{ADDRESS}{self.name}.{self.ending}"

    @property
    def versions(self) -> dict[str, int]:
        """Its only one; the number is for pictures, which have a width."""
        return {self.plain: 0}


class _Unfit(Exception):
    """It cannot be published, and why, as a code of ``generator/content/reading/messages.py``."""


def read(data: bytes, name: str, ending: str) -> Attachment | str:
    """What a file with this ending holds, or why it cannot be published, as such a code."""
    try:
        return Attachment(name, ending, len(cleaned(data, ending)))
    except _Unfit as unfit:
        return str(unfit)


def cleaned(data: bytes, ending: str) -> bytes:
    """The file without what it tells of those who made it."""
    if len(data) > LARGEST:
        raise _Unfit("large_file")
    return KINDS[ending](data)


def _pdf(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in data[:1024]:
        raise _Unfit("no_file")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _Unfit("locked_file")
        if not len(reader.pages):
            raise _Unfit("broken_file")
        if "/SigFlags" in reader.root_object.get("/AcroForm", {}):
            return data  # Its signature is one of these very bytes.
        writer = PdfWriter(clone_from=reader)
        _untold(writer)
        made = BytesIO()
        writer.write(made)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # What a parser raises for a broken file is whatever its parts raise.
        raise _Unfit("broken_file") from None
    return made.getvalue()


def _untold(writer: "PdfWriter") -> None:
    from pypdf.generic import DictionaryObject, EncodedStreamObject

    writer.metadata = None
    for part in writer._objects:
        if isinstance(part, DictionaryObject):
            for key in TELLING:
                part.pop(key, None)
        if isinstance(part, EncodedStreamObject) and part.get("/Filter") == "/DCTDecode":
            part._data = bare_photo(part._data)
    writer.compress_identical_objects()


def _office(main: str) -> Callable[[bytes], bytes]:
    """Cleans a packed document (ECMA-376, part 2) whose main part is this."""

    def clean(data: bytes) -> bytes:
        if not data.startswith(OPENED):
            raise _Unfit("old_file" if data.startswith(b"\xd0\xcf\x11\xe0") else "no_file")
        made = BytesIO()
        try:
            with ZipFile(BytesIO(data)) as packed, ZipFile(made, "w") as bare:
                entries = packed.infolist()
                _look_at(main, entries)
                for entry in entries:
                    info = ZipInfo(entry.filename, FIRST)
                    info.compress_type = ZIP_DEFLATED
                    bare.writestr(info, _bare(entry.filename, packed.read(entry)))
        except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise _Unfit("broken_file") from None
        return made.getvalue()

    return clean


def _look_at(main: str, entries: list[ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if main not in names:
        raise _Unfit("no_file")
    if sum(entry.file_size for entry in entries) > UNPACKED:
        raise _Unfit("large_file")
    if any(name.lower().endswith(MACROS) for name in names):
        raise _Unfit("active_file")


def _bare(name: str, data: bytes) -> bytes:
    if any(each in data for each in REMARKS.get(name, ())):
        raise _Unfit("marked_file")
    if name.startswith(PROPERTIES) and (empty := EMPTY.get(name.removeprefix(PROPERTIES))):
        tag, key, schema = empty
        return f'<?xml version="1.0" encoding="UTF-8"?><{tag} {key}="{SCHEMAS}{schema}"/>'.encode()
    return bare_photo(data) if name.lower().endswith((".jpg", ".jpeg")) else data


KINDS = {
    "pdf": _pdf,
    "docx": _office("word/document.xml"),
    "xlsx": _office("xl/workbook.xml"),
    "pptx": _office("ppt/presentation.xml"),
}
"""What cleans each kind, by the ending of its name."""
ENDINGS = tuple(f".{ending}" for ending in KINDS)

PIXELS = {0xE0, 0xE2, 0xEE, *range(0xC0, 0xE0)}
"""The segments of a JPEG without which it looks otherwise: JFIF, colours, Adobe's, and the tables
(ITU-T T.81, table B.1)."""
SCAN, END = 0xDA, b"\xff\xd9"


def bare_photo(data: bytes) -> bytes:
    """A JPEG without what a camera wrote into it but how it lies; its pixels are as they were."""
    kept, at = [data[:2], _lying(data)], 2
    with suppress(struct.error, IndexError):
        while data[at + 1] != SCAN:
            marker, length = struct.unpack_from(">xBH", data, at)
            if marker in PIXELS:
                kept.append(data[at : at + 2 + length])
            at += 2 + length
        # Phones put a film behind the picture, with a place of its own.
        return b"".join(kept) + data[at : data.index(END, at) + 2]
    return data


def _lying(data: bytes) -> bytes:
    """A segment that says which side is up, if the picture is not as it lies in the file."""
    from PIL import Image
    from PIL.ExifTags import Base

    with suppress(OSError, ValueError, SyntaxError):
        if turned := Image.open(BytesIO(data), formats=["JPEG"]).getexif().get(Base.Orientation):
            exif = Image.Exif()
            exif[Base.Orientation] = turned
            text = exif.tobytes()
            return struct.pack(">BBH", 0xFF, 0xE1, len(text) + 2) + text
    return b""
