"""Finding orders: by number, by any part of a phone, a name or an address, and by their marks.

What is sealed is found by its traces, keyed marks that tell nothing without the secret. A part of
an answer has several, and what has all of them is opened to see that they stand side by side.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from functions.app import App
from functions.desk import lists
from functions.desk.session import Session, view
from functions.errors import Wrong
from functions.forms import order_number
from functions.forms.kinds import KINDS
from functions.orders import repository
from functions.orders.lifecycle import order_of
from functions.orders.privacy import PIECES, even, plain, versions, windows
from functions.storage.history import Head
from functions.web.http import Request, Response, see_other

PAGE = 30
MARKS = ("service", "team", "grid", "month", "state", "level")

SHORTEST = 2
"""As many letters or digits are enough to search for."""
ENOUGH = 4
"""By how many of its parts a text is looked up, before what has them is opened."""

Way = Callable[[str], list[Head]]
"""One way to what is searched for: the orders that it leads to, after a position."""


class Search(NamedTuple):
    """What is searched for: a text, marks by name, and after which position."""

    text: str
    chosen: Mapping[str, str]
    before: str = ""
    name: str = "found"

    @property
    def query(self) -> str:
        """All of it, as it stands in addresses."""
        return urlencode({**self.chosen, "q": self.text, "before": self.before})

    @property
    def address(self) -> str:
        """Where its results are."""
        return f"/desk/find/?{self.query}"


def read(values: Mapping[str, str]) -> Search:
    """What an address searches for."""
    chosen = {name: value for name in MARKS if (value := values.get(name, ""))}
    return Search(values.get("q", "").strip(), chosen, values.get("before", ""))


def parse(query: str) -> Search | None:
    """The same of a part of an address that was kept; None if that is another list."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    return read(values) if "q" in values else None


class Found(NamedTuple):
    """A page of orders, and the position after which there may be more; empty where there are none.
    ``unread`` says that the text is too short to be searched for."""

    heads: Sequence[Head]
    before: str
    unread: bool


def find(app: App, search: Search) -> Found:
    """The orders that match everything that is searched for, the newest first."""
    ways = _ways(app, search.text, [f"{name}:{value}" for name, value in search.chosen.items()])
    heads = {head.no: head for way in ways for head in way(search.before)}
    found = heapq.nlargest(PAGE, heads.values(), key=lambda head: head.position)
    before = found[-1].position if len(found) == PAGE else ""
    return Found(_holding(app, found, search.text), before, not ways)


def show(request: Request, app: App, session: Session) -> Response:
    """A page of what was found; an order's number leads to it."""
    search = read(request.query)
    if no := order_number.parse(search.text):
        return see_other(f"/desk/order/?no={no}")
    found = find(app, search)
    if search.text and not (search.before or found.unread):
        # Not what for, which is a resident's phone, name or address.
        count = len(found.heads)
        app.audit.record("searched", session.who, sender=request.sender, count=count)
    return view(
        app,
        session,
        "find.html",
        search=search,
        rows_found=lists.rows(app, found.heads),
        unread=found.unread,
        more=search._replace(before=found.before) if found.before else None,
        grids=app.bundle.grids,
        months=app.store.months()[::-1],
    )


def _ways(app: App, text: str, marks: Sequence[str]) -> list[Way]:
    """All ways that lead to a text; none if it is too short for any."""
    traced: list[list[str]] = [] if text else [[]]
    if len(even(text)) >= SHORTEST:
        whole = {"address": plain(text), **_phone(app, text)}
        traced = [[app.personal.trace(name, value)] for name, value in whole.items()]
        for name, piece in PIECES.items():
            parts = windows(even(text), piece.size)[-ENOUGH:]
            traced += [[app.personal.trace(name, part) for part in parts]] if parts else []
    return [
        partial(app.store.find, repository.KIND, [*traces, *marks], limit=PAGE) for traces in traced
    ]


def _phone(app: App, text: str) -> dict[str, str]:
    """The text as a whole phone, also as a landline without the 0 before it, or as the last four
    digits of one. An order has the traces of these from the beginning."""
    for role, typed in (("phone", text), ("phone", f"0{text}"), ("last4", text)):
        with suppress(Wrong):
            return {role: KINDS[role].parse({}, [typed], app.clock.now.date())}
    return {}


def _holding(app: App, heads: Sequence[Head], text: str) -> list[Head]:
    """The orders that hold the text in one piece, now or before they were corrected."""
    if not text:
        return [*heads]
    sought = {*map(even, (text, *_phone(app, text).values()))}
    typed = app.personal.of_many({head.no: order_of(head).corrections for head in heads})

    def holds(head: Head) -> bool:
        answers = [
            even(str(version.get(piece.question, "")))
            for version in versions(typed[head.no])
            for piece in PIECES.values()
        ]
        return any(part in answer for part in sought for answer in answers)

    return [head for head in heads if holds(head)]
