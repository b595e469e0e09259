"""Pages at addresses that were once in use: of items that ended, and of old names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.content.kinds import KINDS
from generator.content.models import Item
from generator.site.plan.page import Page, item_page

MOVED = "moved.html"
"""The template of a page that leads on to an item's new address."""

TEMPLATES = {
    "news": "news.html",
    "teams": "team.html",
    "menu": "service.html",
    "fairs": "fair.html",
    "partners": "partner.html",
    "pages": "page.html",
}

ALONE: dict[str, Any] = {
    **dict.fromkeys(("newer", "older", "counted")),
    **dict.fromkeys(("related", "services", "teams", "pages"), ()),
}
"""What these templates show of other items: nothing, because an item that ended stands alone."""


def pages(
    past: Mapping[str, Sequence[Item]], renamed: Mapping[str, Mapping[str, str]]
) -> Iterator[Page]:
    """The items that ended, at their addresses; and a page at each old address."""
    for folder, items in past.items():
        for item in items:
            yield item_page(TEMPLATES[folder], item, ALONE)
    for folder, names in renamed.items():
        base = KINDS[folder].base
        for old, new in names.items():
            source = f"content/{folder}/{new}.yaml"
            yield Page(f"{base}{old}/", MOVED, {"to": f"{base}{new}/"}, source)
