"""Links that open one thing: a key leaves the address at once, and a cookie goes on in its place.

A GET with a key is answered with 303 to the same address without it, so that the key stands neither
in the browser's history, nor in what is copied from its bar, nor in the logs of what comes after.
The cookie holds the key itself and is named by what it opens, so a browser may have many open, and
each ends with its key: when that is replaced or taken back, or its order erased.

Forms carry the key in their body, and a POST needs it there: a cookie alone, which other sites can
make a browser send, does nothing.
"""

import urllib.parse
from datetime import timedelta
from hmac import compare_digest
from typing import NamedTuple

from functions.app import App
from functions.orders.lifecycle.order import Order
from functions.web import cookies, pages
from functions.web.http import Request, Response, see_other

PREFIX = "wudan_"
KEPT = 32
"""Characters of what says how an order was opened."""
MOST = 20
"""How many of a kind a browser keeps open; the oldest goes, before the header grows too long."""
STAFF = ("wudan_desk", "wudan_device")
"""The cookies of the desk; the second stays when somebody has signed out."""
KEY = "key"
"""The name under which a key is sent."""
HERE = "here"
"""The hidden field by which a browser without cookies is answered with the page itself. Where it
opened that by number and digits the field says so, as a cookie does (:func:`by_digits`)."""


class Link(NamedTuple):
    """The links to things of a kind, and how long a browser goes on with one."""

    kind: str
    lasts: timedelta

    def key(self, request: Request, thing: str) -> str:
        """The key that a request shows for a thing; empty where there is none."""
        if request.method == "POST" or request.query.get(KEY):
            return request.value(KEY)
        return self.kept(request).get(thing, "")

    def kept(self, request: Request) -> dict[str, str]:
        """The keys that the browser goes on with, by what they open; the oldest first."""
        values = self.values(request).items()
        return {thing: value.partition(".")[0] for thing, value in values}

    def values(self, request: Request) -> dict[str, str]:
        """What the cookies hold: the keys, and after each how it came, if not by a link."""
        prefix = cookies.name_of(request, self._prefix)
        return {
            urllib.parse.unquote(name.removeprefix(prefix)): key
            for name, key in request.cookies.items()
            if name.startswith(prefix) and key
        }

    def open(self, request: Request, thing: str, key: str) -> Response:
        """Lead on to the same address without the key, and go on with a cookie."""
        query = {name: value for name, value in request.query.items() if name != KEY}
        address = f"{request.path}?{urllib.parse.urlencode(query)}"
        return see_other(address, *self.cookies(request, thing, key))

    def cookies(self, request: Request, thing: str, key: str, stays: bool = True) -> list[str]:
        """What makes the browser go on with this key; if it does not stay, until it is closed."""
        others = [each for each in self.kept(request) if each != thing]
        gone = [self.gone(request, each) for each in others[: -MOST + 1]]
        return [*gone, self._cookie(request, thing, key, self.lasts if stays else None)]

    def gone(self, request: Request, thing: str) -> str:
        """What makes the browser go on no more."""
        return self._cookie(request, thing, "", timedelta(0))

    @property
    def _prefix(self) -> str:
        return f"{PREFIX}{self.kind}_"

    def _cookie(self, request: Request, thing: str, key: str, lasts: timedelta | None) -> str:
        name = self._prefix + urllib.parse.quote(thing, safe="")
        # Lax: the link is tapped in WeChat or an SMS, from which a strict cookie would not come.
        return cookies.write(request, name, key, lasts, same_site="Lax")


ORDER = Link("order", timedelta(days=90))
TEAM = Link("team", timedelta(days=180))
SLIP = Link("slip", timedelta(days=1))
VOLUNTEER = Link("volunteer", timedelta(days=90))


def to_order(request: Request, app: App, order: Order, by_digits: str = "") -> Response:
    """Lead somebody who showed that an order is theirs on to its page, and remember whether they
    showed it ``by_digits``, now or before. A program, which keeps no cookies, gets the address with
    the key."""
    if request.wants_json:
        return see_other(app.orders.address(order))
    return see_other(app.orders.place(order), *opened(request, app, order, by_digits))


def opened(request: Request, app: App, order: Order, by_digits: str = "") -> tuple[str, ...]:
    """The cookies of a browser that goes on with an order; see :func:`to_order`."""
    shown = by_digits or shown_by_digits(request, app, order)
    key = app.orders.key(order) + (f".{shown}" if shown else "")
    # Digits are typed on any computer, and a link comes to one's own.
    return tuple(ORDER.cookies(request, order.no, key, stays=not shown))


CLOSE = "close"
"""What the button sends that ends what the browser has open, for whoever uses it next."""


def close(request: Request, app: App, *links: Link) -> Response:
    """Let this browser go on with none of these links to the thing of the number that was sent."""
    no = request.value("no")
    gone = tuple(link.gone(request, no) for link in links if no in link.kept(request))
    body = pages.render(app.bundle, "message.html", **app.bundle.words["closed"])
    return Response(body, cookies=gone)


def by_digits(app: App, order: Order) -> str:
    """What a browser keeps that opened an order by its number and the phone's last digits, and not
    by a link. Nobody can make it who has the link alone."""
    return app.vault.stamp("digits", order.no)[:KEPT]


def shown_by_digits(request: Request, app: App, order: Order) -> str:
    """The same, if this browser has it, in a cookie or in the page; else nothing."""
    made = by_digits(app, order)
    cookie = ORDER.values(request).get(order.no, "").partition(".")[2]
    shown = (cookie, request.value(HERE))
    return made if any(compare_digest(made.encode(), each.encode()) for each in shown) else ""


def is_of_station(request: Request) -> bool:
    """Whether somebody signed in at the desk with this browser."""
    return any(name.removeprefix(cookies.HOST) in STAFF for name in request.cookies)


def works_on(request: Request, app: App, order: Order) -> bool:
    """Whether an order is the work of those to whom this browser belongs, as far as its cookies
    tell: of a team whose page it opened, of a volunteer whose own page it opened, or of the
    station, at whose desk it signed in."""
    if is_of_station(request):
        return True
    last = app.orders.last(order)
    teams = {app.names.now("team", team) for team in TEAM.kept(request)}
    doers = {last.volunteer, *last.doers.split()}
    return last.team in teams or not doers.isdisjoint(VOLUNTEER.kept(request))
