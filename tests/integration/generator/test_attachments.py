"""Files that people download: what a site says of them, and what they no longer say themselves."""

import io
import shutil
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import docx
import pytest
from PIL import ExifTags, Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from selectolax.lexbor import LexborHTMLParser

from functions.forms.document import DOCX
from generator.build import incremental
from generator.errors import ContentError
from generator.files import attachments
from generator.serve.drafts import LocalDrafts
from generator.serve.reload import Shown
from tests.support import phone_photos
from tests.support.documents import WHO, excel, pdf, saved, word
from tests.support.site import tree

NEWS = "content/news/winter.yaml"


def put(root: Path, name: str, data: bytes) -> None:
    path = root / "static/files" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def attach(root: Path, *names: str, file: str = NEWS) -> None:
    """Have an entry offer these files, each under the title 表."""
    listed = "".join(f"  - file: 'files/{name}'\n    title: 表\n" for name in names)
    with (root / file).open("a") as text:
        text.write(f"\nattachments:\n{listed}")


def write(root: Path, body: str) -> None:
    text = "\n".join(f"  {line}" for line in body.splitlines())
    (root / NEWS).write_text(f"title: 冬\ndate: 2026-01-05\nbody: |\n{text}\n")


def build(root: Path) -> None:
    incremental.build(root, root / "public")


def published(root: Path) -> dict[str, bytes]:
    return tree(root / "public/static/files")


def links(root: Path, page: str = "news/winter") -> list[tuple[str, str, str]]:
    """Of each link that downloads something: where it leads, under which name, what it says."""
    html = LexborHTMLParser((root / f"public/{page}/index.html").read_text())
    found = html.css("main a[download]")
    return [(a.attributes["href"] or "", a.attributes["download"] or "", a.text()) for a in found]


def unpacked(data: bytes) -> bytes:
    """All that is in a packed file, and its own bytes."""
    with ZipFile(io.BytesIO(data)) as packed:
        return data + b"".join(packed.read(name) for name in packed.namelist())


