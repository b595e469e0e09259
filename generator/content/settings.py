"""``site.yaml`` and ``calendar.yaml``: who the community is, and the station's own rules."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from functions.forms.days import Exceptions
from generator.content.reading.codec import Clock, Count, Mistake, Part, Refers, Text

WorkingDays = Annotated[int, Meta(ge=1, description="请写 1 或更大的整数（天数）")]


WebAddress = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="请写网址，以 https:// 或 http:// 开头，例如 https://beian.miit.gov.cn/",
    ),
]
"""Where a link may lead: an address like ``javascript:…`` would be run."""


def ascii_address(url: str) -> str:
    """The address with its host as machines have it (RFC 5890): browsers send it in this form, and
    calendars, feeds and sitemaps take no other.

    Raises:
        UnicodeError: no host can be named so.
    """
    if url.isascii():
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.encode("idna").decode()).geturl()


class Registration(Part, frozen=True):
    """A registration with an authority and the page that proves it."""

    number: Text
    url: WebAddress


AnotherDay = date | None
"""Named, because a field that is called ``date`` hides the type from those after it."""


class ChangedDay(Part, frozen=True):
    """What was decided of the service day on one ``date``: it is ``moved_to`` another day,
    ``cancelled``, or held ``as_usual`` although it is a holiday. Readers see the ``reason``."""

    date: date
    reason: Text
    moved_to: AnotherDay = None
    cancelled: bool = False
    as_usual: bool = False

    def __post_init__(self) -> None:
        if [self.moved_to is not None, self.cancelled, self.as_usual].count(True) != 1:
            raise Mistake("one_decision")


class ServiceDay(Part, frozen=True):
    """The monthly day on which the teams set up their tables. ``updated`` is the day of the last
    change, which calendars are told."""

    day: Annotated[int, Meta(ge=1, le=28, description="请写 1 到 28，每个月都有的日子")]
    start: Clock
    end: Clock
    place: Text
    summary: str = ""
    exceptions: tuple[ChangedDay, ...] = ()
    updated: date | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:  # RFC 5545, 3.6.1: the end MUST be later than the start.
            raise Mistake("end_before_start")
        taken = set[date]()
        for index, each in enumerate(self.exceptions):
            if each.date.day != self.day:
                raise Mistake("no_service_day", "exceptions", index, "date")
            if each.date in taken:
                raise Mistake("decided_twice", "exceptions", index, "date")
            taken.add(each.date)
        for index, each in enumerate(self.exceptions):
            if each.moved_to and (each.moved_to.day == self.day or each.moved_to in taken):
                raise Mistake("two_service_days", "exceptions", index, "moved_to")
            taken |= {each.moved_to} if each.moved_to else set()

    def changed(self) -> Exceptions:
        """The days on which it is not held as always."""
        return {
            str(each.date): {"to": str(each.moved_to or ""), "reason": each.reason}
            for each in self.exceptions
            if not each.as_usual
        }


class Days(Part, frozen=True):
    """Within how many working days an order is to be done, by its level."""

    routine: WorkingDays = 3
    difficult: WorkingDays = 15
    complex: WorkingDays = 60


class Desk(Part, frozen=True):
    """The station's own rules, in working days; only ``keep`` is in days of the calendar.

    ``triage``: the station triages a wish. ``answer``: the team accepts or declines.
    ``milestone``: somebody notes the progress of a complex order. ``rate``: the resident rates,
    or the order is closed without a rating. ``close``: the station closes a rated order. ``keep``:
    personal data is kept after the end; at most ``erase_at_most`` orders are erased a day.
    ``second_factor``: who signs in to the desk with the code of an authenticator, too.
    """

    days: Days = Days()
    triage: WorkingDays = 1
    answer: WorkingDays = 2
    milestone: WorkingDays = 10
    rate: WorkingDays = 7
    close: WorkingDays = 3
    keep: WorkingDays = 365
    erase_at_most: Annotated[int, Meta(ge=1, description="请写 1 或更大的整数（件数）")] = 200
    second_factor: Literal["nobody", "administrator", "all"] = "nobody"


class Templates(Part, frozen=True):
    """The codes of the templates that Aliyun approved, by the event that a resident is told of."""

    triaged: str = ""
    accepted: str = ""
    done: str = ""
    rejected: str = ""


Reply = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        pattern=r"^(?![\s\S]*1[3-9]\d{9})",
        description="请写一句常用的话，最多 500 字，不要写谁的手机号",
    ),
]


class Replies(Part, frozen=True):
    """What staff often write, offered beside the text when they refuse a wish, answer a problem,
    make a note or cancel an order."""

    rejected: tuple[Reply, ...] = ()
    answered: tuple[Reply, ...] = ()
    noted: tuple[Reply, ...] = ()
    cancelled: tuple[Reply, ...] = ()


class Channel(Part, frozen=True):
    """Where messages to the ``station``, to a team or by SMS to the ``resident`` of an order go
    (:mod:`functions.messages.channels`). ``templates`` are Aliyun's, by event. A value that begins
    with ``$`` names the environment variable that holds the value."""

    to: Annotated[str, Refers("receiver")]
    kind: Literal["wecom", "dingtalk", "feishu", "smtp", "ses", "webhook", "aliyun", "none"]
    url: Annotated[
        str,
        Meta(
            pattern=r"^(\$\w+|(https?|smtps?)://\S+)?$",
            description="请写 $名字，或以 https://、http://、smtp://、smtps:// 开头的网址",
        ),
    ] = ""
    secret: str = ""
    sender: str = ""
    address: str = ""
    key: str = ""
    sign: str = ""
    templates: Templates = Templates()


class Publish(Part, frozen=True):
    """Where ``build.py publish`` uploads the site; options of the command take precedence."""

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


Copies = Annotated[int, Meta(ge=0, description="请写 0 或更大的整数：留几份")]


class Backup(Part, frozen=True):
    """Copies of the database: the server makes one a day in ``folder`` (below the root unless it
    begins with ``/``; none if empty), and keeps the last one of so many days, weeks and months."""

    folder: str = ""
    daily: Copies = 7
    weekly: Copies = 5
    monthly: Copies = 12


class Figure(Part, frozen=True):
    """A number that the community is proud of, as people read it."""

    label: Text
    value: Text
    unit: str = ""


class Security(Part, frozen=True):
    """``/.well-known/security.txt`` (RFC 9116): where somebody who found a hole may ``report`` it,
    and the last day on which that is certain to be right, at most a year ahead."""

    report: Annotated[
        str,
        Meta(
            pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+|tel:\+[0-9-]+)$",
            description="请写 mailto: 加邮箱、https:// 开头的网址，或 tel:+86- 开头的电话",
        ),
    ]
    until: date


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
    replies: Replies = Replies()
    notify: tuple[Channel, ...] = ()
    publish: Publish = Publish()
    backup: Backup = Backup()
    icp: Registration | None = None
    police: Registration | None = None
    security: Security | None = None


class Calendar(Part, frozen=True):
    """``calendar.yaml``: days off that are weekdays or weekends, and weekends that are worked."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
