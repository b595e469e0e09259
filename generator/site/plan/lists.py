"""Lists in pages: ``base``, ``base/page/2/`` and on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from generator.site.plan.page import Page

PER_PAGE = 20


class Pager(NamedTuple):
    """Where one page of a list stands among the others; addresses are empty at the ends."""

    number: int
    total: int
    previous: str
    next: str


def count(items: int) -> int:
    """How many pages a list has; one even when it is empty."""
    return max(1, -(-items // PER_PAGE))


def paged(base: str, template: str, items: Sequence[Any]) -> Iterator[Page]:
    """All pages of a list."""
    total = count(len(items))
    return pages(base, template, range(1, total + 1), total, items, {})


def pages(
    base: str,
    template: str,
    numbers: Iterable[int],
    total: int,
    items: Sequence[Any],
    data: dict[str, Any],
) -> Iterator[Page]:
    """The pages of these ``numbers``, out of ``total``; ``items`` are those on these pages."""

    def place(number: int) -> str:
        return base if number == 1 else f"{base}page/{number}/"

    for index, number in enumerate(numbers):
        newer = place(number - 1) if number > 1 else ""
        older = place(number + 1) if number < total else ""
        shown = items[PER_PAGE * index : PER_PAGE * (index + 1)]
        pager = Pager(number, total, newer, older)
        yield Page(place(number), template, {"items": shown, "pager": pager} | data)
