"""Reads ``site.yaml`` and ``content/``: a checked site, or everything that is wrong with it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from functions.context.workdays import today as in_china
from functions.forms.normal import composed
from functions.forms.residents import FORMS
from generator.content import form_definitions, names, placeholders, prose_cache, text_files
from generator.content.kinds import KINDS
from generator.content.models import Entry, Form, Item, Prose, Site
from generator.content.reading import yaml_source
from generator.content.reading.check import check, nearest
from generator.content.reading.codec import digest, encode
from generator.content.reading.messages import OLD_NAME, SAFE_TAG, SHORT_TAG
from generator.content.reading.yaml_source import Document, Place, Reference
from generator.content.settings import Calendar, Settings, ascii_address
from generator.content.shelves import Shelf, Shelved
from generator.content.stages import EntryName, Stages, divide, site
from generator.errors import ContentError, Problem
from generator.files.cache import Cache
from generator.files.file_stamps import Stamps, scan, with_edits
from generator.files.parallel import spread
from generator.files.shown_files import ENDINGS, FILES, FOLDER, Looked, ShownFile, examine, kind_of

Model = TypeVar("Model")
PAGES = ("how", "about", "privacy", "accessibility")
"""The standing pages that every page links to."""
SAFE_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")
"""A file's name is its address, so it is made of what every keyboard and phone can type."""
UNSAFE_TAG = re.compile(r"[/\\?#%\x00-\x1f]|^[.\s]|[.\s]$")
"""A tag, which is Chinese as a rule, is an address too; it must be one folder on every disk."""
LONGEST_TAG = 40
"""Characters of a tag. File systems take 255 bytes, 63 of the rarest Chinese characters."""
PROSE = ("body", "policies", "intro")
"""The fields that are Markdown."""
Renamings = Mapping[str, Mapping[str, str]]
"""The new name for each old one, by what orders call the kind of thing."""
NONE: Renamings = {}
Edited = Mapping[str, bytes]
"""What files will hold that somebody writes, by the path below the root."""
UNEDITED: Edited = {}


def load(
    root: Path,
    found: Iterable[Problem] = (),
    kept: Renamings = NONE,
    today: date | None = None,
) -> Site:
    """Read the site at ``root`` once, as it is today; see :meth:`Library.load`."""
    return Library(root).load(Cache(), scan(root), today or in_china(), found, kept)


class Library:
    """The content at ``root``, which is read again and again."""

    def __init__(self, root: Path):
        self.root = root
        self._shelves: dict[str, Shelf[Any]] = {}

    def load(
        self,
        cache: Cache,
        stamps: Stamps,
        today: date,
        found: Iterable[Problem] = (),
        kept: Renamings = NONE,
        previewed: EntryName | None = None,
        edited: Edited = UNEDITED,
    ) -> Site:
        """Read all content, but no file whose stamp is the one under which it is known already.
        ``found`` are problems of other files; the error lists them with those of the content.
        ``kept`` are renamings that were stored, though files may say them no longer. An item that
        is ``previewed`` is shown as if it were published. Files that are ``edited`` are read as
        they would be.

        Raises:
            ContentError: with every problem of every file, each with its line and column.
        """
        self._shelves = self._shelves or {name: Shelf(name, cache) for name in KINDS}
        stamps = with_edits(stamps, edited) if edited else stamps
        reader = _Reader(self.root, cache, stamps, self._shelves, edited)
        settings = reader.settings()
        calendar: Calendar | None = Calendar()
        if (self.root / "calendar.yaml").exists():
            calendar = reader.read("calendar.yaml", Calendar)
        folders = reader.folders()
        renamed = reader.renamed(folders, kept)
        stages = divide(folders, today, previewed)
        reader.complete(stages.withheld.get("pages", ()))
        if settings:
            forms = [kept.entry for kept in folders["forms"]]
            for place, key, code, names in form_definitions.check_sms(settings, forms):
                reader.problem(self.root / place, code, key, **names)
        problems = [*reader.problems, *found]
        if problems or settings is None or calendar is None:
            raise ContentError(problems)
        shown = reader.published(stages), reader.looked[1]
        return site(today, settings, calendar, stages, renamed, *shown)

    @property
    def entries(self) -> dict[str, dict[str, Entry]]:
        """By folder and by file name without the ending, the entries of the files that were right
        by themselves when they were read last."""
        return {
            name: {kept.entry.slug: kept.entry for kept in shelf.kept.values()}
            for name, shelf in self._shelves.items()
        }


