"""Which pages a site has, where each is, and what each reads.

A page is a pure function of its ``data`` (and the site's settings): what is not in there, its
template cannot show, and so a page is drawn again only when its data or the templates changed.
Pages are planned in sections, and a section is a pure function of what it ``reads``: while that
is the same its pages are, and need not be looked at.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from functions.forms.definition import FORMS, THANKS
from generator.content.models import DIGEST, Entry, Fair, News, Site, by_category, digest
from generator.content.yaml_source import Document
from generator.errors import ContentError, Problem

T = TypeVar("T")

PER_PAGE = 20
TOGETHER = 10
"""Pages of a list that are planned in one section."""
LATEST = 5
RELATED = 4

FOLDERS = {
    "News": "news",
    "Team": "teams",
    "Service": "menu",
    "Fair": "fairs",
    "Partner": "partners",
    "Page": "",
}


class Page(NamedTuple):
    """One file of the site. ``template`` is a template's name, or a function of ``data``."""

    address: str
    template: str | Callable[..., str]
    data: dict[str, Any]
    source: str = ""


@dataclass
class Section:
    """Pages that are planned together. ``reads`` changes with anything that they are made from,
    less what is common to all pages; ``plan`` makes them."""

    name: str
    reads: bytes
    plan: Callable[[], Iterable[Page]]

    @cached_property
    def pages(self) -> list[Page]:
        return [*self.plan()]


class Link(NamedTuple):
    """An item as others lead to it."""

    address: str
    title: str
    date: date


class Card(NamedTuple):
    """News as lists show it; ``text`` is the summary, or how the body begins."""

    address: str
    title: str
    date: date
    kind: str
    community: str
    text: str
    sample: bool


class Pager(NamedTuple):
    """Where one page of a list stands among the others; addresses are empty at the ends."""

    number: int
    total: int
    previous: str
    next: str


def address(item: Entry) -> str:
    """Where an item is on the site."""
    folder = FOLDERS[type(item).__name__]
    return f"/{folder}/{item.slug}/" if folder else f"/{item.slug}/"


def plan(site: Site, figures: Mapping[str, Any] | None = None) -> list[Section]:
    """Every page of the site; ``figures`` are a snapshot of :mod:`functions.orders.figures`."""
    known, news = figures or {}, _News(site)
    others = (site.menu, site.teams, site.fairs, site.partners, site.pages, site.forms, known)
    read, latest = digest(others), news.wholes[: DIGEST * PER_PAGE]
    sections = [
        Section("others", read, partial(_others, site, known)),
        Section("latest", digest((read, latest)), partial(_latest, site)),
        *_months(news),
        *_tags(news),
        *_lists("/news/", "news_list.html", news, range(len(news.items)), news.briefs, {}),
    ]
    sitemap = partial(_sitemap, site, tuple(sections))
    return [*sections, Section("sitemap", digest((read, news.places)), sitemap)]


def pages(sections: Iterable[Section]) -> list[Page]:
    """All pages of the sections.

    Raises:
        ContentError: two have the same address.
    """
    planned = [page for section in sections for page in section.pages]
    _distinct(planned)
    return planned


class _News:
    """News in order, and where in it each tag stands; with their digests in a row, so that a
    slice of these stands for all that is in it."""

    def __init__(self, site: Site):
        self.items = site.news
        # Each is led to from several pages, and shown on several lists.
        self.link = cache(lambda place: _link(site.news[place]))
        self.card = cache(lambda place: _card(site.news[place]))
        digests = site.digests or [item.digests() for item in site.news]
        briefs = [each.brief for each in digests]
        self.wholes = b"".join([each.whole for each in digests])
        self.places = b"".join([each.place for each in digests])
        self.briefs = b"".join(briefs)
        self.tags: dict[str, list[int]] = defaultdict(list)
        for position, item in enumerate(self.items):
            for tag in dict.fromkeys(item.tags):
                self.tags[tag].append(position)
        self.tagged = {
            tag: b"".join([briefs[place] for place in places]) for tag, places in self.tags.items()
        }


