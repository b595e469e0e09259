"""Pictures: what phones take, and what a site shows of it."""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pi_heif
import pytest
from PIL import ExifTags, Image
from selectolax.lexbor import LexborHTMLParser

from generator.build import incremental
from generator.content import text_files
from generator.deploy.nightly import SOURCES
from generator.errors import ContentError
from generator.files import pictures
from generator.files.output import Report
from tests import support
from tests.support.site import NEWS, tree

PLACE = "HUAWEI PHONE 2026:11:26 09:41:00"
BODY = "content/news/winter.yaml"


def photo(size: tuple[int, int] = (2000, 1500), turned: int = 6, of: str = "red") -> Image.Image:
    """A picture as a phone holds it: on its side, a mark in its upper left corner when upright."""
    upright = Image.new("RGB", size[::-1] if turned == 6 else size, of)
    upright.paste("blue", (0, 0, size[0] // 4, size[1] // 4))
    return upright.transpose(Image.Transpose.ROTATE_90) if turned == 6 else upright


def taken(path: Path, image: Image.Image, turned: int = 6) -> None:
    """Save it with what a phone writes into it: its model, the time, the place, and how it lies."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Model] = PLACE
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (25.0, 16.0, 30.0)
    path.parent.mkdir(exist_ok=True, parents=True)
    image.save(path, exif=exif, comment=PLACE.encode())
    os.utime(path, (0, 0))  # A file that changed just now is looked at again the next time.


def show(root: Path, name: str, file: str = BODY) -> None:
    """Have the news show it below its text."""
    with (root / file).open("a") as text:
        text.write(f"\nphotos:\n  - src: '{name}'\n    caption: 合影\n")


def write(root: Path, body: str, file: str = BODY) -> None:
    """Have the news say this."""
    text = "\n".join(f"  {line}" for line in body.splitlines())
    (root / file).write_text(f"title: 冬\ndate: 2026-01-05\nbody: |\n{text}\n")


def built(root: Path) -> Report:
    return incremental.build(root, root / "public")


def page(root: Path, slug: str = "winter") -> LexborHTMLParser:
    return LexborHTMLParser((root / f"public/news/{slug}/index.html").read_text())


def shown(root: Path, where: str, slug: str = "winter") -> list[dict[str, str]]:
    """The attributes of what stands there on the page of a news item."""
    return [
        {key: value or "" for key, value in node.attributes.items()}
        for node in page(root, slug).css(where)
    ]


def published(root: Path) -> dict[str, bytes]:
    """All files made of pictures, by name."""
    return tree(root / "public/static/pictures")


def test_a_photo_of_a_phone_stands_upright_and_tells_nothing_of_its_place(root: Path) -> None:
    taken(root / "static/photos/visit.jpg", photo())
    show(root, "photos/visit.jpg")
    built(root)
    everything = b"".join(tree(root / "public").values())
    assert PLACE.encode() not in everything
    assert b"Exif" not in everything
    (image,) = shown(root, "figure img")
    assert (image["width"], image["height"], image["alt"]) == ("1500", "2000", "合影")
    photos = [data for name, data in published(root).items() if not name.endswith(".svg")]
    versions = [Image.open(io.BytesIO(data)) for data in photos]
    sizes = sorted((each.format or "", *each.size) for each in versions)
    assert sizes == [
        ("JPEG", 800, 1067),
        ("WEBP", 480, 640),
        ("WEBP", 800, 1067),
        ("WEBP", 1200, 1600),
    ]
    for each in versions:
        upper_left, upper_right = each.getpixel((9, 9)), each.getpixel((each.width - 9, 9))
        assert isinstance(upper_left, tuple)
        assert isinstance(upper_right, tuple)
        assert upper_left[2] > 200 > upper_left[0], "blue, as it was taken"
        assert upper_right[0] > 200 > upper_right[2], "red"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.png", "RGBA"), ("a.png", "P"), ("a.webp", "RGB"), ("a.jpg", "CMYK"), ("a.gif", "L")],
)
def test_whatever_a_program_saves_is_shown(root: Path, name: str, mode: str) -> None:
    (root / "static/photos").mkdir()
    Image.new(mode, (640, 400)).save(root / "static/photos" / name)
    show(root, f"photos/{name}")
    built(root)
    (image,) = shown(root, "figure img")
    assert image["src"].endswith(".png" if mode == "RGBA" else ".jpg")
    for data in published(root).values():
        if not data.startswith(b"<svg"):
            Image.open(io.BytesIO(data)).load()


@pytest.mark.slow
def test_what_apples_phones_save_is_shown(root: Path) -> None:
    sample = Path(support.__file__).parent / "phone.heic"
    (root / "static/IMG_0001.HEIC").write_bytes(sample.read_bytes())
    show(root, "IMG_0001.HEIC")
    built(root)
    (image,) = shown(root, "figure img")
    assert image["src"].endswith(".jpg")
    assert pi_heif.is_supported(sample)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["合影#1.jpg", "合影?2.jpg", "100%25.jpg", "5%.jpg", "a b.JPG"])
def test_a_photo_may_have_any_name(root: Path, name: str) -> None:
    taken(root / "static" / name, photo((400, 300)))
    show(root, name)
    built(root)
    (image,) = shown(root, "figure img")
    assert (root / f"public{image['src']}").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["/static/a.jpg", "static/a.jpg", "a.jpg", "../static/a.jpg"])
def test_a_picture_in_a_text_is_made_like_others(root: Path, typed: str) -> None:
    taken(root / "static/a.jpg", photo((800, 600)))
    write(
        root,
        f'看图：\n\n![合影 & 花]({typed} "题")\n\n[大图]({typed})\n\n![别处](https://x.cn/a.jpg)',
    )
    built(root)
    (ours, other), (link,) = shown(root, ".body img"), shown(root, ".body a")
    assert (ours["alt"], ours["title"], ours["loading"]) == ("合影 & 花", "题", "lazy")
    assert (ours["width"], ours["src"]) == ("600", link["href"])
    assert (root / f"public{ours['src']}").is_file()
    assert other["src"] == "https://x.cn/a.jpg"


def test_a_folder_whose_name_ends_like_that_of_static_files_keeps_its_name() -> None:
    assert text_files.path("/static/my-static/a.jpg") == "my-static/a.jpg"
    assert text_files.path("my-static/a.jpg") == "my-static/a.jpg"


def test_a_picture_that_cannot_be_shown_is_told_where_it_is_named(root: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((400, 300), 80).save(whole, "JPEG")
    for name, data in {
        "text.jpg": b"hello",
        "cut.jpg": whole.getvalue()[:9000],
        "empty.png": b"",
        "active.svg": b"<svg><script>alert(1)</script></svg>",
        "list.txt": b"PK",
    }.items():
        (root / "static" / name).write_bytes(data)
    names = ("text.jpg", "cut.jpg", "empty.png", "active.svg", "list.txt", "none.jpg")
    write(root, "图：\n\n" + "\n".join(f"![]({name})" for name in names))
    with pytest.raises(ContentError) as caught:
        built(root)
    told = {problem.line: problem.what for problem in caught.value.problems}
    assert [*zip(told, names, strict=True)] == [*zip(range(6, 12), names, strict=True)], told
    assert [told[line].partition("，")[0] for line in sorted(told)] == [
        "“text.jpg”的名字像图片",
        "图片“cut.jpg”坏了",
        "“empty.png”的名字像图片",
        "图片“active.svg”里带着程序",
        "“list.txt”不是图片。",
        "static 文件夹里没有图片“none.jpg”。",
    ]


@pytest.mark.slow
def test_a_picture_is_published_only_while_something_shows_it(root: Path) -> None:
    taken(root / "static/a.jpg", photo((400, 300)))
    write(root, "![合影](a.jpg)")
    built(root)
    assert len(published(root)) == 3
    write(root, "没有图。")
    built(root)
    assert [name.partition(".")[2] for name in published(root)] == ["svg"]
    assert not (root / "public/static/a.jpg").exists()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is decoded and made, by what does it."""
    done: list[str] = []

    def note(name: str, do: Callable[..., object]) -> Callable[..., object]:
        def noting(*args: object) -> object:
            done.append(name)
            return do(*args)

        return noting

    for name in ("_photo", "_drawing", "make"):
        monkeypatch.setattr(pictures, name, note(name, getattr(pictures, name)))
    return done


@pytest.mark.slow
def test_a_picture_is_looked_at_and_made_once(root: Path, work: list[str]) -> None:
    taken(root / "static/a.jpg", photo((400, 300)))
    taken(root / "static/b.jpg", photo((400, 300), of="green"))
    show(root, "a.jpg")
    built(root)
    assert sorted(work) == ["_drawing", "_photo", "_photo", "make", "make"]
    work.clear()
    write(root, "![](b.jpg)")
    assert built(root).removed == 2
    incremental.build(root, root / "public", clean=True)
    incremental.build(root, root / "elsewhere")
    assert work == ["make"]


@pytest.mark.slow
def test_where_pictures_came_along_as_they_were_made_none_is_read(
    root: Path, work: list[str], tmp_path: Path
) -> None:
    """So it is at night on AWS, whose function has no library for it."""
    taken(root / "static/a.jpg", photo((400, 300)))
    (root / "static/not-shown.jpg").write_bytes(b"broken")
    show(root, "a.jpg")
    built(root)
    work.clear()
    night = tmp_path / "night"
    for name in SOURCES:
        source = root / name
        (night / name).parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            (shutil.copytree if source.is_dir() else shutil.copy)(source, night / name)
    built(night)
    assert work == []
    assert tree(night / "public") == tree(root / "public")


@pytest.mark.slow
def test_another_photo_under_the_same_name_reaches_every_page_that_shows_it(root: Path) -> None:
    for name, of in (("a.jpg", "red"), ("b.jpg", "green")):
        taken(root / "static" / name, photo((400, 300), of=of))
    show(root, "a.jpg")
    write(root, "![](/static/b.jpg)", NEWS)
    built(root)
    first, second = (root / "static/a.jpg").read_bytes(), (root / "static/b.jpg").read_bytes()
    (before,) = shown(root, "figure img")
    (root / "static/a.jpg").write_bytes(second)
    (root / "static/b.jpg").write_bytes(first)
    built(root)
    (after,) = shown(root, ".body img", "spring")
    assert after["src"] == before["src"]
    incremental.build(root, root / "elsewhere", clean=True)
    assert tree(root / "elsewhere") == tree(root / "public")
