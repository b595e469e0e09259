"""Read ``site.yaml`` and ``content/`` and check all of it, or tell everything that is wrong."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from zlib import crc32

import msgspec
from msgspec.msgpack import Decoder

from functions.forms.residents import FORMS
from generator.content import forms, prose_cache, yaml_source
from generator.content.check import check, nearest
from generator.content.kinds import KINDS
from generator.content.models import (
    Calendar,
    Digests,
    Entry,
    Form,
    Model,
    Settings,
    Site,
    decoder,
    digest,
    encode,
)
from generator.content.prose_cache import Converted
from generator.content.yaml_source import Document, Reference
from generator.errors import ContentError, Problem
from generator.files.cache import Cache
from generator.files.file_stamps import Stamps, scan
from generator.files.parallel import spread
from generator.messages import SAFE_TAG

PAGES = ("how", "about", "privacy", "accessibility")
"""The standing pages that every page links to."""

SAFE_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")
"""A file's name is its address, so it is made of what every keyboard and phone can type."""

UNSAFE_TAG = re.compile(r"[/\\?#%\x00-\x1f]|^[.\s]|[.\s]$")
"""A tag is an address too, in Chinese as a rule; it must be one folder on every disk."""


def load(root: Path, found: Iterable[Problem] = ()) -> Site:
    """Read the site at ``root`` once; see :meth:`Library.load`."""
    return Library(root).load(Cache(), scan(root), found)


class Library:
    """The content at ``root``, to be read again and again."""

    def __init__(self, root: Path):
        self.root = root
        self._shelves: dict[str, _Shelf[Any]] = {}

    def load(self, cache: Cache, looks: Stamps, found: Iterable[Problem] = ()) -> Site:
        """All of it. Files that look as they were read before, for this library or for another
        that had the cache, are not read again.

        ``found`` are problems of other files, which are told together with those of these.

        Raises:
            ContentError: with every problem of every file, each with its line and column.
        """
        self._shelves = self._shelves or {name: _Shelf(name, cache) for name in KINDS}
        reader = _Reader(self.root, cache, looks, self._shelves)
        settings = reader.read("site.yaml", Settings)
        calendar: Calendar | None = Calendar()
        if (self.root / "calendar.yaml").exists():
            calendar = reader.read("calendar.yaml", Calendar)
        folders = reader.folders()
        reader.complete()
        problems = [*reader.problems, *found]
        if problems or settings is None or calendar is None:
            raise ContentError(problems)
        for items in folders.values():
            _put_in_order(items)
        return Site(
            settings=settings,
            calendar=calendar,
            digests=tuple([kept.digests for kept in folders["news"]]),
            entries={
                name: tuple([kept.entry for kept in items]) for name, items in folders.items()
            },
        )


T = TypeVar("T")


class Kept(msgspec.Struct, Generic[T], array_like=True, frozen=True):
    """An entry as it was read from its file when that had this ``stamp``; ``references`` are the
    teams and pictures that it names."""

    stamp: str
    digests: Digests
    entry: T
    references: list[Reference]


def _put_in_order(items: list[Kept[Any]]) -> None:
    """News and fairs newest first, pages by their ``order``, the rest by file name."""
    items.sort(key=attrgetter("entry.slug"))
    if items and hasattr(items[0].entry, "date"):
        items.sort(key=attrgetter("entry.date"), reverse=True)
    elif items and hasattr(items[0].entry, "order"):
        items.sort(key=attrgetter("entry.order"))


PROSE = ("body", "policies", "intro")
"""The fields that are Markdown."""


class Read(NamedTuple):
    """What came of a file: an entry to be kept, encoded, and its texts by name; or problems."""

    kept: bytes
    texts: list[tuple[str, bytes]]
    problems: list[Problem]


class _Shelf(Generic[T]):
    """The entries of one folder as the cache has them, by the names of their files.

    They lie in parcels, for a build reads all of them and writes few.
    """

    PARCELS = 64

    def __init__(self, folder: str, cache: Cache):
        generic: Any = Kept
        kept: Any = generic[KINDS[folder].model]
        self._name = f"content/{folder}"
        self._one: Decoder[Kept[T]] = decoder(kept)
        parcels: Decoder[dict[str, Kept[T]]] = decoder(dict[str, kept])
        self._parcels = {
            name: parcels.decode(parcel) for name, parcel in cache.all(self._name).items()
        }
        self.kept: dict[str, Kept[T]] = {}
        for parcel in self._parcels.values():
            self.kept |= parcel

    def keep(self, cache: Cache, fresh: Mapping[str, bytes], only: Collection[str]) -> None:
        """Keep these as well, as they were encoded; and of all that is there only these."""
        gone = [name for name in self.kept if name not in only]
        torn = {self._parcel(name) for name in (*fresh, *gone)}
        for name in gone:
            del self.kept[name], self._parcels[self._parcel(name)][name]
        for name, encoded in fresh.items():
            kept = self.kept[name] = self._one.decode(encoded)
            self._parcels.setdefault(self._parcel(name), {})[name] = kept
        cache.put(self._name, ((parcel, encode(self._parcels[parcel])) for parcel in torn))

    def _parcel(self, name: str) -> str:
        return str(crc32(name.encode()) % self.PARCELS)


