"""Cuts news, of which there are many, into sections: an edit has few of their pages planned."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from generator.content.models import Digests, News
from generator.site.plan import lists, news
from generator.site.plan.lists import PER_PAGE
from generator.site.plan.section import Row, Section, stretches

TOGETHER = 10
"""Pages of a list that are planned in one section."""


class Rows:
    """All news, newest first, whole and in brief; and in brief those under each tag.

    ``places`` is a digest of what decides which pages there are.
    """

    def __init__(self, items: Sequence[News], digests: Sequence[Digests]):
        brief = cache(lambda position: items[position].brief)
        briefs = [each.brief for each in digests]
        everywhere = range(len(items))
        self.items = Row(everywhere, b"".join([each.whole for each in digests]), items.__getitem__)
        self.briefs = Row(everywhere, b"".join(briefs), brief)
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
    yield Section("tags", news.tags, most_used)
    for tag, row in rows.tags.items():
        yield from _lists(f"/tags/{tag}/", "tag.html", {"tag": tag}, row)
    yield from _lists(news.BASE, "news_list.html", {}, rows.briefs)


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
            near.append((row, max(0, start - news.RELATED), end + news.RELATED))
        own = rows.items.stretch(first, last)
        newer, older = rows.briefs.stretch(first - 1, first), rows.briefs.stretch(last, last + 1)
        yield Section(f"news {year}-{month}", news.items, own, newer, older, names, stretches(near))
        first = last


def _lists(base: str, template: str, data: dict[str, Any], row: Row) -> Iterator[Section]:
    """A list of news, some of its pages a section."""
    total = lists.count(len(row.positions))
    for first in range(1, total + 1, TOGETHER):
        last = min(first + TOGETHER, total + 1)
        shown = row.stretch(PER_PAGE * (first - 1), PER_PAGE * (last - 1))
        name = f"{base} {first}"
        yield Section(name, news.listed, base, template, data, first, last, total, shown)
