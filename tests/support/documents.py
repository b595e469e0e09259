"""Documents as people have them: Word, Excel, PDF, each with the name of whoever wrote it."""

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

WHO = "WANG FANG"


def word(text: str = "报名表") -> Document:
    made = docx.Document()
    made.add_paragraph(text)
    made.core_properties.author = made.core_properties.last_modified_by = WHO
    return made


def saved(made: Document) -> bytes:
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def excel(*rows: Sequence[object]) -> bytes:
    book, data = Workbook(), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows or [["岗位"]]:
        sheet.append(row)
    book.properties.creator = WHO
    book.save(data)
    return data.getvalue()


def pdf(password: str = "") -> bytes:
    writer, data = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(200, 200)
    for part in (writer.root_object, page):
        told = DecodedStreamObject()
        told.set_data(f"<x:xmpmeta>{WHO}</x:xmpmeta>".encode())
        part[NameObject("/Metadata")] = writer._add_object(told)
    writer.add_metadata({"/Author": WHO, "/Producer": WHO})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(data)
    return data.getvalue()


def article(*paragraphs: str) -> Document:
    """One whose title is 清明祭扫活动."""
    made = docx.Document()
    made.add_heading("清明祭扫活动", 0)
    for text in paragraphs:
        made.add_paragraph(text)
    return made