class _Reader:
    """Reads files into models and keeps the problems that it meets on the way."""

    def __init__(self, root: Path, cache: Cache, looks: Stamps, shelves: dict[str, _Shelf[Any]]):
        self.root = root
        self.shelves = shelves
        self.looks = looks
        self.content = root / "content"
        self.cache = cache
        self.problems: list[Problem] = []

    def read(self, file: str, model: type[Model]) -> Model | None:
        item, document = self.checked(file, model, {})
        self.problems += document.problems
        return item

    def checked(
        self, file: str, model: type[Model], given: dict[str, str]
    ) -> tuple[Model | None, Document]:
        """A file as its model says, or None; and the document, with all that is wrong."""
        document = Document(file)
        try:
            yaml_source.read(f"{self.root}/{file}", document)
        except FileNotFoundError:
            document.problem("missing_file")
        except OSError as error:
            document.problem("unreadable", detail=error.strerror)
        item = check(document, model, given, self.refer)
        if isinstance(item, Form):
            forms.check_roles(document, item)
        return None if document.problems else item, document

    def folders(self) -> dict[str, list[Kept[Any]]]:
        """The entries of every folder; of their files only those are read that changed."""
        files = {name: self.files(name) for name in KINDS}
        names = digest((sorted(self.teams), sorted(self.pictures)))
        if self.cache.noted("names") != names:
            # Entries that name what is no longer there are forgotten, and checked again.
            for shelf in self.shelves.values():
                sound = {file for file, kept in shelf.kept.items() if self.is_sound(kept)}
                shelf.keep(self.cache, {}, only=sound)
        changed = [
            f"{folder}/{file}"
            for folder, looks in files.items()
            for file, look in looks.items()
            if (kept := self.shelves[folder].kept.get(file)) is None or kept.stamp != look
        ]
        fresh: dict[str, dict[str, bytes]] = {name: {} for name in KINDS}

        def converted() -> Iterator[tuple[str, bytes]]:
            for path, read in zip(changed, spread(self.entries, changed), strict=True):
                folder, file = path.split("/")
                self.problems += read.problems
                if read.kept:
                    fresh[folder][file] = read.kept
                yield from read.texts

        self.cache.put(prose_cache.SHELF, converted())
        for name, shelf in self.shelves.items():
            shelf.keep(self.cache, fresh[name], only=files[name])
        self.cache.note("names", names)
        self.cache.commit()
        return {name: [*shelf.kept.values()] for name, shelf in self.shelves.items()}

    def entries(self, paths: Sequence[str]) -> list[Read]:
        """Files of folders, read apart from the others, in whatever process."""
        found = [self.entry(path) for path in paths]
        fields = [
            (n, field, text)
            for n, (item, _) in enumerate(found)
            for field in PROSE
            if (text := getattr(item, field, ""))
        ]
        prose: dict[int, dict[str, Converted]] = defaultdict(dict)
        converted = prose_cache.convert(self.cache, [text for *_, text in fields])
        for (n, field, _), made in zip(fields, converted, strict=True):
            prose[n][field] = made
        return [
            self.done(path, item, document, prose[n]) if item else Read(b"", [], document.problems)
            for n, (path, (item, document)) in enumerate(zip(paths, found, strict=True))
        ]

    def entry(self, path: str) -> tuple[Entry | None, Document]:
        folder, file = path.split("/")
        given = {"slug": file.removesuffix(".yaml")}
        return self.checked(f"content/{path}", KINDS[folder].model, given)

    def done(
        self, path: str, item: Entry, document: Document, prose: Mapping[str, Converted]
    ) -> Read:
        folder, file = path.split("/")
        found = {field: converted.prose for field, converted in prose.items()}
        item = msgspec.structs.replace(item, **found)
        kept = Kept(self.looks[folder][file], item.digests(), item, document.references)
        return Read(encode(kept), [(each.prose.name, each.kept) for each in prose.values()], [])

    def files(self, name: str) -> dict[str, str]:
        """The folder's files whose names can be addresses, and how each looks; the others are
        problems."""
        found = {}
        kept = self.shelves[name].kept
        for file, look in self.looks.get(name, {}).items():
            if file in kept or SAFE_FILE.fullmatch(file):
                found[file] = look
            else:
                self.badly_named(self.content / name / file)
        return found

    def badly_named(self, path: Path) -> None:
        example = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "my-file"
        if path.suffix != ".yaml":
            self.problem(path, "file_ending", example=example)
        else:
            self.problem(path, "file_name", name=path.stem, example=example)

    def complete(self) -> None:
        """Every folder is a known one, and every page and form needed is there."""
        for name in self.looks:
            if name not in KINDS:
                mend = nearest(name, KINDS)
                self.problem(self.content / name, "folder", name=name, mend=mend)
        for name in FORMS:
            path = self.content / f"forms/{name}.yaml"
            if not path.exists():
                self.problem(path, "required_form", name=name)
        for name in PAGES:
            path = self.content / f"pages/{name}.yaml"
            if not path.exists():
                self.problem(path, "required_page", name=name)

    def problem(self, path: Path, code: str, **names: Any) -> None:
        """A problem of a whole file."""
        document = Document(path.relative_to(self.root).as_posix())
        document.problem(code, **names)
        self.problems += document.problems

    def is_sound(self, kept: Kept[Any]) -> bool:
        """Whether all that the entry refers to is still there."""
        return not any(self.refer(to, name) for to, name in kept.references)

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
