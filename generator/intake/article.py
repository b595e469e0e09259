"""An article of Word as a draft of the news, with its pictures."""

import io
import re
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from functions.forms import confined
from generator.errors import WudanError
from generator.files import pictures
from generator.intake.drafting import Import, Left, planned, spelled
from generator.intake.file_names import file_name
from generator.intake.word import PICTURE
from generator.operator_messages import NAMELESS

PARTS = (".xml", ".rels")
"""What is read of an article; all else in it is pictures and what Word keeps for itself."""
PHOTOS = "photos"
"""The folder below ``static/`` for the pictures."""
LARGEST = 100_000_000
"""Bytes of one picture."""


def plan(root: Path, raw: bytes, title: str, fallback: str, today: date) -> Import:
    """What an article becomes. Without a ``title`` it has its own, or the ``fallback``.

    Raises:
        Wrong: it is no article, is broken, or has too much in it.
        WudanError: no name can be made from its title, or there is such a file already.
    """
    read = confined.read("generator.intake.word", _without_pictures(raw))
    own = read["title"]
    title = title or own or fallback
    name = file_name(title)
    if not name:
        raise WudanError(NAMELESS.format(title=title))
    files, left = dict[str, bytes](), [_left(*each) for each in read["left"]]
    shown = dict[int, str]()
    with ZipFile(io.BytesIO(raw)) as packed:
        for number, inside in enumerate(read["pictures"]):
            found = _picture(packed, inside)
            if isinstance(found, Left):
                left.append(found)
                continue
            path = _free(root, f"{name}-{len(files) + 1}", Path(inside).suffix.lower())
            shown[number], files[f"static/{path}"] = path, found
    body = _with_pictures(read["markdown"], shown)
    if own not in ("", title):
        body = f"## {read['heading']}\n\n{body}"
    entry = {"title": title, "draft": "true", "date": today.isoformat(), "body": body or title}
    return planned(root, {f"content/news/{name}.yaml": spelled("news", entry), **files}, left)


def _without_pictures(raw: bytes) -> bytes:
    """The article with the names of pictures in their place, so that reading it has a limit and
    photos have none."""
    made = io.BytesIO()
    try:
        with ZipFile(io.BytesIO(raw)) as packed, ZipFile(made, "w", ZIP_DEFLATED) as bare:
            entries = packed.infolist()
            size = sum(each.file_size for each in entries if each.filename.endswith(PARTS))
            if size > confined.UNPACKED or len(entries) > confined.ENTRIES:
                return raw  # It is refused where it is read.
            for each in entries:
                is_part = each.filename.endswith(PARTS)
                bare.writestr(each.filename, packed.read(each) if is_part else each.filename)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return raw
    return made.getvalue()


def _picture(packed: ZipFile, inside: str) -> bytes | Left:
    """The picture of this name in an article, if a site can show it."""
    ending = Path(inside).suffix.lower()
    where = inside.rpartition("/")[2]
    if ending not in pictures.ENDINGS:
        return Left(where, "picture_kind", {})
    try:
        with packed.open(inside) as file:
            data = file.read(LARGEST)
    except (KeyError, BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        return Left(where, "broken_picture", {})
    found = pictures.read(data, "", ending.removeprefix("."))
    return Left(where, found, {}) if isinstance(found, str) else data


def _free(root: Path, name: str, ending: str) -> str:
    """A path below ``static/`` where nothing lies."""
    path = f"{PHOTOS}/{name}{ending}"
    return _free(root, f"{name}-2", ending) if (root / "static" / path).exists() else path


def _with_pictures(markdown: str, shown: dict[int, str]) -> str:
    """The text with these pictures; what was said of others stays as words."""

    def change(found: re.Match[str]) -> str:
        path = shown.get(int(found[2]))
        return f"![{found[1]}]({path})" if path else found[1]

    alternative = r"((?:[^\]\\]|\\.)*)"
    text = re.sub(rf"!\[{alternative}\]\({PICTURE}(\d+)\)", change, markdown)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _left(number: int, code: str) -> Left:
    return Left(str(number) if number else "", code, {})
