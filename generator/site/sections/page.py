"""Pages, what many of them have in common, and lists in pages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from generator.content.kinds import KINDS, address, folder
from generator.content.models import Entry

PER_PAGE = 20
"""Items on a page of a list."""


class Page(NamedTuple):
    """One file of the site: a pure function of its ``data`` and of what is common to all pages.
    ``template`` is a template's name, or a function of the settings and ``data``; ``source`` the
    file of the content that the page comes from, if it is one."""

    address: str
    template: str | Callable[..., str]
    data: dict[str, Any]
    source: str = ""


def item_page(item: Entry, data: dict[str, Any]) -> Page:
    """The page of an entry, at its own address."""
    place = folder(type(item))
    file = f"content/{place}/{item.slug}.yaml"
    return Page(address(item), KINDS[place].template, {"item": item, "past": False} | data, file)


class Link(NamedTuple):
    """An item as the pages of others lead to it."""

    address: str
    title: str
    date: date


def around(links: list[Link], position: int) -> dict[str, Any]:
    """The neighbours of one of these items, which stand newest first."""
    newer = links[position - 1] if position else None
    older = links[position + 1] if position + 1 < len(links) else None
    return {"newer": newer, "older": older}


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
    """All pages of a list, at ``base``, ``base/page/2/`` and on."""
    total = count(len(items))
    return list_pages(base, template, range(1, total + 1), total, items, {})


def list_pages(
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
