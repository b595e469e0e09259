"""Finding orders: by number, phone, service, team, grid, month and step."""

from functions.app import App
from functions.desk.session import Session, view
from functions.forms import order_number
from functions.orders import repository
from functions.web.http import Request, Response, see_other

PAGE = 30
MARKS = ("service", "team", "grid", "month", "state")


def show(request: Request, app: App, session: Session) -> Response:
    """The orders that match everything asked for, the newest first."""
    text = request.value("q").strip()
    if no := order_number.parse(text):
        return see_other(f"/desk/order/?no={no}")
    asked = {name: value for name in MARKS if (value := request.value(name))}
    digits = "".join(c for c in text if c.isdigit())
    marks = [f"{name}:{value}" for name, value in asked.items()]
    if len(digits) == 4:
        marks.insert(0, app.personal.trace("last4", digits))
    elif digits:
        marks.insert(0, app.personal.trace("phone", f"+86{digits.removeprefix('86').lstrip('0')}"))
    found = app.store.find(repository.KIND, marks, request.value("before"), PAGE)
    return view(
        app,
        session,
        "find.html",
        q=text,
        asked=asked,
        heads=app.orders.listed(found),
        unread=bool(text and not digits),
        before=found[-1].place if len(found) == PAGE else "",
        today=app.clock.now.date().isoformat(),
        grids=app.bundle.grids,
    )
