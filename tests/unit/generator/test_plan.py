from datetime import date, timedelta
from inspect import signature
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.content import library
from generator.content.kinds import KINDS
from generator.content.models import News, Site
from generator.site import plan
from generator.site.plan import PLANNERS
from generator.site.sections.page import Page
from tests.support.site import SITE as FOLDER

SITE = library.load(FOLDER)


def news(number: int, *tags: str) -> News:
    day = date(2026, 1, 1) + timedelta(days=number)
    return News(slug=f"n{number}", title=f"新闻 {number}", date=day, body="正文", tags=tags)


def site(*items: News) -> Site:
    """The small site with this news, newest first."""
    by_name = sorted(items, key=lambda item: item.slug)
    newest_first = tuple(sorted(by_name, key=lambda item: item.date, reverse=True))
    return Site(
        today=SITE.today, settings=SITE.settings, entries={**SITE.entries, "news": newest_first}
    )


def pages(*items: News) -> dict[str, Page]:
    """The plan of that site, by address."""
    return {page.address: page for page in plan.pages(plan.plan(site(*items)))}


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
    planned = {page.address: page for page in plan.pages(plan.plan(SITE))}
    form = planned["/wish/"].data["form"]
    choices = next(field for field in form["fields"] if field["name"] == "service")["choices"]
    assert [choice["value"] for choice in choices] == ["haircut", "mending", "other"]


ITEM = st.builds(
    News,
    slug=st.integers(1, 60).map(lambda n: f"n{n}"),
    title=st.sampled_from("甲乙"),
    date=st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    body=st.sampled_from("丙丁"),
    tags=st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
    author=st.sampled_from(["", "戊"]),
)
NEWS = st.lists(ITEM, max_size=60, unique_by=lambda item: item.slug)


@given(items=NEWS, data=st.data())
def test_a_section_that_reads_the_same_has_the_same_pages(items: list[News], data: Any) -> None:
    after = {item.slug: item for item in items}
    for _ in range(data.draw(st.integers(1, 2))):
        edited = data.draw(st.sampled_from(items) if items else ITEM)
        change = data.draw(st.sampled_from(["title", "date", "body", "tags", "author", "goes"]))
        if change == "goes":
            after.pop(edited.slug, None)
        else:
            value = getattr(data.draw(ITEM), change)
            after[edited.slug] = msgspec.structs.replace(edited, **{change: value})
    before = {section.name: section for section in plan.plan(site(*items))}
    for section in plan.plan(site(*after.values())):
        old = before.get(section.name)
        if old and old.key == section.key:
            assert [page._replace(source="") for page in old.pages] == [
                page._replace(source="") for page in section.pages
            ]


def test_an_edit_touches_few_sections() -> None:
    items = [news(n, "a", "bc"[n % 2]) for n in range(600)]
    edited = msgspec.structs.replace(items[289], title="新的")
    whole = msgspec.structs.replace(items[289], author="新的")

    def keys(changed: News) -> dict[str, bytes]:
        planned = plan.plan(site(*items[:289], changed, *items[290:]))
        return {section.name: section.key for section in planned}

    before = keys(items[289])
    assert len(before) > 30
    # Its month, the list and both tags; its month alone.
    assert sum(before[name] != key for name, key in keys(edited).items()) == 4
    assert sum(before[name] != key for name, key in keys(whole).items()) == 1


def test_every_kind_of_content_is_planned_by_somebody() -> None:
    read = {each for planner in PLANNERS.values() for each in signature(planner).parameters}
    assert {*KINDS} - read == {"news"}, "which has sections of its own"


@pytest.mark.parametrize("folder", KINDS)
def test_a_section_with_the_same_key_has_the_same_pages_whatever_was_edited(folder: str) -> None:
    first, *others = SITE.entries[folder]
    label = "title" if hasattr(first, "title") else "name"
    edited = msgspec.structs.replace(first, **{label: "新的"})
    entries = {**SITE.entries, folder: (edited, *others)}
    before = {section.name: section for section in plan.plan(SITE)}
    after = plan.plan(Site(today=SITE.today, settings=SITE.settings, entries=entries))
    same = [section for section in after if section.key == before[section.name].key]
    assert 0 < len(same) < len(after)
    assert [section.pages for section in same] == [before[each.name].pages for each in same]
