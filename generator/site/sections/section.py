"""Sections: pages that are planned together, and only when something that they read changed."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from generator.content.reading.codec import DIGEST, digest
from generator.site.sections.page import Page


class Source(NamedTuple):
    """Something that pages are made from: ``digest`` changes with anything that ``read`` gives."""

    digest: bytes
    read: Callable[[], Any]


def source(value: Any) -> Source:
    """A value that is there already, as a source."""
    return Source(digest(value), lambda: value)


class Section:
    """Pages that are planned together. ``key`` is a digest of what their planner is ``given``,
    which is all that it knows of the site: while the key is the same, so are the pages."""

    def __init__(self, name: str, planner: Callable[..., Iterable[Page]], *given: Any):
        self.name = name
        self.key = digest([each.digest if isinstance(each, Source) else each for each in given])
        self._planner = planner
        self._given = given

    @cached_property
    def pages(self) -> list[Page]:
        given = [each.read() if isinstance(each, Source) else each for each in self._given]
        return [*self._planner(*given)]


class Row(NamedTuple):
    """Some of many items in order, by their ``positions`` among all. Their ``digests`` are one
    string of bytes, so that the digest of a stretch is a slice of it; ``get`` reads one item."""

    positions: Sequence[int]
    digests: bytes
    get: Callable[[int], Any]

    def stretch(self, first: int, last: int) -> Source:
        """The row from ``first`` to before ``last``, as far as there is one."""
        first = max(0, first)
        return Source(
            self.digests[DIGEST * first : DIGEST * last],
            lambda: [*map(self.get, self.positions[first:last])],
        )


def stretches(parts: Sequence[tuple[Row, int, int]]) -> Source:
    """Stretches of several rows as one source."""
    return Source(
        digest([row.digests[DIGEST * first : DIGEST * last] for row, first, last in parts]),
        lambda: [[*map(row.get, row.positions[first:last])] for row, first, last in parts],
    )
