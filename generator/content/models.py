"""What staff may write in ``content/``: one frozen class per kind of file, with its constraints.
``Meta(description=…)`` is the sentence that tells staff how to mend a value."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from msgspec import Meta, Struct
from msgspec.structs import replace

from functions.forms.definition import HIDDEN, RECORDED, ROLES
from functions.forms.kinds import CHOOSING, KINDS
from generator.content.reading.codec import (
    AttachmentName,
    Count,
    Day,
    Digests,
    Mistake,
    Moment,
    OldName,
    Part,
    PictureName,
    Tag,
    TeamName,
    Text,
    digest,
)
from generator.content.settings import Calendar, Settings
from generator.files.attachments import Attachment
from generator.files.pictures import Picture
from generator.files.shown_files import Looked, ShownFile


class Entry(Part, kw_only=True, frozen=True):
    """One file of ``content/``. ``slug`` is the file's name, and its address on the site."""

    slug: str

    def digests(self) -> Digests:
        """Its digests. Other pages may show all of it, unless its class overrides this."""
        whole = digest(self)
        return Digests(whole, whole, whole)

    def shown(self, files: Looked) -> Self:
        """The entry with its pictures and attachments in place of their names, if it has any."""
        return self


class Item(Entry, kw_only=True, frozen=True):
    """An entry with a page of its own, which may come and go, or get another name.

    A ``draft``, and an item before the day in ``publish_on``, is on no public page. From the day in
    ``expires_on``, and with any day in ``ended``, an item leaves menus, lists and choices; its page
    and its name in records stay. ``renamed_from`` are earlier names of its file: orders, links and
    old addresses follow the item. ``updated`` is the day of its last correction, and
    ``update_note`` says to readers what that was.
    """

    draft: bool = False
    publish_on: date | None = None
    expires_on: date | None = None
    ended: date | None = None
    updated: date | None = None
    update_note: str = ""
    renamed_from: OldName | tuple[OldName, ...] = ()

    def stage(self, today: date) -> Literal["shown", "past", "withheld"]:
        """What the public sees of it on this day: all, only its own page, or nothing."""
        if self.draft or (self.publish_on is not None and self.publish_on > today):
            return "withheld"
        has_expired = self.expires_on is not None and self.expires_on <= today
        return "past" if self.ended is not None or has_expired else "shown"

    @property
    def label(self) -> str:
        """What people call it."""
        return str(getattr(self, "title", "") or getattr(self, "name", ""))


class Prose(Part, frozen=True):
    """Markdown after conversion: ``name`` finds the HTML, ``excerpt`` is how the text begins;
    ``files`` are those that it shows or leads to, each with its address as it was typed."""

    name: str
    excerpt: str
    files: tuple[tuple[str, ShownFile], ...] = ()


Markdown = Text | Prose
MaybeMarkdown = str | Prose
"""A text as it stands in a file, or as it is after that was read; and so with pictures."""


class Photo(Part, frozen=True):
    """``src`` is a path below ``static/``."""

    src: PictureName | Picture
    caption: Text


class Event(Part, frozen=True):
    """When and where something took place or will."""

    start: Moment
    end: Moment | None = None
    place: str = ""
    organiser: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise Mistake("end_before_start")


class Download(Part, frozen=True):
    """``file`` is a path below ``static/``."""

    file: AttachmentName | Attachment
    title: Text


class Attaching(Item, kw_only=True, frozen=True):
    """An item with files to download."""

    attachments: tuple[Download, ...] = ()

    def shown(self, files: Looked) -> Self:
        found = [replace(each, file=_held(each.file, files)) for each in self.attachments]
        return replace(self, attachments=tuple(found))


def _held(named: str | ShownFile, files: Looked) -> str | ShownFile:
    return files[named] if isinstance(named, str) else named


