from datetime import date, timedelta
from pathlib import Path
from typing import Any

from generator import content
from generator.models import News, Site
from generator.plan import Page, plan

SITE = content.load(Path(__file__).parent.parent / "site")


def news(number: int, *tags: str) -> News:
    day = date(2026, 1, 1) + timedelta(days=number)
    return News(slug=f"n{number}", title=f"新闻 {number}", date=day, body="正文", tags=tags)


def pages(*items: News) -> dict[str, Page]:
    """The plan of the small site with this news, newest first."""
    newest_first = tuple(sorted(items, key=lambda item: item.date, reverse=True))
    site = Site(settings=SITE.settings, menu=SITE.menu, teams=SITE.teams, news=newest_first)
    return {page.address: page for page in plan(site)}


def slugs(items: Any) -> list[str]:
    """The last parts of the addresses, as cards and links or as items have them."""
    return [getattr(item, "slug", "") or item.address.split("/")[-2] for item in items]


def test_an_item_leads_to_the_newer_and_the_older_one() -> None:
    planned = pages(news(1), news(2), news(3))
    data = planned["/news/n2/"].data
    assert (data["newer"].address, data["older"].address) == ("/news/n3/", "/news/n1/")
    assert planned["/news/n3/"].data["newer"] is None
    assert planned["/news/n1/"].data["older"] is None


def test_related_are_those_with_most_tags_in_common_then_the_nearest_in_time() -> None:
    planned = pages(news(1, "a", "b"), news(2, "c"), news(3, "a"), news(4, "a", "b"), news(5, "a"))
    assert slugs(planned["/news/n4/"].data["related"]) == ["n1", "n5", "n3"]
    assert planned["/news/n2/"].data["related"] == []


def test_lists_are_cut_into_pages_that_lead_to_each_other() -> None:
    planned = pages(*(news(n) for n in range(45)))
    first, second, third = (planned[a] for a in ("/news/", "/news/page/2/", "/news/page/3/"))
    assert [len(page.data["items"]) for page in (first, second, third)] == [20, 20, 5]
    assert (first.data["pager"].previous, first.data["pager"].next) == ("", "/news/page/2/")
    assert (second.data["pager"].previous, second.data["pager"].next) == (
        "/news/",
        "/news/page/3/",
    )
    assert third.data["pager"].next == ""


def test_a_site_without_news_still_has_its_lists() -> None:
    planned = pages()
    assert not planned["/news/"].data["items"]
    assert planned["/tags/"].data["tags"] == []


def test_tags_are_counted_once_an_item_and_the_most_used_come_first() -> None:
    planned = pages(news(1, "清明", "清明"), news(2, "就业"), news(3, "就业"))
    assert planned["/tags/"].data["tags"] == [("就业", 2), ("清明", 1)]
    assert slugs(planned["/tags/清明/"].data["items"]) == ["n1"]


def test_a_service_knows_its_teams_and_a_team_its_services() -> None:
    planned = pages()
    assert slugs(planned["/menu/haircut/"].data["teams"]) == ["barbers"]
    assert slugs(planned["/teams/barbers/"].data["services"]) == ["haircut"]
    assert slugs(planned["/menu/haircut/"].data["related"]) == ["mending"]


def test_choices_of_a_form_are_spelled_out() -> None:
    form = next(page for page in plan(SITE) if page.address == "/wish/").data["form"]
    choices = next(field for field in form["fields"] if field["name"] == "service")["choices"]
    assert [choice["value"] for choice in choices] == ["haircut", "mending", "other"]
