"""Which order a request opens, and who may act on it."""

from functions.app import App
from functions.errors import Problem
from functions.forms import order_number
from functions.orders.lifecycle.order import Order
from functions.orders.repository import History
from functions.web.http import Request
from functions.web.links import ORDER, works_on


def find(request: Request, app: App) -> History | None:
    """The order of the key that was sent, or kept from when its link was opened."""
    no = order_number.parse(request.value("no"))
    return app.orders.by_key(no, ORDER.key(request, no)) if no else None


def require(request: Request, app: App) -> History:
    """The same.

    Raises:
        Problem: the request opens none.
    """
    found = find(request, app)
    if found is None:
        raise Problem(404, "no_order")
    return found


def require_own(request: Request, app: App) -> History:
    """The same for a step of the resident's own."""
    found = require(request, app)
    refuse_workers(request, app, found.order)
    return found


def refuse_workers(request: Request, app: App, order: Order) -> Order:
    """The order, unless this is the browser of those who do it: they know the phone, and what they
    do in its resident's place would stand under her name."""
    if works_on(request, app, order):
        raise Problem(409, "worker")
    return order