def _latest(site: Site) -> Iterator[Page]:
    yield Page(
        "/",
        "home.html",
        {
            "categories": by_category(site.menu),
            "news": [_card(item) for item in site.news[:LATEST]],
            "fairs": site.fairs[:1],
            "teams": len(site.teams),
        },
    )
    yield Page("/feed.xml", "feed.xml", {"news": site.news[:PER_PAGE]})


def _months(news: _News) -> Iterator[Section]:
    """The news of each month. They read themselves, and in brief those before and after, and
    those that stand near them under their tags."""
    first = 0
    for (year, month), items in groupby(news.items, attrgetter("date.year", "date.month")):
        tags = [item.tags for item in items]
        last = first + len(tags)
        reads = [
            news.wholes[DIGEST * first : DIGEST * last],
            news.briefs[DIGEST * max(0, first - 1) : DIGEST * first],
            news.briefs[DIGEST * last : DIGEST * (last + 1)],
        ]
        for tag in sorted({tag for each in tags for tag in each}):
            near = bisect_left(news.tags[tag], first) - RELATED
            far = bisect_left(news.tags[tag], last) + RELATED
            reads.append(news.tagged[tag][DIGEST * max(0, near) : DIGEST * far])
        yield Section(f"news {year}-{month}", digest(reads), partial(_month, news, first, last))
        first = last


def _month(news: _News, first: int, last: int) -> Iterator[Page]:
    for position in range(first, last):
        related = [news.link(other) for other in _related(news, position)]
        data = _around(news.link, position, len(news.items)) | {"related": related}
        yield _item_page("news.html", news.items[position], data)


def _tags(news: _News) -> Iterator[Section]:
    counts = sorted(
        ((tag, len(places)) for tag, places in news.tags.items()), key=lambda t: (-t[1], t[0])
    )
    yield Section("tags", digest(counts), lambda: [Page("/tags/", "tags.html", {"tags": counts})])
    for tag, places in news.tags.items():
        data = {"tag": tag}
        yield from _lists(f"/tags/{tag}/", "tag.html", news, places, news.tagged[tag], data)


def _lists(
    base: str,
    template: str,
    news: _News,
    places: Sequence[int],
    briefs: bytes,
    data: dict[str, Any],
) -> Iterator[Section]:
    """A list of the news at these places, some of its pages a section."""
    total, size = _total(places), DIGEST * PER_PAGE

    def listed(numbers: range) -> Iterator[Page]:
        for number in numbers:
            cards = [news.card(place) for place in _part(places, number)]
            yield _list_page(base, template, cards, number, total, data)

    for first in range(1, total + 1, TOGETHER):
        numbers = range(first, min(first + TOGETHER, total + 1))
        reads = (briefs[size * (first - 1) : size * (numbers.stop - 1)], total)
        yield Section(f"{base} {first}", digest(reads), partial(listed, numbers))


def _sitemap(site: Site, sections: Iterable[Section]) -> Iterator[Page]:
    shown = {page.address: None for section in sections for page in section.pages}
    dated: list[News | Fair] = [*site.news, *site.fairs]
    days = shown | {address(item): item.date for item in dated}
    places = [(place, day) for place, day in days.items() if place.endswith("/")]
    yield Page("/sitemap.xml", "sitemap.xml", {"places": sorted(places, key=lambda p: p[0])})


def _others(site: Site, known: Mapping[str, Any]) -> Iterator[Page]:
    """All that has nothing to do with news."""
    # Here, for most builds look at nothing of it.
    from generator.content import forms
    from generator.site import reports, service_day

    names = {team.slug: team.name for team in site.teams}
    yield Page("/menu/", "menu.html", {"categories": by_category(site.menu), "teams": names})
    yield Page("/teams/", "teams.html", {"teams": site.teams})
    yield Page("/404.html", "404.html", {})
    yield Page("/robots.txt", "robots.txt", {})
    yield Page("/service-day.ics", service_day.service_day, {})
    yield from _items(site, reports.lately(known))
    yield from _paged("/fairs/", "fairs.html", site.fairs)
    yield from _paged("/partners/", "partners.html", site.partners)
    for form in site.forms:
        if form.slug in FORMS:
            data = {"form": forms.resolve(form, site)}
            drawn = {"typed": {}, "errors": {}, "hidden": {}, "once": ""}
            source = f"content/forms/{form.slug}.yaml"
            yield Page(FORMS[form.slug], "form.html", data | drawn, source)
    yield Page(THANKS, "thanks.html", {})
    yield from (Page(*made) for made in reports.pages(site, known))
    yield from _paged("/wishes/", "wishes.html", reports.wishes(site, known))


