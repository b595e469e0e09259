"""Pages at addresses that were once in use: of items that ended or expired, and of old names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.content.job_fairs import Fair
from generator.content.kinds import KINDS
from generator.content.models import Item
from generator.site.positions import offer
from generator.site.sections.occasions import calendar_pages
from generator.site.sections.page import Page, item_page

MOVED = "moved.html"
"""The template of a page that leads on to an item's new address."""

ALONE: dict[str, Any] = {
    **dict.fromkeys(("newer", "older", "counted")),
    **dict.fromkeys(("related", "services", "teams", "grids", "pages", "changes"), ()),
    "past": True,
    "is_over": False,
}
"""What the templates of items show of others: nothing, because what is past stands alone."""


def is_over(page: Page) -> bool:
    """Whether nobody should look for this page: what it was has moved, or expired."""
    has_expired = page.data.get("past", False) and not page.data["item"].ended
    return page.template == MOVED or has_expired


def pages(
    past: Mapping[str, Sequence[Item]], renamed: Mapping[str, Mapping[str, str]]
) -> Iterator[Page]:
    """The items that are past, at their addresses; and a page at each address before a renaming."""
    for items in past.values():
        for item in items:
            of_fair = {"offer": offer(item.positions)} if isinstance(item, Fair) else {}
            yield item_page(item, ALONE | of_fair)
            yield from calendar_pages(item)
    for folder, names in renamed.items():
        base = KINDS[folder].base
        for old, new in names.items():
            source = f"content/{folder}/{new}.yaml"
            yield Page(f"{base}{old}/", MOVED, {"to": f"{base}{new}/"}, source)
