"""What staff may write: one frozen class per kind of file, and nothing else is accepted.

A model states its constraints once; :mod:`generator.content.library` turns what they refuse into
sentences. ``Meta(description=…)`` is the sentence that tells staff how to mend the value.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from hashlib import blake2b
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct
from msgspec.msgpack import Decoder

from functions.forms.definition import RECORDED, ROLES
from functions.forms.kinds import CHOOSING, KINDS

Model = TypeVar("Model")


class Moment(datetime):
    """A day and a time as people write them: ``2026-04-05 14:30``, in the community's own time."""


class Clock(time):
    """A time of day as people write it: ``09:00``."""


def from_text(kind: Any, text: str) -> Any:
    """The other way from ``str``, for those that msgspec does not know."""
    return kind.fromisoformat(text)


_encoder = msgspec.msgpack.Encoder(enc_hook=str)


def encode(value: Any) -> bytes:
    """A model, or data that has some in it, as bytes."""
    return _encoder.encode(value)


def decoder(kind: Any) -> Decoder[Any]:
    """For what was encoded of this type."""
    return Decoder(kind, dec_hook=from_text)


DIGEST = 8
"""Bytes of a digest: enough to tell that something changed, as nobody tries to deceive it."""


def digest(value: Any) -> bytes:
    """Bytes that change with anything in a model, or in data that has some in it."""
    return blake2b(_encoder.encode(value), digest_size=DIGEST).digest()


class Refers(NamedTuple):
    """Marks a value as the name of something else: ``teams``, a ``static`` file, or a ``tag``."""

    to: str


Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, description="请写 0 或更大的整数，不带单位")]
TeamName = Annotated[str, Refers("teams")]
Picture = Annotated[str, Refers("static")]
Tag = Annotated[str, Refers("tag")]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping inside a file."""


class Digests(NamedTuple):
    """Digests of an entry: of the ``whole``, of its ``brief`` (all that other entries' pages show
    of it), and of its ``place`` (what decides which pages there are)."""

    whole: bytes
    brief: bytes
    place: bytes


class Entry(Part, kw_only=True, frozen=True):
    """One file of ``content/``. ``slug`` is the file's name, and its address on the site."""

    slug: str

    def digests(self) -> Digests:
        """Its digests; of most kinds, other pages may show all."""
        whole = digest(self)
        return Digests(whole, whole, whole)


class Prose(Part, frozen=True):
    """Markdown that was converted: its ``name`` finds the HTML, ``excerpt`` is how it begins."""

    name: str
    excerpt: str


Markdown = Text | Prose
MaybeMarkdown = str | Prose
"""Text in a file, and what becomes of it when the file was read."""


class Photo(Part, frozen=True):
    """``src`` is a path below ``static/``."""

    src: Picture
    caption: Text


class Event(Part, frozen=True):
    """When and where something took place or will."""

    start: Moment
    end: Moment | None = None
    place: str = ""
    organiser: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("end_before_start")


class News(Entry, frozen=True, omit_defaults=True):
    """One item of ``/news/``; ``body`` is Markdown."""

    title: Text
    date: date
    body: Markdown
    author: str = ""
    community: str = ""
    tags: tuple[Tag, ...] = ()
    summary: str = ""
    kind: Literal["activity", "notice", "feature"] = "activity"
    cover: Picture | None = None
    photos: tuple[Photo, ...] = ()
    event: Event | None = None
    sample: bool = False

    @property
    def brief(self) -> "Brief":
        """All that the pages of other news are given of it."""
        text = self.summary or (self.body.excerpt if isinstance(self.body, Prose) else self.body)
        place = (self.slug, self.date, self.tags)
        return Brief(*place, self.title, self.kind, self.community, text, self.sample)

    def digests(self) -> Digests:
        brief = self.brief
        return Digests(digest(self), digest(brief), digest(brief[:3]))


class Brief(NamedTuple):
    """A news item as lists and other items' pages know it: the first three fields are its place;
    ``text`` is the summary, or how the body begins."""

    slug: str
    date: date
    tags: tuple[str, ...]
    title: str
    kind: str
    community: str
    text: str
    sample: bool


class Team(Entry, frozen=True):
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


class Service(Entry, frozen=True):
    """One line of the service menu (服务菜单)."""

    name: Text
    category: Text
    teams: tuple[TeamName, ...] = ()
    when: str = ""
    place: str = ""
    bring: str = ""
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class Position(Part, frozen=True):
    """One row of a job fair's table."""

    title: Text
    employer: Text
    headcount: Count | None = None
    pay: str = ""
    requirement: str = ""


class Fair(Entry, frozen=True):
    """A job fair (招聘会)."""

    title: Text
    date: date
    place: Text
    hosts: tuple[Text, ...] = ()
    positions: tuple[Position, ...] = ()
    policies: MaybeMarkdown = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class Partner(Entry, frozen=True):
    """A member of the alliance."""

    name: Text
    field: str = ""
    since: str = ""
    summary: str = ""
    body: MaybeMarkdown = ""
    sample: bool = False