class News(Attaching, frozen=True, omit_defaults=True):
    """One item of ``/news/``; ``body`` is Markdown. Those that are ``featured`` come first on the
    home page and in the list of all."""

    title: Text
    date: date
    body: Markdown
    author: str = ""
    community: str = ""
    tags: tuple[Tag, ...] = ()
    summary: str = ""
    kind: Literal["activity", "notice", "feature"] = "activity"
    featured: bool = False
    cover: PictureName | Picture | None = None
    photos: tuple[Photo, ...] = ()
    event: Event | None = None
    sample: bool = False

    def shown(self, files: Looked) -> Self:
        photos = [replace(each, src=_held(each.src, files)) for each in self.photos]
        cover = self.cover and _held(self.cover, files)
        item = super().shown(files) if self.attachments else self  # Most offer nothing.
        return replace(item, cover=cover, photos=tuple(photos))

    @property
    def pictures(self) -> list[Picture]:
        """All that its page shows, each once."""
        inside = dict(self.body.files).values() if isinstance(self.body, Prose) else ()
        every = (self.cover, *inside, *[photo.src for photo in self.photos])
        return [*dict.fromkeys([each for each in every if isinstance(each, Picture)])]

    @property
    def brief(self) -> "Brief":
        """All that the pages of other news are given of it."""
        text = self.summary or (self.body.excerpt if isinstance(self.body, Prose) else self.body)
        place = (self.slug, self.updated, self.date, self.tags)
        named = (self.title, self.kind, self.community)
        return Brief(*place, *named, text, self.sample, self.featured)

    def digests(self) -> Digests:
        brief = self.brief
        return Digests(digest(self), digest(brief), digest(brief[:PLACING]))


class Brief(NamedTuple):
    """A news item as lists and other items' pages know it: the first fields decide which pages
    there are, and since when; ``text`` is the summary, or how the body begins."""

    slug: str
    updated: date | None
    date: date
    tags: tuple[str, ...]
    title: str
    kind: str
    community: str
    text: str
    sample: bool
    featured: bool


PLACING = Brief._fields.index("title")
"""How many fields of it decide that."""


class Team(Item, frozen=True):
    """A sub-team (分队) of the general team."""

    name: Text
    leader: str = ""
    members: Count | None = None
    skills: tuple[Text, ...] = ()
    grids: tuple[Text, ...] = ()
    capacity: (
        Annotated[int, Meta(ge=1, description="请写 1 或更大的整数：同时最多办几单")] | None
    ) = None
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class GridWorker(Part, frozen=True):
    """Somebody in charge of a grid. All of it is public."""

    name: Text
    duty: str = ""
    phone: str = ""


class Grid(Item, frozen=True):
    """A grid (网格): a part of the community with its streets and ``buildings``. Orders name it by
    its ``name``, so that what they say stays as it was said."""

    name: Text
    area: Text
    buildings: tuple[Text, ...] = ()
    people: tuple[GridWorker, ...] = ()
    phone: str = ""
    teams: tuple[TeamName, ...] = ()
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False

    def has(self, team: Team) -> bool:
        """Whether this team looks after it, as the file of either says."""
        return team.slug in self.teams or self.name in team.grids


class Service(Item, frozen=True):
    """One line of the service menu (服务菜单). ``days`` are the only ones on which it takes place;
    one that is not done at people's homes needs no ``address`` of them."""

    name: Text
    category: Text
    teams: tuple[TeamName, ...] = ()
    when: str = ""
    days: tuple[Day, ...] = ()
    place: str = ""
    address: bool = True
    bring: str = ""
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class Partner(Item, frozen=True):
    """A member of the alliance."""

    name: Text
    field: str = ""
    since: str = ""
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class StandingPage(Attaching, frozen=True):
    """A standing page; ``order`` is its place among them."""

    title: Text
    body: Markdown
    summary: str = ""
    order: int = 0


class Choice(Part, frozen=True):
    """One thing to choose: ``value`` is kept, ``label`` is read."""

    value: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9][a-z0-9-]*$", description="请只用小写英文字母、数字和短横线"),
    ]
    label: Text


