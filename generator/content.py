"""Read ``site.yaml`` and ``content/`` and check all of it, or tell everything that is wrong."""

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from functions.form import FORMS, NEEDED
from generator import models, yaml
from generator.check import check, nearest
from generator.errors import ContentError, Problem
from generator.models import Calendar, Entry, Settings, Site
from generator.sentences import SAFE_TAG
from generator.yaml import Document

Model = TypeVar("Model")

FOLDERS: dict[str, type[Entry]] = {
    "news": models.News,
    "teams": models.Team,
    "menu": models.Service,
    "fairs": models.Fair,
    "partners": models.Partner,
    "pages": models.Page,
    "forms": models.Form,
}

PAGES = ("how", "about", "privacy", "accessibility")
"""The standing pages that every page links to."""

SAFE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A file's name is its address, so it is made of what every keyboard and phone can type."""

UNSAFE_TAG = re.compile(r"[/\\?#%\x00-\x1f]|^[.\s]|[.\s]$")
"""A tag is an address too, in Chinese as a rule; it must be one folder on every disk."""


def load(root: Path) -> Site:
    """Read the site at ``root``.

    Raises:
        ContentError: with every problem of every file, each with its line and column.
    """
    reader = _Reader(root)
    settings = reader.read(root / "site.yaml", Settings)
    calendar: Calendar | None = Calendar()
    if (root / "calendar.yaml").exists():
        calendar = reader.read(root / "calendar.yaml", Calendar)
    folders: dict[str, list[Any]] = {
        name: reader.folder(name, model) for name, model in FOLDERS.items()
    }
    reader.complete(folders["forms"])
    if reader.problems or settings is None or calendar is None:
        raise ContentError(reader.problems)
    return Site(
        settings=settings,
        calendar=calendar,
        **{name: _in_order(items) for name, items in folders.items()},
    )


def _in_order(items: Iterable[Any]) -> tuple[Any, ...]:
    """News and fairs newest first, pages by their ``order``, the rest by file name."""
    items = sorted(items, key=lambda item: item.slug)
    if items and hasattr(items[0], "date"):
        items.sort(key=lambda item: item.date, reverse=True)
    elif items and hasattr(items[0], "order"):
        items.sort(key=lambda item: item.order)
    return tuple(items)


class _Reader:
    """Reads files into models and keeps the problems that it meets on the way."""

    def __init__(self, root: Path):
        self.root = root
        self.content = root / "content"
        self.problems: list[Problem] = []

    def read(self, path: Path, model: type[Model], **given: str) -> Model | None:
        document = Document(path.relative_to(self.root).as_posix())
        try:
            yaml.read(path, document)
        except FileNotFoundError:
            document.problem("missing_file")
        except OSError as error:
            document.problem("unreadable", detail=error.strerror)
        item = check(document, model, given, self.refer)
        self.problems += document.problems
        return item

    def folder(self, name: str, model: type[Entry]) -> list[Entry]:
        items = [self.read(path, model, slug=path.stem) for path in self.files(name)]
        return [item for item in items if item is not None]

    def files(self, name: str) -> list[Path]:
        """The folder's files whose names can be addresses; the others are problems."""
        return [path for path in _visible(self.content / name) if self.well_named(path)]

    def well_named(self, path: Path) -> bool:
        example = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-file"
        if path.suffix != ".yaml":
            self.problem(path, "file_ending", example=example)
        elif not SAFE_NAME.fullmatch(path.stem):
            self.problem(path, "file_name", name=path.stem, example=example)
        else:
            return True
        return False

    def complete(self, forms: list[Any]) -> None:
        """Every folder is a known one, and every page, form and question needed is there."""
        for path in _visible(self.content):
            if path.name not in FOLDERS:
                self.problem(path, "folder", name=path.name, mend=nearest(path.name, FOLDERS))
        for name in FORMS:
            path = self.content / f"forms/{name}.yaml"
            if not path.exists():
                self.problem(path, "required_form", name=name)
        for name in PAGES:
            path = self.content / f"pages/{name}.yaml"
            if not path.exists():
                self.problem(path, "required_page", name=name)
        for form in forms:
            asked = {field.name: field for field in form.fields}
            for name, kind in NEEDED.get(form.slug, {}).items():
                if name not in asked or asked[name].kind != kind or not asked[name].required:
                    path = self.content / f"forms/{form.slug}.yaml"
                    self.problem(path, "required_field", name=name, kind=kind)

    def problem(self, path: Path, code: str, **names: Any) -> None:
        """A problem of a whole file."""
        document = Document(path.relative_to(self.root).as_posix())
        document.problem(code, **names)
        self.problems += document.problems

    def refer(self, to: str, name: str) -> tuple[str, str] | None:
        if to == "teams" and name not in self.teams:
            return "unknown_team", nearest(name, self.teams)
        if to == "receiver" and name not in (known := {"station", *self.teams}):
            return "unknown_team", nearest(name, known)
        if to == "static" and name not in self.pictures:
            return "unknown_picture", nearest(name, self.pictures)
        if to == "tag" and UNSAFE_TAG.search(name):
            return "unsafe_tag", SAFE_TAG
        return None

    @cached_property
    def teams(self) -> set[str]:
        return {path.stem for path in _visible(self.content / "teams")}

    @cached_property
    def pictures(self) -> set[str]:
        static = self.root / "static"
        return {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}


def _visible(folder: Path) -> list[Path]:
    """What stands in a folder, less what editors and file managers leave behind."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name[-1] != "~")
