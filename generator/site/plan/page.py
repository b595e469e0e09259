"""Pages, and what many of them have in common."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from generator.content.kinds import KINDS, address, folder
from generator.content.models import Entry


class Page(NamedTuple):
    """One file of the site: a pure function of its ``data`` and of what is common to all pages.

    ``template`` is a template's name, or a function of the settings and ``data``; ``source`` the
    file that the page comes from, if it is one of the content's.
    """

    address: str
    template: str | Callable[..., str]
    data: dict[str, Any]
    source: str = ""


def item_page(item: Entry, data: dict[str, Any]) -> Page:
    """The page of an entry, at its own address."""
    place = folder(type(item))
    file = f"content/{place}/{item.slug}.yaml"
    return Page(address(item), KINDS[place].template, {"item": item} | data, file)


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