class Page(Entry, frozen=True):
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
    """One question of a form. ``kind`` says how it is drawn and checked (see
    :mod:`functions.forms.kinds`), and ``role`` what the program uses the answer for (see
    :data:`functions.forms.definition.ROLES`). A question may have a role without saying so; see
    :func:`generator.content.forms.roles`.
    """

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

    def __post_init__(self) -> None:
        if (self.kind in CHOOSING) != bool(self.choices):
            raise ValueError("choices")
        if self.role and self.kind not in ROLES[self.role]:
            raise ValueError("role_of_kind")
        if self.name in RECORDED:
            raise ValueError("recorded")


class Notice(Part, frozen=True):
    """What a resident is told before giving personal data.

    The six points follow article 17 of the Personal Information Protection Law (个人信息保护法):
    who handles the data and how to reach them, why, how, which kinds, and for how long.
    """

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


WorkingDays = Annotated[int, Meta(ge=1, description="请写 1 或更大的整数（天数）")]


class Registration(Part, frozen=True):
    """A registration with an authority and the page that proves it."""

    number: Text
    url: Text


class ServiceDay(Part, frozen=True):
    """The monthly day on which the teams set up their tables."""

    day: Annotated[int, Meta(ge=1, le=28, description="请写 1 到 28，每个月都有的日子")]
    start: Clock
    end: Clock
    place: Text
    summary: str = ""


class Days(Part, frozen=True):
    """Within how many working days an order is to be done, by its level."""

    routine: WorkingDays = 3
    difficult: WorkingDays = 15
    complex: WorkingDays = 60


class Desk(Part, frozen=True):
    """The station's own rules, in working days; ``keep`` is in days of the calendar.

    ``triage`` a wish, ``answer`` by the team, ``milestone`` notes of a complex order, ``rate`` by
    the resident until it is closed without, ``close`` after a rating, ``keep`` personal data after
    the end. No more than ``erase_at_most`` are erased by themselves on one day.
    """

    days: Days = Days()
    triage: WorkingDays = 1
    answer: WorkingDays = 2
    milestone: WorkingDays = 10
    rate: WorkingDays = 7
    close: WorkingDays = 3
    keep: WorkingDays = 365
    erase_at_most: Annotated[int, Meta(ge=1, description="请写 1 或更大的整数（件数）")] = 200


class Channel(Part, frozen=True):
    """Where messages to the ``station`` or to a team go (see :mod:`functions.messages.channels`).

    A value that begins with ``$`` is the name of an environment variable that has it.
    """

    to: Annotated[str, Refers("receiver")]
    kind: Literal["wecom", "dingtalk", "feishu", "smtp", "ses", "none"]
    url: str = ""
    secret: str = ""
    sender: str = ""
    address: str = ""


class Publish(Part, frozen=True):
    """Where the command ``publish`` brings the site; its options go before this."""

    bucket: str = ""
    endpoint: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/\s]+)?$",
            description="请写存储服务的网址，例如 https://oss-cn-beijing.aliyuncs.com，结尾不带斜杠",
        ),
    ] = ""
    profile: str = ""
    distribution: str = ""
    sources: str = ""


Kept = Annotated[int, Meta(ge=0, description="请写 0 或更大的整数：留几份")]


class Backup(Part, frozen=True):
    """Copies of the database: into which ``folder`` the server makes one a day (none, where it is
    empty; a path in the root unless it begins with ``/``), and for how many days, weeks and months
    the last one of each is kept."""

    folder: str = ""
    daily: Kept = 7
    weekly: Kept = 5
    monthly: Kept = 12


class Figure(Part, frozen=True):
    """A number that the community is proud of, as it is to be read."""

    label: Text
    value: Text
    unit: str = ""


class Settings(Part, frozen=True):
    """``site.yaml``: who this community is."""

    name: Text
    station: Text
    summary: Text
    address: Text
    phone: Text
    hours: Text
    url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^/\s]+$",
            description="请写网站的网址，例如 https://example.cn，结尾不带斜杠",
        ),
    ]
    general_team: Text
    teams_planned: Count
    service_day: ServiceDay
    slogan: str = ""
    city: str = ""
    figures: tuple[Figure, ...] = ()
    desk: Desk = Desk()
    notify: tuple[Channel, ...] = ()
    publish: Publish = Publish()
    backup: Backup = Backup()
    icp: Registration | None = None
    police: Registration | None = None


class Calendar(Part, frozen=True):
    """``calendar.yaml``: days off that are weekdays or weekends, and weekends that are worked."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()


def by_category(menu: Iterable[Service]) -> list[tuple[str, list[Service]]]:
    """The menu as it is shown everywhere: the category with most services first."""
    categories: dict[str, list[Service]] = defaultdict(list)
    for service in menu:
        categories[service.category].append(service)
    return sorted(categories.items(), key=lambda entry: (-len(entry[1]), entry[0]))


class Site(Struct, kw_only=True, frozen=True):
    """Everything a build reads, checked: the settings, and the entries of every folder in reading
    order.

    ``digests`` are those of the news, where they are known already.
    """

    settings: Settings
    calendar: Calendar = Calendar()
    entries: Mapping[str, tuple[Any, ...]]
    digests: tuple[Digests, ...] = ()

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
