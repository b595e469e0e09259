"""Which pages a site has, where each is, and what each reads.

A page is a pure function of its ``data`` (and the site's settings): what is not in there, its
template cannot show, and so a page is drawn again only when its data or the templates changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from functions.form import FORMS, THANKS
from generator import feeds, forms, reports
from generator.errors import ContentError, Problem
from generator.models import Entry, Fair, News, Prose, Site, by_category
from generator.yaml import Document

PER_PAGE = 20
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


def plan(site: Site, figures: Mapping[str, Any] | None = None) -> list[Page]:
    """Every page of the site; ``figures`` are a snapshot of :mod:`functions.figures`.

    Raises:
        ContentError: two pages have the same address.
    """
    known = figures or {}
    pages = [*_fixed(site), *_items(site, known), *_lists(site), *_tags(site), *_forms(site)]
    pages += (Page(*made) for made in reports.pages(site, known))
    pages += _paged("/wishes/", "wishes.html", reports.wishes(site, known), {})
    shown = [page for page in pages if page.address.endswith("/")]
    dated: list[News | Fair] = [*site.news, *site.fairs]
    days = {address(item): item.date for item in dated}
    places = [(page.address, days.get(page.address)) for page in shown]
    pages.append(
        Page("/sitemap.xml", "sitemap.xml", {"places": sorted(places, key=lambda p: p[0])})
    )
    _distinct(pages)
    return pages


def _fixed(site: Site) -> Iterator[Page]:
    categories = by_category(site.menu)
    yield Page(
        "/",
        "home.html",
        {
            "categories": categories,
            "news": [_card(item) for item in site.news[:LATEST]],
            "fairs": site.fairs[:1],
            "teams": len(site.teams),
        },
    )
    names = {team.slug: team.name for team in site.teams}
    yield Page("/menu/", "menu.html", {"categories": categories, "teams": names})
    yield Page("/teams/", "teams.html", {"teams": site.teams})
    yield Page("/404.html", "404.html", {})
    yield Page("/feed.xml", "feed.xml", {"news": site.news[:PER_PAGE]})
    yield Page("/robots.txt", "robots.txt", {})
    yield Page("/service-day.ics", feeds.service_day, {})


def _items(site: Site, known: Mapping[str, Any]) -> Iterator[Page]:
    counted = reports.lately(known)
    links = [_link(item) for item in site.news]
    for position, (item, near) in enumerate(zip(site.news, _related(site.news), strict=True)):
        related = [links[other] for other in near]
        yield _item_page("news.html", item, _around(links, position) | {"related": related})
    links = [_link(fair) for fair in site.fairs]
    for position, fair in enumerate(site.fairs):
        yield _item_page("fair.html", fair, _around(links, position))
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


def _lists(site: Site) -> Iterator[Page]:
    yield from _paged("/news/", "news_list.html", [_card(item) for item in site.news], {})
    yield from _paged("/fairs/", "fairs.html", site.fairs, {})
    yield from _paged("/partners/", "partners.html", site.partners, {})


def _tags(site: Site) -> Iterator[Page]:
    tagged = _tagged(site.news)
    counts = sorted(
        ((tag, len(items)) for tag, items in tagged.items()), key=lambda t: (-t[1], t[0])
    )
    yield Page("/tags/", "tags.html", {"tags": counts})
    for tag, items in tagged.items():
        cards = [_card(item) for item in items]
        yield from _paged(f"/tags/{tag}/", "tag.html", cards, {"tag": tag})


def _paged(base: str, template: str, items: Sequence[Any], data: dict[str, Any]) -> Iterator[Page]:
    """A list in pages of twenty: ``base``, ``base/page/2/`` and on; one page even when empty."""
    total = max(1, -(-len(items) // PER_PAGE))
    places = ["", base, *(f"{base}page/{number}/" for number in range(2, total + 1)), ""]
    for number in range(1, total + 1):
        part = items[(number - 1) * PER_PAGE : number * PER_PAGE]
        pager = Pager(number, total, places[number - 1], places[number + 1])
        yield Page(places[number], template, {"items": part, "pager": pager} | data)


def _forms(site: Site) -> Iterator[Page]:
    for form in site.forms:
        if form.slug in FORMS:
            data = {"form": forms.resolve(form, site)}
            drawn = {"typed": {}, "errors": {}, "hidden": {}, "once": ""}
            yield Page(
                FORMS[form.slug], "form.html", data | drawn, f"content/forms/{form.slug}.yaml"
            )
    yield Page(THANKS, "thanks.html", {})


def _link(item: News | Fair) -> Link:
    return Link(address(item), item.title, item.date)


def _card(item: News) -> Card:
    text = item.summary or (item.body.excerpt if isinstance(item.body, Prose) else item.body)
    kind, community = item.kind, item.community
    return Card(address(item), item.title, item.date, kind, community, text, item.sample)


def _around(links: Sequence[Link], position: int) -> dict[str, Any]:
    newer = links[position - 1] if position else None
    older = links[position + 1] if position + 1 < len(links) else None
    return {"newer": newer, "older": older}


def _related(news: Sequence[News]) -> Iterator[list[int]]:
    """For each item the positions of those with most tags in common, the nearest in time first.

    Only the nearest few under each tag are weighed, so that the work grows with the number of
    items and not with its square.
    """
    tagged: dict[str, list[int]] = defaultdict(list)
    for position, item in enumerate(news):
        for tag in dict.fromkeys(item.tags):
            tagged[tag].append(position)
    passed = dict.fromkeys(tagged, 0)
    for position, item in enumerate(news):
        common: dict[int, int] = {}
        for tag in dict.fromkeys(item.tags):
            here = passed[tag]
            passed[tag] = here + 1
            for other in tagged[tag][max(0, here - RELATED) : here + RELATED + 1]:
                common[other] = common.get(other, 0) + 1
        common.pop(position, None)
        weighed = [(-count, abs(other - position), other) for other, count in common.items()]
        yield [other for *_, other in sorted(weighed)[:RELATED]]


def _tagged(news: Sequence[News]) -> dict[str, list[News]]:
    tagged: dict[str, list[News]] = defaultdict(list)
    for item in news:
        for tag in dict.fromkeys(item.tags):
            tagged[tag].append(item)
    return tagged


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
