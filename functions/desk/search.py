"""Finding orders and volunteers by number, or by any part of a phone, a name or an address; and
orders by their marks.

What is sealed is found by its traces, keyed marks that tell nothing without the secret. A part of
an answer has several, and what has all of them is opened to see that they stand side by side.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from functions.forms.normal import normal
from functions.orders import repository
from functions.orders.lifecycle.order import order_of
from functions.orders.privacy import PIECES, Typed, as_read, even, plain, versions, windows
from functions.people import volunteers
from functions.people.volunteers import Person
from functions.storage.history import Head
from functions.web.http import Request, Response, see_other

PAGE = 30
MARKS = ("service", "team", "grid", "month", "state", "level")

SHORTEST = 2
"""As many letters or digits are enough to search for."""
ENOUGH = 4
"""By how many of its parts a text is looked up, before what has them is opened."""
TAIL = 4
"""How many digits of a phone make its end."""
MONTH = re.compile(r"(?:(\d{4})\s*[-/.年]\s*0?(\d{1,2})\s*月?|0?(\d{1,2})\s*月)份?")
"""A month as people write it, which the year may be left out of."""
PAGES = {repository.KIND: "/desk/order/", volunteers.KIND: "/desk/person/"}
"""Where a number leads to, by the kind of its history."""

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
    ``people`` are volunteers. ``unread`` says that the text is too short to be searched for."""

    heads: Sequence[Head]
    before: str
    people: Sequence[Person]
    unread: bool


def find(app: App, search: Search) -> Found:
    """The orders that match everything that is searched for, the newest first; and volunteers,
    where nothing is chosen that only orders have."""
    traced = _traced(app, search.text)
    marks = [f"{name}:{value}" for name, value in search.chosen.items()]
    found = _newest(_ways(app, repository.KIND, traced, marks), search.before)
    before = found[-1].position if len(found) == PAGE else ""
    whoever = search.text and not marks and not search.before
    people = _people(app, traced, search.text) if whoever else []
    return Found(_holding(app, found, search.text), before, people, not traced)


def show(request: Request, app: App, session: Session) -> Response:
    """A page of what was found; a number leads to what has it, and a month is chosen."""
    search = read(request.query)
    no, month = order_number.parse(search.text), _month(app, search.text)
    if no and (head := app.store.head(no)) and head.kind in PAGES:
        return see_other(f"{PAGES[head.kind]}?no={no}")
    if month:
        chosen = search._replace(text="", chosen={**search.chosen, "month": month})
        return see_other(chosen.address)
    found = find(app, search)
    if found.people:
        app.audit.record("looked_list", session.who, sender=request.sender, daily=True)
    if search.text and not (search.before or found.unread):
        # Not what for, which is a resident's phone, name or address.
        count = len(found.heads)
        app.audit.record("searched", session.who, sender=request.sender, count=count)
    return view(
        app,
        session,
        "find.html",
        search=search,
        absent=no,
        numeric=order_number.is_meant(search.text),
        people=found.people,
        rows_found=lists.rows(app, found.heads),
        unread=found.unread,
        more=search._replace(before=found.before) if found.before else None,
        grids=app.bundle.grids,
        months=app.store.months()[::-1],
    )


def _month(app: App, text: str) -> str:
    """The month that a text means, if there are orders of it: without a year the last one."""
    if (meant := MONTH.fullmatch(normal(text))) is None:
        return ""
    year, *numbers = meant.groups(default="")
    ending = f"{year}-{int(''.join(numbers)):02}"
    return next((month for month in app.store.months()[::-1] if month.endswith(ending)), "")


def _traced(app: App, text: str) -> list[list[str]]:
    """The traces of all ways that lead to a text; none if it is too short for any."""
    traced: list[list[str]] = [] if text else [[]]
    if len(even(text)) >= SHORTEST:
        whole = {"address": plain(text), **_phone(app, text)}
        traced = [[app.personal.trace(name, value)] for name, value in whole.items()]
        for name, piece in PIECES.items():
            parts = windows(even(text), piece.size)[-ENOUGH:]
            traced += [[app.personal.trace(name, part) for part in parts]] if parts else []
    return traced


def _ways(
    app: App, kind: str, traced: Iterable[Sequence[str]], marks: Sequence[str] = ()
) -> list[Way]:
    return [partial(app.store.find, kind, [*traces, *marks], limit=PAGE) for traces in traced]


def _newest(ways: Iterable[Way], before: str = "") -> list[Head]:
    """The newest of all to which these ways lead."""
    heads = {head.no: head for way in ways for head in way(before)}
    return heapq.nlargest(PAGE, heads.values(), key=lambda head: head.position)


def _people(app: App, traced: Iterable[Sequence[str]], text: str) -> list[Person]:
    """Volunteers who hold the text in one piece now."""
    sought = _sought(app, text)
    people = map(app.volunteers.opened, _newest(_ways(app, volunteers.KIND, traced)))
    return [person for person in people if _holds(sought, [person.typed])]


def _phone(app: App, text: str) -> dict[str, str]:
    """The text as a whole phone, also as a landline without the 0 before it, or as the last four
    digits of one. An order has the traces of these from the beginning."""
    tail = text if sum(map(str.isdigit, text)) == TAIL else ""
    for role, typed in (("phone", text), ("phone", f"0{text}"), ("last4", tail)):
        with suppress(Wrong):
            return {role: KINDS[role].parse({}, [typed], app.clock.now.date())}
    return {}


def _holding(app: App, heads: Sequence[Head], text: str) -> list[Head]:
    """The orders that hold the text in one piece, now or before they were corrected."""
    if not text:
        return [*heads]
    sought = _sought(app, text)
    typed = app.personal.of_many({head.no: order_of(head).corrections for head in heads})
    return [head for head in heads if _holds(sought, versions(typed[head.no]))]


def _sought(app: App, text: str) -> set[str]:
    return {*map(even, (text, *_phone(app, text).values()))}


def _holds(sought: Iterable[str], typed: Iterable[Typed]) -> bool:
    """Whether one of these texts stands in one piece in what was typed."""
    answers = [
        text
        for each in typed
        for piece in PIECES.values()
        for text in {even(str(each.get(piece.question, ""))), even(as_read(each, piece.question))}
    ]
    return any(part in answer for part in sought for answer in answers)
