"""The small site of the tests: where it is, how it is edited, what a folder holds."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from functions.context.bundle import INDEX
from generator.build import incremental
from generator.content.reading import yaml_source
from generator.content.reading.yaml_source import Document

MADE = shutil.ignore_patterns(".wudan", "public", "var")
SITE = Path(__file__).parents[1] / "site"
NEWS = "content/news/spring.yaml"

FIGURES: dict[str, Any] = {
    "made": "2026-12-01",
    "months": {"2026-11": {"all wishes": 5, "all hours:done:12": 3, "all skill stars": 4}},
    "wishes": [{"text": "想理发", "service": "haircut", "state": "done", "date": "2026-11-02"}],
    "answers": [{"text": "修好了", "service": "haircut", "month": "2026-11"}],
}
ITEMS = {
    "news": ("winter", "/news/"),
    "teams": ("barbers", "/teams/"),
    "grids": ("first", "/grids/"),
    "menu": ("haircut", "/menu/"),
    "fairs": ("jobs", "/fairs/"),
    "partners": ("clinic", "/partners/"),
    "pages": ("more", "/"),
}
"""A file of every folder whose items have pages, and how their addresses begin."""


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def said(file: Path) -> Any:
    """What a file of content says, as texts, lists and mappings."""
    document = Document(file.name)
    yaml_source.read(str(file), document)
    return document.data


def rows(index: Path) -> list[Any]:
    """All that an index has, but for the numbers by which its tables are joined."""
    query = """
        SELECT digest, kind, pages.title, text, letters.* FROM pages JOIN letters USING (id)
        ORDER BY letters.address
    """
    with closing(sqlite3.connect(index)) as db:
        return [(*row[:4], *row[5:]) for row in db.execute(query)]


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))

    return change


def handed_over(root: Path) -> tuple[dict[str, bytes], list[Any]]:
    """What a build left for the functions: the bundle, and the rows of the index, because equal
    rows need not be equal bytes."""
    folder = incremental.bundle_folder(root)
    files = tree(folder)
    del files[INDEX]
    return files, rows(folder / INDEX)
