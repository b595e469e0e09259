"""Read ``site.yaml`` and ``content/`` and check all of it, or tell everything that is wrong."""

import re
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from functions.form import FORMS, NEEDED
from generator import models, yaml
from generator.cache import Cache, Kept
from generator.check import check, nearest
from generator.errors import ContentError, Problem
from generator.looks import Looks, scan
from generator.models import Calendar, Entry, Model, Prose, Settings, Site, decode, encode
from generator.parallel import spread
from generator.sentences import SAFE_TAG
from generator.yaml import Document

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

SAFE_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")
"""A file's name is its address, so it is made of what every keyboard and phone can type."""

UNSAFE_TAG = re.compile(r"[/\\?#%\x00-\x1f]|^[.\s]|[.\s]$")
"""A tag is an address too, in Chinese as a rule; it must be one folder on every disk."""


def load(root: Path, cache: Cache | None = None, looks: Looks | None = None) -> Site:
    """Read the site at ``root``; files that look as the cache has them are not read again.

    ``looks`` are the files as they were seen before, if they were.

    Raises:
        ContentError: with every problem of every file, each with its line and column.
    """
    reader = _Reader(root, cache or Cache(), scan(root) if looks is None else looks)
    settings = reader.read(root / "site.yaml", Settings)
    calendar: Calendar | None = Calendar()
    if (root / "calendar.yaml").exists():
        calendar = reader.read(root / "calendar.yaml", Calendar)
    folders = reader.folders()
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


PROSE = ("body", "policies", "intro")
"""The fields that are Markdown."""


class Read(NamedTuple):
    """What came of a file: an item, encoded, and its texts as HTML by name; or problems."""

    item: bytes
    texts: list[tuple[str, str]]
    problems: list[Problem]


class _Reader:
    """Reads files into models and keeps the problems that it meets on the way."""

    def __init__(self, root: Path, cache: Cache, looks: Looks):
        self.root = root
        self.looks = looks
        self.content = root / "content"
        self.cache = cache
        self.problems: list[Problem] = []

    def read(self, path: Path, model: type[Model]) -> Model | None:
        item, problems = self.checked(path, model, {})
        self.problems += problems
        return item

    def checked(
        self, path: Path, model: type[Model], given: dict[str, str]
    ) -> tuple[Model | None, list[Problem]]:
        """A file as its model says, or all that is wrong with it."""
        document = Document(path.relative_to(self.root).as_posix())
        try:
            yaml.read(path, document)
        except FileNotFoundError:
            document.problem("missing_file")
        except OSError as error:
            document.problem("unreadable", detail=error.strerror)
        return check(document, model, given, self.refer), document.problems

    def folders(self) -> dict[str, list[Any]]:
        """The items of every folder; of their files only those are read that changed."""
        files = {name: self.files(name) for name in FOLDERS}
        looks = {path: look for found in files.values() for path, look in found.items()}
        # What a file refers to is part of how it was checked.
        names = blake2b(repr((sorted(self.teams), sorted(self.pictures))).encode()).hexdigest()
        known = self.cache.items() if self.cache.noted("names") == names else {}
        kept = {path: known[path] for path in looks if path in known}
        kept = {path: old for path, old in kept.items() if old.stamp == looks[path]}
        changed = [path for path in looks if path not in kept]
        fresh: dict[str, Kept] = {}
        for path, read in zip(changed, spread(self.entry, changed), strict=True):
            self.problems += read.problems
            self.cache.keep_html(read.texts)
            if read.item:
                fresh[path] = Kept(looks[path], read.item)
        self.cache.keep_items(fresh, known.keys() - looks.keys())
        self.cache.note("names", names)
        self.cache.commit()
        kept |= fresh
        return {
            name: [decode(kept[path].item, FOLDERS[name]) for path in found if path in kept]
            for name, found in files.items()
        }

    def entry(self, path: str) -> Read:
        """One file of a folder, read apart from the others, in whatever process."""
        from generator import markup  # Slow to import, and seldom is anything new to convert.

        place = self.root / path
        item, problems = self.checked(place, FOLDERS[place.parent.name], {"slug": place.stem})
        if item is None:
            return Read(b"", [], problems)
        prose, texts = {}, []
        for name in PROSE:
            if text := getattr(item, name, ""):
                known = self.cache.html(markup.name(text))
                html = known if known is not None else markup.html(text)
                prose[name] = Prose(markup.name(text), markup.excerpt(html))
                texts.append((prose[name].name, html))
        return Read(encode(msgspec.structs.replace(item, **prose)), texts, [])

    def files(self, name: str) -> dict[str, str]:
        """The folder's files whose names can be addresses, and how each looks; the others are
        problems."""
        found = {}
        for file, look in self.looks.get(name, {}).items():
            if SAFE_FILE.fullmatch(file):
                found[f"content/{name}/{file}"] = look
            else:
                self.badly_named(self.content / name / file)
        return found

    def badly_named(self, path: Path) -> None:
        example = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-file"
        if path.suffix != ".yaml":
            self.problem(path, "file_ending", example=example)
        else:
            self.problem(path, "file_name", name=path.stem, example=example)

    def complete(self, forms: list[Any]) -> None:
        """Every folder is a known one, and every page, form and question needed is there."""
        for name in self.looks:
            if name not in FOLDERS:
                mend = nearest(name, FOLDERS)
                self.problem(self.content / name, "folder", name=name, mend=mend)
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
        return {Path(name).stem for name in self.looks.get("teams", {})}

    @cached_property
    def pictures(self) -> set[str]:
        static = self.root / "static"
        return {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}