class Read(NamedTuple):
    """The result of reading one file: an encoded :class:`Shelved` and its texts by name; or
    problems."""

    kept: bytes
    texts: list[tuple[str, bytes]]
    problems: list[Problem]


class _Reader:
    """Reads files into models, and collects the problems that it finds."""

    def __init__(
        self,
        root: Path,
        cache: Cache,
        stamps: Stamps,
        shelves: dict[str, Shelf[Any]],
        edited: Edited,
    ):
        self.root = root
        self.shelves = shelves
        self.edited = edited
        self.stamps = stamps
        self.content = root / "content"
        self.cache = cache
        self.problems: list[Problem] = []
        self.site: Mapping[str, str] = {}

    def read(self, file: str, model: type[Model]) -> Model | None:
        item, document = self.checked(file, model, {})
        self.problems += document.problems
        return item

    def settings(self) -> Settings | None:
        """``site.yaml``; its address is shown as it stands there, and used as machines have it."""
        settings = self.read("site.yaml", Settings)
        self.site = placeholders.values(settings)
        try:
            return settings and msgspec.structs.replace(settings, url=ascii_address(settings.url))
        except ValueError:
            self.problem(self.root / "site.yaml", "web_host", ("url",))
            return None

    def checked(
        self, file: str, model: type[Model], given: dict[str, str]
    ) -> tuple[Model | None, Document]:
        """A file as its model, or None; and the document, which has a note of every mistake."""
        document = Document(file)
        path = self.root / file
        try:
            yaml_source.read(str(path), document, self.edited.get(file))
        except FileNotFoundError:
            if not given:
                document.problem("missing_file")
            elif path.is_symlink():
                document.problem("dead_link")
        except IsADirectoryError:
            document.problem("folder_inside", name=file.rpartition("/")[2])
        except OSError as error:
            document.problem("unreadable", detail=error.strerror)
        if given and document.data is not None:
            placeholders.fill(document, self.site)
        item = check(document, model, given, self.refer)
        if isinstance(item, Form):
            form_definitions.check_questions(document, item)
        if isinstance(item, Item):
            names.check_days(document, item)
        return None if document.problems else item, document

    def folders(self) -> dict[str, list[Shelved[Any]]]:
        """The entries of every folder; reads only files that changed."""
        files = {name: self.files(name) for name in KINDS}
        known = digest((sorted(self.teams), self.static, self.site))
        if self.cache.noted("names") != known:
            # Forget the entries that refer to something that is gone; they are checked again.
            for shelf in self.shelves.values():
                sound = {
                    file
                    for file, kept in shelf.kept.items()
                    if not any(self.refer(to, name) for to, name in kept.references)
                }
                shelf.keep(self.cache, {}, only=sound)
        changed = [
            f"{folder}/{file}"
            for folder, stamps in files.items()
            for file, stamp in stamps.items()
            if (kept := self.shelves[folder].kept.get(file)) is None or kept.stamp != stamp
        ]
        fresh: dict[str, dict[str, bytes]] = {name: {} for name in KINDS}

        def converted() -> Iterator[tuple[str, bytes]]:
            for path, read in zip(changed, spread(self.entries, changed), strict=True):
                folder, file = path.split("/")
                self.problems += read.problems
                if read.kept:
                    fresh[folder][file] = read.kept
                else:  # It is wrong, or was removed after it was stamped.
                    del files[folder][file]
                yield from read.texts

        self.cache.put(prose_cache.SHELF, converted())
        for name, shelf in self.shelves.items():
            shelf.keep(self.cache, fresh[name], only=files[name])
        self.cache.note("names", known)
        self.cache.commit()
        return {name: [*shelf.kept.values()] for name, shelf in self.shelves.items()}

    def files(self, folder: str) -> dict[str, str]:
        """The stamps of a folder's files; a file whose name cannot be an address is a problem."""
        found = {}
        for file, stamp in self.stamps.get(folder, {}).items():
            if file in self.shelves[folder].kept or SAFE_FILE.fullmatch(file):
                found[file] = stamp
                continue
            path = self.content / folder / file
            plain = path.stem.lower().removesuffix(".yaml")
            example = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "my-file"
            code = "file_name" if path.suffix == ".yaml" else "file_ending"
            code = "folder_inside" if path.is_dir() else code
            self.problem(path, code, name=path.stem, example=example)
        return found

    def entries(self, paths: Sequence[str]) -> list[Read]:
        """Read these files of folders; other processes may do this."""
        checked = []
        for path in paths:
            folder, file = path.split("/")
            given = {"slug": file.removesuffix(".yaml")}
            item, document = self.checked(f"content/{path}", KINDS[folder].model, given)
            markdown = {field: text for field in PROSE if (text := getattr(item, field, ""))}
            checked.append((self.stamps[folder][file], item, document, markdown))
        texts = [text for *_, markdown in checked for text in markdown.values()]
        converted = iter(prose_cache.convert(self.cache, texts))
        found = []
        for stamp, item, document, markdown in checked:
            prose = {field: next(converted) for field in markdown}
            for field, text in prose.items():
                for loss in text.losses:
                    document.problem_inside((field,), loss.line, loss.code, found=loss.found)
            shown = {
                field: self.with_files(document, field, markdown[field], text)
                for field, text in prose.items()
            }
            if item is None or document.problems:
                found.append(Read(b"", [], document.problems))
                continue
            item = msgspec.structs.replace(item.shown(self.static), **shown)
            references = [self.seen(*each) for each in document.references]
            kept = Shelved(stamp, item.digests(), item, references)
            encoded = [(text.prose.name, text.encoded) for text in prose.values()]
            found.append(Read(encode(kept), encoded, []))
        return found

    def with_files(
        self, document: Document, field: str, typed: str, text: prose_cache.Converted
    ) -> Prose:
        """The text with the files that it names; a note for each that is not there."""
        files = []
        for address in text.files:
            name = text_files.path(address)
            to = kind_of(name) or "picture"
            document.references.append((to, name))
            if problem := self.refer(to, name):
                line = typed[: max(0, typed.find(address))].count("\n")
                code, mend = problem
                document.problem_inside((field,), line, code, name=name, mend=mend)
            elif not isinstance(found := self.static[name], str):
                files.append((address, found))
        return msgspec.structs.replace(text.prose, files=tuple(files))

    def seen(self, to: str, name: str) -> Reference:
        """A reference to a file as one to what it holds now."""
        found = self.static[name] if to in FILES else ""
        return (to, name) if isinstance(found, str) else ("shown", f"{found.name} {name}")

    def renamed(
        self, folders: Mapping[str, list[Shelved[Any]]], kept: Renamings
    ) -> dict[str, dict[str, str]]:
        """The new name for each old one, by folder. No name may go on to another entry."""
        found = {}
        for folder, items in folders.items():
            renamed, mistakes = names.renamed([kept.entry for kept in items])
            if renamed:
                found[folder] = renamed
            for item, code, name, other in mistakes:
                path, key = self.content / folder / f"{item.slug}.yaml", ("renamed_from",)
                self.problem(path, code, key, name=name, other=other)
        for item, code, name, other in names.same_names(map(attrgetter("entry"), folders["grids"])):
            path = self.content / f"grids/{item.slug}.yaml"
            self.problem(path, code, ("name",), name=name, other=other)
        for kind, folder in names.IN_ORDERS.items():
            there = {each.entry.slug for each in folders[folder]}
            for old, new in names.taken(kept.get(kind, {}), found.get(folder, {}), there):
                path = self.content / folder / f"{old}.yaml"
                self.problem(path, "old_name_taken", name=old, other=new)
        return found

    def complete(self, withheld: Iterable[Shelved[Any]]) -> None:
        """Every folder is a known one, and every page and form that is needed exists; none of the
        pages that are ``withheld`` is needed."""
        for name in self.stamps:
            if name not in KINDS:
                mend = nearest(name, KINDS)
                self.problem(self.content / name, "folder", name=name, mend=mend)
        needed = (("forms", "required_form", FORMS), ("pages", "required_page", PAGES))
        for folder, code, files in needed:
            for name in files:
                path = self.content / folder / f"{name}.yaml"
                if not path.exists():
                    self.problem(path, code, name=name)
        for page in (kept.entry for kept in withheld if kept.entry.slug in PAGES):
            key = ("draft",) if page.draft else ("publish_on",)
            path = self.content / f"pages/{page.slug}.yaml"
            self.problem(path, "withheld_page", key, name=page.slug)

    def problem(self, path: Path, code: str, key: Place | None = None, **in_text: Any) -> None:
        """A problem of a whole file, or of the value under a key of it."""
        document = Document(path.relative_to(self.root).as_posix())
        if key:  # The entry may come from the cache, which has no lines and columns.
            yaml_source.read(str(path), document, self.edited.get(document.file))
        document.problem(code, key=key, **in_text)
        self.problems += document.problems

    def refer(self, to: str, name: str) -> tuple[str, str] | None:
        if to == "teams" and name not in self.teams:
            return "unknown_team", nearest(name, self.teams)
        if to == "receiver" and name not in (known := {"station", "resident", *self.teams}):
            return "unknown_team", nearest(name, known)
        if to in FILES:
            is_there = isinstance(self.static.get(name), FILES[to])
            return None if is_there else self.unfit(to, name)
        if to == "shown":
            seen, _, name = name.partition(" ")
            now = self.static.get(name, "")
            return None if not isinstance(now, str) and now.name == seen else ("changed", "")
        if to == placeholders.REFERENCE and name != placeholders.reference(
            name.partition("=")[0], self.site
        ):
            return "placeholder", ""
        if to == "old name" and not SAFE_FILE.fullmatch(f"{name}.yaml"):
            return "old_name", OLD_NAME
        if to == "tag" and UNSAFE_TAG.search(name):
            return "unsafe_tag", SAFE_TAG
        if to == "tag" and len(name) > LONGEST_TAG:
            return "unsafe_tag", SHORT_TAG.format(longest=LONGEST_TAG)
        return None

    @cached_property
    def teams(self) -> set[str]:
        return {Path(name).stem for name in self.stamps.get("teams", {})}

    def unfit(self, to: str, name: str) -> tuple[str, str]:
        """The code and the mend of a name that no such file has."""
        is_called_so = kind_of(name) == to
        found = self.static.get(name, f"unknown_{to}") if is_called_so else f"{to}_ending"
        return str(found), nearest(name, [each for each in self.static if kind_of(each) == to])

    @cached_property
    def looked(self) -> tuple[Looked, Looked]:
        return examine(self.static_files, self.cache, self.root / FOLDER)

    @cached_property
    def static(self) -> Looked:
        return self.looked[0]

    @cached_property
    def static_files(self) -> dict[str, Path]:
        static = self.root / "static"
        found = (each for each in sorted(static.rglob("[!.]*")) if each.is_file())
        named = {composed(path.relative_to(static).as_posix()): path for path in found}
        return {name: path for name, path in named.items() if name.lower().endswith(ENDINGS)}

    def published(self, stages: Stages) -> dict[ShownFile, Path]:
        """What public entries show of static files, and where each lies."""
        references = [each for kept in stages.public() for each in kept.references]
        names = [name.partition(" ")[2] for to, name in references if to == "shown"]
        found = {self.static[name]: self.static_files[name] for name in names}
        return {each: path for each, path in found.items() if not isinstance(each, str)}
