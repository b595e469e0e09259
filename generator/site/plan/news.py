"""News: a page for each item, lists of all and of those under a tag, and all tags. There are many,
so they are cut into sections: an edit has few of their pages planned."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from generator.content.kinds import KINDS
from generator.content.models import Brief, News
from generator.content.reading.codec import Digests
from generator.site.sections.occasions import calendar_pages
from generator.site.sections.page import PER_PAGE, Link, Page, around, count, item_page, list_pages
from generator.site.sections.section import Row, Section, stretches

BASE = KINDS["news"].base
RELATED = 4
"""How many related items the page of an item leads to."""
TOGETHER = 10
"""Pages of a list that are planned in one section."""


class Rows:
    """All news, newest first, whole and in brief; in brief the ``pinned`` ones before all others,
    and those under each tag. ``places`` is a digest of what decides which pages there are."""

    def __init__(self, items: Sequence[News], digests: Sequence[Digests]):
        brief = cache(lambda position: items[position].brief)
        briefs = [each.brief for each in digests]
        everywhere = range(len(items))
        self.items = Row(everywhere, b"".join([each.whole for each in digests]), items.__getitem__)
        self.briefs = Row(everywhere, b"".join(briefs), brief)
        order = sorted(everywhere, key=lambda position: not items[position].featured)
        self.pinned = Row(order, b"".join([briefs[position] for position in order]), brief)
        self.places = b"".join([each.place for each in digests])
        tagged: dict[str, list[int]] = defaultdict(list)
        for position, item in enumerate(items):
            for tag in dict.fromkeys(item.tags):
                tagged[tag].append(position)
        self.tags = {
            tag: Row(positions, b"".join([briefs[position] for position in positions]), brief)
            for tag, positions in tagged.items()
        }


def sections(rows: Rows, items: Sequence[News]) -> Iterator[Section]:
    """All sections with news."""
    yield from _months(rows, items)
    counts = {tag: len(row.positions) for tag, row in rows.tags.items()}
    most_used = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    yield Section("tags", tags, most_used)
    for tag, row in rows.tags.items():
        yield from _lists(f"/tags/{tag}/", "tag.html", {"tag": tag}, row)
    yield from _lists(BASE, "news_list.html", {}, rows.pinned)


def _months(rows: Rows, items: Sequence[News]) -> Iterator[Section]:
    """A section for each month: it depends on its own items, on its two neighbours in brief, and
    in brief on the items nearest to it under each of its tags."""
    first = 0
    for (year, month), inside in groupby(items, attrgetter("date.year", "date.month")):
        tags = [item.tags for item in inside]
        last = first + len(tags)
        names = sorted({tag for each in tags for tag in each})
        near = []
        for row in [rows.tags[tag] for tag in names]:
            start, end = bisect_left(row.positions, first), bisect_left(row.positions, last)
            near.append((row, max(0, start - RELATED), end + RELATED))
        own = rows.items.stretch(first, last)
        newer, older = rows.briefs.stretch(first - 1, first), rows.briefs.stretch(last, last + 1)
        given = (own, newer, older, names, stretches(near))
        yield Section(f"news {year}-{month}", month_pages, *given)
        first = last


def _lists(base: str, template: str, data: dict[str, Any], row: Row) -> Iterator[Section]:
    """A list of news, some of its pages a section."""
    total = count(len(row.positions))
    for first in range(1, total + 1, TOGETHER):
        last = min(first + TOGETHER, total + 1)
        shown = row.stretch(PER_PAGE * (first - 1), PER_PAGE * (last - 1))
        given = (base, template, data, first, last, total, shown)
        yield Section(f"{base} {first}", listed, *given)


def month_pages(
    items: list[News],
    newer: list[Brief],
    older: list[Brief],
    tags: list[str],
    near: list[list[Brief]],
) -> Iterator[Page]:
    """The pages of neighbouring items; ``newer`` and ``older`` have the item before and the one
    after them, if any; ``near`` the items that are nearest to them under each of their ``tags``."""
    tagged = dict(zip(tags, near, strict=True))
    places = {tag: {each.slug: n for n, each in enumerate(row)} for tag, row in tagged.items()}
    in_order: list[News | Brief] = [*newer, *items, *older]
    links = [_link(each) for each in in_order]
    for position, item in enumerate(items, len(newer)):
        # Only the few nearest under each tag are compared, so that the work grows with the number
        # of items and not with its square.
        close = []
        for tag in dict.fromkeys(item.tags):
            here = places[tag][item.slug]
            close += tagged[tag][max(0, here - RELATED) : here + RELATED + 1]
        related = [_link(other) for other in _related(item, close)]
        yield item_page(item, around(links, position) | {"related": related})
        if item.event:
            yield from calendar_pages(item)


def _related(item: News, close: Sequence[Brief]) -> list[Brief]:
    """The items with most tags in common, the nearest in time first; ``close`` has an item once
    for each tag in common."""
    common = Counter([other.slug for other in close])
    others = {other.slug: other for other in close if other.slug != item.slug}
    ranks = [
        (-common[slug], abs(days := (other.date - item.date).days), -days, slug)
        for slug, other in others.items()
    ]
    return [others[slug] for *_, slug in sorted(ranks)[:RELATED]]


def _link(item: News | Brief) -> Link:
    return Link(f"{BASE}{item.slug}/", item.title, item.date)


def listed(
    base: str,
    template: str,
    data: dict[str, Any],
    first: int,
    last: int,
    total: int,
    briefs: Sequence[Brief],
) -> Iterator[Page]:
    """The pages from ``first`` to before ``last`` of a list that has ``total``."""
    cards = [card(each) for each in briefs]
    return list_pages(base, template, range(first, last), total, cards, data)


def tags(counts: list[tuple[str, int]]) -> Iterator[Page]:
    """The page with all tags; ``counts`` has the most used first."""
    yield Page("/tags/", "tags.html", {"tags": counts})


class Card(NamedTuple):
    """An item as lists show it."""

    address: str
    title: str
    date: date
    kind: str
    community: str
    text: str
    sample: bool
    featured: bool


def card(item: Brief) -> Card:
    """The card of an item."""
    slug, _, day, _, title, kind, community, text, sample, featured = item
    return Card(f"{BASE}{slug}/", title, day, kind, community, text, sample, featured)