class Field(Part, frozen=True):
    """One question of a form. ``kind`` says how it is drawn and checked
    (:mod:`functions.forms.kinds`), and ``role`` what the program uses the answer for
    (:func:`generator.content.form_definitions.roles`). A ``sensitive`` one, such as about health,
    has a ``consent`` of its own (个人信息保护法, article 29), and may be left empty."""

    name: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9_]*$", description="请只用小写英文字母、数字和下划线")
    ]
    label: Text
    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    purpose: Text
    required: bool = False
    max: Annotated[int, Meta(ge=1, description="请写 1 或更大的整数")] | None = None
    choices: Literal["menu", "teams"] | tuple[Choice, ...] = ()
    other: str = ""
    hint: str = ""
    error: str = ""
    role: Literal["", *ROLES] = ""  # type: ignore[valid-type]
    sensitive: bool = False
    consent: str = ""

    def __post_init__(self) -> None:
        is_role = self.role or self.kind in ROLES.get(self.name, ())
        if self.name in RECORDED or (self.name in HIDDEN and not is_role):
            raise Mistake("recorded", "name")
        if self.sensitive != bool(self.consent):
            raise Mistake("sensitive_consent")
        if self.sensitive and (self.required or self.role or self.kind == "consent"):
            raise Mistake("sensitive_optional")
        if (self.kind in CHOOSING) != bool(self.choices):
            raise Mistake("choices")
        if self.role and self.kind not in ROLES[self.role]:
            raise Mistake("role_of_kind")


class Notice(Part, frozen=True):
    """What a resident is told before giving personal data: the six points of article 17 of the
    Personal Information Protection Law (个人信息保护法)."""

    controller: Text
    contact: Text
    purpose: Text
    method: Text
    categories: Text
    retention: Text


class Form(Entry, frozen=True):
    """A form, and what residents are told of their data; its file's name is its function's."""

    title: Text
    fields: Annotated[tuple[Field, ...], Meta(min_length=1, description="至少要有一个问题")]
    notice: Notice
    intro: MaybeMarkdown = ""
    submit: str = "提交"


def by_category(menu: Iterable[Service]) -> list[tuple[str, list[Service]]]:
    """The menu as it is shown everywhere: the category with most services first."""
    categories: dict[str, list[Service]] = defaultdict(list)
    for service in menu:
        categories[service.category].append(service)
    return sorted(categories.items(), key=lambda entry: (-len(entry[1]), entry[0]))


class Site(Struct, kw_only=True, frozen=True):
    """Everything a build reads, checked, as it is ``today``: the settings, and the entries of every
    folder in the order of lists; ``known`` has their digests, if a build has them already. By
    folder, ``withheld`` has the items that the public must not see on that day, ``past`` those that
    ended or expired, and ``renamed`` the new name for each old one; ``waiting`` are services with
    the teams that they name and that are withheld. ``files`` has all pictures and attachments that
    are shown, each with where it lies, and ``contents`` what is in each file that was looked at."""

    today: date
    settings: Settings
    calendar: Calendar = Calendar()
    entries: Mapping[str, tuple[Any, ...]]
    known: Mapping[str, Sequence[Digests]] = {}
    withheld: Mapping[str, tuple[Item, ...]] = {}
    waiting: tuple[tuple[Service, str], ...] = ()
    past: Mapping[str, tuple[Item, ...]] = {}
    renamed: Mapping[str, Mapping[str, str]] = {}
    files: Mapping[ShownFile, Path] = {}
    contents: Looked = {}

    @property
    def digests(self) -> Mapping[str, Sequence[Digests]]:
        """The digests of all entries by folder."""
        return self.known or {
            folder: [entry.digests() for entry in items] for folder, items in self.entries.items()
        }

    @property
    def news(self) -> tuple[News, ...]:
        return self.entries["news"]

    @property
    def menu(self) -> tuple[Service, ...]:
        return self.entries["menu"]

    @property
    def teams(self) -> tuple[Team, ...]:
        return self.entries["teams"]

    @property
    def forms(self) -> tuple[Form, ...]:
        return self.entries["forms"]