def test_a_link_says_what_kind_of_file_it_is_and_how_large(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    put(root, "b.xlsx", excel())
    put(root, "c.pdf", pdf())
    attach(root, "a.docx", "b.xlsx", "c.pdf")
    build(root)
    found = links(root)
    assert [(name, said.partition("，")[0]) for _, name, said in found] == [
        ("表.docx", "表（Word"),
        ("表.xlsx", "表（Excel"),
        ("表.pdf", "表（PDF"),
    ]
    for address, _, said in found:
        size = (root / f"public{address}").stat().st_size
        assert said.endswith(f"，{-(-size // 1000)} KB）")


def test_fairs_and_standing_pages_offer_files(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    for file in ("content/fairs/jobs.yaml", "content/pages/about.yaml"):
        attach(root, "a.docx", file=file)
    build(root)
    assert len(published(root)) == 1
    assert len(links(root, "fairs/jobs")) == len(links(root, "about")) == 1


def test_nobody_is_named_in_a_file_that_is_published(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    put(root, "b.xlsx", excel())
    put(root, "c.pdf", pdf())
    attach(root, "a.docx", "b.xlsx", "c.pdf")
    build(root)
    made = {name.rpartition(".")[2]: data for name, data in published(root).items()}
    who = WHO.encode()
    assert who in unpacked(saved(word()))
    assert who in pdf()
    for ending in ("docx", "xlsx"):
        assert who not in unpacked(made[ending])
    assert docx.Document(io.BytesIO(made["docx"])).paragraphs[0].text == "报名表"
    assert who not in made["pdf"]
    assert b"xmpmeta" not in made["pdf"]
    assert len(PdfReader(io.BytesIO(made["pdf"])).pages) == 1


def test_a_photo_in_a_document_tells_nothing_and_lies_as_it_did(root: Path) -> None:
    photo = phone_photos.photo((160, 120))
    document = word()
    document.add_picture(io.BytesIO(photo + b"film " + phone_photos.MODEL.encode()))
    put(root, "a.docx", saved(document))
    attach(root, "a.docx")
    build(root)
    (made,) = published(root).values()
    assert phone_photos.MODEL.encode() in unpacked(saved(document))
    told = [each for each in phone_photos.TELLING if each != b"Exif\0"]
    assert [each for each in told if each in unpacked(made)] == []
    with ZipFile(io.BytesIO(made)) as packed:
        (name,) = [each for each in packed.namelist() if each.startswith("word/media/")]
        picture = Image.open(packed.open(name))
        assert {**picture.getexif()} == {ExifTags.Base.Orientation: phone_photos.SIDEWAYS}
        assert picture.tobytes() == Image.open(io.BytesIO(photo)).tobytes()


def with_entry(data: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO(data)
    with ZipFile(made, "a") as packed:
        packed.writestr(name, content)
    return made.getvalue()


def test_a_file_that_cannot_be_published_is_told_with_what_to_do(root: Path) -> None:
    whole = saved(word())
    middle = len(whole) // 2
    marked = word()
    marked.add_comment(marked.paragraphs[0].runs, "不对", author=WHO)
    files = {
        "text.pdf": (b"hello", "里面的东西和名字的结尾不一样"),
        "cut.pdf": (b"%PDF-1.7\n1 0 obj", "坏了"),
        "locked.pdf": (pdf("secret"), "加了密码"),
        "table.docx": (excel(), "里面的东西和名字的结尾不一样"),
        "cut.docx": (whole[:middle], "坏了"),
        "spoilt.docx": (whole[: middle // 2] + bytes(99) + whole[middle // 2 + 99 :], "坏了"),
        "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧格式"),
        "macro.docx": (with_entry(whole, "word/vbaProject.bin", b"x"), "带着宏"),
        "marked.docx": (saved(marked), "批注或修订"),
        "huge.docx": (b"PK" + bytes(attachments.LARGEST), "太大了"),
        "old.doc": (b"x", "不能作附件"),
    }
    for name, (data, _) in files.items():
        put(root, name, data)
    attach(root, *files, "none.pdf")
    with pytest.raises(ContentError) as caught:
        build(root)
    said = {each.line: each.what + each.mend for each in caught.value.problems}
    wanted = [*((name, told) for name, (_, told) in files.items()), ("none.pdf", "没有文件")]
    assert len(said) == len(wanted)
    for (name, told), (_, sentence) in zip(wanted, sorted(said.items()), strict=True):
        assert f"“files/{name}”" in sentence
        assert told in sentence
        assert "请" in sentence or "是不是" in sentence or "可以用的有" in sentence


def test_a_signed_pdf_stays_as_it_is(root: Path) -> None:
    writer, data = PdfWriter(clone_from=io.BytesIO(pdf())), io.BytesIO()
    form = writer._add_object(DecodedStreamObject())
    form.get_object()[NameObject("/SigFlags")] = NameObject("/3")  # type: ignore[index]
    writer.root_object[NameObject("/AcroForm")] = form
    writer.write(data)
    put(root, "signed.pdf", data.getvalue())
    attach(root, "signed.pdf")
    build(root)
    assert [*published(root).values()] == [data.getvalue()]


def test_a_file_is_published_only_while_something_public_offers_it(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    attach(root, "a.docx")
    build(root)
    assert len(published(root)) == 1
    with (root / NEWS).open("a") as news:
        news.write("draft: true\n")
    build(root)
    assert not published(root)
    assert not (root / "public/static/files/a.docx").exists()


@pytest.mark.parametrize("name", ["报名 表.docx", "a#1?.docx", "100%25.docx", "Café.DOCX"])
def test_a_file_may_have_any_name(root: Path, name: str) -> None:
    put(root, name.replace("é", "e\u0301"), saved(word()))  # As macOS copies it.
    write(root, f"[报名表](</static/files/{quote(name)}>)")
    attach(root, name)
    build(root)
    (inside, own_name, _), (below, _, _) = links(root)
    assert inside == below
    assert own_name == name
    assert (root / f"public{inside}").is_file()


def test_a_text_leads_to_a_file_or_shows_it_as_a_link(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    write(root, "请填[这张表](/static/files/a.docx)。\n\n![报名表](files/a.docx)")
    build(root)
    (first, own_name, said), (second, _, shown) = links(root)
    assert (first, own_name, said) == (second, "a.docx", "这张表")
    assert shown.startswith("报名表（Word，")
    assert first in (root / "public/feed.xml").read_text()


def test_a_file_is_looked_at_and_made_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = attachments.cleaned

    def counted(data: bytes, ending: str) -> bytes:
        done.append(ending)
        return real(data, ending)

    monkeypatch.setattr(attachments, "cleaned", counted)
    put(root, "a.docx", saved(word()))
    attach(root, "a.docx")
    build(root)
    assert done == ["docx", "docx"]
    write(root, "改了。")
    attach(root, "a.docx")
    build(root)
    incremental.build(root, root / "elsewhere", clean=True)
    assert done == ["docx", "docx"]


def test_another_file_under_the_same_name_reaches_every_page_and_nothing_else_differs(
    root: Path,
) -> None:
    put(root, "a.docx", saved(word()))
    put(root, "b.pdf", pdf())
    attach(root, "a.docx", "b.pdf")
    build(root)
    before = links(root)
    put(root, "a.docx", saved(word("另一张")))
    build(root)
    after = links(root)
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    assert len(published(root)) == 2
    first = tree(root / "public")
    shutil.rmtree(root / incremental.MADE)
    incremental.build(root, root / "elsewhere")
    assert tree(root / "elsewhere") == first


def test_the_desk_shows_a_draft_with_what_it_will_offer(root: Path) -> None:
    put(root, "a.docx", saved(word()))
    attach(root, "a.docx")
    with (root / NEWS).open("a") as news:
        news.write("draft: true\n")
    drafts = LocalDrafts(incremental.Builder(root, root / "public"), Shown())
    page = LexborHTMLParser(drafts.page("news/winter", "/desk/drafts/picture/?file=") or "")
    (link,) = page.css("main a[download]")
    file = (link.attributes["href"] or "").removeprefix("/desk/drafts/picture/?file=")
    media_type, data = drafts.picture(file) or ("", b"")
    assert media_type == DOCX
    assert docx.Document(io.BytesIO(data)).paragraphs[0].text == "报名表"
    assert not (root / "public").exists()