def _items(site: Site, counted: Mapping[str, Any]) -> Iterator[Page]:
    fairs = [_link(fair) for fair in site.fairs]
    for position, fair in enumerate(site.fairs):
        yield _item_page("fair.html", fair, _around(fairs.__getitem__, position, len(fairs)))
    teams = {team.slug: team for team in site.teams}
    for service in site.menu:
        doing = [teams[name] for name in service.teams]
        alike = [other for other in site.menu if other.category == service.category]
        yield _item_page(
            "service.html",
            service,
            {
                "teams": doing,
                "related": [other for other in alike if other is not service],
                "counted": counted.get(f"service:{service.slug}"),
            },
        )
    for team in site.teams:
        services = [service for service in site.menu if team.slug in service.teams]
        data = {
            "services": services,
            "counted": counted.get(f"team:{team.slug}"),
        }
        yield _item_page("team.html", team, data)
    for partner in site.partners:
        yield _item_page("partner.html", partner, {})
    others = [(address(page), page.title) for page in site.pages]
    for page in site.pages:
        yield _item_page("page.html", page, {"pages": others})


def _item_page(template: str, item: Entry, data: dict[str, Any]) -> Page:
    folder = FOLDERS[type(item).__name__] or "pages"
    return Page(
        address(item), template, {"item": item} | data, f"content/{folder}/{item.slug}.yaml"
    )


def _paged(base: str, template: str, items: Sequence[Any]) -> Iterator[Page]:
    """A list in pages: ``base``, ``base/page/2/`` and on; one page even when empty."""
    total = _total(items)
    for number in range(1, total + 1):
        yield _list_page(base, template, _part(items, number), number, total, {})


def _total(items: Sequence[Any]) -> int:
    return max(1, -(-len(items) // PER_PAGE))


def _part(items: Sequence[T], number: int) -> Sequence[T]:
    return items[(number - 1) * PER_PAGE : number * PER_PAGE]


def _list_page(
    base: str, template: str, items: Sequence[Any], number: int, total: int, data: dict[str, Any]
) -> Page:
    def place(number: int) -> str:
        return base if number == 1 else f"{base}page/{number}/"

    newer = place(number - 1) if number > 1 else ""
    older = place(number + 1) if number < total else ""
    pager = Pager(number, total, newer, older)
    return Page(place(number), template, {"items": items, "pager": pager} | data)


def _link(item: News | Fair) -> Link:
    return Link(address(item), item.title, item.date)


def _card(item: News) -> Card:
    kind, community = item.kind, item.community
    return Card(address(item), item.title, item.date, kind, community, item.text, item.sample)


def _around(link: Callable[[int], Link], position: int, total: int) -> dict[str, Any]:
    newer = link(position - 1) if position else None
    older = link(position + 1) if position + 1 < total else None
    return {"newer": newer, "older": older}


def _related(news: _News, position: int) -> list[int]:
    """The positions of those with most tags in common with an item, the nearest in time first.

    Only the nearest few under each tag are weighed, so that the work grows with the number of
    items and not with its square.
    """
    item = news.items[position]
    common: dict[int, int] = {}
    for tag in dict.fromkeys(item.tags):
        places = news.tags[tag]
        here = bisect_left(places, position)
        for other in places[max(0, here - RELATED) : here + RELATED + 1]:
            common[other] = common.get(other, 0) + 1
    common.pop(position, None)
    weighed = [
        (-count, abs(news.items[other].date - item.date), other) for other, count in common.items()
    ]
    return [other for *_, other in sorted(weighed)[:RELATED]]


def _distinct(pages: Sequence[Page]) -> None:
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for page in pages:
        if page.address in first:
            other = first[page.address]
            document = Document(page.source or other)
            document.problem("duplicate_address", address=page.address, other=other or "网站本身")
            problems += document.problems
        first.setdefault(page.address, page.source)
    if problems:
        raise ContentError(problems)
