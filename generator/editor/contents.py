"""Files of content between two versions: what they say, what somebody wrote, whether that is right,
and how it goes online. Nothing is replaced before its version is on the disk."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock, RLock
from typing import Any, NamedTuple, TypeVar

from functions.errors import Conflict
from generator.build.incremental import Builder
from generator.build.preview import Reading, preview
from generator.content.kinds import KINDS
from generator.content.library import SAFE_FILE
from generator.content.models import Entry
from generator.content.settings import Calendar, Settings
from generator.editor import photos
from generator.editor.model_form import ModelForm
from generator.editor.versions import Version, VersionKind, Versions
from generator.errors import ContentError, Problem
from generator.files.atomic import replace
from generator.files.file_stamps import scan
from generator.site.plan import plan

Found = TypeVar("Found")
ALONE = {"site": Settings, "calendar": Calendar}
"""The files beside the content, by name, each with its model."""


class FileName(NamedTuple):
    """A file of content; ``folder`` is empty for one of :data:`ALONE`."""

    folder: str
    slug: str

    @classmethod
    def parse(cls, text: str) -> "FileName | None":
        """The name that an address has; None if no file can have it."""
        folder, _, slug = text.rpartition("/")
        known = folder in KINDS and SAFE_FILE.fullmatch(f"{slug}.yaml")
        return cls(folder, slug) if known or (not folder and slug in ALONE) else None

    def __str__(self) -> str:
        return f"{self.folder}/{self.slug}" if self.folder else self.slug

    @property
    def file(self) -> str:
        """Its path below the root."""
        return f"content/{self}.yaml" if self.folder else f"{self}.yaml"

    @property
    def model(self) -> type:
        return KINDS[self.folder].model if self.folder else ALONE[self.slug]


class Standing(NamedTuple):
    """How a file stands: the text that is there, empty if there is none; the edit that waits, if
    one does; and its versions, the last one first."""

    published: str
    edit: Version | None
    versions: list[Version]

    @property
    def text(self) -> str:
        """What somebody who goes on begins with."""
        return self.edit.text if self.edit else self.published

    @property
    def no(self) -> int:
        """The number of its last version, to which the next is added."""
        return self.versions[0].no if self.versions else 0

    @property
    def same_as(self) -> int:
        """The number of a version that says what :attr:`text` does."""
        return next((each.no for each in self.versions if each.text == self.text), 0)

    def at(self, no: int) -> Version | None:
        """The version of this number, if it is one of this file."""
        return next((each for each in self.versions if each.no == no), None)


class Survey(NamedTuple):
    """What a form of a file needs: what people call the fields and what they may refer to; and what
    would be wrong."""

    form: ModelForm
    problems: list[Problem]


class Contents:
    """The content that a builder builds. ``build`` does so after a file was replaced, and returns
    sentences on what is wrong, if it could not."""

    def __init__(
        self,
        builder: Builder,
        versions: Versions,
        build: Callable[[set[Path]], tuple[str, ...]],
        now: Callable[[], datetime],
        turn: Lock,
    ):
        self.root, self.versions = builder.root, versions
        self._builder, self._build, self._now = builder, build, now
        self._writing, self._turn = RLock(), turn

    def standing(self, name: FileName) -> Standing:
        """How a file stands. What was written into it by hand becomes a version."""
        with self._writing:
            text, versions = self._text(name), self.versions.of(name.file)
            edit = next((each for each in versions if each.kind != "found"), None)
            edit = edit if edit and edit.kind == "saved" else None
            known = next((v.text for v in versions if v.kind in ("found", "published")), "")
            standing = Standing(text, edit, versions)
            if text == known:
                return standing
            if edit and edit.text == text:  # The process ended right after it replaced the file.
                self._add(name, "published", edit.who, text, standing.no)
            else:
                self._add(name, "found", "", text, standing.no)
            return self.standing(name)

    def save(self, name: FileName, text: str, who: str, after: int) -> int:
        """Keep an edit, and return the number of its version.

        Raises:
            Conflict: somebody else was quicker.
        """
        return self._add(name, "saved", who, text, after)

    def publish(self, name: FileName, text: str, who: str, after: int) -> tuple[str, ...]:
        """Put a text in the place of a file and build; return what went wrong with building.

        Raises:
            Conflict: somebody else was quicker; nothing was written.
        """
        with self._writing:
            if self.standing(name).no != after:
                raise Conflict
            no = self.save(name, text, who, after)
            path = self.root / name.file
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, text.encode())
            self._add(name, "published", who, text, no)
        return self._build({path.resolve()})

    def drop(self, name: FileName, who: str, after: int) -> None:
        """Give up the edit that waits; its versions stay.

        Raises:
            Conflict: somebody else was quicker.
        """
        self._add(name, "dropped", who, self._text(name), after)

    def survey(self, name: FileName, text: str = "") -> Survey:
        """What a form of this file needs, and what would be wrong if it said this text."""

        def made(reading: Reading) -> Survey:
            problems: tuple[Problem, ...] = ()
            try:
                plan(*reading.load(edited={name.file: text.encode()} if text else {}))
            except ContentError as error:
                problems = error.problems
            known: Mapping[str, Mapping[str, Any]] = reading.library.entries
            teams = {slug: team.name for slug, team in known["teams"].items()}
            options = {"teams": teams, "picture": dict.fromkeys(photos.known(self.root), "")}
            texts = reading.theme.data("fields.yaml", reading.cache)
            return Survey(ModelForm(name.model, texts, options), [*problems])

        return self._read(made)

    def preview(self, name: FileName, text: str) -> str | None:
        """Its page if the file said this; None if there is none.

        Raises:
            ContentError: with all that is wrong.
        """
        edited = {name.file: text.encode()}
        return self._read(lambda reading: preview(reading, (name.folder, name.slug), edited))

    def photo(self, name: str) -> tuple[str, bytes] | None:
        """A picture among the static files as it would be shown, small, after its type."""
        with self._turn:
            return photos.small(self.root, name)

    def address(self, name: FileName) -> str:
        """The address of its page; empty if the public sees none."""
        base = KINDS[name.folder].base if name.folder else ""
        address = f"{base}{name.slug}/"
        is_built = base and (self._builder.out / f"{address[1:]}index.html").exists()
        return address if is_built else ""

    def entries(self) -> Mapping[str, Mapping[str, Entry | None]]:
        """By folder and name, all files of content; None for those that are wrong."""

        def found(reading: Reading) -> Mapping[str, Mapping[str, Entry]]:
            with suppress(ContentError):
                reading.load()
            return reading.library.entries

        known = self._read(found)
        return {
            folder: {
                name: known[folder].get(name)
                for name in (file.removesuffix(".yaml") for file in scan(self.root).get(folder, {}))
            }
            for folder in KINDS
        }

    def _read(self, work: Callable[[Reading], Found]) -> Found:
        with self._turn:
            return self._builder.read(work)

    def _text(self, name: FileName) -> str:
        with suppress(FileNotFoundError):
            return (self.root / name.file).read_bytes().decode(errors="replace")
        return ""

    def _add(self, name: FileName, kind: VersionKind, who: str, text: str, after: int) -> int:
        with self._writing:
            at = self._now().isoformat()
            return self.versions.add(name.file, kind, who, at, text, after)
