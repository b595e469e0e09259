"""The slip by which a resident rates what was done: its code opens the rating of one order."""

from functions.app import App
from functions.errors import Problem
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import RESIDENT
from functions.web import pages, qr
from functions.web.http import Response


def slip(app: App, order: Order) -> Response:
    """The slip to show or to print. Its key stands in the code, and in no address of the page.

    Raises:
        Problem: ``no_slip``, the order is not to be rated now.
    """
    if "rated" not in app.steps.moves(order, RESIDENT):
        raise Problem(404, "no_slip")
    where = f"{app.bundle.site['url']}/rate/?no={order.no}&key={app.orders.rating_key(order)}"
    data = {"order": order, "code": qr.svg(where), "services": app.names.services}
    return Response(pages.render(app.bundle, "team/slip.html", **data))
