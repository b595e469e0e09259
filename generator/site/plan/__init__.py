"""Which pages a site has, where each is, and what each is made from.

A new kind of page is a module here and a line in :data:`PLANNERS`; if it shows a new kind of
content, that is a model and a line in :data:`generator.content.kinds.KINDS`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from inspect import signature
from operator import attrgetter
from typing import Any

from functions.orders.figures import disclosure
from generator.content import names
from generator.content.kinds import KINDS, address
from generator.content.models import Item, Site
from generator.content.reading.codec import digest
from generator.content.reading.yaml_source import Document
from generator.errors import ContentError, Problem
from generator.site.plan import (
    fairs,
    feeds,
    former,
    forms,
    home,
    news,
    partners,
    reports,
    services,
    standing,
    teams,
)
from generator.site.sections.page import PER_PAGE, Page
from generator.site.sections.section import Section, Source, source
from generator.site.service_days import service_days

FRONT = 5
"""How many news the home page shows."""
PLANNERS: dict[str, Callable[..., Iterable[Page]]] = {
    "home": home.pages,
    "services": services.pages,
    "teams": teams.pages,
    "grids": teams.grid_pages,
    "fairs": fairs.pages,
    "partners": partners.pages,
    "forms": forms.pages,
    "reports": reports.pages,
    "feeds": feeds.pages,
    "standing": standing.pages,
    "former": former.pages,
}
"""Every planner of one section, by the section's name. Its parameters name all that it is given by
:func:`plan`, so it is called again whenever one of these changed. Who plans a page for each entry
of a kind names that kind first."""


def check(kinds: Iterable[str]) -> None:
    """Look whether each kind of content has its planner.

    Raises:
        TypeError: nobody plans pages for a kind.
    """
    planned = {"news", *(next(iter(signature(each).parameters)) for each in PLANNERS.values())}
    if forgotten := {*kinds} - planned:
        raise TypeError(f"no planner in PLANNERS takes {', '.join(sorted(forgotten))} first")


check(KINDS)


def plan(site: Site, known: Mapping[str, Any] | None = None) -> list[Section]:
    """Every page of the site; ``known`` are a snapshot of :mod:`functions.orders.figures`."""
    if known:
        called = names.in_orders(site.renamed), names.labels(site)
        known = disclosure.brought_up_to_date(known, *called)
    known, digests = known or {}, site.digests
    rows = news.Rows(site.news, digests["news"])
    figures = source(known)
    sources = {
        **{
            folder: Source(
                b"".join(map(attrgetter("whole"), digests[folder])),
                partial(site.entries.__getitem__, folder),
            )
            for folder in KINDS
            if folder != "news"
        },
        "past": source(site.past),
        "ahead": source([fair for fair in site.entries["fairs"] if fair.date >= site.today]),
        "days": source(service_days(site.settings.service_day, site.calendar, site.today)),
        "security": source(site.settings.security),
        "renamed": source(names.moved(site.renamed, site.withheld)),
        "figures": figures,
        "counted": figures._replace(read=partial(reports.lately, known)),
        "last_month": figures._replace(read=partial(reports.last_month, known)),
    }
    # Which pages there are depends on all sources, but only on a part of each news item.
    decisive = digest([rows.places, *[each.digest for each in sources.values()]])
    sources["latest"] = rows.items.stretch(0, PER_PAGE)
    sources["over"] = source(feeds.over(site.news[:PER_PAGE], site.today))
    sources["front"] = rows.pinned.stretch(0, FRONT)
    sections = [
        Section(name, planner, *map(sources.__getitem__, signature(planner).parameters))
        for name, planner in PLANNERS.items()
    ]
    sections += news.sections(rows, site.news)
    places = Source(decisive, partial(_places, site, tuple(sections)))
    return [*sections, Section("sitemap", feeds.sitemap, places)]


def _places(site: Site, sections: Iterable[Section]) -> dict[str, date | None]:
    """All addresses that lead to what is there now, with the day of those that have one."""
    planned = (page for section in sections for page in section.pages)
    everything = (item for items in site.entries.values() for item in items)
    days = {
        address(item): item.updated or getattr(item, "date", None)
        for item in everything
        if isinstance(item, Item)
    }
    shown = (page.address for page in planned if not former.is_over(page))
    return {place: days.get(place) for place in shown}


FUNCTIONS = ("/desk/", "/team/", "/api/")
"""How the addresses of functions begin, and which no page may have."""


def pages(sections: Iterable[Section]) -> list[Page]:
    """All pages of the sections.

    Raises:
        ContentError: two have the same address, or one that of a function.
    """
    planned = [page for section in sections for page in section.pages]
    sources = dict.fromkeys(FUNCTIONS, "")
    problems: list[Problem] = []
    for page in planned:
        if page.address in sources:
            first, second = sources[page.address], page.source
            document, other = Document(second or first), (second and first) or "网站本身"
            document.problem("duplicate_address", address=page.address, other=other)
            problems += document.problems
        sources.setdefault(page.address, page.source)
    if problems:
        raise ContentError(problems)
    return planned
