"""News: a page for each item, lists of all and of those under a tag, and all tags."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from generator.content.kinds import KINDS
from generator.content.models import Brief, News
from generator.site.plan import lists
from generator.site.plan.page import Link, Page, around, item_page

BASE = KINDS["news"].base
RELATED = 4


class Card(NamedTuple):
    """An item as lists show it."""

    address: str
    title: str
    date: date
    kind: str
    community: str
    text: str
    sample: bool


def items(
    items: list[News],
    newer: list[Brief],
    older: list[Brief],
    tags: list[str],
    near: list[list[Brief]],
) -> Iterator[Page]:
    """The pages of neighbouring items; ``newer`` and ``older`` have the item before and the one
    after them, if any, and ``near`` for each of their ``tags`` the items that are nearest to them.
    """
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


def _related(item: News, close: Sequence[Brief]) -> list[Brief]:
    """The items with most tags in common, the nearest in time first; ``close`` has an item once
    for each tag in common."""
    common = Counter([other.slug for other in close])
    others = {other.slug: other for other in close if other.slug != item.slug}
    day = item.date.toordinal()
    order = []
    for slug, other in others.items():
        days = other.date.toordinal() - day
        order.append((-common[slug], abs(days), -days, slug))
    return [others[slug] for *_, slug in sorted(order)[:RELATED]]


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
    return lists.pages(base, template, range(first, last), total, cards, data)


def tags(counts: list[tuple[str, int]]) -> Iterator[Page]:
    """The page with all tags; ``counts`` has the most used first."""
    yield Page("/tags/", "tags.html", {"tags": counts})


def card(item: Brief) -> Card:
    """An item as lists show it."""
    slug, day, _, title, kind, community, text, sample = item
    return Card(f"{BASE}{slug}/", title, day, kind, community, text, sample)


def _link(item: News | Brief) -> Link:
    return Link(f"{BASE}{item.slug}/", item.title, item.date)
