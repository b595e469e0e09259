"""The planners: one for each kind of page, except news, of which there are many."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from functions.forms.residents import FORMS, THANKS
from functions.orders import counters
from generator.content import models
from generator.content.form_definitions import Offers, resolve
from generator.content.kinds import KINDS, address
from generator.content.models import Fair, Form, Item, News, Partner, Service, Team, by_category
from generator.site.plan import reports
from generator.site.plan.news import card
from generator.site.plan.page import Link, Page, around, item_page, paged
from generator.site.service_day import service_day

LATEST = 5
"""How many news the home page shows."""
UNFILLED = {"typed": {}, "errors": {}, "hidden": {}, "once": ""}
"""What a form's template is given before anybody has filled the form in."""
MOVED = "moved.html"
"""The template of a page that leads on to an item's new address."""

ALONE: dict[str, Any] = {
    **dict.fromkeys(("newer", "older", "counted")),
    **dict.fromkeys(("related", "services", "teams", "pages"), ()),
}
"""What the templates of items show of others: nothing, because an item that ended stands alone."""


def home(
    menu: Sequence[Service], teams: Sequence[Team], fairs: Sequence[Fair], latest: Sequence[News]
) -> Iterator[Page]:
    """Some of everything; ``latest`` are the newest news."""
    data = {
        "categories": by_category(menu),
        "news": [card(item.brief) for item in latest[:LATEST]],
        "fairs": fairs[:1],
        "teams": len(teams),
    }
    yield Page("/", "home.html", data)


def services(
    menu: Sequence[Service], teams: Sequence[Team], counted: Mapping[str, Any]
) -> Iterator[Page]:
    """The menu. A service's page names its teams, and others of its category."""
    by_name = {team.slug: team for team in teams}
    names = {team.slug: team.name for team in teams}
    yield Page("/menu/", "menu.html", {"categories": by_category(menu), "teams": names})
    for service in menu:
        alike = [other for other in menu if other.category == service.category]
        data = {
            "teams": [by_name[name] for name in service.teams],
            "related": [other for other in alike if other is not service],
            "counted": counted.get(counters.scope(counters.SERVICE, service.slug)),
        }
        yield item_page(service, data)


def teams(
    teams: Sequence[Team], menu: Sequence[Service], counted: Mapping[str, Any]
) -> Iterator[Page]:
    """A team's page names its services."""
    yield Page("/teams/", "teams.html", {"teams": teams})
    for team in teams:
        data = {
            "services": [service for service in menu if team.slug in service.teams],
            "counted": counted.get(counters.scope(counters.TEAM, team.slug)),
        }
        yield item_page(team, data)


def fairs(fairs: Sequence[Fair]) -> Iterator[Page]:
    """The page of a job fair leads to the next and the one before."""
    yield from paged("/fairs/", "fairs.html", fairs)
    links = [Link(address(fair), fair.title, fair.date) for fair in fairs]
    for position, fair in enumerate(fairs):
        yield item_page(fair, around(links, position))


def partners(partners: Sequence[Partner]) -> Iterator[Page]:
    """Their pages read nothing but the partner."""
    yield from paged("/partners/", "partners.html", partners)
    for partner in partners:
        yield item_page(partner, {})


def forms(
    forms: Sequence[Form],
    menu: tuple[Service, ...],
    teams: tuple[Team, ...],
    renamed: Mapping[str, Mapping[str, str]],
) -> Iterator[Page]:
    """The residents' forms as nobody has filled them in yet, and a page that thanks."""
    yield Page(THANKS, "thanks.html", {})
    for form in forms:
        if form.slug in FORMS:
            data = {"form": resolve(form, Offers(menu, teams, renamed))} | UNFILLED
            yield Page(FORMS[form.slug], "form.html", data, f"content/forms/{form.slug}.yaml")


def feeds(latest: Sequence[News]) -> Iterator[Page]:
    """What programs read, at fixed addresses; ``latest`` are the newest news."""
    yield Page("/feed.xml", "feed.xml", {"news": latest})
    yield Page("/service-day.ics", service_day, {})
    yield Page("/robots.txt", "robots.txt", {})


def sitemap(places: Mapping[str, date | None]) -> Iterator[Page]:
    """``places`` are all addresses, with the day of those that have one."""
    listed = sorted((place, day) for place, day in places.items() if place.endswith("/"))
    yield Page("/sitemap.xml", "sitemap.xml", {"places": listed})


def standing(pages: Sequence[models.Page]) -> Iterator[Page]:
    """Each page that staff write leads to all others; another is for what is not found."""
    yield Page("/404.html", "404.html", {})
    all_of_them = [(address(page), page.title) for page in pages]
    for page in pages:
        yield item_page(page, {"pages": all_of_them})


def former(
    past: Mapping[str, Sequence[Item]], renamed: Mapping[str, Mapping[str, str]]
) -> Iterator[Page]:
    """The items that ended, at their addresses; and a page at each address before a renaming."""
    for items in past.values():
        for item in items:
            yield item_page(item, ALONE)
    for folder, names in renamed.items():
        base = KINDS[folder].base
        for old, new in names.items():
            source = f"content/{folder}/{new}.yaml"
            yield Page(f"{base}{old}/", MOVED, {"to": f"{base}{new}/"}, source)


PLANNERS: dict[str, Callable[..., Iterable[Page]]] = {
    "home": home,
    "services": services,
    "teams": teams,
    "fairs": fairs,
    "partners": partners,
    "forms": forms,
    "reports": reports.pages,
    "feeds": feeds,
    "standing": standing,
    "former": former,
}
"""Every planner of one section, by the section's name. Its parameters name all that it is given
(:func:`generator.site.plan.plan`), so it is called again whenever one of these changed."""
