"""Articles of Word as drafts of the news."""

import io
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from functions.forms import confined
from generator.build import incremental
from generator.content import markup
from generator.intake import word
from tests.support import phone_photos
from tests.support.commands import invoke
from tests.support.documents import article, saved
from tests.support.site import said, tree

pytestmark = pytest.mark.slow


def write(tmp_path: Path, made: Document, name: str = "通知.docx") -> Path:
    (tmp_path / name).write_bytes(saved(made))
    return tmp_path / name


def body(root: Path, name: str = "qing-ming-ji-sao-huo-dong") -> str:
    return str(said(root / f"content/news/{name}.yaml")["body"])


def left(made: Document) -> list[tuple[int, str]]:
    return word.parse(saved(made))["left"]  # type: ignore[no-any-return]


def test_an_article_becomes_a_draft_with_its_title_and_text(root: Path, tmp_path: Path) -> None:
    made = article("四月五日上午，")
    made.paragraphs[1].add_run("志愿者").bold = True
    made.paragraphs[1].add_run("来到陵园。")
    made.add_heading("安排", 1)
    for style, text in (("List Bullet", "甲"), ("List Bullet", "乙"), ("List Number", "丙")):
        made.add_paragraph(text, style)
    table = made.add_table(rows=2, cols=2)
    for at, text in enumerate(("岗位", "人数", "保安|夜", "3")):
        table.cell(at // 2, at % 2).text = text
    done = invoke("import", write(tmp_path, made), "--root", root)
    assert done.exit_code == 0, done.output
    assert (
        "title: 清明祭扫活动\ndraft: true\n"
        in tree(root / "content")["news/qing-ming-ji-sao-huo-dong.yaml"].decode()
    )
    assert body(root) == (
        "四月五日上午，**志愿者**来到陵园。\n\n## 安排\n\n-   甲\n-   乙\n1.  丙\n\n"
        "| 岗位 | 人数 |\n| --- | --- |\n| 保安\\|夜 | 3 |"
    )
    assert incremental.check(root).pages


def test_names_from_the_settings_are_not_put_into_an_article(root: Path, tmp_path: Path) -> None:
    made = write(tmp_path, article("写 ${name} 就是 $${name}。"))
    assert invoke("import", made, "--root", root).exit_code == 0
    file = root / "content/news/qing-ming-ji-sao-huo-dong.yaml"
    file.write_text(file.read_text().replace("draft: true\n", ""))
    incremental.build(root, root / "public")
    page = (root / "public/news/qing-ming-ji-sao-huo-dong/index.html").read_text()
    assert "写 ${name} 就是 $${name}。" in unescape(page)


def test_its_pictures_go_where_photos_go_and_online_without_their_place(
    root: Path, tmp_path: Path
) -> None:
    made = article("看图：")
    photo = phone_photos.photo((400, 300))
    made.add_picture(io.BytesIO(photo))
    (root / "static/photos").mkdir(parents=True)
    taken = root / "static/photos/qing-ming-ji-sao-huo-dong-1.jpg"
    taken.write_bytes(b"another")
    assert invoke("import", write(tmp_path, made), "--root", root).exit_code == 0
    assert taken.read_bytes() == b"another"
    mine = taken.with_stem("qing-ming-ji-sao-huo-dong-1-2")
    assert mine.read_bytes() == photo
    assert body(root).endswith(f"![](photos/{mine.name})")
    taken.unlink()
    file = root / "content/news/qing-ming-ji-sao-huo-dong.yaml"
    file.write_text(file.read_text().replace("draft: true\n", ""))
    incremental.build(root, root / "public")
    everything = b"".join(tree(root / "public").values())
    assert b"/static/pictures/" in everything
    assert [each for each in phone_photos.TELLING if each in everything] == []


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(
    root: Path, tmp_path: Path
) -> None:
    made = article("一段。")
    made.add_picture(io.BytesIO(phone_photos.photo((40, 30))))
    before = tree(root)
    done = invoke("import", write(tmp_path, made), "--root", root, "--dry-run")
    assert tree(root) == before
    assert done.stdout.splitlines() == [
        "会写下 content/news/qing-ming-ji-sao-huo-dong.yaml",
        "会写下 static/photos/qing-ming-ji-sao-huo-dong-1.jpg",
    ]


def test_no_file_is_overwritten(root: Path, tmp_path: Path) -> None:
    first, second = article("一。"), article("二。")
    assert invoke("import", write(tmp_path, first), "--root", root).exit_code == 0
    before = tree(root)
    again = invoke("import", write(tmp_path, second), "--root", root)
    assert (again.exit_code, "已经有" in again.stderr) == (1, True)
    dry = invoke("import", tmp_path / "通知.docx", "--root", root, "--dry-run")
    assert (dry.exit_code, dry.stderr) == (1, again.stderr)
    assert tree(root) == before
    other = invoke("import", write(tmp_path, second), "--root", root, "--title", "另一篇")
    assert other.exit_code == 0
    assert body(root, "ling-yi-pian") == "## 清明祭扫活动\n\n二。"


def _within(made: Document, number: int, *names: str) -> None:
    """Put such an element, in these others, into a paragraph."""
    place: Any = made.paragraphs[number]._p
    for name in names:
        place.append(element := OxmlElement(name))
        place = element


def test_what_cannot_be_taken_along_is_told_with_its_paragraph(root: Path, tmp_path: Path) -> None:
    made = article("公式", "修订", "批注", "链接")
    _within(made, 1, "w:r", "w:oMath")
    _within(made, 2, "w:del", "w:r", "w:delText")
    made.add_comment(made.paragraphs[3].runs, "不对", author="王")
    made.sections[0].header.paragraphs[0].text = "内部资料"
    merged = made.add_table(rows=2, cols=2)
    merged.cell(0, 0).merge(merged.cell(0, 1)).text = "合并"
    assert left(made) == [
        (2, "equation"),
        (3, "deleted"),
        (4, "comment"),
        (0, "header"),
        (6, "merged"),
    ]
    done = invoke("import", write(tmp_path, made), "--root", root)
    assert "第 2 段：有公式" in done.stderr
    assert "页眉里的字。" in done.stderr


def test_a_picture_that_no_site_can_show_is_told_and_the_rest_is_taken(
    root: Path, tmp_path: Path
) -> None:
    made = article("一段。")
    made.add_picture(io.BytesIO(phone_photos.photo((40, 30))))
    data = io.BytesIO()
    with ZipFile(io.BytesIO(saved(made))) as packed, ZipFile(data, "w") as changed:
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith(".jpg"):
                content = b"no picture"
            changed.writestr(name, content)
    file = tmp_path / "a.docx"
    file.write_bytes(data.getvalue())
    done = invoke("import", file, "--root", root)
    assert done.exit_code == 0
    assert "图片 image1.jpg：里面不是图片。" in done.stderr
    assert body(root) == "一段。"


def test_links_and_notes_come_along(root: Path, tmp_path: Path) -> None:
    made = article("请看")
    to = made.part.relate_to("https://example.cn/a b?x=1_2", RELATIONSHIP_TYPE.HYPERLINK, True)
    link: Any = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), to)
    run = made.paragraphs[1].add_run("网站")
    link.append(run._r)
    made.paragraphs[1]._p.append(link)
    said = word.parse(saved(made))["markdown"]
    assert 'href="https://example.cn/a%20b?x=1_2"' in markup.safe(markup.convert(said))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"hello", "读不出来"),
        (b"PK\x03\x04broken", "读不出来"),
        (b"", "读不出来"),
    ],
)
def test_a_file_that_is_no_article_is_told(
    root: Path, tmp_path: Path, data: bytes, told: str
) -> None:
    (tmp_path / "a.docx").write_bytes(data)
    before = tree(root)
    done = invoke("import", tmp_path / "a.docx", "--root", root)
    assert (done.exit_code, told in done.stderr) == (1, True)
    assert tree(root) == before


def test_an_article_that_unpacks_to_very_much_is_refused_and_photos_may_be_large(
    root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.docx"
    whole = saved(article("一段。"))
    for name, code in (("word/more.xml", 1), ("word/media/photo.bin", 0)):
        data = io.BytesIO(whole)
        with ZipFile(data, "a", compression=8) as packed:
            packed.writestr(name, bytes(confined.UNPACKED + 1))
        file.write_bytes(data.getvalue())
        done = invoke("import", file, "--root", root)
        assert done.exit_code == code
        assert ("太多" in done.stderr) == bool(code)
