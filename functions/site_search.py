"""``/api/search``: the public pages that have the words which a visitor looks for.

It needs no store and no secret, so on AWS it has neither: it reads the index, which a build made of
what is public, and nothing else.
"""

import sqlite3
from typing import Any
from urllib.parse import urlencode

from functions.app import App, of_bundle
from functions.context import logs
from functions.errors import Problem
from functions.index import marks
from functions.index.lookup import LONGEST, Hits, find
from functions.index.place import NoIndex
from functions.web import pages
from functions.web.http import Request, Response, Routes, entry

ADDRESS = "/api/search"
PER_PAGE = 20
LAST_PAGE = 500
"""No list goes on for ever; 10,000 pages can be found with one word."""
TOO_OFTEN = {"retry-after": "60"}


def show(request: Request, app: App) -> Response:
    """The results, or the empty form; where there is no index, a sentence and other ways."""
    if not app.frequency.may(request.sender, app.clock.now):
        raise Problem(429, "too_often", TOO_OFTEN)
    sent = request.query.get("q", "")
    typed, number = sent[:LONGEST].strip(), _number(request.query.get("page", ""))
    try:
        found = find(app.index, typed, PER_PAGE * (number - 1), PER_PAGE)
    except (sqlite3.Error, NoIndex) as error:
        logs.failure(error, "searching")
        return _page(app, typed, Hits(), number, status=503, is_down=True)
    return _page(app, typed, found, number, is_cut=len(sent) > LONGEST)


def _number(text: str) -> int:
    """The number of a page, from 1 on."""
    return max(1, min(int(text), LAST_PAGE)) if text.isdecimal() and len(text) < 5 else 1


def _page(
    app: App, typed: str, found: Hits, number: int, status: int = 200, **notices: bool
) -> Response:
    hits = [
        {
            "address": row.address,
            "kind": row.kind,
            "date": row.date,
            "title": marks.marked(row.title, found.marks),
            "text": marks.snippet(row.title, row.text, found.marks),
        }
        for row in found.rows
    ]
    data: dict[str, Any] = {"is_down": False, "is_cut": False} | notices
    pager = _pager(typed, number, found.total)
    data |= {"hits": hits, "total": found.total, "is_near": found.is_near}
    body = pages.render(app.bundle, "search.html", typed=typed, pager=pager, **data)
    return Response(body, status)


def _pager(typed: str, number: int, total: int) -> dict[str, Any]:
    """The way to the pages before and after this one; empty addresses at the ends."""
    last = min(max(1, -(-total // PER_PAGE)), LAST_PAGE)

    def address(to: int) -> str:
        return f"{ADDRESS}?{urlencode({'q': typed, 'page': to})}" if 1 <= to <= last else ""

    number = min(number, last)
    return {
        "number": number,
        "total": last,
        "previous": address(number - 1),
        "next": address(number + 1),
    }


ROUTES: Routes = {ADDRESS: {"GET": show}}
handler = entry(ROUTES, of_bundle)
